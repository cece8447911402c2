"""Which answers and comments are given how often, so that the published figures come out.

The shares and means of section 1 of the KPI page are planted here, as decks of cards, and so is how far
sessions differ; some comments hold names, addresses and numbers that a redactor should find. How an answer is
written belongs in ``exports``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import NamedTuple

from ccds_pipeline.synthetic.decks import Deck, Mood
from ccds_pipeline.synthetic.draws import Draws
from ccds_pipeline.synthetic.identities import nhs_number, phone_number, words, work_email
from ccds_pipeline.synthetic.records import BLANK, NOT_APPLICABLE

# Post survey, in this order.
POST_ITEMS = (
    "overall_experience",
    "recommend",
    "materials_clear",
    "aims_met",
    "skills_useful",
    "facilitator_expertise",
    "facilitator_communication",
    "own_wellbeing",
    "supporting_colleagues",
    "confidence",
)
OWN_WELLBEING, SUPPORTING_COLLEAGUES, CONFIDENCE = 7, 8, 9


class Confidence(NamedTuple):
    """Somebody's confidence before and after a session, from 0 to 10."""

    before: int
    after: int


# Cards of a deck: how many give which answer.
_CHOICES = (
    {1: 1, 2: 2, 3: 7, 4: 66, 5: 124},
    {1: 14, 2: 186},
    {1: 1, 2: 2, 3: 7, 4: 78, 5: 112},
    {1: 1, 2: 2, 3: 7, 4: 76, 5: 114},
    {1: 1, 2: 2, 3: 9, 4: 80, 5: 108},
    {1: 1, 2: 1, 3: 6, 4: 60, 5: 132},
    {1: 1, 2: 1, 3: 6, 4: 62, 5: 130},
)
_MORE_CONFIDENT = {1: 1, 2: 3, 3: 9, 4: 52, 5: 35}
# Own wellbeing, 8.7 of 10, and supporting colleagues, 8.8.
_WELLBEING = {
    (5, 5): 3, (5, 6): 1, (6, 5): 1, (6, 6): 4, (6, 7): 3, (7, 6): 2, (7, 7): 10, (7, 8): 6, (8, 7): 4,
    (8, 8): 25, (8, 9): 16, (9, 8): 6, (9, 9): 35, (9, 10): 23, (10, 9): 16, (10, 10): 45,
}  # fmt: skip
# By the score before how many give which after; 668 points become 24.7 % more.
_CONFIDENCE = {
    0: {2: 1},
    1: {3: 1},
    2: {4: 1},
    3: {4: 1, 5: 1, 6: 1},
    4: {4: 1, 5: 1, 6: 2, 7: 1, 8: 1},
    5: {5: 1, 6: 2, 7: 4, 8: 3, 9: 1},
    6: {6: 1, 7: 5, 8: 6, 9: 3, 10: 2},
    7: {7: 3, 8: 6, 9: 6, 10: 9},
    8: {8: 3, 9: 5, 10: 14},
    9: {8: 1, 10: 8},
    10: {9: 1, 10: 4},
}
_USUAL_CONFIDENCE = (Confidence(4, 5), Confidence(5, 6), Confidence(7, 9), Confidence(8, 10))
# What lies between sessions of the variance of an answer (ICC).
_BETWEEN_SESSIONS = 0.03

# The better of two scores is better by about 0.56 standard deviations.
_LEANING_OF_SCORES = sqrt(_BETWEEN_SESSIONS) / 0.56
# From which place an answer is favourable, by the number of options.
_FAVOURABLE = {2: 2, 5: 4}
_LEFT_BLANK, _DOES_NOT_APPLY = 0.012, 0.006
# Without an option "not applicable".
_RECOMMEND = 1
_TITLES = ("Dr", "Mrs", "Mr", "Ms", "Sister")
_IDENTIFIED = 0.08


