"""Which words are names by what stands before and behind them, whatever other names there are.

The words that say so stand in ``cues``; words that belong to a name beside them are found in
``neighbours``.
"""

from __future__ import annotations

from ccds_pipeline.deidentify.redaction import cues
from ccds_pipeline.deidentify.redaction.line import Line
from ccds_pipeline.deidentify.redaction.words import Word

_NO_INITIALS = frozenset({"e.g", "i.e", "a.m", "p.m", "p.s", "n.b", "u.k", "u.s", "a.k.a", "e.t.c", "n.a"})
_TITLE_GAPS = frozenset({" ", ". ", "."})
_CUE_GAPS = frozenset({" ", ", ", ": ", ",", " - "})
_AFTER_HEADING = frozenset({":", "-", "–", "("})
_DASHES = frozenset({" - ", " – "})
_LIST_GAPS = frozenset({", ", " & ", " + "})
_NO_TITLED = cues.PRODUCTS | cues.TITLES | cues.ROLES | cues.DETERMINERS | cues.NO_SURNAMES


def is_name(line: Line, position: int) -> bool:
    """Whether the words around a word say that a person is meant."""
    word = line.words[position]
    if word.is_placeholder:
        return False
    if _follows_title(line, position):
        return True
    if word.is_initial:
        return "." in word.plain and word.plain.rstrip(".") not in _NO_INITIALS
    is_small = may_be_small_name(word) or (line.shouts and word.is_first)
    return (
        (is_small and _is_small_name(line, position))
        or _is_introduced(line, position)
        or (word.is_capital and (word.may_be_name or word.is_rare) and _is_capital_name(line, position))
    )


def may_be_small_name(word: Word) -> bool:
    """Whether a word in small letters may be a name if a cue says so."""
    if word.is_capital or word.is_name:
        return False
    return not word.is_known or (word.is_first and word.plain not in cues.NEVER_SMALL_NAMES)


def may_be_small_surname(word: Word) -> bool:
    """Whether a word may be a surname although it is in small letters, or all is in capitals."""
    if word.is_name or not word.is_known:
        return True
    return word.may_be_name and word.plain not in cues.AUXILIARIES


def _follows_title(line: Line, position: int) -> bool:
    word = line.words[position]
    if line.plain(position - 1) not in cues.TITLES or line.gaps[position] not in _TITLE_GAPS:
        return False
    if word.plain in _NO_TITLED:
        return False
    if word.is_capital and not line.shouts:
        return word.is_initial or not word.is_upper or not word.is_known
    return line.plain(position - 2) not in cues.DETERMINERS and may_be_small_surname(word)


def _is_small_name(line: Line, position: int) -> bool:
    """Whether "mark" or "anoushka" is meant as a name: after thanks, a meeting or a relation."""
    word, gap = line.words[position], line.gaps[position]
    before, further = line.plain(position - 1), line.plain(position - 2)
    if gap not in _CUE_GAPS or (word.is_known and word.plain in cues.NEVER_SMALL_NAMES):
        return False
    if word.is_known and before in cues.THANKS:
        return _ends_thanks(line, position)
    if before in cues.WITH and further in cues.MEETING:
        return word.is_known and gap == " " and line.plain(position + 1) != "and"
    is_relation = before in cues.KIN and gap != ", "
    return is_relation and (word.is_known or further in cues.BEFORE_KIN)


def _ends_thanks(line: Line, position: int) -> bool:
    return line.gaps[position + 1].strip() != "" or line.plain(position + 1) in {"", "and", "for", "x", "xx"}


def _is_introduced(line: Line, position: int) -> bool:
    """Whether the words before say that the next one is a name: "my name is King"."""
    word, before = line.words[position], line.plain(position - 1)
    if not word.is_capital or line.shouts or line.gaps[position] != " " or word.plain in cues.DETERMINERS:
        return False
    return before in cues.INTRODUCTIONS or (before == "is" and line.plain(position - 2) in cues.NAME_WORDS)


def _is_capital_name(line: Line, position: int) -> bool:
    word = line.words[position]
    if line.shouts and word.plain in cues.NEVER_SMALL_NAMES | cues.QUALITIES:
        return False
    if line.begins_sentence(position):
        return word.is_first and _begins_with_person(line, position)
    return not line.shouts and not _has_another_reason(line, position)


def _begins_with_person(line: Line, position: int) -> bool:
    """Whether a sentence that begins with "Mark" or "Grace" goes on as one about a person."""
    word, after = line.words[position], line.word(position + 1)
    if word.is_uncommon and not line.shouts and word.plain not in cues.TIMES:
        return line.plain(position + 2) != "the" or line.plain(position + 1) not in {"in", "on", "of"}
    if line.plain(position - 1) in cues.RELATIONS and line.gaps[position].strip() in _AFTER_HEADING:
        return True
    if after is None:
        return "\n" in line.gaps[position]
    if after.plain in {"from", "who"}:
        return line.goes_on(position)
    if word.plain in cues.SEASONS and after.plain in cues.ALSO_OF_TIMES:
        return False
    return _goes_on_as_person(line, position, after)


def _goes_on_as_person(line: Line, position: int, after: Word) -> bool:
    word, gap = line.words[position], line.gaps[position + 1]
    if line.is_possessive(position) and word.plain not in cues.TIMES:
        return True
    if after.may_be_name and after.is_capital and gap == " ":
        return word.plain not in cues.NEVER_SMALL_NAMES
    if gap in _DASHES:
        return True
    if after.plain == "is" or after.plain.endswith("ed") or (gap == ", " and after.plain in cues.APPOSITIONS):
        return word.plain not in cues.QUALITIES
    if after.plain == "and" or gap in _LIST_GAPS:
        return _goes_on_with_person(line, position + 2 if after.plain == "and" else position + 1)
    return gap == " " and after.plain in cues.PERSON_GOES_ON


def _goes_on_with_person(line: Line, position: int) -> bool:
    """Whether a list goes on with a person, or "Grace, …" with thanks to her."""
    other = line.word(position)
    if other is None:
        return False
    return other.plain in cues.THANKS or (other.is_capital and (other.is_name or other.is_first))


def _has_another_reason(line: Line, position: int) -> bool:
    """Whether a capital inside a sentence is no sign of a name: "the Ward", "in May", "Page 3"."""
    word = line.words[position]
    return (
        word.is_upper
        or word.plain in cues.OFTEN_CAPITAL
        or line.plain(position - 1) in cues.DETERMINERS
        or (line.goes_on(position) and line.plain(position + 1)[:1].isdigit())
        or (word.plain in cues.TIMES and _is_time(line, position))
        or _is_in_capital_phrase(line, position)
    )


def _is_time(line: Line, position: int) -> bool:
    before, further = line.plain(position - 1), line.plain(position - 2)
    if before in {"to", "and", "or"}:
        return further in cues.TIMES or further in {"up", "prior", "back"}
    return before in cues.BEFORE_TIMES or before in cues.TIMES or before.isdigit()


def _is_in_capital_phrase(line: Line, position: int) -> bool:
    """Whether a plain word beside it has a capital too, as in "Compassion Fatigue" or a heading."""
    before = None if line.begins_sentence(position - 1) else line.word(position - 1)
    return (line.gaps[position] == " " and _is_plain_capital(before)) or (
        line.goes_on(position) and _is_plain_capital(line.word(position + 1))
    )


def _is_plain_capital(word: Word | None) -> bool:
    if word is None or word.is_placeholder or word.may_be_name or word.plain in cues.CUES:
        return False
    return word.is_capital and word.is_known and len(word.plain) > 1
