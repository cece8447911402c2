"""A second look for identifiers, by other means than the redactor's, over texts that are about to leave.

It shares no code, pattern or word list with the redactor, so that one mistake does not blind both:
telephone numbers and NHS numbers are judged by libraries, the rest by taking a text apart, and names by
how words are capitalised over all texts together. What to do about a find belongs to the caller.
"""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise

import nhs_number
import pandas as pd
import phonenumbers

_PROVIDERS = frozenset({"nhs", "gmail", "hotmail", "outlook", "yahoo", "icloud", "nhsmail", "btinternet"})
_NETWORK_ENDINGS = frozenset({"net", "com", "org", "uk", "eu", "io", "gov", "edu"})
_EDGES = string.punctuation + "‘’“”…–—"
_SEPARATORS = str.maketrans(dict.fromkeys(" -.()/", ""))
_PHONE_DIGITS = 9  # fewer are what one dials next door, and look like years and months
_NHS_DIGITS, _LONG_NUMBER, _NI_LENGTH = 10, 7, 9
_POSTCODE_LENGTHS, _INWARD = range(5, 8), 3
_DATE_PARTS, _LEAST_NAME_WORDS = 3, 2
_NOT_INWARD = frozenset("CIKMOV")  # letters that Royal Mail leaves out, as handwriting confuses them
_LAST_DAY, _LAST_MONTH, _SHORT_YEAR, _YEAR = 31, 12, 2, 4
_SENTENCE_ENDS = frozenset('.!?:;("“')


def identifiers_in(text: str) -> list[str]:
    """Return the kinds of identifiers that a text by itself shows, each once, in the order of ``KINDS``.

    A name shows itself as two or more capitalised words in a row inside a sentence.
    """
    return [kind for kind, shows in _DETECTORS.items() if shows(text)]


def scan_texts(texts: pd.Series) -> pd.DataFrame:
    """Count texts that show an identifier; the texts themselves are not in the answer.

    Args:
        texts: Any cells; those that are not text are passed over. A word that any of them also holds in small
            letters is not a name.

    Returns:
        One row per kind that was found: ``kind`` and ``n``, the number of texts that show it.
    """
    present = Counter(text for text in texts.array if isinstance(text, str))
    small = {word for text in present for word in _bare_words(text) if word.islower()}
    found = Counter[str]()
    for text, n in present.items():
        kinds = {kind for kind in identifiers_in(text) if kind != "name"}
        found.update(dict.fromkeys(kinds | ({"name"} if _shows_name(text, small) else set()), n))
    rows = [(kind, found[kind]) for kind in KINDS if found[kind]]
    return pd.DataFrame(rows, columns=["kind", "n"]).astype({"kind": "str", "n": "int64"})


def _shows_email(text: str) -> bool:
    if any(before[-1:].isalnum() and after[:1].isalnum() for before, after in _split_at(text, "@")):
        return True
    words = [word.casefold() for word in _bare_words(text)]
    return any(
        word == "at" and _is_provider(words[position + 1 : position + 4])
        for position, word in enumerate(words)
    )


def _is_provider(after_at: list[str]) -> bool:
    first = after_at[:1]
    parts = first[0].split(".") if first else []
    is_dotted = len(parts) > 1 and parts[-1] in _NETWORK_ENDINGS
    return is_dotted or bool(_PROVIDERS.intersection(parts)) or after_at[1:2] == ["dot"]


def _shows_web_address(text: str) -> bool:
    for word in text.split():
        host = word.casefold().strip(_EDGES).removeprefix("https://").removeprefix("http://").split("/")[0]
        parts = host.split(".")
        if "://" in word or (len(parts) > 1 and parts[-1] in _NETWORK_ENDINGS and all(parts)):
            return True
    return False


def _shows_phone(text: str) -> bool:
    matches = phonenumbers.PhoneNumberMatcher(text, "GB", leniency=phonenumbers.Leniency.POSSIBLE)
    return any(sum(char.isdecimal() for char in match.raw_string) >= _PHONE_DIGITS for match in matches)


