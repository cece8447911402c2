"""What non-response may do to a share: groups compared, answers weighted, worst and best case.

Input is a frame of cells: one row per combination of covariates with the counts ``due_n``,
``responded_n`` (of those due), ``valid_n`` (of those who responded) and ``favourable_n`` (of the valid
answers). Numbers are covariates of one slope, everything else is a category; missing is a level of
its own. How cells are counted belongs in ``sql/kpi``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import expit, logit, ndtri, xlogy

from ccds_pipeline.statistics.counts import ratio, standard_deviation
from ccds_pipeline.statistics.intervals import CONFIDENCE, Floats

COUNTS = ["due_n", "responded_n", "valid_n", "favourable_n"]
METHOD = "linearised, logit scale"

_LEAST_CHANCE = 1e-6
_STEPS = 100
_TOLERANCE = 1e-12
_NO_INFORMATION = 1e-10


@dataclass(frozen=True)
class WeightedShare:
    """A share among those due, as if all had answered; NaN where it cannot be computed.

    Args:
        value: Weighted share (Hájek): sum of weights of favourable answers over that of valid ones.
        ci_low: Lower end of the interval by ``METHOD``; NaN where all valid answers are alike.
        ci_high: Upper end.
        worst: Share if nobody without a valid answer were favourable.
        best: Share if everybody without a valid answer were favourable.
        effective_n: Kish's effective sample size: answers of equal weight that tell as much.
        uncovered_n: Persons due of a kind of whom nobody can be expected to respond; the value says
            nothing about them, the bounds do.
    """

    value: float
    ci_low: float
    ci_high: float
    worst: float
    best: float
    effective_n: float
    uncovered_n: int


def weighted_share(cells: pd.DataFrame, covariates: Sequence[str], *, factor: float = 1.0) -> WeightedShare:
    """Return a share weighted by the inverse chance of responding, with its bounds.

    The chance is a logistic regression of responding on the covariates (main effects), fitted by
    maximum likelihood over the persons due. The interval is the linearised (sandwich) one of the
    stacked estimating equations, so that it allows for the weights being estimated (Lunceford &
    Davidian 2004), made on the logit scale so that it stays within 0 and 1. Bounds: Manski (1989);
    everybody due without a valid answer counts as unknown.

    Where the covariates predict non-response perfectly, the likelihood has no maximum: the chance
    tends to 0, nobody there has an answer to weight, and the persons are counted as uncovered.

    Args:
        cells: Columns ``covariates`` and ``COUNTS``.
        covariates: Names of columns.
        factor: How many times as wide the interval is as that of independent answers.

    Raises:
        ValueError: If a count is missing, negative or above the one that it is a part of.
    """
    due, responded, valid, favourable = _counts(cells)
    design = _design(cells, covariates)
    chances = _response_chances(design, responded, due)
    weights = np.where(responded > 0, 1 / chances, 0)
    value = float(ratio(weights @ favourable, weights @ valid))
    low, high = _interval(value, design, chances, weights, cells, factor=factor)
    return WeightedShare(
        value=value,
        ci_low=low,
        ci_high=high,
        worst=float(ratio(favourable.sum(), due.sum())),
        best=float(ratio(favourable.sum() + (due - valid).sum(), due.sum())),
        effective_n=float(ratio((weights @ valid) ** 2, weights**2 @ valid)),
        uncovered_n=int(due[chances < _LEAST_CHANCE].sum()),
    )


def compare_groups(cells: pd.DataFrame, covariates: Sequence[str]) -> pd.DataFrame:
    """Return how those who responded differ from those who did not, covariate by covariate.

    Args:
        cells: Columns ``covariates``, ``due_n`` and ``responded_n``.
        covariates: Names of columns.

    Returns:
        One row per number and per level of a category (``level`` is missing for numbers, and where the
        category is missing; ``kind`` is ``number`` or ``category``): for ``responder`` and ``other``,
        ``…_n`` with a value (of a level: those in it), ``…_value`` (mean, or share of the group in the
        level) and ``…_sd`` (missing for levels); and ``difference``, standardised by the root of the mean
        variance (Austin 2009), NaN where both groups have no spread.

    Raises:
        ValueError: If a count is missing, negative or above the one that it is a part of.
    """
    due, responded = _nested(cells, ["due_n", "responded_n"])
    rows = [row for name in covariates for row in _compared(cells[name], [responded, due - responded])]
    columns = [f"{group}_{part}" for group in ("responder", "other") for part in ("n", "value", "sd")]
    return pd.DataFrame(rows, columns=["covariate", "kind", "level", *columns, "difference"])


def _counts(cells: pd.DataFrame) -> tuple[Floats, Floats, Floats, Floats]:
    due, responded, valid, favourable = _nested(cells, COUNTS)
    return due, responded, valid, favourable


def _nested(cells: pd.DataFrame, names: list[str]) -> list[Floats]:
    """Return columns of counts, each a part of the one before."""
    counts = cells[names].to_numpy(dtype=float)
    if not ((counts[:, -1] >= 0).all() and (np.diff(counts, axis=1) <= 0).all()):
        raise ValueError(f"counts must be known, not negative, and fall in this order: {', '.join(names)}")
    return list(counts.T)


def _design(cells: pd.DataFrame, covariates: Sequence[str]) -> Floats:
    """Return a column of ones and the columns of each covariate."""
    given = [cells[name] for name in covariates]
    blocks = (
        _slope(covariate) if _is_number(covariate) else _levels(covariate)[1][:, 1:] for covariate in given
    )
    return np.hstack([np.ones((len(cells), 1)), *blocks])


def _is_number(covariate: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(covariate) and not pd.api.types.is_bool_dtype(covariate)


def _slope(covariate: pd.Series) -> Floats:
    """Return a number, centred and scaled so that sums stay exact enough, and whether it is missing."""
    values = covariate.to_numpy(dtype=float, na_value=np.nan)
    is_missing = np.isnan(values)
    known = values[~is_missing]
    centre, scale = (known.mean(), known.std() or 1.0) if len(known) else (0.0, 1.0)
    return np.column_stack([np.where(is_missing, 0, (values - centre) / scale), is_missing])


def _levels(covariate: pd.Series) -> tuple[list[object], Floats]:
    """Return the levels of a category, missing last, and a column of 0 and 1 for each."""
    codes, levels = pd.factorize(covariate, sort=True, use_na_sentinel=False)
    return list(levels), (codes[:, np.newaxis] == np.arange(len(levels))).astype(float)


def _response_chances(design: Floats, responded: Floats, due: Floats) -> Floats:
    """Return the fitted chance of responding in each cell: Newton's method, steps halved if need be."""
    coefficients = np.zeros(design.shape[1])
    likelihood = _log_likelihood(design @ coefficients, responded, due)
    for _ in range(_STEPS):
        chances = expit(design @ coefficients)
        step = _solved(_information(design, chances, due), design.T @ (responded - due * chances))
        while (found := _log_likelihood(design @ (coefficients + step), responded, due)) < likelihood:
            step = step / 2
        coefficients = coefficients + step
        if found - likelihood <= _TOLERANCE * (1 + abs(found)):
            break
        likelihood = found
    fitted: Floats = expit(design @ coefficients)
    return fitted


