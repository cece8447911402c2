"""Invented names, addresses and numbers, from ranges that are reserved for fiction and tests."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from ccds_pipeline.synthetic.draws import Draws

FIRST_NAMES = tuple(
    """Aaliyah Abigail Adam Adeola Agnieszka Aisha Alan Alice Amara Amelia Amir Anita Anna Arjun Ayesha
    Bilal Bronwen Callum Carol Catherine Chidi Chloë Ciara Claire Connor Daniel David Deborah Delroy Diego
    Dylan Eleanor Elif Emily Emmanuel Fatima Femi Fiona Gareth George Grace Graham Hannah Haruka Hassan
    Helen Ian Imran Ines Isla Jack James Jane Jerome Joanna John Joseph Julie Karen Katarzyna Keisha Kieran
    Kwame Laura Leila Liam Linh Louise Lucy Maeve Manjit Margaret María Mark Mei Michael Mohammed Nadia
    Naomi Nia Niamh Nikhil Noah Olivia Oluwaseun Owen Patricia Paul Peter Priya Rachel Rajesh Rebecca Renée
    Rhys Robert Rosa Ruth Samira Sarah Sean Shanice Simon Siobhán Sofia Stephen Susan Tariq Thandiwe Thomas
    Tomasz Tracey Usha Victoria Wei William Yasmin Yusuf Zainab Zoë""".split()  # noqa: SIM905  # a list in words reads better  # a list would take a line for each
)
LAST_NAMES = tuple(
    """Abara Adams Adeyemi Ahmed Akhtar Ali Allen Anderson Bailey Banerjee Begum Bennett Brown Campbell
    Carter Chen Choudhury Clarke Collins Cooper Cox Das Davies Dhillon Edwards Ellis Evans Fernández Fofanah
    Foster Gallagher García Gordon Graham Gray Green Griffiths Hall Harris Hassan Hill Hoang Hughes Hussain
    Iqbal Jackson James Johnson Jones Joshi Kaur Kelly Khan King Kowalski Kumar Lee Lewis Mahmood Marshall
    Martin Mbeki Mendes Mensah Mitchell Moore Morgan Morris Murphy Murray Nguyen Novák Nowak O'Brien O'Connor
    Okafor Okonkwo Osei Owusu Palmer Parker Patel Phillips Price Reid Richardson Roberts Robinson Rogers Shah
    Sharma Simpson Singh Smith Smith-Jones Stewart Taylor Thomas Thompson Tiwari Turner Walker Ward Watson
    White Williams Wilson Wood Wright Yılmaz Young Zhang""".split()  # noqa: SIM905
)
TOWNS = ("Ashcombe", "Barrowby", "Eastmere", "Fairholt", "Kingsdene", "Northwick", "Oakhaven", "Westford")
STREETS = ("Chapel Lane", "Church Road", "High Street", "Mill Lane", "Orchard Way", "Station Road")
DIETS = ("", "", "", "", "", "", "", "Vegetarian", "Vegan", "Gluten free", "Large print slides, please")

# Domains under names that RFC 2606 keeps free for examples: no mail can arrive.
_WORK_DOMAINS = ("nhs.example", "practice.nhs.example", "trust.nhs.example", "example.org")
_PRIVATE_DOMAINS = ("example.com", "example.net")
_ORDER_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ3789"
_RESPONSE_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# A prime, so that it has no divisor in common with the alphabets' lengths: each number has its own code.
_STRIDE = 2**89 - 1


def work_email(first_name: str, last_name: str, number: int, draws: Draws) -> str:
    """An address that only this person has; the number makes it so."""
    return f"{plain(first_name)}.{plain(last_name)}{number}@{draws.pick(_WORK_DOMAINS)}"


def shared_email(number: int, draws: Draws) -> str:
    """An address that a whole team reads; the number makes it the only one."""
    return f"{plain(draws.pick(TOWNS))}.team{number}@{draws.pick(_WORK_DOMAINS)}"


def private_email(first_name: str, number: int, draws: Draws) -> str:
    """Another address of the person, which no booking shows."""
    return f"{plain(first_name)}{number}.private@{draws.pick(_PRIVATE_DOMAINS)}"


def phone_number(draws: Draws) -> str:
    """A mobile number from the range that Ofcom keeps for drama."""
    return f"07700 900{draws.between(0, 999):03d}"


def street_address(draws: Draws) -> tuple[str, str, str]:
    """Street, town and a postcode of an area that does not exist."""
    street = f"{draws.between(1, 120)} {draws.pick(STREETS)}"
    postcode = f"ZZ{draws.between(1, 99)} {draws.between(1, 9)}ZZ"
    return street, draws.pick(TOWNS), postcode


def nhs_number(draws: Draws) -> str:
    """A number with a valid check digit from the range that is kept for tests (999 …)."""
    while True:
        digits = f"999{draws.between(0, 999_999):06d}"
        check = 11 - sum(int(digit) * (10 - position) for position, digit in enumerate(digits)) % 11
        if check != 10:  # noqa: PLR2004  # has no digit, so such numbers are not given out
            return f"{digits[:3]} {digits[3:6]} {digits[6:]}{check % 11}"


def order_code(number: int) -> str:
    """A pretix order code: looks drawn, never repeats."""
    return _code(number, _ORDER_LETTERS, 5)


def response_id(number: int) -> str:
    """A Qualtrics response identifier: looks drawn, never repeats."""
    return "R_" + _code(number, _RESPONSE_LETTERS, 15)


def _code(number: int, letters: str, length: int) -> str:
    base = len(letters)
    while number >= base**length:
        length += 1
    scrambled = number * _STRIDE % base**length
    code = ""
    for _ in range(length):
        scrambled, place = divmod(scrambled, base)
        code += letters[place]
    return code


@lru_cache(maxsize=1024)
def plain(name: str) -> str:
    """A name in ASCII letters and hyphens, as directories make addresses of it."""
    folded = unicodedata.normalize("NFKD", name.replace("ı", "i")).encode("ascii", "ignore").decode()
    return folded.replace("'", "").lower()
