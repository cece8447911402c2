"""Invented names, addresses, numbers and self-generated codes, from ranges reserved for fiction and tests.

A code is made of the last two letters of the mother's first name, the day of birth and the first two letters
of the first school. How often codes are written with slips or taken for one another is invented, so that
about as many link as in McGloin (1996): 75.2 % matched, 22.1 % unmatched, 2.7 % wrongly matched.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from importlib.resources import files

import yaml

from ccds_pipeline.synthetic.draws import Draws, Weights

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
# What somebody types who copies the example that stands under the question.
EXAMPLE_CODE = "NE07WE"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS = "0123456789"
_SLIPS = Weights(
    {
        "none": 0.905, "other": 0.02, "wrong": 0.03, "swapped": 0.018, "missing": 0.015, "extra": 0.006,
        "two": 0.006,
    }
)  # fmt: skip
_WRITING = Weights({"plain": 0.72, "lower": 0.14, "spaces": 0.08, "dashes": 0.04, "stop": 0.02})
_NO_CODE = ("-", "?", "n/a", "N/A", "...", "don't know")
_GIVES_NONE = 0.01


@cache
def words(name: str) -> tuple[str, ...]:
    """The list of that name in ``words.yaml``: words of a text, or whole sentences."""
    text = files("ccds_pipeline").joinpath("synthetic", "words.yaml").read_text(encoding="utf-8")
    listed: str | list[str] = yaml.safe_load(text)[name]
    return tuple(listed.split() if isinstance(listed, str) else listed)


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
        scrambled, position = divmod(scrambled, base)
        code += letters[position]
    return code


@lru_cache(maxsize=1024)
def plain(name: str) -> str:
    """A name in ASCII letters and hyphens, as directories make addresses of it."""
    folded = unicodedata.normalize("NFKD", name.replace("ı", "i")).encode("ascii", "ignore").decode()
    return folded.replace("'", "").lower()


def personal_code(draws: Draws) -> str:
    """The code that somebody remembers for good."""
    mother, school = plain(draws.pick(words("first_names"))), draws.pick(words("schools"))
    return f"{mother[-2:]}{draws.between(1, 31):02d}{school[:2]}".upper()


def written_code(code: str, draws: Draws) -> str:
    """The code as it is written in one survey: at times with a slip, in other case, or not at all."""
    if draws.chance(_GIVES_NONE):
        return draws.pick(_NO_CODE)
    slip = draws.weighted(_SLIPS)
    if slip == "other":  # remembers the question differently
        code = personal_code(draws)
    elif slip == "two":
        code = _slipped(_slipped(code, "wrong", draws), "wrong", draws)
    elif slip != "none":
        code = _slipped(code, slip, draws)
    return _in_writing(code, draws)


def _slipped(code: str, slip: str, draws: Draws) -> str:
    position = draws.between(0, len(code) - 2)
    before, here, after = code[:position], code[position], code[position + 1 :]
    match slip:
        case "wrong":
            return before + draws.pick(_DIGITS if here.isdigit() else _LETTERS) + after
        case "swapped":
            return before + after[0] + here + after[1:]
        case "missing":
            return before + after
    return before + here + here + after


def _in_writing(code: str, draws: Draws) -> str:
    match draws.weighted(_WRITING):
        case "lower":
            return code.lower()
        case "spaces":
            return f"{code[:2]} {code[2:4]} {code[4:]} "
        case "dashes":
            return f"{code[:2]}-{code[2:4]}-{code[4:]}"
        case "stop":
            return f"{code}."
    return code
