"""Random choices from one seeded generator; what is chosen from belongs elsewhere."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate, chain
from typing import Generic, TypeVar

import numpy as np

T = TypeVar("T")

_BLOCK = 65_536


class Weights(Generic[T]):
    """Values with how often each is drawn; the weights need not add up to one."""

    def __init__(self, weight_of: Mapping[T, float]) -> None:
        self.values = tuple(weight_of)
        sums = tuple(accumulate(weight_of.values()))
        # Up to which number, drawn from 0 to 1, each value but the last goes.
        self.bounds = tuple(up_to / sums[-1] for up_to in sums[:-1])


class Draws:
    """Random choices that depend on the seed alone.

    Numbers are drawn from numpy in blocks: a call of the generator for each would take most of the time.
    """

    def __init__(self, seed: int) -> None:
        self._generator = np.random.default_rng(seed)
        self.unit: Callable[[], float] = chain.from_iterable(self._blocks()).__next__

    def _blocks(self) -> Iterator[list[float]]:
        while True:
            yield self._generator.random(_BLOCK).tolist()

    def chance(self, probability: float) -> bool:
        """Whether something of this probability happens."""
        return self.unit() < probability

    def between(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``, both included."""
        return low + int(self.unit() * (high - low + 1))

    def pick(self, values: Sequence[T]) -> T:
        """One of the values, each as likely."""
        return values[int(self.unit() * len(values))]

    def weighted(self, weights: Weights[T]) -> T:
        """One of the values, by their weights."""
        return weights.values[bisect_right(weights.bounds, self.unit())]

    def how_many(self, trials: int, probability: float) -> int:
        """How many of the trials succeed."""
        return sum(self.unit() < probability for _ in range(trials))
