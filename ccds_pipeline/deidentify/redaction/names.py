"""Names of persons: which words of a comment are names, told from the words and from their neighbours.

A capitalised word that no list knows is a name. A name that is also a word ("Grace", "Mark", "Young")
is one only beside a cue. Every rule adds names and none takes one away, so the order of the rules does
not matter, and a larger roster can only redact more. Identifiers with a form of their own belong in
``rules``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ccds_pipeline.deidentify.redaction import cues
from ccds_pipeline.deidentify.redaction.context import (
    TOKEN,
    WITHIN_NAME,
    Line,
    is_name,
    is_of_public_name,
    may_be_small_name,
    may_be_small_surname,
    may_be_stranger,
    names_no_person,
    precedes_initial,
)
from ccds_pipeline.deidentify.redaction.words import NAME, Roster, Word, is_slip, judge

_NOTHING, _SURE, _IN_DOUBT, _TELLING, _CUE, _SMALL = 0, 1, 2, 4, 8, 16
_LONGEST_SIGNATURE = 4
_AFTER_SIGN_OFF = re.compile(r"\s?[,.!-]?\s*")
_ENDINGS_OF_VERBS = ("ed", "ing", "ly")
_SIGNATURE_MARKS = frozenset({"-", "–", "~"})


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
        weight |= _IN_DOUBT if may_be_stranger(word) else _NOTHING
        weight |= _TELLING if word.plain in cues.TELLING else _NOTHING
        weight |= _CUE if word.plain in cues.CUES else _NOTHING
        self._weights[token] = weight
        return weight


def _without_names(line: Line) -> str:
    names = {
        position
        for position, word in enumerate(line.words)
        if (word.is_name and not names_no_person(line, position)) or is_name(line, position)
    }
    names -= {position for position in names if is_of_public_name(line, position)}
    pieces, done = [], 0
    for first, last in _runs(line, sorted(with_neighbours(line, names | signature(line)))):
        pieces += [line.text[done : line.spans[first][0]], NAME]
        done = line.spans[last][0] + line.words[last].length
    return "".join([*pieces, line.text[done:]])


def _runs(line: Line, names: list[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and last position of each row of names that stand side by side."""
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


def with_neighbours(line: Line, names: set[int]) -> set[int]:
    """Return the positions of names together with those of the words that belong to them."""
    found = set(names)
    while more := {position for position in _near(line, found) if _belongs(line, position, found)} - found:
        found |= more
    return found


def _near(line: Line, names: set[int]) -> set[int]:
    positions = {position + step for position in names for step in (-1, 1, 2)}
    return {position for position in positions if 0 <= position < len(line)}


def _belongs(line: Line, position: int, names: set[int]) -> bool:
    if _continues_list(line, position, names):
        return True
    if line.words[position].is_placeholder:
        return False
    after_name = position - 1 in names and line.gaps[position] in WITHIN_NAME
    before_name = position + 1 in names and line.gaps[position + 1] in WITHIN_NAME
    if line.words[position].is_initial:
        is_beside = after_name or before_name
        return (is_beside and _is_initial_of_name(line, position)) or (
            position - 1 in names and precedes_initial(line, position - 1)
        )
    return (after_name and _follows_name(line, position)) or (
        before_name and not after_name and _precedes_name(line, position)
    )


def _continues_list(line: Line, position: int, names: set[int]) -> bool:
    """Whether a word that may be a first name stands after "Anna and"."""
    word = line.words[position]
    is_after_and = position - 2 in names and line.plain(position - 1) == "and"
    return is_after_and and word.is_first and (word.is_capital or word.plain not in cues.NEVER_SMALL_NAMES)


def _is_initial_of_name(line: Line, position: int) -> bool:
    plain = line.plain(position)
    return line.gaps[position + 1].startswith(".") or "." in plain or plain not in {"i", "a"}


def _follows_name(line: Line, position: int) -> bool:
    word, before = line.words[position], line.words[position - 1]
    if before.plain in cues.PARTICLES or word.plain in cues.PARTICLES:
        return _leads_to_capital(line, position)
    if line.gaps[position] == ". " and not before.is_initial and before.length > 1:
        return False
    if not word.is_known and not word.is_capital:
        return not before.is_capital or not (word.plain.endswith(_ENDINGS_OF_VERBS) or is_slip(word.plain))
    return (word.may_be_name or word.is_name) and (word.is_capital or may_be_small_surname(word))


def _precedes_name(line: Line, position: int) -> bool:
    word = line.words[position]
    if line.gaps[position + 1] == ". " and word.length > 1:
        return False
    if word.plain in cues.SURE_PARTICLES and line.goes_on(position):
        return True
    if word.is_capital:
        return word.may_be_name or word.is_name
    is_first = word.is_first and word.plain not in cues.NEVER_SMALL_NAMES
    return is_first and not line.words[position + 1].is_capital


def _leads_to_capital(line: Line, position: int) -> bool:
    """Whether a word is capitalised, or particles lead from it to one that is: "van der Berg"."""
    while line.plain(position) in cues.PARTICLES and line.goes_on(position):
        position += 1
    word = line.word(position)
    return word is not None and (word.is_capital or word.is_name)


def signature(line: Line) -> set[int]:
    """Return the positions of the words that sign a comment: after "regards", or alone on its last line."""
    last = len(line) - 1
    while last >= 0 and set(line.plain(last)) <= {"x"}:
        last -= 1
    for first in range(max(0, last - _LONGEST_SIGNATURE + 1), last + 1):
        if (first == last and _stands_apart(line, first)) or _follows_sign_off(line, first):
            return set(_signing(line, first, last))
    return set()


def _stands_apart(line: Line, position: int) -> bool:
    word, gap = line.words[position], line.gaps[position]
    is_apart = position > 0 and ("\n" in gap or gap.strip() in _SIGNATURE_MARKS)
    return is_apart and word.is_capital and word.is_first and word.plain not in cues.NEVER_SMALL_NAMES


def _follows_sign_off(line: Line, position: int) -> bool:
    word, gap = line.words[position], line.gaps[position]
    if word.is_placeholder or word.plain in cues.NEVER_SMALL_NAMES or word.plain == "x":
        return False
    if line.plain(position - 1) not in cues.SIGN_OFFS or _AFTER_SIGN_OFF.fullmatch(gap) is None:
        return False
    is_candidate = word.may_be_name or word.is_initial or not word.is_known
    return is_candidate and (word.is_capital or gap.strip() == "," or "\n" in gap)


def _signing(line: Line, first: int, last: int) -> Iterator[int]:
    yield first
    for position in range(first + 1, last + 1):
        word = line.words[position]
        is_plain = word.is_known and not word.is_capital
        if line.gaps[position] not in WITHIN_NAME or word.is_placeholder or is_plain:
            return
        yield position
