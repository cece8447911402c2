"""The rule ``change``: a numeric item between two waves.

E1 to E4, E6 and the readings beside them compare the two answers of one person about one session; E5
compares all answers of the two waves, and takes their place where the waves cannot be linked. The formulas
are in ``pair_sums``, ``signed_rank`` and ``intervals``; here they become rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtr

from ccds_pipeline.kpi.clusters import cluster_rows, item_effects
from ccds_pipeline.kpi.estimates import (
    Interval,
    Population,
    asked_population,
    by_session,
    estimate_rows,
    mean_rows,
    share_rows,
    value_status,
)
from ccds_pipeline.kpi.rules.rule import KpiRule
from ccds_pipeline.programme.model import Change, Kpi
from ccds_pipeline.schemas.readings import TOO_FEW_PAIRS, WHOLE
from ccds_pipeline.statistics import pair_sums
from ccds_pipeline.statistics.bootstrap import (
    METHOD,
    Sample,
    Statistic,
    bca_interval,
    resample,
    resample_singly,
)
from ccds_pipeline.statistics.clusters import DesignEffects, independent, larger
from ccds_pipeline.statistics.counts import (
    Aggregates,
    CellCounts,
    cell_counts,
    item_scores,
    part_rows,
    ratio,
    standard_deviation,
)
from ccds_pipeline.statistics.intervals import Floats
from ccds_pipeline.statistics.signed_rank import hodges_lehmann, wilcoxon_p

MINIMUM_PAIRS = 30
"""With fewer, a paired change carries no headline and nothing is resampled."""


@dataclass(frozen=True)
class _PairStatistic:
    """One estimand that is a function of the sums of pairs.

    Args:
        estimand: Name.
        statistic: From sums to values.
        total: From sums to what is summed up in the value; None where the value is not a mean of it.
        n: Column of the sums with the number of pairs that the value is of.
    """

    estimand: str
    statistic: Statistic
    total: Callable[[Floats], Floats] | None = None
    n: int = pair_sums.N


_E1 = _PairStatistic("E1", pair_sums.relative_change)
_E2 = _PairStatistic("E2", pair_sums.mean_relative_change, pair_sums.relative_gain, pair_sums.POSITIVE)
_E4 = _PairStatistic("E4", pair_sums.confident_change, pair_sums.confident_gain)
_D_Z = _PairStatistic("d_z", pair_sums.standardised_gain)


def _e3(span: int) -> _PairStatistic:
    return _PairStatistic("E3", partial(pair_sums.share_of_range, span=span))


class Rule(KpiRule[Change]):
    """Every reading of a change, with what has to be known beside it.

    Of the pairs: E1 (relative change of the means; the headline), E2 (mean relative change of those who
    began above 0), E3 (share of the scale's range), E4 (change of the share that is confident), E6
    (shares that improved, stayed the same, got worse), means before and after, their difference, d_z,
    the Hodges–Lehmann estimate, shares at 0 and at the greatest score before; of everybody alone, p-values
    of the paired t and the signed rank test, E1 with whole sessions resampled, ICC and design effect; and
    E1 of the pairs that the booking reference linked. Of all answers: E5 (E1 unpaired).

    Intervals of readings of pairs allow for sessions by the design effect of the mean difference, those of
    E5 by the greater one of its two waves.

    With fewer than ``MINIMUM_PAIRS`` pairs a reading of pairs has the status ``too_few_pairs``, and
    nothing is resampled; the value and the intervals that need no draws are there all the same.
    """

    def estimates(self, aggregates: Aggregates) -> pd.DataFrame:
        """Return one row per reading and part."""
        scale = self.scale_of(self.definition.question)
        # The model lets only numeric questions into a change; those have both ends.
        least, greatest = int(scale.minimum or 0), int(scale.maximum or 0)
        population, pairs = _paired_counts(self.kpi, aggregates)
        values = pair_sums.pair_values(pairs.cells, confident=self.definition.confident)
        effects = item_effects(aggregates, self.kpi.id, "pair", population.parts)
        readings = (_E1, _E2, _e3(greatest - least), _E4, _D_Z)
        return pd.concat(
            [
                _resampled_rows(population, readings, values, pairs.counts, effects),
                _pair_shares(population, pairs, greatest, effects),
                _pair_means(population, pairs, effects),
                _signed_rank_rows(population, pairs),
                _first_tier_rows(self.kpi, aggregates, population, pairs.n, effects),
                _clustered_rows(self.kpi, aggregates),
                cluster_rows(aggregates, self.kpi.id, "pair", population),
                _unpaired_rows(self.kpi, aggregates),
            ]
        )

    def sentence(self) -> str:
        """Return what the headline says."""
        waves = f"from {self.when(self.definition.before)} to {self.when(self.wave)}"
        return (
            f"Change of the mean {waves}, as a share of the mean before, of people who answered both times."
        )


def _paired_counts(kpi: Kpi, aggregates: Aggregates) -> tuple[Population, CellCounts]:
    asked = part_rows(aggregates["score_state"], kpi_id=kpi.id, item="pair")
    rows = part_rows(aggregates["pair_count"], kpi_id=kpi.id)
    population = asked_population(asked, str(kpi.wave), eligible_n=_attended_n(aggregates))
    return population, _pair_cells(rows, asked)


def _pair_cells(rows: pd.DataFrame, parts: pd.DataFrame) -> CellCounts:
    return cell_counts(rows, parts, scores=["score_before", "score_after"], n="pairs_n")


def _attended_n(aggregates: Aggregates) -> pd.Series:
    """Person-sessions attended: each could have been answered for in both waves."""
    attended: pd.Series = part_rows(aggregates["reach_count"])["attendances_n"]
    return attended


def _of_fewer(population: Population, n: Floats, *, of_n: Floats) -> Population:
    """Return the population of ``n`` of its ``of_n`` pairs, with the fewest people whom they can be of.

    Each pair that is left out takes one person away at most.
    """
    fewest = np.maximum(population.people_n.to_numpy() - (of_n - n), np.minimum(n, 1))
    return replace(population, people_n=pd.Series(fewest.astype("int64")))


def _paired_status(value: Floats, pairs_n: Floats) -> NDArray[np.str_]:
    is_few = (pairs_n > 0) & (pairs_n < MINIMUM_PAIRS)
    return np.where(is_few, TOO_FEW_PAIRS, value_status(value, pairs_n))


def _resampled_rows(
    population: Population,
    readings: Sequence[_PairStatistic],
    values: Floats,
    counts: Floats,
    effects: DesignEffects,
) -> pd.DataFrame:
    """Return rows of readings of the same pairs; their intervals come from the same draws.

    ``values`` has a row per kind of pair with the columns of ``pair_sums``, ``counts`` a row per part.
    """
    sums = counts @ values
    intervals = _intervals([reading.statistic for reading in readings], _samples(values, counts))
    return pd.concat(
        _reading_rows(population, reading, sums, interval, effects)
        for reading, interval in zip(readings, intervals, strict=True)
    )


def _reading_rows(
    population: Population,
    reading: _PairStatistic,
    sums: Floats,
    interval: Interval,
    effects: DesignEffects,
    *,
    method: str = METHOD,
) -> pd.DataFrame:
    value, n = reading.statistic([sums]), sums[:, reading.n]
    status = _paired_status(value, n)
    low, high = (np.where(status == TOO_FEW_PAIRS, np.nan, end) for end in effects.stretched(value, interval))
    return estimate_rows(
        _of_fewer(population, n, of_n=sums[:, pair_sums.N]),
        reading.estimand,
        value=value,
        numerator=None if reading.total is None else reading.total(sums),
        denominator=n,
        interval=(low, high),
        method=by_session(method, effects),
        status=status,
        is_headline=reading is _E1,
    )


def _pair_shares(
    population: Population, pairs: CellCounts, greatest: int, effects: DesignEffects
) -> pd.DataFrame:
    """Return the shares of pairs: E6, and those who began at 0 or could not rise."""
    (before, after), n = pairs.cells.T, pairs.n
    wanted = {
        "E6_improved": after > before,
        "E6_same": after == before,
        "E6_worse": after < before,
        "zero_before": before == 0,
        "ceiling_before": before == greatest,
    }
    return pd.concat(
        share_rows(
            population,
            estimand,
            hits=pairs.where(is_wanted),
            n=n,
            effects=effects,
            status=_paired_status(n, n),
        )
        for estimand, is_wanted in wanted.items()
    )


def _pair_means(population: Population, pairs: CellCounts, effects: DesignEffects) -> pd.DataFrame:
    """Return both means and their difference with t intervals, and the p-value of the paired t test."""
    (before, after), n = pairs.cells.T, pairs.n
    gains = after - before
    error = np.sqrt(n * effects.effects) * _spread(pairs, gains)
    p = 2 * stdtr(np.minimum(n - 1, effects.degrees), -np.abs(ratio(pairs.counts @ gains, error)))
    means = [
        mean_rows(
            population,
            estimand,
            total=pairs.counts @ scores,
            n=n,
            standard_deviation=_spread(pairs, scores),
            effects=effects,
            status=_paired_status(n, n),
        )
        for estimand, scores in (("mean_before", before), ("mean_after", after), ("difference", gains))
    ]
    return pd.concat([*means, _p_rows(population, "paired_t_p", p, n)])


def _spread(pairs: CellCounts, scores: Floats) -> Floats:
    return standard_deviation(pairs.n, pairs.counts @ scores, pairs.counts @ scores**2)


def _signed_rank_rows(population: Population, pairs: CellCounts) -> pd.DataFrame:
    """Return the Hodges–Lehmann estimate of the difference, and the p-value of the signed rank test."""
    (before, after), n = pairs.cells.T, pairs.n
    gains = pairs.of(after - before)
    shift, interval = hodges_lehmann(gains)
    estimate = estimate_rows(
        population,
        "hodges_lehmann",
        value=shift,
        denominator=n,
        interval=interval,
        method="signed rank",
        status=_paired_status(shift, n),
    )
    return pd.concat([estimate, _p_rows(population, "wilcoxon_p", wilcoxon_p(gains), n)])


def _p_rows(population: Population, estimand: str, p: Floats, n: Floats) -> pd.DataFrame:
    """Return the p-value of the whole alone: of two hundred parts, ten would pass 0.05 by chance."""
    rows = estimate_rows(population, estimand, value=p, denominator=n, status=_paired_status(p, n))
    return rows[rows["breakdown"] == WHOLE]


def _first_tier_rows(
    kpi: Kpi, aggregates: Aggregates, population: Population, pairs_n: Floats, effects: DesignEffects
) -> pd.DataFrame:
    """Return E1 of the pairs whose responses the booking reference linked."""
    rows = part_rows(aggregates["pair_count"], kpi_id=kpi.id)
    linked = _pair_cells(rows[rows["is_first_tier"].astype("bool")], population.parts)
    return _resampled_rows(
        _of_fewer(population, linked.n, of_n=pairs_n),
        [replace(_E1, estimand="E1_first_tier")],
        _with_number(linked.cells),
        linked.counts,
        effects,
    )


def _clustered_rows(kpi: Kpi, aggregates: Aggregates) -> pd.DataFrame:
    """Return E1 of everybody with the interval that resamples whole sessions.

    People of one session share its facilitator and its day, so that they tell less than as many people
    of different sessions; the bootstrap of clusters says how much less (Davison & Hinkley 1997, 3.8).
    """
    sessions = part_rows(aggregates["pair_session"], kpi_id=kpi.id, breakdown=WHOLE)
    values = sessions.sort_values("session_code")[["pairs_n", "before_sum", "after_sum"]].to_numpy(
        dtype=float
    )
    asked = part_rows(aggregates["score_state"], kpi_id=kpi.id, item="pair", breakdown=WHOLE)
    attended = part_rows(aggregates["reach_count"], breakdown=WHOLE)["attendances_n"]
    low, high = np.nan, np.nan
    if len(values) >= MINIMUM_PAIRS:
        clusters, draws = [Sample(values, np.ones(len(values)))], [resample_singly(values)]
        low, high = bca_interval(pair_sums.relative_change, clusters, draws)
    return _reading_rows(
        asked_population(asked, str(kpi.wave), eligible_n=attended),
        replace(_E1, estimand="E1_clustered"),
        values.sum(axis=0, keepdims=True),
        (np.array([low]), np.array([high])),
        independent(1),
        method=f"{METHOD} of sessions",
    )


def _unpaired_rows(kpi: Kpi, aggregates: Aggregates) -> pd.DataFrame:
    """The value is of every answer of either wave; people are those of the smaller wave.

    The waves are drawn as if nobody had answered both: conservative where people are in both, who differ
    less from themselves than from others.
    """
    asked_before, before = item_scores(aggregates, kpi.id, "before")
    asked_after, after = item_scores(aggregates, kpi.id, "after")
    population = Population(
        asked_after,
        eligible_n=_attended_n(aggregates),
        people_n=asked_before["people_n"].clip(upper=asked_after["people_n"]),
        wave=str(kpi.wave),
        blank_n=asked_before["blank_n"] + asked_after["blank_n"],
        not_applicable_n=asked_before["not_applicable_n"] + asked_after["not_applicable_n"],
    )
    waves = [(_with_number(given.cells), given.counts) for given in (before, after)]
    samples = [_samples(values, counts) for values, counts in waves]
    (interval,) = _intervals([pair_sums.unpaired_relative_change], *samples)
    value = pair_sums.unpaired_relative_change([counts @ values for values, counts in waves])
    effects = larger(*(item_effects(aggregates, kpi.id, item, asked_after) for item in ("before", "after")))
    return estimate_rows(
        population,
        "E5",
        value=value,
        denominator=before.n + after.n,
        interval=effects.stretched(value, interval),
        method=by_session(METHOD, effects),
    )


def _with_number(cells: Floats) -> Floats:
    """Return what each observation adds to the sums: 1, and its scores."""
    return np.column_stack([np.ones(len(cells)), cells])


def _samples(values: Floats, counts: Floats) -> list[Sample]:
    """Return one sample per part; ``values`` has a row per kind of observation, ``counts`` one per part."""
    return [Sample(values[number > 0], number[number > 0]) for number in counts]


def _intervals(statistics: Sequence[Statistic], *samples: Sequence[Sample]) -> list[Interval]:
    """Return one interval per statistic; NaN in parts where a sample has fewer than ``MINIMUM_PAIRS``.

    The statistics of a part share its draws. ``samples`` holds, for each sample that a statistic takes,
    one entry per part.
    """
    parts = list(zip(*samples, strict=True))
    ends = np.full((len(statistics), len(parts), 2), np.nan)
    for position, part in enumerate(parts):
        if all(sample.counts.sum() >= MINIMUM_PAIRS for sample in part):
            draws = resample(part)
            ends[:, position] = [bca_interval(statistic, part, draws) for statistic in statistics]
    return [(low_high[:, 0], low_high[:, 1]) for low_high in ends]
