"""Names of persons: which words of a comment are names, told from the words and from their neighbours.

A capitalised word that no list knows is a name. A name that is also a word ("Grace", "Mark", "Young")
is one only beside a cue. Every rule adds names and none takes one away, so the order of the rules does
not matter, and a larger roster can only redact more. Identifiers with a form of their own belong in
``rules``.
"""

from __future__ import annotations

from collections.abc import Iterator

from ccds_pipeline.deidentify.redaction import cues
from ccds_pipeline.deidentify.redaction.context import is_name, may_be_small_name
from ccds_pipeline.deidentify.redaction.line import TOKEN, WITHIN_NAME, Line
from ccds_pipeline.deidentify.redaction.neighbours import signature, with_neighbours
from ccds_pipeline.deidentify.redaction.words import NAME, Roster, Word, judge

_NOTHING, _SURE, _IN_DOUBT, _TELLING, _CUE, _SMALL = 0, 1, 2, 4, 8, 16


class NameFinder:
    """Redacts names; judges each word once, so one finder should see many comments."""

    def __init__(self, on_roster: Roster) -> None:
        self._on_roster = on_roster
        self._weights: dict[str, int] = {}
        self._words: dict[str, Word] = {}

    def redact(self, text: str) -> str:
        """Return the text with a placeholder for each name."""
        # Most comments hold nothing that could be a name, and are done after one look per word.
        weights, seen = self._weights, _NOTHING
        for token in TOKEN.findall(text):
            weight = weights.get(token)
            seen |= self._weigh(token) if weight is None else weight
        if seen & (_SURE | _IN_DOUBT | _TELLING) or (seen & _CUE and seen & _SMALL):
            return _without_names(Line(text, self._words))
        return text

    def _weigh(self, token: str) -> int:
        word = self._words[token] = judge(token, self._on_roster)
        weight = _SURE if word.is_name else _NOTHING
        if (word.is_capital and (word.may_be_name or word.is_rare)) or (word.is_initial and len(token) > 1):
            weight |= _IN_DOUBT
        weight |= _SMALL if may_be_small_name(word) else _NOTHING
        weight |= _TELLING if word.plain in cues.TELLING else _NOTHING
        weight |= _CUE if word.plain in cues.CUES else _NOTHING
        self._weights[token] = weight
        return weight


def _without_names(line: Line) -> str:
    names = {position for position, word in enumerate(line.words) if word.is_name or is_name(line, position)}
    pieces, done = [], 0
    for first, last in _runs(line, sorted(with_neighbours(line, names | signature(line)))):
        pieces += [line.text[done : line.spans[first][0]], NAME]
        done = line.spans[last][0] + line.words[last].length
    return "".join([*pieces, line.text[done:]])


def _runs(line: Line, names: list[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and last place of each row of names that stand side by side."""
    first = last = -1
    for position in names:
        if first >= 0 and not (position == last + 1 and _joins(line, position)):
            yield first, last
            first = position
        first, last = (position if first < 0 else first), position
    if first >= 0:
        yield first, last


def _joins(line: Line, position: int) -> bool:
    return line.gaps[position] in WITHIN_NAME and not line.is_possessive(position - 1)
