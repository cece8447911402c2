"""A comment as a row of words, and which of them are names by what stands before and after them.

The words that say so stand in ``cues``; what a word may be by itself belongs in ``words``, which words belong
to a name beside them in ``names``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ccds_pipeline.deidentify.redaction import cues
from ccds_pipeline.deidentify.redaction.words import PLACEHOLDER, Word, is_public_name, is_slip

TOKEN = re.compile(rf"{PLACEHOLDER.pattern}|(?:[A-Z]\.){{2,5}}(?:[A-Z]\b)?|[^\W_]+(?:['’-][^\W_]+)*")
WITHIN_NAME = frozenset({" ", "-", ".", ". ", " - ", "\u00a0"})
_SENTENCE_ENDS = re.compile(r"[.!?:;\n\"“”•*(\[~/]|\s[-–]\s?")
_NO_INITIALS = frozenset({"e.g", "i.e", "a.m", "p.m", "p.s", "n.b", "u.k", "u.s", "a.k.a", "e.t.c", "n.a"})
_TITLE_GAPS = frozenset({" ", ". ", "."})
_CUE_GAPS = frozenset({" ", ", ", ": ", ",", " - "})
_AFTER_HEADING = frozenset({":", "-", "–", "("})
_DASHES = frozenset({" - ", " – "})
_INITIAL_GAPS = frozenset({". ", ".", " ."})
_SURNAME_COMMAS = frozenset({", ", ","})
_LIST_GAPS = frozenset({", ", " & ", " + "})
_WITHIN_REACH = range(2, 7)  # "Summer was the very best trainer"
_LEAST_SLIP, _LONGEST_ABBREVIATION, _LEAST_STRANGER = 7, 5, 4
_NO_TITLED = cues.PRODUCTS | cues.TITLES | cues.ROLES | cues.DETERMINERS | cues.NO_SURNAMES | cues.CHARACTERS


class Line:
    """The words of one comment, by their position from 0; beyond its ends there are none.

    Args:
        text: The comment.
        words: What each of its tokens may be.
    """

    def __init__(self, text: str, words: Mapping[str, Word]) -> None:
        matches = list(TOKEN.finditer(text))
        self.text = text
        self.spans = [match.span() for match in matches]
        self.words = [words[match[0]] for match in matches]
        ends = [0, *(end for _, end in self.spans)]
        starts = [*(start for start, _ in self.spans), len(text)]
        # The text before each word, and at last that after the last one.
        self.gaps = [text[end:start] for end, start in zip(ends, starts, strict=True)]
        # All in capitals, so that a capital says nothing.
        self.shouts = all(word.is_capital or word.plain == word.plain.upper() for word in self.words)

    def __len__(self) -> int:
        return len(self.words)

    def word(self, position: int) -> Word | None:
        """Return the word at a position, or None beyond the ends."""
        return self.words[position] if 0 <= position < len(self.words) else None

    def plain(self, position: int) -> str:
        """Return the plain form of the word at a position; empty beyond the ends."""
        return self.words[position].plain if 0 <= position < len(self.words) else ""

    def begins_sentence(self, position: int) -> bool:
        """Whether a capital there may be due to what stands before it."""
        return position == 0 or _SENTENCE_ENDS.search(self.gaps[position]) is not None

    def goes_on(self, position: int) -> bool:
        """Whether only a blank stands between a word and the next."""
        return self.gaps[position + 1] == " "

    def is_possessive(self, position: int) -> bool:
        """Whether a word ends in "'s"."""
        start, end = self.spans[position]
        return end - start > self.words[position].length


def is_name(line: Line, position: int) -> bool:
    """Whether the words around a word say that a person is meant."""
    word = line.words[position]
    if word.is_placeholder:
        return False
    if _follows_title(line, position):
        return True
    if word.is_initial:
        return "." in word.plain and word.plain.rstrip(".") not in _NO_INITIALS
    if _has_initial(line, position):
        return True
    is_small = may_be_small_name(word) or (line.shouts and word.is_first)
    return (
        (is_small and (_is_small_name(line, position) or _is_small_stranger(line, position)))
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


def names_no_person(line: Line, position: int) -> bool:
    """Whether an unknown word with a capital has another reason for it than to be somebody's name."""
    if _names_rule(line, position) or _is_where(line, position):
        return True
    return line.words[position].may_be_eponym and (
        is_eponym(line, position) or _is_slip(line, position) or _is_abbreviation(line, position)
    )


def is_of_public_name(line: Line, position: int) -> bool:
    """Whether a word is part of a name that courses and prizes bear: "the Oliver McGowan training"."""
    plain = line.plain(position)
    return is_public_name(plain, line.plain(position + 1)) or is_public_name(line.plain(position - 1), plain)


