"""Invented free text; some of it with names, addresses and numbers that a redactor should find."""

from __future__ import annotations

from ccds_pipeline.synthetic.draws import Draws
from ccds_pipeline.synthetic.identities import (
    FIRST_NAMES,
    LAST_NAMES,
    nhs_number,
    phone_number,
    work_email,
)

_HOPES = (
    "More confidence when a conversation gets heated",
    "Ways to stay calm with upset relatives",
    "To look after myself and my colleagues better",
    "Practical phrases for the front desk",
    "Not sure yet, my manager asked me to come",
)
_INTENTIONS = (
    "Pause and breathe before I answer.",
    "I will listen first, then reflect back what I heard.",
    'Say "I can hear how hard this is" instead of quoting the policy.',
    "- slow down\n- ask one open question\n- thank people",
    "Look out for compassion fatigue in my team, and in myself.",
    "The breakout rooms were great; more time for practice, please!",
    "Nothing new for me, but a good refresher.",
    "Book five minutes after difficult calls.",
)
_USES = (
    "I used the breathing exercise on a night shift.",
    "Talked it through with my team at handover.",
    "With a patient's family, and it went well.",
    "Not yet, I have been on leave.",
)
_WITH_IDENTIFIER = (
    "Thanks to {title} {first} {last}, who said it so well.",
    "This will change my day.\nBest wishes, {first} {last}",
    "Please send the slides to {email}.",
    "Happy to talk about it, call me on {phone}.",
    "It reminded me of a patient (NHS number {nhs_number}) last week.",
)
_TITLES = ("Dr", "Mrs", "Mr", "Ms", "Sister")
_IDENTIFIED = 0.08


class Comments:
    """Draws comments."""

    def __init__(self, draws: Draws) -> None:
        self._draws = draws

    def hope(self) -> str:
        """What somebody hopes for before the session; often nothing."""
        return self._draws.pick(_HOPES) if self._draws.chance(0.4) else ""

    def intention(self) -> str:
        """What somebody will do differently; often nothing, sometimes with an identifier."""
        return self._comment(_INTENTIONS, probability=0.35)

    def use(self) -> str:
        """How somebody used what they learned; often nothing, sometimes with an identifier."""
        return self._comment(_USES, probability=0.5)

    def _comment(self, sentences: tuple[str, ...], *, probability: float) -> str:
        if not self._draws.chance(probability):
            return ""
        text = self._draws.pick(sentences)
        return f"{text} {self._identified()}" if self._draws.chance(_IDENTIFIED) else text

    def _identified(self) -> str:
        draws = self._draws
        first, last = draws.pick(FIRST_NAMES), draws.pick(LAST_NAMES)
        return draws.pick(_WITH_IDENTIFIER).format(
            title=draws.pick(_TITLES),
            first=first,
            last=last,
            email=work_email(first, last, draws.between(1, 99), draws),
            phone=phone_number(draws),
            nhs_number=nhs_number(draws),
        )