class AnswerDecks:
    """Deals the answers of one kind of people, to each item from a deck of its own."""

    def __init__(self, draws: Draws) -> None:
        self._draws = draws
        self._choices = [
            Deck(counts, goodness=int, leaning=_leaning_of_choice(counts), draws=draws) for counts in _CHOICES
        ]
        self._more_confident = Deck(
            _MORE_CONFIDENT, goodness=int, leaning=_leaning_of_choice(_MORE_CONFIDENT), draws=draws
        )
        self._wellbeing = Deck(_WELLBEING, goodness=sum, leaning=_LEANING_OF_SCORES, draws=draws)
        self._confidence = Deck(
            {
                Confidence(before, after): n
                for before, counts in _CONFIDENCE.items()
                for after, n in counts.items()
            },
            goodness=lambda card: card.after - card.before,
            leaning=_LEANING_OF_SCORES,
            draws=draws,
        )

    def confidence(self, mood: Mood) -> Confidence:
        """Deal scores of confidence before and after a session of that mood."""
        return self._confidence.deal(mood)

    def usual_confidence(self) -> Confidence:
        """Return scores before and after whose change is about that of the mean."""
        return self._draws.pick(_USUAL_CONFIDENCE)

    def post(self, confidence: Confidence, mood: Mood, missing: Sequence[int]) -> tuple[int, ...]:
        """Deal answers of the survey after the session, in the order of ``POST_ITEMS``.

        Args:
            confidence: Whose last part is answered.
            mood: Mood of the session.
            missing: For each item what stands in the place of an answer; 0 where there is one.
        """
        choices = (absent or deck.deal(mood) for deck, absent in zip(self._choices, missing, strict=False))
        scores = (*self._wellbeing.deal(mood), confidence.after)
        others = (absent or score for score, absent in zip(scores, missing[OWN_WELLBEING:], strict=True))
        return (*choices, *others)

    def follow_up(self, mood: Mood, missing: int) -> tuple[int, ...]:
        """Deal the answer of the survey six weeks on, unless something stands in its place."""
        return (missing or self._more_confident.deal(mood),)


def missing_answer(item: int | None, draws: Draws) -> int:
    """Return what stands for no answer, now and then; else 0. One item has no "not applicable"."""
    unit = draws.unit()
    if unit < _LEFT_BLANK:
        return BLANK
    return NOT_APPLICABLE if unit < _LEFT_BLANK + _DOES_NOT_APPLY and item != _RECOMMEND else 0


def _leaning_of_choice(counts: Mapping[int, int]) -> float:
    """Return how often the mood decides, so that the favourable share differs by session as planted.

    The better of two cards is favourable more often by p (1 - p).
    """
    favourable = sum(n for place, n in counts.items() if place >= _FAVOURABLE[len(counts)])
    share = favourable / sum(counts.values())
    return min(1.0, sqrt(_BETWEEN_SESSIONS / (share * (1 - share))))


class Comments:
    """Draws comments."""

    def __init__(self, draws: Draws) -> None:
        self._draws = draws

    def hope(self) -> str:
        """What somebody hopes for before the session; often nothing."""
        return self._draws.pick(words("hopes")) if self._draws.chance(0.4) else ""

    def intention(self) -> str:
        """What somebody will do differently; often nothing, sometimes with an identifier."""
        return self._comment("intentions", probability=0.35)

    def use(self) -> str:
        """How somebody used what they learned; often nothing, sometimes with an identifier."""
        return self._comment("uses", probability=0.5)

    def _comment(self, sentences: str, *, probability: float) -> str:
        if not self._draws.chance(probability):
            return ""
        text = self._draws.pick(words(sentences))
        return f"{text} {self._identified()}" if self._draws.chance(_IDENTIFIED) else text

    def _identified(self) -> str:
        draws = self._draws
        first, last = draws.pick(words("first_names")), draws.pick(words("last_names"))
        return draws.pick(words("with_identifier")).format(
            title=draws.pick(_TITLES),
            first=first,
            last=last,
            email=work_email(first, last, draws.between(1, 99), draws),
            phone=phone_number(draws),
            nhs_number=nhs_number(draws),
        )
