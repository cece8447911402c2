"""How often 95 % intervals hold the truth, by simulation: of independent answers, and where sessions differ.

Usage: python benchmarks/coverage.py [PROGRAMMES]

Prints the shares of simulated programmes whose interval holds the true value, in per cent: once as if answers
were independent, once as KPIs are made. Sessions have 17 answers on average, 8 in the programme of 40, from
half to one and a half times as many; their effect is planted as an ICC. Scores are whole, from 0 to 10.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
import pandas as pd
from scipy.special import betaincinv

from ccds_pipeline.statistics.bootstrap import Sample, bca_interval, resample
from ccds_pipeline.statistics.clusters import (
    DesignEffects,
    design_effects,
    independent,
    intraclass_correlation,
)
from ccds_pipeline.statistics.intervals import Floats, t_interval, wilson
from ccds_pipeline.statistics.non_response import weighted_share
from ccds_pipeline.statistics.pair_sums import relative_change

PROGRAMMES, SEED = 2_000, 12
SIZES = {40: 8, 200: 17, 2_000: 17}
CORRELATIONS = (0.0, 0.05)
SHARE, MEAN, SPREAD = 0.9, 7.0, 1.6
GAIN, GAIN_SPREAD = 1.5, 1.6
# Whoever had a low score before answers less often, and is less content.
HIGH, CHANCES, SHARES = 2 / 3, np.array([0.5, 0.8]), np.array([0.8, 0.95])
RESPONSE = float(CHANCES @ [1 - HIGH, HIGH])

Ends = tuple[float, float]


@dataclass(frozen=True)
class Answers:
    """Numbers of one programme, with the session of each."""

    numbers: Floats
    sessions: Floats

    def effects(self) -> DesignEffects:
        """What an interval of the whole allows for."""
        _, place = np.unique(self.sessions, return_inverse=True)
        n, total, squares = (
            np.bincount(place, weights=weights)
            for weights in (np.ones(len(place)), self.numbers, self.numbers**2)
        )
        correlation = intraclass_correlation(n, total, squares)
        return design_effects(
            correlation, len(n), n=[n.sum()], size_square_total=[n @ n], part_sessions_n=[len(n)]
        )


def sessions_of(n: int, size: float, random: np.random.Generator) -> Floats:
    """Return the session of each of ``n`` people, in sessions of unequal size."""
    sessions_n = max(2, round(n / size))
    weights = random.uniform(0.5, 1.5, sessions_n)
    return np.sort(random.choice(sessions_n, size=n, p=weights / weights.sum()))


def between(correlation: float, sessions: Floats, random: np.random.Generator) -> Floats:
    """Return a standard normal effect of each person's session, as much of a whole as the ICC says."""
    effects = random.normal(size=int(sessions.max()) + 1)
    apart: Floats = np.sqrt(correlation) * effects[sessions.astype(int)]
    return apart


def favourable(shares: Floats, correlation: float, sessions: Floats, random: np.random.Generator) -> Floats:
    """Return who is favourable: chances differ by session, by a beta distribution that has the ICC."""
    if correlation > 0:
        size = 1 / correlation - 1
        ranks = random.random(int(sessions.max()) + 1)[sessions.astype(int)]
        shares = np.asarray(betaincinv(shares * size, (1 - shares) * size, ranks))
    return (random.random(len(sessions)) < shares).astype(float)


def of_share(n: int, correlation: float, random: np.random.Generator) -> tuple[float, list[Ends]]:
    """A share with Wilson's interval."""
    sessions = sessions_of(n, SIZES[n], random)
    answers = Answers(favourable(np.full(n, SHARE), correlation, sessions, random), sessions)
    hits = [answers.numbers.sum()]
    return SHARE, [
        ends_of(wilson(hits, [n], effect=found.effects, degrees=found.degrees))
        for found in (independent(1), answers.effects())
    ]


def of_mean(n: int, correlation: float, random: np.random.Generator) -> tuple[float, list[Ends]]:
    """A mean of scores with the t interval."""
    sessions = sessions_of(n, SIZES[n], random)
    apart = between(correlation, sessions, random) + np.sqrt(1 - correlation) * random.normal(size=n)
    answers = Answers(np.clip(np.round(MEAN + SPREAD * apart), 0, 10), sessions)
    mean, spread = [answers.numbers.mean()], [answers.numbers.std(ddof=1)]
    return mean_of_scores(), [
        ends_of(t_interval(mean, spread, [n], effect=found.effects, degrees=found.degrees))
        for found in (independent(1), answers.effects())
    ]


