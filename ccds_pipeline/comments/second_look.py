"""Look a second time whether a redacted comment may still name somebody, before it is quoted.

Shares no code and no word list with ``deidentify.redaction`` (PRIVACY.md P10), so that both do not miss
the same. It rather refuses a harmless comment than lets a name pass: people can quote another one. A
name in small letters is found only where it follows a title, thanks or a greeting.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import resources

import yaml

# Few numbers are worth quoting, and three digits may be a ward, a bleep or part of a telephone number.
_MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
_DIGITS = re.compile(
    rf"\d(?:[\s.,:/-]{{0,2}}\d){{2}}|\d\D{{0,8}}\b{_MONTH}\b|\b{_MONTH}\b\D{{0,8}}\d", re.IGNORECASE
)
_SPOKEN = re.compile(
    r"\b(?:(?:oh?|zero|one|two|three|four|five|six|seven|eight|nine|double|treble|hundred)\b[\s,.-]{0,3}){6}",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"@|://|\bwww\b|\w\.\w\w|\bdot\b|[(\[]at[)\]]", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\[[^\[\]]*\]")
_WORD = re.compile(r"[^\W\d_](?:[\w'’-]*\w)?")
# What a sentence, an item of a list or a quotation may begin after; empty at the very beginning.
_STARTS = frozenset(".!?:;…\n\"“‘'(·•-") | {""}
_BEFORE_NAMES = re.compile(
    r"\b(?:thanks|thank you|cheers|dear|hi|hello|dr|mr|mrs|ms|miss|prof|sister|called|named|name is"
    r"|regards|wishes|love)[\s,:.]+(?:to\s+)?([^\W\d_]+)",
    re.IGNORECASE,
)


@cache
def _words() -> dict[str, frozenset[str]]:
    lists = yaml.safe_load(
        (resources.files("ccds_pipeline.comments") / "second_look.yaml").read_text("utf-8")
    )
    return {name: frozenset(words.split()) for name, words in lists.items()}


def signals_of_identity(text: str, *, ordinary_words: frozenset[str]) -> tuple[str, ...]:
    """Return why a redacted comment may still show who is meant; empty where nothing is found.

    Args:
        text: The comment; what is in square brackets is taken for a placeholder.
        ordinary_words: Words in small letters that many people use, as ``ordinary_words`` finds them.

    Returns:
        Any of ``digits``, ``address`` and ``name``, in this order.
    """
    rest = _PLACEHOLDER.sub(" · ", text)
    found = {
        "digits": _DIGITS.search(rest) is not None or _SPOKEN.search(rest) is not None,
        "address": _ADDRESS.search(rest) is not None,
        "name": any(_possible_names(rest, ordinary_words)),
    }
    return tuple(signal for signal, is_there in found.items() if is_there)


def _possible_names(text: str, ordinary_words: frozenset[str]) -> Iterator[bool]:
    never_names = _words()["titles_and_short_forms"]
    ordinary = (ordinary_words | _words()["small_words"]) - _words()["also_names"]
    for match in _WORD.finditer(text):
        word = re.split("['’]", match[0])[0]
        if word[0].isupper() and word not in never_names:
            before = text[max(0, match.start() - 3) : match.start()].rstrip(" \t")
            yield before[-1:] not in _STARTS or word.lower() not in ordinary
    for match in _BEFORE_NAMES.finditer(text):
        yield match[1] not in never_names and match[1].lower() not in ordinary
