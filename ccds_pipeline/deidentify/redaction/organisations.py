"""Names of organisations: those of the register (ODS), and those that end in what they are.

"Townhead Surgery" is redacted; "the surgery", "Mental Health Trust" and "Royal College" name no single
employer and stay. Names of persons belong in ``names``.
"""

from __future__ import annotations

import re
from functools import cache

from ccds_pipeline.deidentify.generalise import plain_employer
from ccds_pipeline.deidentify.redaction.cues import words
from ccds_pipeline.deidentify.redaction.rules import Rule, RuleSet
from ccds_pipeline.reference.tables import shipped_rows

ORGANISATION = "[ORGANISATION]"
_CAPITAL = r"[A-ZÀ-ÖØ-Þ][\w'’-]{0,30}\.?"
_KINDS = (
    r"(?:(?:Medical|Health|Care|Surgical|Walk-in)\s(?:Practice|Centre|Center|Group|Partnership)|Surgery|Practice"
    r"|Medical|Hospitals?|Infirmary|Hospice|Clinic|Pharmacy|(?:Care|Nursing|Residential|Rest)\sHome|University"
    r"|Academy|School|Council|Trust)"
)
_PLACE = rf"{_CAPITAL}(?:\s{_CAPITAL}){{0,3}}"
_TAIL = rf"(?:\s(?:of|at|and|&)\s(?:the\s)?{_PLACE})?(?:\sNHS)?(?:\s(?:Foundation\s)?Trust)?"
_NAMED = rf"(?P<name>{_CAPITAL}(?:\s(?:(?:and|of|the|on|&)\s)?{_CAPITAL}){{0,4}})\s{_KINDS}\b{_TAIL}"
_OF = rf"\b(?:University\s|General\s|Royal\s)?(?:Hospitals?|Infirmary|University)\sof\s{_PLACE}"
_LEADING = words(
    """at the in from our my we i i'm and but for to with by of a an this that when as also so if is on
    both thank thanks work works working everyone staff all here dear hello hi sent please my your
    his her their its every each any some no more"""
)
_GENERIC = words(
    """general primary care mental health community nhs acute foundation local district royal university
    teaching children's childrens cottage private day dental eye gp gps doctors doctor's national
    best good common medical surgical nursing high infant junior secondary integrated partnership
    hospital hospitals practice county city town parish borough north south east west central great
    little large small rural busy outpatient fracture memory pain covid vaccination flu adult social
    services ambulance college of and the & our"""
)


def _put_organisation(match: re.Match[str]) -> str:
    words = match["name"].split()
    first = next((n for n, word in enumerate(words) if _plain(word) not in _LEADING), len(words))
    if all(_plain(word) in _GENERIC for word in words[first:]):
        return match[0]
    kept = " ".join(words[:first])
    return f"{kept} {ORGANISATION}" if kept else ORGANISATION


def _plain(word: str) -> str:
    return word.strip(".").replace("’", "'").casefold()


class OrganisationFinder:
    """Redacts the names of the register, word by word, whatever their case."""

    def __init__(self) -> None:
        self._by_first = _by_first_word()

    def redact(self, text: str) -> str:
        """Return the text with a placeholder for each employer that the register names."""
        matches = list(_TOKEN.finditer(text))
        plains = [match[0].casefold().replace("’", "").replace("'", "") for match in matches]
        if self._by_first.keys().isdisjoint(plains):
            return text
        pieces, done, position = [], 0, 0
        while position < len(plains):
            length = self._length_at(plains, position)
            if length:
                pieces += [text[done : matches[position].start()], ORGANISATION]
                done = matches[position + length - 1].end()
            position += max(length, 1)
        return "".join([*pieces, text[done:]])

    def _length_at(self, plains: list[str], position: int) -> int:
        names = self._by_first.get(plains[position], ())
        return next(
            (len(name) for name in names if tuple(plains[position : position + len(name)]) == name), 0
        )


_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


@cache
def _by_first_word() -> dict[str, list[tuple[str, ...]]]:
    """Return the names of the register by their first word, the longest first."""
    names: dict[str, list[tuple[str, ...]]] = {}
    for row in shipped_rows("organisations"):
        words = tuple(plain_employer(row["name"]).split())
        if len(words) > 1 and not all(word in _GENERIC for word in words):
            names.setdefault(words[0], []).append(words)
    return {first: sorted(group, key=len, reverse=True) for first, group in names.items()}


ORGANISATION_RULES = RuleSet(
    re.compile(r"Surgery|Practice|Medical|Centre|Center|Hospital|Infirmary|Hospice|Clinic|Pharmacy|Home|University"
               r"|Academy|School|Council|Trust|Group|Partnership"),
    (
        Rule(re.compile(_OF), lambda _match: ORGANISATION),
        Rule(re.compile(_NAMED), _put_organisation),
    ),
)  # fmt: skip
