"""Published figures against what is computed now: is each reproduced, supported, met, or contradicted?

The words for it are in ``schemas.verdicts``. Where the KPIs of an earlier day come from belongs in ``as_of``.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import sqlalchemy as sa

from ccds_pipeline.kpi.as_of import keep_present, kpis_as_of
from ccds_pipeline.programme.model import Claim, Programme
from ccds_pipeline.schemas.readings import MEASURED, PERSONS, UNIDENTIFIED, UNITS, WHOLE, is_per_cent
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.schemas.verdicts import (
    CONTRADICTED,
    DEFINITION_CHANGED,
    HIGHER,
    JUDGED,
    LOWER,
    MEASURED_AS,
    MET,
    MET_AND_ASSURED,
    NOT_COMPUTABLE,
    NOT_DECIDABLE,
    NOT_MEASURED,
    NOT_MET,
    REPRODUCED,
    ROUNDING,
    SUPPORTED,
    WITHHELD,
)
from ccds_pipeline.warehouse.bulk import append, read_frame
from ccds_pipeline.warehouse.tables import recreate_tables

_COMPARISONS = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}
_CELL = ["kpi_id", "wave", "breakdown", "level"]
_COPIED = ("estimand", "unit", "value", "denominator", "as_of", "data_version")
# What binary fractions add to a figure that lies on the edge of being rounded up.
_BINARY_SLACK = 1e-9


@dataclass(frozen=True)
class Figure:
    """What a claim is judged by.

    Args:
        value: What is computed now; shares from 0 to 1.
        unit: Its unit.
        low: Lower end of its interval; of people, how many were identified. NaN where there is none.
        high: Upper end; of people, how many it may have been.
        count_margin: How far a released count may lie from the true one; None where the figure is exact.
        n: What the value is of, which decides how finely it is released.
    """

    value: float
    unit: str
    low: float = math.nan
    high: float = math.nan
    count_margin: float | None = None
    n: float = 0.0

    @property
    def is_count(self) -> bool:
        """Whether the interval says who could not be identified, and not how certain the value is."""
        return UNITS[self.unit].kind == "count"

    @property
    def margin(self) -> float:
        """How far the value may lie from the unrounded one."""
        if self.count_margin is None:
            return 0.0
        return self.count_margin if self.is_count else UNITS[self.unit].step(self.n) / 2

    def decimals(self, printed: int) -> int:
        """Return the decimals to which the value and a printed one can be compared."""
        return printed if self.count_margin is None else min(printed, UNITS[self.unit].decimals_of(self.n))


def claim_rows(
    programme: Programme,
    kpis: Mapping[date | None, pd.DataFrame],
    *,
    run_id: str,
    count_margin: float | None = None,
) -> pd.DataFrame:
    """Return one row per claim with the value computed now, and what became of the claim.

    Args:
        programme: Lists the claims.
        kpis: Rows of ``kpi.kpi`` (or of a release) by the as-of day that claims name; missing days
            make their claims not computable.
        run_id: Said in the rows.
        count_margin: How far a released count may lie from the true one; None where the KPIs are exact.

    Returns:
        The columns of ``kpi.claim``, in the order of the programme file.
    """
    rows = [
        _claim_row(claim, kpis.get(claim.as_of), count_margin) | {"claim_order": order, "run_id": run_id}
        for order, claim in enumerate(programme.claims, start=1)
    ]
    columns = table_of("kpi.claim").column_names
    # Where no claim has a value, nothing tells of which type its column is.
    types = {"claimed": "float64"} | dict.fromkeys(("estimand", "unit", "data_version"), "str")
    return pd.DataFrame(rows, columns=columns).astype(types)


def verdict(claim: Claim, figure: Figure) -> str:
    """Return what became of a claim that has a figure: one of ``schemas.verdicts.JUDGED``."""
    return _judged_value(claim, figure) if claim.comparator == "=" else _judged_comparison(claim, figure)


def _judged_value(claim: Claim, figure: Figure) -> str:
    """Judge a figure that was printed rounded."""
    claimed = _claimed(claim)
    last_place = figure.decimals(claim.decimals) + (2 if is_per_cent(figure.unit) else 0)
    if _rounded(figure.value, last_place) == _rounded(claimed, last_place):
        return REPRODUCED
    if figure.low - _BINARY_SLACK <= claimed <= figure.high + _BINARY_SLACK:
        return SUPPORTED
    return HIGHER if figure.value > claimed else LOWER


def _judged_comparison(claim: Claim, figure: Figure) -> str:
    """Judge "more than" and the like: what the value may be without its rounding has to say the same."""
    ends = [end for end in (figure.low, figure.high) if not math.isnan(end)]
    # Who was not identified may count or not; an interval only says how certain the value is.
    values = [figure.value, *ends] if figure.is_count else [figure.value]
    possible = {value + sign * figure.margin for value in values for sign in (-1, 1)}
    holds = {_holds(claim, value) for value in possible}
    if len(holds) > 1:
        return NOT_DECIDABLE
    if holds == {False}:
        return NOT_MET
    return MET_AND_ASSURED if ends and all(_holds(claim, end) for end in ends) else MET


def _holds(claim: Claim, value: float) -> bool:
    return bool(_COMPARISONS[claim.comparator](value, _claimed(claim)))


def _claimed(claim: Claim) -> float:
    assert claim.value is not None  # noqa: S101  # a sentence without a figure is not judged
    return claim.value


def _rounded(value: float, decimals: int) -> int:
    """Return the value in units of its last place, halves away from zero as people round."""
    return int(math.copysign(math.floor(abs(value) * 10.0**decimals + 0.5 + _BINARY_SLACK), value))


def _claim_row(claim: Claim, kpis: pd.DataFrame | None, count_margin: float | None) -> dict[str, object]:
    row: dict[str, object] = {
        "claim_id": claim.id,
        "text": claim.text,
        "kpi_id": claim.kpi or "",
        "definition_version": claim.version,
        "phase": claim.phase,
        "comparator": claim.comparator,
        "claimed": claim.value,
        "decimals": claim.decimals,
        "rounding_of": claim.rounding_of,
        "estimand": claim.estimand or "",
        "as_of": claim.as_of,
        "denominator": np.nan,
    }
    if claim.rounding_of is not None:
        return row | {"state": ROUNDING}
    if claim.kpi is None:
        return row | {"state": NOT_MEASURED}
    found = None if kpis is None else _value_for(claim, kpis)
    if kpis is None or found is None:
        return row | {"state": NOT_COMPUTABLE}
    low, high = _ends(found, kpis)
    return (
        row
        | {name: found[name] for name in _COPIED}
        | {"ci_low": low, "ci_high": high, "state": _state(claim, found, (low, high), count_margin)}
    )


def _value_for(claim: Claim, kpis: pd.DataFrame) -> pd.Series | None:
    is_part = (kpis["breakdown"] == ("phase" if claim.phase != WHOLE else WHOLE)) & (
        kpis["level"] == claim.phase
    )
    is_reading = kpis["is_headline"] if claim.estimand is None else kpis["estimand"] == claim.estimand
    found = kpis[(kpis["kpi_id"] == claim.kpi) & is_part & is_reading]
    return None if found.empty else found.iloc[0]


def _ends(found: pd.Series, kpis: pd.DataFrame) -> tuple[float, float]:
    """Return the ends of the interval; of people, the number identified and that of all there may be."""
    if found["unit"] != PERSONS.name:
        return _number(found["ci_low"]), _number(found["ci_high"])
    is_beside = (kpis[_CELL] == found[_CELL]).all(axis="columns") & (kpis["estimand"] == UNIDENTIFIED)
    unidentified = kpis.loc[is_beside, "value"].dropna()
    if unidentified.empty:
        return math.nan, math.nan
    value = _number(found["value"])
    return value, value + float(unidentified.iloc[0])


def _number(value: object) -> float:
    return math.nan if pd.isna(value) else float(value)  # type: ignore[arg-type, call-overload]  # scalars


def _state(claim: Claim, found: pd.Series, ends: tuple[float, float], count_margin: float | None) -> str:
    if found["definition_version"] != claim.version:
        return DEFINITION_CHANGED
    if found["suppressed"]:
        return WITHHELD
    if found["status"] != MEASURED or pd.isna(found["value"]):
        return NOT_COMPUTABLE
    if claim.value is None:
        return MEASURED_AS
    n = 0.0 if pd.isna(found["denominator"]) else float(found["denominator"])
    return verdict(claim, Figure(float(found["value"]), str(found["unit"]), *ends, count_margin, n))


def refresh_claims(engine: sa.Engine, programme: Programme, *, run_id: str, kept: Path) -> int:
    """Fill ``kpi.claim`` from the KPIs, those of earlier days see ``as_of``; return the number of claims."""
    rows = claim_rows(programme, _exact_by_day(engine, programme, run_id=run_id, kept=kept), run_id=run_id)
    with engine.begin() as connection:
        recreate_tables(connection, [table_of("kpi.claim")])
        return append(connection, table_of("kpi.claim"), rows)


def _exact_by_day(
    engine: sa.Engine, programme: Programme, *, run_id: str, kept: Path
) -> dict[date | None, pd.DataFrame]:
    """Return the exact KPIs for every as-of day that a claim names; days before any delivery are left out.

    The present KPIs stand for claims without a day, and for their own day.
    """
    with engine.connect() as connection:
        present = read_frame(connection, table_of("kpi.kpi"))
    today = _day_of(present)
    if today is not None and today in {claim.as_of for claim in programme.claims}:
        keep_present(engine, programme, present, today, kept=kept)
    days = earlier_days(engine, programme, today)
    return {None: present, today: present} | {
        day: kpis_as_of(engine, programme, day, run_id=run_id, kept=kept) for day in days
    }


def earlier_days(engine: sa.Engine, programme: Programme, today: date | None) -> list[date]:
    """Return the as-of days that claims name, but for today and what is before any delivery."""
    with engine.connect() as connection:
        first = connection.execute(
            sa.text("SELECT min(delivery_on) FROM ops.delivery WHERE status = 'loaded'")
        ).scalar_one()
    days = {claim.as_of for claim in programme.claims if claim.as_of is not None} - {today}
    return sorted(day for day in days if first is not None and day >= first)


def _day_of(kpis: pd.DataFrame) -> date | None:
    return pd.Timestamp(kpis["as_of"].iloc[0]).date() if len(kpis) else None


def judged_claims(engine: sa.Engine) -> dict[str, bool]:
    """Return whether nothing contradicts it, of each claim that was judged, by identifier."""
    with engine.connect() as connection:
        claims = read_frame(connection, table_of("kpi.claim"))
    judged = claims[claims["state"].isin(JUDGED)].sort_values("claim_id")
    return dict(zip(judged["claim_id"], ~judged["state"].isin(CONTRADICTED), strict=True))
