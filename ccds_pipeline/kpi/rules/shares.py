"""Rules that count people, places and favourable answers (kpis page, section 3).

Numeric items belong in ``means``, comparisons of two waves in ``change``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ccds_pipeline.kpi.estimates import (
    Population,
    Unit,
    asked_population,
    count_rows,
    estimate_rows,
    share_rows,
)
from ccds_pipeline.kpi.rules.non_response_rows import weighted_estimates
from ccds_pipeline.programme.model import Kpi, ResponseRate, TopShare
from ccds_pipeline.statistics.counts import Aggregates, part_rows, ratio, standard_deviation
from ccds_pipeline.statistics.intervals import t_interval

_REACH: tuple[tuple[str, Unit, str, str], ...] = (
    ("persons", "persons", "persons_n", "persons_n"),
    ("attendances", "places", "attendances_n", "persons_n"),
    ("unidentified_attendances", "places", "unidentified_attendances_n", "unidentified_attendances_n"),
    ("bookings", "places", "bookings_n", "booking_people_n"),
    ("cancellations", "places", "cancellations_n", "cancellation_people_n"),
    ("no_shows", "places", "no_shows_n", "no_show_people_n"),
)


def reach_estimates(aggregates: Aggregates) -> pd.DataFrame:
    """Return the distinct persons who attended, with attendances and bookings beside them."""
    reach = part_rows(aggregates["reach_count"])
    return pd.concat(
        count_rows(
            Population(reach, eligible_n=reach["persons_n"], people_n=reach[people]),
            estimand,
            unit=unit,
            counts=reach[counted],
            is_headline=estimand == "persons",
        )
        for estimand, unit, counted, people in _REACH
    )


def returned_estimates(kpi: Kpi, aggregates: Aggregates) -> pd.DataFrame:
    """Return the distinct persons with a valid response in the KPI's wave."""
    wave = str(kpi.wave)
    counts = part_rows(aggregates["response_count"], wave=wave)
    people = counts["respondents_n"]
    return count_rows(
        Population(counts, eligible_n=counts["persons_n"], people_n=people, wave=wave),
        "persons",
        unit="persons",
        counts=people,
        is_headline=True,
    )


def response_rate_estimates(rule: ResponseRate, aggregates: Aggregates) -> pd.DataFrame:
    """Return, for each wave named, the share of persons who attended and gave a valid response."""
    rates = []
    for wave in rule.waves:
        counts = part_rows(aggregates["response_count"], wave=wave)
        persons = counts["persons_n"]
        rates.append(
            share_rows(
                Population(counts, eligible_n=persons, people_n=persons, wave=wave),
                "rate",
                hits=counts["attended_respondents_n"],
                n=persons,
                is_headline=True,
            )
        )
    return pd.concat(rates)


def top_share_estimates(kpi: Kpi, rule: TopShare, aggregates: Aggregates, *, options_n: int) -> pd.DataFrame:
    """Return the share of valid answers that are favourable, with what else the rule asks for.

    ``options_n`` is the number of options of the scale, which is its greatest place.
    """
    counts = part_rows(aggregates["answer_count"], kpi_id=kpi.id)
    population = asked_population(counts, str(kpi.wave))
    share = share_rows(
        population, "share", hits=counts["favourable_n"], n=counts["valid_n"], is_headline=True
    )
    estimates = [share]
    if rule.mean_of_maximum:
        estimates.append(_mean_of_maximum(population, counts, options_n))
    if rule.non_response is not None:
        estimates.append(weighted_estimates(kpi, aggregates))
    return pd.concat(estimates)


def _mean_of_maximum(population: Population, counts: pd.DataFrame, options_n: int) -> pd.DataFrame:
    n, total, squares = (
        counts[column].to_numpy(dtype=float) for column in ("valid_n", "order_sum", "order_square_sum")
    )
    value = ratio(total, n) / options_n
    low, high = t_interval(value, standard_deviation(n, total, squares) / options_n, n)
    return estimate_rows(
        population,
        "mean_of_maximum",
        unit="score_share",
        value=value,
        numerator=total,
        denominator=n,
        # A mean of places cannot pass the greatest one, whatever the t distribution says.
        interval=(np.clip(low, 0, 1), np.clip(high, 0, 1)),
        method="t",
    )