def _is_slip(line: Line, position: int) -> bool:
    """Whether a long word that begins a sentence is a common one but for a letter: "Everthing was fine"."""
    word = line.words[position]
    return len(word.plain) >= _LEAST_SLIP and line.begins_sentence(position) and is_slip(word.plain)


def _is_abbreviation(line: Line, position: int) -> bool:
    """Whether a few capitals stand in brackets or behind an article: "by e-mail (EPS)", "the EPS"."""
    word, gap = line.words[position], line.gaps[position]
    if not word.is_upper or line.shouts or word.length > _LONGEST_ABBREVIATION:
        return False
    in_brackets = gap.endswith("(") and line.gaps[position + 1].startswith(")")
    return in_brackets or line.plain(position - 1) in cues.BEFORE_THINGS


def _names_rule(line: Line, position: int) -> bool:
    """Whether a rule is called after somebody by the first name: "Martha's Rule"."""
    after = line.word(position + 1)
    return (
        not line.words[position].is_booked
        and line.is_possessive(position)
        and line.goes_on(position)
        and after is not None
        and after.is_capital
        and not line.shouts
        and after.plain in cues.RULES_OF_SOMEBODY
    )


def is_eponym(line: Line, position: int) -> bool:
    """Whether a word names a thing called after somebody: "the Ockenden review", "Wong-Baker faces"."""
    word = line.words[position]
    if not word.may_be_eponym or word.is_placeholder or not word.is_capital or line.shouts:
        return False
    before = line.word(position - 1)
    is_after_person = before is not None and (
        before.is_name or before.is_first or before.is_initial or before.plain in cues.TITLES
    )
    if is_after_person and line.gaps[position] in WITHIN_NAME:
        return False
    if line.is_possessive(position):
        return word.plain not in cues.QUALITIES and line.plain(position + 1) in cues.THINGS_OF_SOMEBODY
    return _leads_to_thing(line, position)


def _leads_to_thing(line: Line, position: int) -> bool:
    after = position + 1
    if not line.goes_on(position):
        return False
    if line.plain(after) in cues.THINGS:
        return True
    if line.plain(after) in cues.THINGS_AND_VERBS:
        return line.plain(position - 1) in cues.BEFORE_THINGS
    if line.plain(after) in cues.OF_THINGS and line.goes_on(after):
        return line.plain(after + 1) in cues.THINGS | cues.THINGS_AND_VERBS
    return line.plain(after) == "and" and line.goes_on(after) and _is_and_thing(line, after + 1)


def _is_and_thing(line: Line, position: int) -> bool:
    """Whether "Kirkup and" goes on with "Cumberlege reports"."""
    word = line.word(position)
    return (
        word is not None
        and word.is_capital
        and word.may_be_eponym
        and line.goes_on(position)
        and line.plain(position + 1) in cues.THINGS | cues.THINGS_AND_VERBS
    )


def _has_initial(line: Line, position: int) -> bool:
    """Whether an initial stands before or after a word that may be a surname: "J. Wren", "Wren, J."."""
    word = line.words[position]
    if not word.is_capital or line.shouts or word.plain in cues.NO_SURNAMES | cues.DETERMINERS:
        return False
    after = line.plain(position + 1)
    may_be_surname = word.may_be_name or word.is_uncommon or after in cues.PERSON_ACTS or after.endswith("ed")
    return may_be_surname and (_follows_initial(line, position) or precedes_initial(line, position))


def _follows_initial(line: Line, position: int) -> bool:
    initial = line.word(position - 1)
    if initial is None or not _is_letter(initial) or line.gaps[position] not in _INITIAL_GAPS:
        return False
    return initial.plain != "i" and line.plain(position - 2) not in cues.LABELS


def precedes_initial(line: Line, position: int) -> bool:
    """Whether a comma, an initial and a full stop stand behind a word: "Wren, J."."""
    initial = line.word(position + 1)
    if initial is None or not _is_letter(initial) or line.gaps[position + 1] not in _SURNAME_COMMAS:
        return False
    return line.gaps[position + 2].startswith(".")


def _is_letter(word: Word) -> bool:
    return word.is_initial and len(word.plain.rstrip(".")) == 1


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
    if before in cues.THANKS and (word.is_known or not is_slip(word.plain)):
        return _ends_thanks(line, position)
    if before == "to" and further in cues.THANKS_TO:
        return word.is_known or not is_slip(word.plain)
    if before in cues.WITH and further in cues.MEETING:
        return word.is_known and gap == " " and line.plain(position + 1) != "and"
    is_relation = before in cues.KIN and gap != ", "
    return is_relation and (word.is_known or further in cues.BEFORE_KIN)


