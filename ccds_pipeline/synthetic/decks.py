"""Answers dealt by quota: from decks whose cards hold the published shares and means.

A session in a good mood gets the better of two cards at times, one in a bad mood the worse; the other card
goes back. So sessions differ, and the whole does not. Which cards there are belongs in ``answers``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic, Literal, TypeVar

from ccds_pipeline.synthetic.draws import Draws

Card = TypeVar("Card")
Mood = Literal[-1, 1]


class Deck(Generic[Card]):
    """Deals every card once before a new deck is added to those that are left.

    Args:
        counts: How many of each card a deck has.
        goodness: By which a card is better than another one.
        leaning: How often a session's mood decides between two cards, from 0 to 1.
        draws: Where chance comes from.
    """

    def __init__(
        self, counts: Mapping[Card, int], *, goodness: Callable[[Card], int], leaning: float, draws: Draws
    ) -> None:
        self._deck = [card for card, n in counts.items() for _ in range(n)]
        self._goodness, self._leaning, self._draws = goodness, leaning, draws
        self._left: list[Card] = []

    def deal(self, mood: Mood) -> Card:
        """Return the next card for somebody in a session of that mood."""
        card = self._draw()
        if self._draws.chance(self._leaning):
            other = self._draw()
            if (self._goodness(other) - self._goodness(card)) * mood > 0:
                card, other = other, card
            self._left.append(other)
        return card

    def _draw(self) -> Card:
        if not self._left:
            self._left = self._deck.copy()
        position = self._draws.between(0, len(self._left) - 1)
        self._left[position], self._left[-1] = self._left[-1], self._left[position]
        return self._left.pop()


def mood_of(session_number: int) -> Mood:
    """Return the mood of a session: of two in a row one is good, without a rhythm (Thue and Morse)."""
    return 1 if session_number.bit_count() % 2 else -1
