"""Rows of estimates: a value never stands without the population that it is of.

Here values of a kind get their interval and status. What is estimated belongs in ``rules``, what a KPI is by
definition in ``rows``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ccds_pipeline.schemas.readings import MEASURED, NO_ANSWERS, UNDEFINED, WHOLE, reading_of
from ccds_pipeline.statistics.clusters import DesignEffects
from ccds_pipeline.statistics.counts import ratio
from ccds_pipeline.statistics.intervals import Floats, t_interval, wilson

Interval = tuple[Floats, Floats]


@dataclass(frozen=True)
class Population:
    """Whom values are of: one entry per part of a breakdown, in the order of ``parts``.

    Args:
        parts: Frame with the columns ``breakdown`` and ``level``.
        eligible_n: Who or what could have been counted.
        people_n: Distinct persons whose answers a value rests on.
        wave: Wave; ``all`` where the values have none.
        blank_n: Left blank; missing where nothing was asked.
        not_applicable_n: Answered not applicable; missing where nothing was asked.
    """

    parts: pd.DataFrame
    eligible_n: pd.Series
    people_n: pd.Series
    wave: str = WHOLE
    blank_n: pd.Series | None = None
    not_applicable_n: pd.Series | None = None


def asked_population(asked: pd.DataFrame, wave: str, *, eligible_n: pd.Series | None = None) -> Population:
    """Return the population of an item that was asked: its valid responses, unless another is given."""
    return Population(
        asked,
        eligible_n=asked["eligible_n"] if eligible_n is None else eligible_n,
        people_n=asked["people_n"],
        wave=wave,
        blank_n=asked["blank_n"],
        not_applicable_n=asked["not_applicable_n"],
    )


def count_rows(
    population: Population, estimand: str, *, counts: pd.Series, is_headline: bool = False
) -> pd.DataFrame:
    """Return rows of plain counts; a zero is a value, and there is no interval."""
    return estimate_rows(
        population,
        estimand,
        value=counts,
        numerator=counts,
        denominator=counts,
        status=np.full(len(counts), MEASURED),
        is_headline=is_headline,
    )


def share_rows(
    population: Population,
    estimand: str,
    *,
    hits: ArrayLike,
    n: ArrayLike,
    effects: DesignEffects,
    status: NDArray[np.str_] | None = None,
    is_headline: bool = False,
) -> pd.DataFrame:
    """Return rows of proportions ``hits`` of ``n`` with Wilson intervals that allow for sessions."""
    return estimate_rows(
        population,
        estimand,
        value=ratio(hits, n),
        numerator=hits,
        denominator=n,
        interval=wilson(hits, n, effect=effects.effects, degrees=effects.degrees),
        method=by_session("wilson", effects),
        status=status,
        is_headline=is_headline,
    )


def rate_rows(population: Population, estimand: str, *, hits: ArrayLike, n: ArrayLike) -> pd.DataFrame:
    """Return rows of headlines that count a part of a known list: no sample, so there is no interval."""
    return estimate_rows(
        population, estimand, value=ratio(hits, n), numerator=hits, denominator=n, is_headline=True
    )


def mean_rows(
    population: Population,
    estimand: str,
    *,
    total: Floats,
    n: Floats,
    standard_deviation: Floats,
    effects: DesignEffects,
    status: NDArray[np.str_] | None = None,
    is_headline: bool = False,
) -> pd.DataFrame:
    """Return rows of means of scores with t intervals that allow for sessions."""
    mean = ratio(total, n)
    return estimate_rows(
        population,
        estimand,
        value=mean,
        numerator=total,
        denominator=n,
        interval=t_interval(mean, standard_deviation, n, effect=effects.effects, degrees=effects.degrees),
        method=by_session("t", effects),
        status=status,
        is_headline=is_headline,
    )


def estimate_rows(
    population: Population,
    estimand: str,
    *,
    value: ArrayLike,
    denominator: ArrayLike,
    numerator: ArrayLike | None = None,
    interval: Interval | None = None,
    method: str | NDArray[np.str_] = "",
    status: NDArray[np.str_] | None = None,
    is_headline: bool = False,
) -> pd.DataFrame:
    """Return one row per part with the columns of ``kpi.kpi`` that a rule decides.

    Where ``status`` is not given, a value is measured if it exists. Where an end of the interval is
    NaN there is no interval, and no method. A numerator is given only where it makes the value, divided by
    the denominator.
    """
    values, n = np.asarray(value, dtype=float), np.asarray(denominator, dtype=float)
    missing = np.full(len(values), np.nan)
    low, high = interval if interval is not None else (missing, missing)
    states = value_status(values, n) if status is None else status
    return pd.DataFrame(
        {
            "estimand": estimand,
            "is_headline": is_headline,
            "wave": population.wave,
            "breakdown": population.parts["breakdown"],
            "level": population.parts["level"],
            "numerator": missing if numerator is None else np.asarray(numerator, dtype=float),
            "denominator": n,
            "eligible_n": population.eligible_n,
            "blank_n": _whole_numbers(population.blank_n, len(values)),
            "not_applicable_n": _whole_numbers(population.not_applicable_n, len(values)),
            "people_n": population.people_n,
            "value": values,
            "unit": reading_of(estimand).unit.name,
            "ci_low": low,
            "ci_high": high,
            "ci_method": _methods(method, np.isnan(low)),
            "status": pd.array(states, dtype="str"),
            "status_reason": pd.array([None] * len(values), dtype="str"),
        }
    )


def by_session(method: str, effects: DesignEffects) -> NDArray[np.str_]:
    """Return the method of each interval: another one where it allows for sessions."""
    return np.where(effects.is_clustered, f"{method} by session", method)


def whole_population(n: int) -> Population:
    """Return the population of a value that stands for the programme, and for no person."""
    parts = pd.DataFrame({"breakdown": [WHOLE], "level": [WHOLE]})
    return Population(parts, eligible_n=pd.Series([n]), people_n=pd.Series([0]))


def absent_rows(estimand: str, *, status: str, reason: str) -> pd.DataFrame:
    """Return the row of a headline without value, with the reason why there is none."""
    row = estimate_rows(
        whole_population(0),
        estimand,
        value=[np.nan],
        denominator=[0],
        status=np.array([status]),
        is_headline=True,
    )
    return row.assign(status_reason=reason)


def value_status(value: Floats, n: Floats) -> NDArray[np.str_]:
    """Return what became of values of ``n`` observations; without any, nothing could be measured."""
    return np.select([n == 0, np.isnan(value)], [NO_ANSWERS, UNDEFINED], default=MEASURED)


def _methods(method: str | NDArray[np.str_], is_none: NDArray[np.bool_]) -> pd.api.extensions.ExtensionArray:
    names = np.broadcast_to(method, is_none.shape).tolist()
    return pd.array([None if none else name for name, none in zip(names, is_none, strict=True)], dtype="str")


def _whole_numbers(counts: pd.Series | None, length: int) -> pd.api.extensions.ExtensionArray:
    if counts is None:
        return pd.array([pd.NA] * length, dtype="Int64")
    return pd.array(np.asarray(counts, dtype="int64"), dtype="Int64")
