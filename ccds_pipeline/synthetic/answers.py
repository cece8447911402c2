"""Which answers and comments are given how often; chosen so that the published figures come out about right.

The shares and means of section 1 of the KPI page are planted here; some comments hold names, addresses and
numbers that a redactor should find. How an answer is written belongs in ``exports``.
"""

from __future__ import annotations

from ccds_pipeline.synthetic.draws import Draws, Weights
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

_CHOICES = (
    Weights({1: 0.004, 2: 0.009, 3: 0.037, 4: 0.330, 5: 0.620}),
    Weights({1: 0.070, 2: 0.930}),
    Weights({1: 0.004, 2: 0.008, 3: 0.038, 4: 0.390, 5: 0.560}),
    Weights({1: 0.004, 2: 0.008, 3: 0.038, 4: 0.380, 5: 0.570}),
    Weights({1: 0.006, 2: 0.012, 3: 0.047, 4: 0.400, 5: 0.535}),
    Weights({1: 0.003, 2: 0.007, 3: 0.030, 4: 0.300, 5: 0.660}),
    Weights({1: 0.003, 2: 0.007, 3: 0.030, 4: 0.310, 5: 0.650}),
)
_MORE_CONFIDENT = Weights({1: 0.010, 2: 0.025, 3: 0.095, 4: 0.520, 5: 0.350})
_OWN_WELLBEING = Weights({5: 0.020, 6: 0.040, 7: 0.090, 8: 0.225, 9: 0.320, 10: 0.305})
_COLLEAGUES_MINUS_OWN = Weights({-1: 0.090, 0: 0.620, 1: 0.290})
_CONFIDENCE_BEFORE = Weights(
    {0: 4, 1: 8, 2: 16, 3: 30, 4: 62, 5: 110, 6: 175, 7: 235, 8: 215, 9: 105, 10: 40}
)
_CONFIDENCE_GAINED = Weights({-1: 0.020, 0: 0.095, 1: 0.240, 2: 0.325, 3: 0.205, 4: 0.077, 5: 0.038})

_LEFT_BLANK, _DOES_NOT_APPLY, _BLANK_BEFORE = 0.012, 0.006, 0.03
# Without an option "not applicable".
_RECOMMEND = 1
_HIGHEST = 10
_TITLES = ("Dr", "Mrs", "Mr", "Ms", "Sister")
_IDENTIFIED = 0.08


def confidence_before(draws: Draws) -> int:
    """A score for confidence before the session."""
    return draws.weighted(_CONFIDENCE_BEFORE)


def pre_answers(confidence: int, draws: Draws) -> tuple[int, ...]:
    """Answers of the survey before the session; now and then none is given."""
    return (BLANK,) if draws.chance(_BLANK_BEFORE) else (confidence,)


def post_answers(confidence: int, draws: Draws) -> tuple[int, ...]:
    """Answers of the survey after the session, in the order of ``POST_ITEMS``.

    Args:
        confidence: The person's confidence before, from 0 to 10.
        draws: Where chance comes from.
    """
    own = draws.weighted(_OWN_WELLBEING)
    colleagues = min(_HIGHEST, own + draws.weighted(_COLLEAGUES_MINUS_OWN))
    after = max(0, min(_HIGHEST, confidence + draws.weighted(_CONFIDENCE_GAINED)))
    given = [*map(draws.weighted, _CHOICES), own, colleagues, after]
    for item in range(len(given)):
        unit = draws.unit()
        if unit < _LEFT_BLANK:
            given[item] = BLANK
        elif unit < _LEFT_BLANK + _DOES_NOT_APPLY and item != _RECOMMEND:
            given[item] = NOT_APPLICABLE
    return tuple(given)


def follow_up_answers(draws: Draws) -> tuple[int, ...]:
    """Answers of the survey six weeks on."""
    unit = draws.unit()
    if unit < _LEFT_BLANK:
        return (BLANK,)
    if unit < _LEFT_BLANK + _DOES_NOT_APPLY:
        return (NOT_APPLICABLE,)
    return (draws.weighted(_MORE_CONFIDENT),)


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
