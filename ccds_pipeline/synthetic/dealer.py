"""Who is dealt which answers, once it is known what became of each response.

Answers that will count are dealt apart from all others, so that the quotas hold for those that do. Who
responds, when and how belongs in ``surveys``, what the decks hold in ``answers``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle

from ccds_pipeline.synthetic.answers import CONFIDENCE, POST_ITEMS, AnswerDecks, Confidence, missing_answer
from ccds_pipeline.synthetic.decks import Mood, mood_of
from ccds_pipeline.synthetic.draws import Draws
from ccds_pipeline.synthetic.records import BLANK, NOT_UNDERSTOOD, Person, Response, Session, Wave

WINDOW = range(28, 71)
"""Days after the session on which the survey six weeks on counts."""

_UNREAD, _SKIPS_BEFORE = 0.004, 0.031
_UNREAD_ITEMS = (0, 3, 9)
"""Items of the survey straight after, to which somebody writes what no scale has."""
_ANSWERED_BEFORE_BREAKING_OFF = 3

_Missing = tuple[int, ...]
"""For each item what stands in the place of an answer, or 0."""


class Dealer:
    """Deals answers to what somebody responded about one session."""

    def __init__(self, draws: Draws) -> None:
        self._draws = draws
        self._counted, self._others = AnswerDecks(draws), AnswerDecks(draws)
        self._unread_items = cycle(_UNREAD_ITEMS)

    def deal(self, person: Person, session: Session, *, attends: bool) -> None:
        """Give every response of the person about the session its answers.

        Args:
            person: Has responses without answers.
            session: What they are about.
            attends: Whether the person is known to attend it, so that answers count.
        """
        mood = mood_of(session.number)
        responses = [response for response in person.responses if response.about.number == session.number]
        missing = {id(response): self._missing(response) for response in responses}
        counted = _counted(person, responses) if attends else {}
        card = self._confidence(person, counted, missing, mood)
        for response in responses:
            is_counted = counted.get(response.wave) is response
            confidence = card if is_counted else self._others.confidence(mood)
            decks = self._counted if is_counted else self._others
            response.answers = _answers(response.wave, decks, confidence, mood, missing[id(response)])
            if response.edited_at is not None:
                response.first_answers = (self._others.confidence(mood).before,)

    def _confidence(
        self, person: Person, counted: Mapping[Wave, Response], missing: Mapping[int, _Missing], mood: Mood
    ) -> Confidence:
        """Deal the scores before and after: from the deck where they are sure to become a pair.

        Others are given a usual change, so that the mean does not depend on which codes can be linked.
        """
        pair = [counted[wave] for wave in ("pre", "post") if wave in counted]
        items = {"pre": 0, "post": CONFIDENCE}
        is_pair = len(pair) == len(items) and all(
            _is_known(response, person) and not missing[id(response)][items[response.wave]]
            for response in pair
        )
        return self._counted.confidence(mood) if is_pair else self._counted.usual_confidence()

    def preview(self, response: Response) -> None:
        """Give a trial run of the survey straight after its answers."""
        mood = mood_of(response.about.number)
        confidence = self._others.confidence(mood)
        response.answers = self._others.post(confidence, mood, (0,) * len(POST_ITEMS))

    def _missing(self, response: Response) -> _Missing:
        draws = self._draws
        is_unread = draws.chance(_UNREAD)
        if response.wave == "pre":
            return (NOT_UNDERSTOOD if is_unread else BLANK if draws.chance(_SKIPS_BEFORE) else 0,)
        if response.wave == "follow_up":
            return (missing_answer(None, draws),)
        missing = [missing_answer(item, draws) for item in range(len(POST_ITEMS))]
        if response.flaw == "unfinished":
            missing[_ANSWERED_BEFORE_BREAKING_OFF:] = [BLANK] * (
                len(POST_ITEMS) - _ANSWERED_BEFORE_BREAKING_OFF
            )
        elif is_unread:
            missing[next(self._unread_items)] = NOT_UNDERSTOOD
        return tuple(missing)


def _answers(
    wave: Wave, decks: AnswerDecks, confidence: Confidence, mood: Mood, missing: _Missing
) -> tuple[int, ...]:
    if wave == "pre":
        return (missing[0] or confidence.before,)
    return decks.follow_up(mood, missing[0]) if wave == "follow_up" else decks.post(confidence, mood, missing)


def _counted(person: Person, responses: Sequence[Response]) -> Mapping[Wave, Response]:
    """Return the response of each wave that will count, as far as the person is known by it."""
    in_time = [response for response in responses if not response.flaw and _is_in_time(response)]
    named = [response for response in in_time if _is_known(response, person) or response.link_code]
    return {response.wave: response for response in sorted(named, key=lambda response: response.submitted_at)}


def _is_in_time(response: Response) -> bool:
    starts = response.about.starts
    if response.wave == "pre":
        return response.submitted_at <= starts
    days = (response.submitted_at.date() - starts.date()).days
    return days in WINDOW if response.wave == "follow_up" else response.submitted_at >= starts


def _is_known(response: Response, person: Person) -> bool:
    if response.booking is not None and not response.booking.flaw:
        return True
    names_other = response.session is not None and response.session.number != response.about.number
    return bool(person.email) and response.email.strip().lower() == person.email and not names_other