def _log_likelihood(logits: Floats, responded: Floats, due: Floats) -> float:
    return float(np.sum(xlogy(responded, expit(logits)) + xlogy(due - responded, expit(-logits))))


def _information(design: Floats, chances: Floats, due: Floats) -> Floats:
    information: Floats = design.T @ (design * (due * chances * (1 - chances))[:, np.newaxis])
    return information


def _solved(matrix: Floats, right: Floats) -> Floats:
    """Solve; directions that the data say nothing about stay where they are."""
    return np.asarray(np.linalg.lstsq(matrix, right, rcond=_NO_INFORMATION)[0], dtype=float)


def _interval(
    value: float, design: Floats, chances: Floats, weights: Floats, cells: pd.DataFrame, *, factor: float
) -> tuple[float, float]:
    if not 0 < value < 1:
        return np.nan, np.nan
    due, responded, valid, favourable = _counts(cells)
    # How the estimating function of the share moves with the coefficients of the regression.
    residual = weights * (1 - chances) * (favourable - value * valid)
    slope = _solved(_information(design, chances, due), -design.T @ residual)
    lean = design @ slope
    influences = (
        (due - responded, -lean * chances),
        (responded - valid, lean * (1 - chances)),
        (favourable, lean * (1 - chances) + weights * (1 - value)),
        (valid - favourable, lean * (1 - chances) - weights * value),
    )
    variance = sum(float(n @ influence**2) for n, influence in influences) / float(weights @ valid) ** 2
    reach = factor * float(ndtri((1 + CONFIDENCE) / 2)) * np.sqrt(variance) / (value * (1 - value))
    low, high = expit(logit(value) + np.array([-reach, reach]))
    return float(low), float(high)


def _compared(covariate: pd.Series, groups: Sequence[Floats]) -> Iterator[list[object]]:
    if _is_number(covariate):
        values = covariate.to_numpy(dtype=float, na_value=np.nan)
        yield [covariate.name, "number", None, *_comparison(*(_mean_of(values, n) for n in groups))]
        return
    levels, columns = _levels(covariate)
    for level, is_in in zip(levels, columns.T, strict=True):
        yield [covariate.name, "category", level, *_comparison(*(_share_of(is_in, n) for n in groups))]


class _Summary(NamedTuple):
    """A covariate in one group."""

    n: float
    value: float
    deviation: float
    variance: float


def _mean_of(values: Floats, n: Floats) -> _Summary:
    is_known = ~np.isnan(values)
    known, counts = values[is_known], n[is_known]
    total = counts.sum()
    deviation = float(standard_deviation(total, counts @ known, counts @ known**2))
    return _Summary(float(total), float(ratio(counts @ known, total)), deviation, deviation**2)


def _share_of(is_in: Floats, n: Floats) -> _Summary:
    share = float(ratio(n @ is_in, n.sum()))
    return _Summary(float(n @ is_in), share, np.nan, share * (1 - share))


def _comparison(first: _Summary, second: _Summary) -> list[float]:
    spread = np.sqrt((first.variance + second.variance) / 2)
    return [*first[:3], *second[:3], float(ratio(first.value - second.value, spread))]
