"""How answers are written in exports: the wording of the scales' options."""

from __future__ import annotations

from ccds_pipeline.synthetic.records import BLANK, NOT_APPLICABLE

EXCELLENCE = ("Poor", "Fair", "Good", "Very good", "Excellent")
AGREEMENT = ("Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree")
SATISFACTION = (
    "Very dissatisfied",
    "Dissatisfied",
    "Neither satisfied nor dissatisfied",
    "Satisfied",
    "Very satisfied",
)
YES_NO = ("No", "Yes")
SCORES = tuple(str(score) for score in range(11))
NOT_APPLICABLE_TEXT = "Not applicable"


def label(answer: int, options: tuple[str, ...]) -> str:
    """The text of an answer.

    Args:
        answer: Place of the option from 1 (a score: its value), blank or not applicable.
        options: Texts in ascending order; ``SCORES`` for scores.
    """
    if answer == BLANK:
        return ""
    if answer == NOT_APPLICABLE:
        return NOT_APPLICABLE_TEXT
    return options[answer] if options is SCORES else options[answer - 1]
