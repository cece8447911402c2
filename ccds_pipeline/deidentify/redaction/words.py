"""What one word may be: a word of the language, a name, or a name that is also a word.

The lists stand in ``tables`` (their sources in its README). What stands around a word, and so decides
in doubt, belongs in ``names``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources

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
_LONG_DRAWN = re.compile(r"(.)\1{2,}")
_PREFIXES = ("anti", "inter", "micro", "multi", "neuro", "over", "post", "psycho", "self", "under",
             "co", "de", "dis", "mis", "non", "pre", "re", "un")  # fmt: skip
_SUFFIXES = ("ness", "ly", "ish", "like")
_LEAST_STEM, _LONGEST_LETTERS = 5, 5
_CONSONANTS = re.compile(r"[BCDFGHJKLMNPQRSTVWXZ]{3}|\A[^AEIOUY]+\Z")
_LEAST_LISTED = 3


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
        return Word(token, is_name, False, False, False, False, True, True, False, False, len(token))
    base = _base(token)
    plain, lists = fold(base), _lists()
    is_initial = (len(base) == 1 and base.isupper()) or "." in base or _is_unpronounceable(base, lists)
    is_booked = any(on_roster(part) for part in {plain, *plain.split("-")} if len(part) > 1)
    is_known = is_initial or all(_is_known(part, lists) for part in re.split(r"[-'’]", base) if part)
    # A booked "Carol" is redacted wherever somebody writes "carol"; a booked "Mark" is not.
    is_known = (
        is_known
        and plain not in lists.names
        and (not is_booked or plain in lists.common or base in lists.abbreviations)
    )
    is_capital = next((char.isupper() for char in base if char.isalpha()), False)
    is_listed = not lists.names.isdisjoint({plain, *plain.split("-")})
    looks_like_name = is_capital or is_booked or is_listed or _is_caseless(base)
    is_known_word = is_known and base not in lists.abbreviations
    is_first = is_known_word and (plain in lists.first_names or is_booked)
    return Word(
        plain=plain,
        # control: unknown capitalised words are redacted
        is_name=not is_known and looks_like_name,
        may_be_name=is_first or (is_known_word and plain in lists.surnames),
        is_first=is_first,
        is_uncommon=is_known_word and plain not in lists.common,
        is_rare=plain in lists.rare,
        is_known=is_known,
        is_capital=is_capital,
        is_upper=len(base) > 1 and base.isupper(),
        is_initial=is_initial,
        length=len(_POSSESSIVE.sub("", token)),
    )


def fold(word: str) -> str:
    """Return the one spelling under which a word is compared: lower case, without accents."""
    if word.isascii():
        return word.lower()
    letters = unicodedata.normalize("NFKD", word).casefold().replace("’", "'")
    return "".join(char for char in letters if not unicodedata.combining(char))


def _base(token: str) -> str:
    contraction = _CONTRACTION.fullmatch(token)
    return contraction[1] if contraction else token


def _is_known(part: str, lists: _Lists) -> bool:
    if len(part) == 1 or not part.isalpha():
        return True
    lower = fold(part)
    if part.isupper() and part in lists.abbreviations:
        return True
    if part.upper() in lists.abbreviations and sum(map(str.isupper, part)) > 1:
        return True
    if part[:-1].isupper() and part[-1] == "s" and part[:-1] in lists.abbreviations:
        return True
    return lower in lists.words or lower in _SHORTENED or _is_derived(lower, lists)


def _is_unpronounceable(base: str, lists: _Lists) -> bool:
    """Whether three to five capitals are letters and no word, as in "EPDS"; a name can be spoken."""
    is_short = _LEAST_LISTED <= len(base) <= _LONGEST_LETTERS and base.isalpha() and base.isupper()
    return is_short and base not in lists.abbreviations and _CONSONANTS.search(base) is not None


def _is_derived(lower: str, lists: _Lists) -> bool:
    if lower in lists.names:
        return False
    if _LONG_DRAWN.sub(r"\1", lower) in lists.words or _LONG_DRAWN.sub(r"\1\1", lower) in lists.words:
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
    small = frozenset(word for word in domain if not word.isupper())
    common = frozenset(_listed("english_words_common.txt"))
    rare = frozenset(_listed("english_words_rare.txt"))
    language = common | frozenset(_listed("english_words_usual.txt")) | rare
    names |= {name for name in first_names - language if len(name) >= _LEAST_LISTED}
    words = (language - names) | (language & (first_names | surnames)) | small
    return _Lists(
        words, common | small, rare - small, frozenset(domain) - small, names - words, first_names, surnames
    )


def _names_that_are_words() -> tuple[frozenset[str], frozenset[str]]:
    words = _listed("names_that_are_words.txt")
    middle = words.index("@surnames")
    return frozenset(words[:middle]), frozenset(words[middle + 1 :])


def _listed(name: str) -> list[str]:
    text = (resources.files("ccds_pipeline.deidentify") / "tables" / name).read_text(encoding="utf-8")
    return [word for line in text.splitlines() if not line.startswith("#") for word in line.split()]
