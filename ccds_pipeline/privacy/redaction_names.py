"""Names of persons: which words of a comment are names, told from the words and from their neighbours.

A capitalised word that no list knows is a name. A name that is also a word ("Grace", "Mark", "Young")
is one only beside a cue. Every rule here adds names and none takes one away, so the order of the rules
does not matter, and a larger roster can only redact more. What a single word may be belongs in
``redaction_words``; identifiers with a form of their own in ``redaction_rules``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ccds_pipeline.privacy import redaction_cues as cues
from ccds_pipeline.privacy.redaction_words import NAME, PLACEHOLDER, Roster, Word, judge

TOKEN = re.compile(
    rf"{PLACEHOLDER.pattern}|(?:[A-Z]\.){{2,5}}(?:[A-Z]\b)?|[^\W_]+(?:['’-][^\W_]+)*",
)
_SENTENCE_ENDS = re.compile(r"[.!?:;\n\"“”•*(\[~/]|\s[-–]\s?")
_WITHIN_NAME = frozenset({" ", "-", ".", ". ", " - ", "\u00a0"})
_NOTHING, _SURE, _IN_DOUBT, _CUE, _SMALL, _TITLE = 0, 1, 2, 4, 8, 16
_INTRODUCTIONS = frozenset({"named", "called"})
_TELLING = cues.TITLES | _INTRODUCTIONS | {"name", "surname"}
_CUES = cues.THANKS | cues.RELATIONS | cues.WITH | cues.SIGN_OFFS
_NO_INITIALS = frozenset({"e.g", "i.e", "a.m", "p.m", "p.s", "n.b", "u.k", "u.s", "a.k.a", "e.t.c", "n.a"})
_LONGEST_SIGNATURE = 4


class NameFinder:
    """Redacts names; judges each word once, so one finder should see many comments."""

    def __init__(self, on_roster: Roster) -> None:
        self._on_roster = on_roster
        self._weights: dict[str, int] = {}
        self._words: dict[str, Word] = {}

    def redact(self, text: str) -> str:
        """Return the text with a placeholder for each name."""
        weights, seen = self._weights, _NOTHING
        for token in TOKEN.findall(text):
            weight = weights.get(token)
            seen |= self._weigh(token) if weight is None else weight
        if seen & (_SURE | _IN_DOUBT | _TITLE) or (seen & _CUE and seen & _SMALL):
            return _Reading(text, self._words).redacted()
        return text

    def _weigh(self, token: str) -> int:
        word = self._words[token] = judge(token, self._on_roster)
        weight = _SURE if word.is_name else _NOTHING
        weight |= _IN_DOUBT if (word.may_be_name or word.is_rare) and word.is_capital else _NOTHING
        weight |= _IN_DOUBT if word.is_initial and "." in token else _NOTHING
        weight |= _SMALL if _is_small_candidate(word) else _NOTHING
        weight |= _TITLE if word.plain in _TELLING else _NOTHING
        weight |= _CUE if word.plain in _CUES else _NOTHING
        self._weights[token] = weight
        return weight


def _is_small_candidate(word: Word) -> bool:
    """Whether a word in small letters may be a name if a cue says so."""
    if word.is_capital or word.is_name:
        return False
    return not word.is_known or (word.is_first and word.plain not in cues.NEVER_SMALL_NAMES)


class _Reading:
    """One comment, word by word; ``names`` are the places of the words that are names."""

    def __init__(self, text: str, words: dict[str, Word]) -> None:
        self._text = text
        matches = list(TOKEN.finditer(text))
        self._spans = [match.span() for match in matches]
        self._words = [words[match[0]] for match in matches]
        ends = [0, *(end for _, end in self._spans)]
        starts = [*(start for start, _ in self._spans), len(text)]
        self._gaps = [text[end:start] for end, start in zip(ends, starts, strict=True)]
        self._shouts = not any(word.plain != word.plain.upper() and not word.is_capital for word in self._words)

    def redacted(self) -> str:
        names = {place for place, word in enumerate(self._words) if word.is_name or self._is_name(place)}
        names |= self._signature()
        while more := {place for place in self._beside(names) if self._belongs(place, names)} - names:
            names |= more
        return self._without(sorted(names))

    def _beside(self, names: set[int]) -> set[int]:
        places = {near for place in names for near in (place - 1, place + 1, place + 2)}
        return {place for place in places if 0 <= place < len(self._words)}

    def _is_name(self, place: int) -> bool:
        """Whether the words around a word say that it is a name, whatever other names there are."""
        word = self._words[place]
        if word.is_placeholder:
            return False
        if self._follows_title(place):
            return True
        if word.is_initial:
            return "." in word.plain and word.plain.rstrip(".") not in _NO_INITIALS
        if (_is_small_candidate(word) or (self._shouts and word.is_first)) and self._is_named_small(place):
            return True
        if self._is_introduced(place):
            return True
        if not ((word.may_be_name or word.is_rare) and word.is_capital):
            return False
        if self._shouts and word.plain in cues.NEVER_SMALL_NAMES | cues.QUALITIES:
            return False
        if self._begins_sentence(place):
            return word.is_first and self._begins_with_person(place)
        return not self._shouts and not self._is_capital_for_another_reason(place)

    def _follows_title(self, place: int) -> bool:
        word, before = self._words[place], self._word(place - 1)
        if before is None or before.plain not in cues.TITLES or self._gaps[place] not in {" ", ". ", "."}:
            return False
        if word.plain in cues.PRODUCTS | cues.TITLES | cues.ROLES | cues.DETERMINERS | cues.NO_SURNAMES:
            return False
        if word.is_capital and not self._shouts:
            return word.is_initial or not word.is_upper or not word.is_known
        after_article = self._plain(place - 2) in cues.DETERMINERS
        return not after_article and _may_be_small_surname(word)

    def _is_named_small(self, place: int) -> bool:
        """Whether "mark" or "anoushka" is meant as a name: after thanks, a relation, or a meeting."""
        word, before, gap = self._words[place], self._plain(place - 1), self._gaps[place]
        if gap not in {" ", ", ", ": ", ",", " - "}:
            return False
        if word.is_known and word.plain in cues.NEVER_SMALL_NAMES:
            return False
        if word.is_known and before in cues.THANKS and self._plain(place - 1):
            return self._ends_here(place)
        if before in cues.WITH and self._plain(place - 2) in cues.MEETING:
            return word.is_known and gap == " " and self._plain(place + 1) != "and"
        if before not in cues.KIN or gap == ", ":
            return False
        return word.is_known or self._plain(place - 2) in {"my", "our", "her", "his", "is", "was", "lady", "man"}

    def _is_introduced(self, place: int) -> bool:
        """Whether the words before say that the next one is a name: "my name is King"."""
        word, before = self._words[place], self._plain(place - 1)
        if not word.is_capital or self._shouts or self._gaps[place] != " " or word.plain in cues.DETERMINERS:
            return False
        return before in _INTRODUCTIONS or (before == "is" and self._plain(place - 2) in {"name", "surname"})

    def _begins_with_person(self, place: int) -> bool:
        """Whether a sentence that begins with "Mark" or "Grace" goes on as one about a person."""
        word, after = self._words[place], self._word(place + 1)
        if word.is_uncommon and not self._shouts and word.plain not in cues.TIMES:
            return self._plain(place + 2) != "the" or after is None or after.plain not in {"in", "on", "of"}
        if self._plain(place - 1) in cues.RELATIONS - {"is"} and self._gaps[place].strip() in {":", "-", "–", "("}:
            return True
        if after is not None and after.plain in {"from", "who"}:
            return self._gaps[place + 1] == " "
        if after is None or (word.plain in cues.TIMES - {"dawn"} and after.plain in cues.ALSO_OF_TIMES):
            return after is None and "\n" in self._gaps[place]
        if self._spans[place][1] - self._spans[place][0] > word.length and word.plain not in cues.TIMES:
            return True
        if after.may_be_name and after.is_capital and self._gaps[place + 1] == " ":
            return word.plain not in cues.NEVER_SMALL_NAMES
        if after.plain == "is":
            return word.plain not in cues.QUALITIES
        if self._gaps[place + 1] in {" - ", " – "} or (after.plain.endswith("ed") and word.plain not in cues.QUALITIES):
            return True
        if self._gaps[place + 1] == ", " and after.plain in cues.APPOSITIONS:
            return word.plain not in cues.QUALITIES
        if after.plain == "and" or self._gaps[place + 1] in {", ", " & ", " + "}:
            other = self._word(place + 2) if after.plain == "and" else after
            is_thanked = other is not None and other.plain in cues.THANKS
            return is_thanked or (
                other is not None and other.is_capital and (other.is_name or other.is_first)
            )
        return self._gaps[place + 1] == " " and after.plain in cues.PERSON_GOES_ON - {"and"}

    def _is_capital_for_another_reason(self, place: int) -> bool:
        """Whether a capital inside a sentence is no sign of a name: "the Ward", "in May", "Page 3"."""
        word, before = self._words[place], self._plain(place - 1)
        if word.plain in cues.TIMES and self._is_time_after(place, before):
            return True
        follows_number = self._gaps[place + 1] == " " and self._plain(place + 1)[:1].isdigit()
        is_heading = self._words[place].is_capital and self._is_in_capital_phrase(place)
        return (
            before in cues.DETERMINERS
            or follows_number
            or word.plain in cues.OFTEN_CAPITAL
            or word.is_upper
            or is_heading
        )

    def _is_time_after(self, place: int, before: str) -> bool:
        if before in {"to", "and", "or"}:
            before = self._plain(place - 2)
            return before in cues.TIMES or before in {"up", "prior", "back"}
        return before in cues.BEFORE_TIMES or before in cues.TIMES or before.isdigit()

    def _is_in_capital_phrase(self, place: int) -> bool:
        """Whether plain words beside it have capitals too, as in "Compassion Fatigue" or a heading."""
        before = None if self._begins_sentence(place - 1) else self._word(place - 1)
        near = (before, self._word(place + 1))
        gaps = (self._gaps[place], self._gaps[place + 1])
        return any(
            gap == " " and word is not None and word.is_capital and word.is_known and not word.may_be_name
            and len(word.plain) > 1 and not word.is_placeholder and word.plain not in _CUES
            for word, gap in zip(near, gaps, strict=True)
        )  # fmt: skip

    def _belongs(self, place: int, names: set[int]) -> bool:
        """Whether a word is part of the name beside it: surname, first name, initial or particle."""
        word = self._words[place]
        if self._continues_list(place, names):
            return True
        after_name = place - 1 in names and self._gaps[place] in _WITHIN_NAME
        before_name = place + 1 in names and self._gaps[place + 1] in _WITHIN_NAME
        if word.is_placeholder or not (after_name or before_name):
            return False
        if word.is_initial:
            is_dotted = self._gaps[place + 1].startswith(".") or "." in word.plain
            return is_dotted or word.plain not in {"i", "a"}
        if after_name and (self._plain(place - 1) in cues.PARTICLES or word.plain in cues.PARTICLES):
            return self._leads_to_capital(place)
        if self._ends_sentence_between(place, after_name=after_name):
            return False
        if not word.may_be_name or word.is_capital:
            return word.may_be_name
        if after_name:
            return _may_be_small_surname(word)
        return word.is_first and not self._words[place + 1].is_capital and not word.plain in cues.NEVER_SMALL_NAMES

    def _leads_to_capital(self, place: int) -> bool:
        """Whether a word is capitalised, or particles lead from it to one that is: "van der Berg"."""
        while self._plain(place) in cues.PARTICLES and self._gaps[place + 1] == " ":
            place += 1
        word = self._word(place)
        return word is not None and (word.is_capital or word.is_name)

    def _continues_list(self, place: int, names: set[int]) -> bool:
        """Whether a word that may be a first name stands after "Anna and"."""
        word = self._words[place]
        is_after_and = place - 2 in names and self._plain(place - 1) == "and"
        return is_after_and and word.is_first and (word.is_capital or word.plain not in cues.NEVER_SMALL_NAMES)

    def _ends_sentence_between(self, place: int, *, after_name: bool) -> bool:
        gap = self._gaps[place] if after_name else self._gaps[place + 1]
        neighbour = self._words[place - 1] if after_name else self._words[place]
        return gap == ". " and not neighbour.is_initial and neighbour.length > 1

    def _signature(self) -> set[int]:
        """Return the places of the words that sign the comment, after "regards" or alone on a last line."""
        last = len(self._words) - 1
        while last >= 0 and set(self._words[last].plain) <= {"x"}:
            last -= 1
        for first in range(max(0, last - _LONGEST_SIGNATURE + 1), last + 1):
            if self._signs(first, last):
                return set(self._signing(first, last))
        return set()

    def _signs(self, first: int, last: int) -> bool:
        word, gap = self._words[first], self._gaps[first]
        if word.is_placeholder or word.plain in cues.NEVER_SMALL_NAMES | {"x"}:
            return False
        is_apart = "\n" in gap or gap.strip() in {"-", "–", "~"}
        if first == last and is_apart and first and word.is_capital and word.is_first:
            return True
        signed_off = self._plain(first - 1) in cues.SIGN_OFFS and re.fullmatch(r"\s?[,.!-]?\s*", gap) is not None
        candidate = word.may_be_name or word.is_initial or not word.is_known
        is_small = not word.is_capital
        return signed_off and candidate and (not is_small or gap.strip() == "," or "\n" in gap)

    def _signing(self, first: int, last: int) -> Iterator[int]:
        for place in range(first, last + 1):
            word = self._words[place]
            goes_on = place == first or self._gaps[place] in _WITHIN_NAME
            if not goes_on or word.is_placeholder or not (word.is_capital or not word.is_known or place == first):
                return
            yield place

    def _without(self, names: list[int]) -> str:
        pieces, done = [], 0
        for run in self._runs(names):
            start, last = self._spans[run[0]][0], run[-1]
            pieces += [self._text[done:start], NAME]
            done = self._spans[last][0] + self._words[last].length
        return "".join([*pieces, self._text[done:]])

    def _runs(self, names: list[int]) -> Iterator[list[int]]:
        """Yield names that stand side by side as one."""
        run: list[int] = []
        for place in names:
            if run and (place != run[-1] + 1 or not self._joins(place)):
                yield run
                run = []
            run.append(place)
        if run:
            yield run

    def _joins(self, place: int) -> bool:
        before = self._words[place - 1]
        is_whole = self._spans[place - 1][1] - self._spans[place - 1][0] == before.length
        return is_whole and self._gaps[place] in _WITHIN_NAME

    def _begins_sentence(self, place: int) -> bool:
        return place == 0 or _SENTENCE_ENDS.search(self._gaps[place]) is not None

    def _ends_here(self, place: int) -> bool:
        after = self._plain(place + 1)
        return self._gaps[place + 1].strip() != "" or after in {"", "and", "for", "x", "xx"}

    def _word(self, place: int) -> Word | None:
        return self._words[place] if 0 <= place < len(self._words) else None

    def _plain(self, place: int) -> str:
        word = self._word(place)
        return word.plain if word is not None else ""


def _may_be_small_surname(word: Word) -> bool:
    if word.is_name or not word.is_known:
        return True
    return word.may_be_name and word.plain not in {"will", "may", "can", "in", "an", "all", "so", "do", "or"}
