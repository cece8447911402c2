"""Take identifiers out of comments before anything stores them.

Rules are applied in turn; each puts a typed placeholder such as ``[EMAIL]`` where it found one. The
rules stand in ``rules`` (what has a form of its own), ``organisations``, ``places``
and ``names``; which columns are comments belongs in ``ingest.conform``, whose names are known in
``roster``.
"""

from __future__ import annotations

import unicodedata

import pandas as pd

from ccds_pipeline.deidentify.redaction.names import NameFinder
from ccds_pipeline.deidentify.redaction.organisations import ORGANISATION_RULES, OrganisationFinder
from ccds_pipeline.deidentify.redaction.places import PLACE_RULES
from ccds_pipeline.deidentify.redaction.rules import ADDRESS_RULES, NUMBER_RULES, SPOKEN_RULES
from ccds_pipeline.deidentify.redaction.words import PLACEHOLDER, Roster, nobody

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—−"), "-")
# Two rounds do for anything that people write; the bound is for what they paste.
_ROUNDS = 5
_RULE_SETS = (ADDRESS_RULES, NUMBER_RULES, SPOKEN_RULES, ORGANISATION_RULES, PLACE_RULES)


def redact(comments: pd.Series, on_roster: Roster = nobody) -> pd.DataFrame:
    """Replace identifiers in comments by typed placeholders.

    Rule: PRIVACY.md P10. What is redacted without a roster is redacted with one, and
    redacting again with a larger roster can only redact more.

    Args:
        comments: Free text, missing where there is none; any index.
        on_roster: Whether somebody booked under a word (``roster.Roster``).

    Returns:
        One row per comment, same index: ``redacted_text`` (the comment itself where nothing was
        found, missing where it was missing) and ``redaction_n``, the number of placeholders put in.
    """
    redactor = _Redactor(on_roster)
    results = [redactor.redacted(text) for text in comments.astype("str").array]
    return pd.DataFrame(
        {
            "redacted_text": pd.Series([text for text, _ in results], index=comments.index, dtype="str"),
            "redaction_n": pd.Series([count for _, count in results], index=comments.index, dtype="int64"),
        }
    )


class _Redactor:
    def __init__(self, on_roster: Roster) -> None:
        self._names, self._organisations = NameFinder(on_roster), OrganisationFinder()

    def redacted(self, comment: str | float) -> tuple[str | None, int]:
        if not isinstance(comment, str):
            return None, 0
        readable = _readable(comment)
        text = self._without_identifiers(readable)
        if text == readable:
            return comment, 0
        return text, _placeholders_n(text) - _placeholders_n(readable)

    def _without_identifiers(self, text: str) -> str:
        # What one rule takes away can be what kept another from seeing its own, so once is not enough.
        for _ in range(_ROUNDS):
            before = text
            for rule_set in _RULE_SETS:
                if rule_set.hint.search(text):
                    for rule in rule_set.rules:
                        # control: identifiers with a form are redacted
                        text = rule.pattern.sub(rule.replace, text)
            # control: names are redacted
            text = self._names.redact(self._organisations.redact(text))
            if text == before:
                break
        return text


def _readable(comment: str) -> str:
    """Undo spellings that would hide an identifier: full-width or invisible characters, odd dashes."""
    if comment.isascii():
        return comment
    visible = "".join(char for char in comment if unicodedata.category(char) != "Cf")
    return unicodedata.normalize("NFKC", visible).translate(_DASHES)


def _placeholders_n(text: str) -> int:
    return len(PLACEHOLDER.findall(text))
