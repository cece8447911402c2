"""Names of persons, found by what stands beside them: titles, greetings, thanks, sign-offs.

A capital letter alone is no evidence here. Words of ``tables/not_names.csv`` are never names; after
a full title ("Dr May") even they are. Identifiers with a form of their own belong in
``redaction_rules``.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib import resources
from itertools import takewhile

from ccds_pipeline.privacy.redaction_rules import Rule, RuleSet

_UPPER, _LOWER = "A-ZÀ-ÖØ-ÞĀ-ɏ", "a-zß-öø-ÿĀ-ɏ"
_WORD_START = rf"[{_UPPER}][{_LOWER}'’]"
_WORD = rf"{_WORD_START}[\w'’-]{{0,40}}"
_INITIAL = rf"[{_UPPER}]\b\.?"
_NAME = rf"(?:{_INITIAL}[ ]?){{0,2}}{_WORD}(?:[ ](?:{_WORD}|{_INITIAL})){{0,3}}"
_NAMES = rf"(?P<names>{_NAME}(?:(?:,[ ]?{_NAME}){{0,4}},?[ ](?:and|&)[ ]{_NAME})?)"
_SMALL_NAME = rf"(?P<names>[{_LOWER}][\w'’-]{{1,40}})"
_RUN = re.compile(r"\b(?!and\b)[^\W\d_][\w'’.-]*(?:[ ](?!and\b)[^\W\d_][\w'’.-]*)*")

_FULL_TITLES = r"(?i:mr|mrs|ms|mx|dr|prof|professor|sir|dame|rev|reverend)\b\.?[ ]"
_PRODUCTS = r"(?!(?:Teams|Forms|Office|Word|Excel|Outlook|Project|PowerPoint)\b)"
_ROLES = r"(?i:miss|doctor|sister|nurse|matron|midwife)[ ]"
_ONE_OF_MANY = r"(?<!the )(?<!\ba )(?<!my )(?<!our )(?<!your )"
_CUES = "|".join(
    (
        "my name is|my name's|name is|names? ?:|i am|i'm|this is|named|called|asked|told|met|with|by",
        "hi|hello|hey|dear|morning|afternoon|thanks|thank you|thankyou|thx|cheers|well done",
        "(?:thanks|thank you|grateful|credit|kudos|well done) to|(?:spoke|talked|chatted|listened) to",
        "facilitators?|trainers?|tutors?|presenters?|speakers?|hosts?|colleagues?|manager|supervisor|mentor",
        "friend|patient|husband|wife|partner|son|daughter|mum|mother|dad|father|brother",
    )
)
_SIGN_OFFS = "|".join(
    (
        "(?:kind |best |warm |kindest |warmest |many )?regards|best wishes|all the best|sincerely|love|best",
        "many thanks|thanks(?: again)?|thank you|cheers|yours (?:sincerely|faithfully|truly)",
    )
)
_END = r"(?:[ ]*x{1,3})?[\s.!]{0,5}\Z"


def _without_names(match: re.Match[str]) -> str:
    start, end = (place - match.start() for place in match.span("names"))
    return match[0][:start] + _RUN.sub(_without_name, match["names"]) + match[0][end:]


def _without_name(run: re.Match[str]) -> str:
    """Replace the words of a run up to the first that is no name."""
    words = run[0].split(" ")
    names = list(takewhile(_may_be_a_name, words))
    return " ".join([*(["[NAME]"] if names else []), *words[len(names) :]])


def _without_signature(match: re.Match[str]) -> str:
    """Replace all that signs a comment: at its end even "Ward" is a surname."""
    first_word = match["names"].split(" ")[0]
    if not _may_be_a_name(first_word):
        return match[0]
    start, end = (place - match.start() for place in match.span("names"))
    return f"{match[0][:start]}[NAME]{match[0][end:]}"


def _after_title(match: re.Match[str]) -> str:
    _first, space, others = match["names"].partition(" ")
    names = "[NAME]" + space + _RUN.sub(_without_name, others)
    return match[0].removesuffix(match["names"]) + names.replace("[NAME] [NAME]", "[NAME]")


def _may_be_a_name(word: str) -> bool:
    is_initial = word.endswith(".") and re.fullmatch(_INITIAL, word) is not None
    plain = word.casefold().replace("’", "'").split("'")[0].rstrip(".")
    return is_initial or plain not in _not_names()


@cache
def _not_names() -> frozenset[str]:
    file = resources.files("ccds_pipeline.privacy") / "tables" / "not_names.csv"
    return frozenset(row["word"] for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines()))


def _names_where(pattern: str) -> Rule:
    return Rule(re.compile(pattern), _without_names)


def _signature_where(pattern: str) -> Rule:
    return Rule(re.compile(pattern), _without_signature)


TITLE_RULES = RuleSet(
    re.compile(rf"\b(?:{_FULL_TITLES}|{_ROLES})"),
    (
        Rule(re.compile(rf"\b{_FULL_TITLES}{_PRODUCTS}{_NAMES}"), _after_title),
        _names_where(rf"{_ONE_OF_MANY}\b(?i:mr|mrs|mx|dr|prof)\b\.?[ ]{_SMALL_NAME}"),
        _names_where(rf"\b{_ROLES}{_NAMES}"),
    ),
)
CUE_RULES = RuleSet(
    re.compile(rf"[\w,: ][ :](?:{_WORD_START}|[{_UPPER}]\.)"),
    (
        _names_where(rf"\b(?i:{_CUES})[ :]{{1,2}}{_NAMES}"),
        _names_where(rf"\b(?i:{_CUES}),[ ]{_NAMES}(?=[.,!\n]|\Z)"),
    ),
)
POSSESSIVE_RULES = RuleSet(re.compile(r"['’]s\b"), (_names_where(rf"\b(?P<names>{_WORD})['’]s\b"),))
SIGN_OFF_RULES = RuleSet(
    re.compile(r"(?i:regards|wishes|thank|cheers|yours|sincerely|best|love)|[-~\n]"),
    (
        _signature_where(rf"\b(?i:{_SIGN_OFFS})[ ]?[,.!-]?[ ]?\s?{_NAMES}{_END}"),
        _signature_where(rf"\b(?i:{_SIGN_OFFS})(?:[ ]?,\s?|\s*\n){_SMALL_NAME}{_END}"),
        _signature_where(rf"(?:[-~]|\n)[ ]?(?P<names>{_WORD}(?:[ ]{_WORD})?){_END}"),
    ),
)
