"""Which words belong to a name beside them, and which ones sign a comment.

Names by themselves are found in ``words`` and ``context``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ccds_pipeline.deidentify.redaction import cues
from ccds_pipeline.deidentify.redaction.context import may_be_small_surname
from ccds_pipeline.deidentify.redaction.line import WITHIN_NAME, Line

_LONGEST_SIGNATURE = 4
_AFTER_SIGN_OFF = re.compile(r"\s?[,.!-]?\s*")
_SIGNATURE_MARKS = frozenset({"-", "–", "~"})


def with_neighbours(line: Line, names: set[int]) -> set[int]:
    """Return the places of names together with those of the words that belong to them."""
    found = set(names)
    while more := {position for position in _near(line, found) if _belongs(line, position, found)} - found:
        found |= more
    return found


def _near(line: Line, names: set[int]) -> set[int]:
    places = {position + step for position in names for step in (-1, 1, 2)}
    return {position for position in places if 0 <= position < len(line)}


def _belongs(line: Line, position: int, names: set[int]) -> bool:
    if _continues_list(line, position, names):
        return True
    if line.words[position].is_placeholder:
        return False
    after_name = position - 1 in names and line.gaps[position] in WITHIN_NAME
    before_name = position + 1 in names and line.gaps[position + 1] in WITHIN_NAME
    if line.words[position].is_initial:
        return (after_name or before_name) and _is_initial_of_name(line, position)
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
    return word.may_be_name and (word.is_capital or may_be_small_surname(word))


def _precedes_name(line: Line, position: int) -> bool:
    word = line.words[position]
    if line.gaps[position + 1] == ". " and word.length > 1:
        return False
    if word.is_capital:
        return word.may_be_name
    is_first = word.is_first and word.plain not in cues.NEVER_SMALL_NAMES
    return is_first and not line.words[position + 1].is_capital


def _leads_to_capital(line: Line, position: int) -> bool:
    """Whether a word is capitalised, or particles lead from it to one that is: "van der Berg"."""
    while line.plain(position) in cues.PARTICLES and line.goes_on(position):
        position += 1
    word = line.word(position)
    return word is not None and (word.is_capital or word.is_name)


def signature(line: Line) -> set[int]:
    """Return the places of the words that sign a comment: after "regards", or alone on its last line."""
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
