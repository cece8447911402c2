"""How alike the answers of one session are, and what that takes from the certainty of a share or mean.

People of one session share its facilitator and its day, so that they tell less than as many people of
different sessions. Which answers belong to which session is counted in ``sql/kpi``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri, stdtrit

from ccds_pipeline.statistics.counts import ratio
from ccds_pipeline.statistics.intervals import CONFIDENCE, Floats

THRESHOLD = 1.1
"""Intervals allow for sessions where the design effect is greater."""

_UPPER = (1 + CONFIDENCE) / 2


@dataclass(frozen=True)
class DesignEffects:
    """How many times the variance of a value is that of as many independent answers, by part.

    Args:
        effects: 1 where answers count as independent, else above ``THRESHOLD``.
        degrees: Degrees of freedom of the variance between sessions; infinite where answers count as
            independent.
    """

    effects: Floats
    degrees: Floats

    @property
    def is_clustered(self) -> NDArray[np.bool_]:
        """Which parts have intervals that allow for sessions."""
        return np.isfinite(self.degrees)

    @property
    def factors(self) -> Floats:
        """How many times as wide an interval is as one by the normal distribution of independent answers."""
        return np.sqrt(self.effects) * stdtrit(self.degrees, _UPPER) / ndtri(_UPPER)

    def stretched(self, value: Floats, interval: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
        """Return an interval that was made of independent answers, as wide as sessions make it."""
        low, high = (
            np.where(self.is_clustered, value + self.factors * (end - value), end) for end in interval
        )
        return low, high


def intraclass_correlation(n: ArrayLike, total: ArrayLike, square_total: ArrayLike) -> float:
    """Return the share of the variance that lies between sessions: the ANOVA estimate for unequal sizes.

    Donner (1986), International Statistical Review 54. Below 0 where sessions differ less than chance
    would have it.

    Args:
        n: Answers of each session, at least one.
        total: Their sums.
        square_total: The sums of their squares.

    Returns:
        NaN with fewer than two sessions, without a session of two answers, and where all are alike.
    """
    sizes, sums, squares = (np.asarray(numbers, dtype=float) for numbers in (n, total, square_total))
    sessions_n, answers_n = len(sizes), sizes.sum()
    if sessions_n < 2 or answers_n == sessions_n:  # noqa: PLR2004  # nothing between, or nothing within
        return np.nan
    means = sums / sizes
    between = float(sizes @ (means - sums.sum() / answers_n) ** 2) / (sessions_n - 1)
    within = max(float((squares - sums * means).sum()), 0.0) / (answers_n - sessions_n)
    usual_size = (answers_n - (sizes @ sizes) / answers_n) / (sessions_n - 1)
    return float(ratio(between - within, between + (usual_size - 1) * within))


def design_effect(correlation: float, n: ArrayLike, size_square_total: ArrayLike) -> Floats:
    """Return the design effect of means of ``n`` answers: 1 + (m' - 1) ICC.

    Kish (1965), 5.4; m' is the size of the session of an answer on average, which allows for unequal ones.

    Args:
        correlation: The ICC; NaN where it is not known.
        n: Numbers of answers, by part.
        size_square_total: The squares of the answers per session, summed up over the part's sessions.

    Returns:
        One number by part; NaN where the ICC is not known or there is no answer.
    """
    return 1 + (ratio(size_square_total, n) - 1) * correlation


def design_effects(
    correlation: float,
    sessions_n: int,
    *,
    n: ArrayLike,
    size_square_total: ArrayLike,
    part_sessions_n: ArrayLike,
) -> DesignEffects:
    """Return the design effects that intervals of parts allow for, from the ICC of the whole.

    The ICC of the whole stands for that of its parts, which have too few answers a session to tell it. A
    part of one session has nothing between sessions: its interval is of people of that session alone.

    Args:
        correlation: The ICC of the whole; NaN where it is not known.
        sessions_n: Sessions that it comes from.
        n: Answers, by part.
        size_square_total: As in ``design_effect``.
        part_sessions_n: Sessions, by part.
    """
    effects = design_effect(correlation, n, size_square_total)
    is_clustered = (effects > THRESHOLD) & (np.asarray(part_sessions_n) > 1)
    return DesignEffects(
        np.where(is_clustered, effects, 1.0), np.where(is_clustered, float(sessions_n - 1), np.inf)
    )


def independent(parts_n: int) -> DesignEffects:
    """Return the design effects of so many parts whose answers count as independent."""
    return DesignEffects(np.ones(parts_n), np.full(parts_n, np.inf))


def larger(one: DesignEffects, other: DesignEffects) -> DesignEffects:
    """Return the larger design effect of the two for each part, with the fewer degrees of freedom."""
    return DesignEffects(np.maximum(one.effects, other.effects), np.minimum(one.degrees, other.degrees))