def of_change(n: int, correlation: float, random: np.random.Generator) -> tuple[float, list[Ends]]:
    """E1, the relative change of paired means, by BCa bootstrap; sessions differ in start and in gain."""
    sessions = sessions_of(n, SIZES[n], random)
    start, rise = (
        between(correlation, sessions, random) + np.sqrt(1 - correlation) * random.normal(size=n)
        for _ in range(2)
    )
    before = MEAN - 1 + SPREAD * start
    after = before + GAIN + GAIN_SPREAD * rise
    cells, counts = np.unique(np.round(np.column_stack([before, after])), axis=0, return_counts=True)
    sample = Sample(np.column_stack([np.ones(len(cells)), cells]), counts.astype(float))
    found = bca_interval(relative_change, [sample], resample([sample]))
    ends = (np.array([found[0]]), np.array([found[1]]))
    value = relative_change([sample.sums])
    gains = Answers(np.round(after) - np.round(before), sessions)
    return GAIN / (MEAN - 1), [
        ends_of(effects.stretched(value, ends)) for effects in (independent(1), gains.effects())
    ]


def of_weighted(n: int, correlation: float, random: np.random.Generator) -> tuple[float, list[Ends]]:
    """A share weighted for who does not answer: low scorers answer less often. ``n`` answer."""
    due_n = round(n / RESPONSE)
    sessions = sessions_of(due_n, SIZES[n] / RESPONSE, random)
    is_high = random.random(due_n) < HIGH
    hits = favourable(SHARES[is_high.astype(int)], correlation, sessions, random)
    answers = random.random(due_n) < CHANCES[is_high.astype(int)]
    people = pd.DataFrame(
        {
            "score": is_high.astype(float),
            "due_n": 1,
            "responded_n": answers * 1,
            "favourable_n": answers * hits,
        }
    )
    cells = people.groupby("score", as_index=False).sum().assign(valid_n=lambda cell: cell["responded_n"])
    effects = Answers(hits[answers], sessions[answers]).effects()
    found = [weighted_share(cells, ["score"], factor=float(factor)) for factor in (1.0, effects.factors[0])]
    return float(SHARES @ [1 - HIGH, HIGH]), [(share.ci_low, share.ci_high) for share in found]


@cache
def mean_of_scores() -> float:
    """Return the mean of scores that are rounded and end at 10."""
    draws = np.random.default_rng(SEED).normal(MEAN, SPREAD, 4_000_000)
    return float(np.clip(np.round(draws), 0, 10).mean())


def ends_of(interval: tuple[Floats, Floats]) -> Ends:
    """Return the ends of the interval of one part."""
    return float(interval[0][0]), float(interval[1][0])


Simulated = Callable[[int, float, np.random.Generator], tuple[float, list[Ends]]]
KINDS: dict[str, Simulated] = {
    "share": of_share,
    "mean": of_mean,
    "E1": of_change,
    "weighted share": of_weighted,
}


def coverage(simulated: Callable[[np.random.Generator], tuple[float, list[Ends]]], programmes: int) -> Floats:
    """Return how many of the intervals hold the truth, of those that exist."""
    random = np.random.default_rng(SEED)
    held, made = np.zeros(2), np.zeros(2)
    for _ in range(programmes):
        truth, intervals = simulated(random)
        made += [not np.isnan(low) for low, _ in intervals]
        held += [low <= truth <= high for low, high in intervals]
    return held / made


def main() -> None:
    """Print a line per kind of value, size and ICC."""
    programmes = int(sys.argv[1]) if len(sys.argv) > 1 else PROGRAMMES
    print("| | n | ICC | independent | as made |\n|---|---|---|---|---|")
    for kind, simulated in KINDS.items():
        for n in SIZES:
            for correlation in CORRELATIONS:
                plain, made = 100 * coverage(partial(simulated, n, correlation), programmes)
                print(f"| {kind} | {n:,} | {correlation:.2f} | {plain:.1f}% | {made:.1f}% |", flush=True)


if __name__ == "__main__":
    main()