def _shows_nhs_number(text: str) -> bool:
    tens = (digits for digits in _digit_groups(text) if len(digits) == _NHS_DIGITS)
    return any(nhs_number.validate.is_valid(digits) for digits in tens)


def _shows_long_number(text: str) -> bool:
    return any(len(digits) >= _LONG_NUMBER for digits in _digit_groups(text))


def _shows_postcode(text: str) -> bool:
    words = [word.upper() for word in _bare_words(text)]
    pairs = [before + after for before, after in pairwise(words)]
    return any(_is_postcode(word) for word in [*words, *pairs])


def _is_postcode(word: str) -> bool:
    outward, inward = word[:-_INWARD], word[-_INWARD:]
    fits = len(word) in _POSTCODE_LENGTHS and word.isascii() and word.isalnum()
    is_inward = fits and inward[0].isdigit() and inward[1:].isalpha() and _NOT_INWARD.isdisjoint(inward)
    return is_inward and outward[0].isalpha() and any(char.isdigit() for char in outward)


def _shows_ni_number(text: str) -> bool:
    joined = [word.translate(_SEPARATORS).upper() for word in _windows(text, words=5)]
    return any(
        len(word) == _NI_LENGTH and word[:2].isalpha() and word[2:8].isdigit() and word[8] in "ABCD"
        for word in joined
    )


def _shows_date_of_day(text: str) -> bool:
    return any(_is_date(word.strip(_EDGES)) for word in text.split())


def _is_date(word: str) -> bool:
    for separator in "/-.":
        parts = word.split(separator)
        if len(parts) == _DATE_PARTS and all(part.isdecimal() for part in parts):
            year = max(parts, key=len)
            others = sorted(int(part) for part in parts if part is not year)
            return len(year) in {_SHORT_YEAR, _YEAR} and others[0] <= _LAST_MONTH and others[1] <= _LAST_DAY
    return False


def _shows_name(text: str, small: frozenset[str] | set[str] = frozenset()) -> bool:
    run = 0
    for word, begins in _words_with_place(text):
        is_capital = (
            word[:1].isupper() and not word.isupper() and word.isalpha() and word.lower() not in small
        )
        run = run + 1 if is_capital and not begins else 0
        if run >= _LEAST_NAME_WORDS:
            return True
    return False


def _words_with_place(text: str) -> Iterator[tuple[str, bool]]:
    """Yield each word and whether it begins a sentence."""
    begins = True
    for word in text.split():
        bare = word.strip(_EDGES)
        if bare:
            yield bare, begins or word[0] in _SENTENCE_ENDS
            begins = word[-1] in _SENTENCE_ENDS


def _bare_words(text: str) -> list[str]:
    return [bare for word in text.split() if (bare := word.strip(_EDGES))]


def _split_at(text: str, separator: str) -> Iterator[tuple[str, str]]:
    parts = text.split(separator)
    for before, after in pairwise(parts):
        yield before.rstrip(), after.lstrip()


def _windows(text: str, *, words: int) -> Iterator[str]:
    parts = _bare_words(text)
    for start in range(len(parts)):
        for end in range(start + 1, min(start + words, len(parts)) + 1):
            yield "".join(parts[start:end])


def _digit_groups(text: str) -> Iterator[str]:
    """Yield the digits of each number, in which single blanks, dashes and full stops may stand."""
    digits, gap = "", 0
    for char in f"{text}\n":
        if char.isdecimal():
            digits, gap = digits + char, 0
        elif digits and gap == 0 and char in " -.":
            gap = 1
        else:
            if digits:
                yield digits
            digits, gap = "", 0


_DETECTORS: dict[str, Callable[[str], bool]] = {
    "email": _shows_email,
    "web_address": _shows_web_address,
    "phone": _shows_phone,
    "nhs_number": _shows_nhs_number,
    "postcode": _shows_postcode,
    "ni_number": _shows_ni_number,
    "date_of_day": _shows_date_of_day,
    "long_number": _shows_long_number,
    "name": _shows_name,
}
KINDS = tuple(_DETECTORS)