def _is_small_stranger(line: Line, position: int) -> bool:
    """Whether a word that no list knows says something, or stands beside another: "marek sobczyk"."""
    word = line.words[position]
    if not _is_unknown(word):
        return False
    others = [line.word(position + 1)] if line.goes_on(position) else []
    others += [line.word(position - 1)] if line.gaps[position] == " " else []
    strange = [word, *(other for other in others if other is not None and _is_unknown(other))]
    is_strange = any(may_be_stranger(one) for one in strange)
    return is_strange and (
        len(strange) > 1 or (line.goes_on(position) and line.plain(position + 1) in cues.SPEAKS)
    )


def may_be_stranger(word: Word) -> bool:
    """Whether a word in small letters is of no language that is known here, and no slip of the pen."""
    return _is_unknown(word) and not is_slip(word.plain)


def _is_unknown(word: Word) -> bool:
    is_long = len(word.plain) >= _LEAST_STRANGER and word.plain.isalpha()
    return is_long and not word.is_capital and not word.is_known


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
        is_word = not word.is_booked and (_begins_compound(line, position) or _is_verb(line, position))
        return word.is_first and not is_word and _begins_with_person(line, position)
    return not line.shouts and not _has_another_reason(line, position)


def _begins_with_person(line: Line, position: int) -> bool:
    """Whether a sentence that begins with "Mark" or "Grace" goes on as one about a person."""
    word, after = line.words[position], line.word(position + 1)
    if word.is_uncommon and not line.shouts and word.plain not in cues.TIMES:
        following = line.plain(position + 1)
        return following not in cues.NOT_AFTER_PERSONS and (
            line.plain(position + 2) != "the" or following not in {"in", "on"}
        )
    if line.plain(position - 1) in cues.RELATIONS and line.gaps[position].strip() in _AFTER_HEADING:
        return True
    if after is None:
        return "\n" in line.gaps[position]
    if after.plain in {"from", "who"}:
        return line.goes_on(position)
    if word.plain in cues.SEASONS and after.plain in cues.ALSO_OF_TIMES:
        return any(line.plain(position + step) in cues.TRAINERS for step in _WITHIN_REACH)
    return _goes_on_as_person(line, position, after)


def _begins_compound(line: Line, position: int) -> bool:
    """Whether a thing stands directly after a name that is also a word: "Ginger tea", "Willow tree"."""
    after = line.word(position + 1)
    if after is None or after.is_capital or not line.goes_on(position) or line.is_possessive(position):
        return False
    return after.is_thing or after.plain in cues.LOOKS or _is_subject(line, position + 1)


def _is_subject(line: Line, position: int) -> bool:
    word = line.words[position]
    is_noun = word.is_known and not word.may_be_name and word.plain not in cues.SAID_OF_PERSONS
    is_noun = is_noun and not word.plain.endswith("ing")  # "Heather facilitating was a joy"
    return is_noun and line.goes_on(position) and line.plain(position + 1) in cues.FINITE


def _is_verb(line: Line, position: int) -> bool:
    """Whether a name that is also a verb has an object: "Mark my words", but not "Mark, my boss"."""
    nearest = {line.plain(position + 2), line.plain(position + 3)}
    return (
        line.plain(position) in cues.NAMES_OR_VERBS
        and line.goes_on(position)
        and line.plain(position + 1) in cues.OBJECTS
        and nearest.isdisjoint(cues.RELATIONS | cues.ROLES | cues.PRAISE | cues.FINITE)
    )


def _goes_on_as_person(line: Line, position: int, after: Word) -> bool:
    word, gap = line.words[position], line.gaps[position + 1]
    if line.is_possessive(position) and word.plain not in cues.TIMES:
        return not is_eponym(line, position)
    if after.may_be_name and after.is_capital and gap == " ":
        return word.plain not in cues.NEVER_SMALL_NAMES
    if gap in _DASHES or (gap == " " and after.plain in cues.PERSON_ACTS):
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
    """Whether a capital inside a sentence is not a sign of a name: "the Ward", "in May", "Page 3"."""
    word = line.words[position]
    return (
        word.is_upper
        or word.is_namesake
        or is_eponym(line, position)
        or _is_where(line, position)
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


def _is_where(line: Line, position: int) -> bool:
    """Whether a surname is a town too, and somebody is there or comes from it: "a nurse from Preston"."""
    if not line.words[position].is_place or line.is_possessive(position) or line.gaps[position] != " ":
        return False
    before, further = line.plain(position - 1), line.word(position - 2)
    is_second_town = before in {"and", "or"} and further is not None and further.is_place
    return is_second_town or before in cues.BEFORE_PLACES


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
