"""What one word may be: a word of the language, a name, or a name that is also a word.

The lists stand in ``tables`` (their sources in its README). What stands around a word, and so decides
in doubt, belongs in ``names``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from ccds_pipeline.deidentify.redaction import cues

Roster = Callable[[str], bool]

PLACEHOLDER = re.compile(
    r"\[(?:EMAIL|URL|HANDLE|DATE|NI NUMBER|NHS NUMBER|POSTCODE|PHONE|ID|ADDRESS|ORGANISATION|NAME)\]"
)
NAME = "[NAME]"
_CONTRACTION = re.compile(r"(.+?)(?:n['’]t|['’](?:s|m|ve|ll|d|re|t))", re.IGNORECASE)
_POSSESSIVE = re.compile(r"['’][sS]\Z")
_SHORTENED = frozenset(
    {"wo", "ca", "sha", "ai", "is", "was", "does", "has", "did", "have", "are", "were", "do"}
)
# "d'Souza", "al-Masri": a name begins after the particle.
_AFTER_PARTICLE = re.compile(r"(?:[dlo]['’]|(?:al|el|ul|ur|as|ash|an|ad|bin|ibn|abu|ap|ab)-)[A-ZÀ-ÖØ-Þ]")
_CODE = re.compile(r"[A-Z]{2,4}-\d{1,4}")  # "QI-102"
_HUMPS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_LONG_DRAWN = re.compile(r"(.)\1{2,}")
_PREFIXES = ("anti", "inter", "micro", "multi", "neuro", "over", "post", "psycho", "self", "under",
             "co", "de", "dis", "mis", "non", "pre", "re", "un")  # fmt: skip
_SUFFIXES = ("ness", "ly", "ish", "like", "al", "able", "less", "ful", "ship")
_ADJECTIVES = ("ly", "ive", "al", "ble", "ous", "ic", "less", "ful")
_LEAST_STEM, _LONGEST_LETTERS = 5, 5
_LETTERS = range(2, _LONGEST_LETTERS)  # "FDs", "HCAs": nobody writes a name like this
_CONSONANTS = re.compile(r"[BCDFGHJKLMNPQRSTVWXZ]{3}|\A[^AEIOUY]+\Z")
_LEAST_LISTED = 3
_LEAST_SLIP = 5  # one letter makes some word of any shorter one


@dataclass(frozen=True, slots=True)
class Word:
    """One word as written, judged without its neighbours.

    Attributes:
        plain: Lower case, without contraction or possessive.
        is_name: No word of the language and written like a name, or known as a name.
        may_be_name: A word of the language that is a name too.
        is_first: Such a word that is a first name (or somebody booked under it).
        is_uncommon: A word of the language that few sentences hold.
        is_rare: One that hardly any does; a capital inside a sentence then speaks for a name.
        is_namesake: A place, or a person after whom something is named: a name only beside one.
        may_be_eponym: Is no person before what is called after one, as in "the Ockenden review".
        is_booked: Somebody booked under it.
        is_place: A place, and nobody booked under it; it may be a surname as well.
        is_thing: A noun as it seems, and of no person: there is a plural, and no past tense.
        is_known: A word of the language; what is neither this nor a name may be a slip of the pen.
        is_capital: Begins with a capital letter.
        is_upper: Is in capitals throughout.
        is_initial: A single capital letter, several with full stops, or an abbreviation that cannot be
            spoken: on its own it names nobody, beside a name or below a text it belongs to one.
        length: Characters without a possessive ending.
    """

    plain: str
    is_name: bool
    may_be_name: bool
    is_first: bool
    is_uncommon: bool
    is_rare: bool
    is_namesake: bool
    may_be_eponym: bool
    is_booked: bool
    is_place: bool
    is_thing: bool
    is_known: bool
    is_capital: bool
    is_upper: bool
    is_initial: bool
    length: int

    @property
    def is_placeholder(self) -> bool:
        """Whether an identifier stood here."""
        return self.plain.startswith("[")


@dataclass(frozen=True)
class _Lists:
    words: frozenset[str]
    common: frozenset[str]
    rare: frozenset[str]
    abbreviations: frozenset[str]
    names: frozenset[str]
    first_names: frozenset[str]
    surnames: frozenset[str]
    namesakes: frozenset[str]
    places: frozenset[str]
    eponyms_alone: frozenset[str]
    eponyms: frozenset[str]
    public_names: frozenset[tuple[str, ...]]


def nobody(_word: str) -> bool:
    """The roster on which nobody is."""
    return False


def judge(token: str, on_roster: Roster) -> Word:
    """Return what a word may be.

    Args:
        token: A word, with what apostrophes and hyphens join to it; or a placeholder.
        on_roster: Whether somebody booked under that word.
    """
    if token.startswith("["):
        is_name = token == NAME
        return Word(
            plain=token,
            is_name=is_name,
            may_be_name=False,
            is_first=False,
            is_uncommon=False,
            is_rare=False,
            is_namesake=False,
            may_be_eponym=False,
            is_booked=False,
            is_place=False,
            is_thing=False,
            is_known=True,
            is_capital=True,
            is_upper=False,
            is_initial=False,
            length=len(token),
        )
    base = _base(token)
    plain, lists = fold(base), _lists()
    is_initial = (len(base) == 1 and base.isupper()) or "." in base or _is_unpronounceable(base, lists)
    is_booked = any(on_roster(part) for part in _parts(plain) if len(part) > 1)
    is_known = (
        is_initial
        or _CODE.fullmatch(base) is not None
        or all(_is_known(part, lists) for part in re.split(r"[-'’]", base) if part)
    )
    # "Ehlers-Danlos", "Wong-Baker": one that is known speaks for both.
    is_known = is_known or ("-" in plain and not lists.eponyms_alone.isdisjoint(_parts(plain)))
    # A booked "Carol" is redacted wherever somebody writes "carol"; a booked "Mark" is not.
    is_known = (
        is_known
        and plain not in lists.names
        and (not is_booked or plain in lists.common or base in lists.abbreviations)
    )
    has_particle = _AFTER_PARTICLE.match(base) is not None
    is_known = is_known and not has_particle
    is_capital = has_particle or next((char.isupper() for char in base if char.isalpha()), False)
    is_listed = not lists.names.isdisjoint(_parts(plain))
    looks_like_name = is_capital or is_booked or is_listed or _is_caseless(base)
    is_known_word = is_known and base not in lists.abbreviations
    is_namesake = (
        is_known_word and is_capital and not is_booked and not lists.namesakes.isdisjoint(_parts(plain))
    )
    is_first = is_known_word and (plain in lists.first_names or is_booked)
    return Word(
        plain=plain,
        # control: unknown capitalised words are redacted
        is_name=not is_known and looks_like_name,
        may_be_name=is_first or is_namesake or (is_known_word and plain in lists.surnames),
        is_first=is_first,
        is_uncommon=is_known_word and plain not in lists.common,
        is_rare=plain in lists.rare,
        is_namesake=is_namesake,
        may_be_eponym=not is_booked and (not is_listed or plain in lists.eponyms),
        is_booked=is_booked,
        is_place=not is_booked and plain in lists.places,
        is_thing=not is_booked and _is_thing(plain, lists),
        is_known=is_known,
        is_capital=is_capital,
        is_upper=len(base) > 1 and base.isupper(),
        is_initial=is_initial,
        length=len(_POSSESSIVE.sub("", token)),
    )


def is_public_name(first: str, last: str) -> bool:
    """Whether first name and surname are those of somebody after whom a course or a prize is called."""
    return (first, last) in _lists().public_names


def fold(word: str) -> str:
    """Return the one spelling under which a word is compared: lower case, without accents."""
    if word.isascii():
        return word.lower()
    letters = unicodedata.normalize("NFKD", word).casefold().replace("’", "'")
    return "".join(char for char in letters if not unicodedata.combining(char))


def _parts(plain: str) -> set[str]:
    return {plain, *plain.split("-")}


@cache
def is_slip(plain: str) -> bool:
    """Whether one letter more, less, other or in another place makes a common word of a longer one."""
    if len(plain) < _LEAST_SLIP:
        return False
    cuts = [(plain[:at], plain[at:]) for at in range(len(plain) + 1)]
    letters = "abcdefghijklmnopqrstuvwxyz"
    spellings = {head + tail[1:] for head, tail in cuts}
    spellings |= {head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1}
    spellings |= {
        head + letter + rest for head, tail in cuts for letter in letters for rest in (tail, tail[1:])
    }
    return not spellings.isdisjoint(_lists().common)


def _base(token: str) -> str:
    contraction = _CONTRACTION.fullmatch(token)
    return contraction[1] if contraction else token


def _is_known(part: str, lists: _Lists) -> bool:
    if len(part) == 1 or not part.isalpha():
        return True
    lower = fold(part)
    if part.upper() in lists.abbreviations and (part.isupper() or len(part) >= _LEAST_SLIP):
        return True
    if part.upper() in lists.abbreviations and sum(map(str.isupper, part)) > 1:
        return True
    if part[-1] == "s" and part[:-1].isupper() and len(part[:-1]) in _LETTERS:
        return True
    return (
        lower in lists.words
        or lower in _SHORTENED
        or _is_derived(lower, lists)
        or _is_made_of_words(part, lists)
    )


def _is_thing(plain: str, lists: _Lists) -> bool:
    if plain not in lists.words or plain in lists.surnames | lists.first_names:
        return False
    singular = next((one for one in _singulars(plain) if one in lists.words), plain)
    if {plain, singular} & cues.SAID_OF_PERSONS or singular.removesuffix("e") + "ly" in lists.words:
        return False
    # "berry", but not "care", which somebody may do, and not "friendly", which somebody may be
    may_be_verb = not lists.words.isdisjoint(_forms_of_verb(singular))
    plurals = {singular + "s", singular + "es", singular[:-1] + "ies"}
    return not may_be_verb and not singular.endswith(_ADJECTIVES) and not lists.words.isdisjoint(plurals)


def _forms_of_verb(stem: str) -> set[str]:
    short = stem.removesuffix("e")
    return {short + "ed", stem[:-1] + "ied", stem + stem[-1] + "ed", short + "ing", stem + stem[-1] + "ing"}


def _singulars(plain: str) -> Iterator[str]:
    for plural, singular in (("ies", "y"), ("es", ""), ("s", "")):
        if plain.endswith(plural) and not plain.endswith("ss"):
            yield plain.removesuffix(plural) + singular


def _is_made_of_words(part: str, lists: _Lists) -> bool:
    """Whether a word is written as a product is: "GoToWebinar", "FutureLearn"."""
    pieces = _HUMPS.findall(part)
    return (
        len(pieces) > 1
        and "".join(pieces) == part
        and all(piece.lower() in lists.words and piece.lower() not in lists.first_names for piece in pieces)
    )


def _is_unpronounceable(base: str, lists: _Lists) -> bool:
    """Whether three to five capitals are letters and no word, as in "EPDS"; a name can be spoken."""
    is_short = _LEAST_LISTED <= len(base) <= _LONGEST_LETTERS and base.isalpha() and base.isupper()
    return is_short and base not in lists.abbreviations and _CONSONANTS.search(base) is not None


def _is_derived(lower: str, lists: _Lists) -> bool:
    if lower in lists.names:
        return False
    if _LONG_DRAWN.sub(r"\1", lower) in lists.words or _LONG_DRAWN.sub(r"\1\1", lower) in lists.words:
        return True
    if lower.replace("is", "iz") in lists.words or lower.replace("or", "our") in lists.words:
        return True
    stems = (lower.removeprefix(prefix) for prefix in _PREFIXES if lower.startswith(prefix))
    whole = [*stems, *(lower.removesuffix(suffix) for suffix in _SUFFIXES if lower.endswith(suffix))]
    return any(len(stem) >= _LEAST_STEM and stem in lists.words for stem in whole)


def _is_caseless(base: str) -> bool:
    """Whether a word is in a script without capitals: there a name cannot be told from a word."""
    return len(base) > 1 and any(unicodedata.category(char) == "Lo" for char in base)


@cache
def _lists() -> _Lists:
    domain = _listed("domain_words.txt")
    first_names, surnames = _names_that_are_words()
    names = frozenset(map(str.lower, _listed("person_names.txt")))
    eponyms = _listed("eponyms.txt")
    middle, last = eponyms.index("@before"), eponyms.index("@whole")
    alone = frozenset(eponyms[:middle]) - names - first_names - surnames
    places = frozenset(_listed("places.txt"))
    namesakes = alone | (places - names - first_names - surnames)
    small = frozenset(word for word in domain if not word.isupper()) | namesakes
    common = frozenset(_listed("english_words_common.txt"))
    rare = frozenset(_listed("english_words_rare.txt"))
    language = common | frozenset(_listed("english_words_usual.txt")) | rare
    names |= {name for name in first_names - language if len(name) >= _LEAST_LISTED}
    words = (language - names) | (language & (first_names | surnames)) | small
    return _Lists(
        words=words,
        common=common | small,
        rare=rare - small,
        abbreviations=frozenset(domain) - small,
        names=names - words,
        first_names=first_names,
        surnames=surnames,
        namesakes=namesakes,
        places=places,
        eponyms_alone=alone,
        eponyms=frozenset(eponyms[middle + 1 : last]),
        public_names=frozenset(tuple(name.split("_")) for name in eponyms[last + 1 :]),
    )


def _names_that_are_words() -> tuple[frozenset[str], frozenset[str]]:
    words = _listed("names_that_are_words.txt")
    middle = words.index("@surnames")
    return frozenset(words[:middle]), frozenset(words[middle + 1 :])


def _listed(name: str) -> list[str]:
    text = (resources.files("ccds_pipeline.deidentify") / "tables" / name).read_text(encoding="utf-8")
    return [word for line in text.splitlines() if not line.startswith("#") for word in line.split()]
