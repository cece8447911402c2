"""Look a second time whether a redacted comment may still name somebody, before it is quoted.

Shares no code and no word list with ``deidentify.redaction`` (PRIVACY.md P10), so that both do not miss
the same. It rather refuses a harmless comment than lets a name pass: people can quote another one. A
name in small letters is found only where it follows a title, thanks or a greeting.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# Few numbers are worth quoting, and three digits may be a ward, a bleep or part of a telephone number.
_MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
_DIGITS = re.compile(
    rf"\d(?:[\s.,:/-]{{0,2}}\d){{2}}|\d\D{{0,8}}\b{_MONTH}\b|\b{_MONTH}\b\D{{0,8}}\d", re.IGNORECASE
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
_TITLES_AND_SHORT_FORMS = frozenset(
    _WORD.findall(
        "I A E AE NHS GP GPs MS IT HR ICU CCU CCDS CPD PPE OK UK COVID Covid English Teams Zoom "
        "Dr Mr Mrs Ms Miss Prof Sister"
    )
)
_SMALL_WORDS = frozenset(
    _WORD.findall(
        "a about after all also an and any are as at be been before being best both but by can could did do "
        "does each every excellent even feel for from good great had has have having he helped her his how i "
        "if in is it it's its just keep learned listen loved made many more most much my no not nothing now "
        "of on one or our pause people please really she so some such take than thank thanks that "
        "the their them then there these they this those to try use used useful very was we well were what "
        "when where which while who with would yes you your again everyone everybody everything"
    )
)
# Ordinary words that begin a sentence as often as a name does.
_ALSO_NAMES = frozenset(
    _WORD.findall(
        "april art august bill bob dawn dean don drew faith frank grace guy hope jack joy june mark may "
        "miles pat penny ray rob robin rose sue summer will"
    )
)


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
        "digits": _DIGITS.search(rest) is not None,
        "address": _ADDRESS.search(rest) is not None,
        "name": any(_possible_names(rest, (ordinary_words | _SMALL_WORDS) - _ALSO_NAMES)),
    }
    return tuple(signal for signal, is_there in found.items() if is_there)


def _possible_names(text: str, ordinary: frozenset[str]) -> Iterator[bool]:
    for match in _WORD.finditer(text):
        word = re.split("['’]", match[0])[0]
        if word[0].isupper() and word not in _TITLES_AND_SHORT_FORMS:
            before = text[max(0, match.start() - 3) : match.start()].rstrip(" \t")
            yield before[-1:] not in _STARTS or word.lower() not in ordinary
    for match in _BEFORE_NAMES.finditer(text):
        yield match[1] not in _TITLES_AND_SHORT_FORMS and match[1].lower() not in ordinary
