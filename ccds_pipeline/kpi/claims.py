"""Published figures against what is computed now: does each still agree, within its rounding?

Where the KPIs of an earlier day come from belongs in ``as_of``.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd
import sqlalchemy as sa

from ccds_pipeline.kpi.as_of import kpis_as_of
from ccds_pipeline.programme.model import Claim, Programme
from ccds_pipeline.schemas.readings import MEASURED, WHOLE, is_per_cent
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.warehouse.bulk import append, read_frame
from ccds_pipeline.warehouse.tables import recreate_tables

AGREES, DIFFERS, WITHHELD = "agrees", "differs", "withheld"
NOT_COMPUTABLE, DEFINITION_CHANGED = "not_computable", "definition_changed"

_COMPARISONS = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}
_COPIED = ("estimand", "unit", "value", "denominator", "ci_low", "ci_high", "as_of", "data_version")
# Half a unit of the last place belongs to the published figure; so does what binary fractions add to it.
_BINARY_SLACK = 1e-9


def claim_rows(
    programme: Programme, kpis: Mapping[date | None, pd.DataFrame], *, run_id: str
) -> pd.DataFrame:
    """Return one row per claim with the value computed now, and whether they agree.

    Args:
        programme: Lists the claims.
        kpis: Rows of ``kpi.kpi`` (or of a release) by the as-of day that claims name; missing days
            make their claims not computable.
        run_id: Said in the rows.

    Returns:
        The columns of ``kpi.claim``, in the order of the programme file.
    """
    rows = [
        _claim_row(claim, kpis.get(claim.as_of)) | {"claim_order": order, "run_id": run_id}
        for order, claim in enumerate(programme.claims, start=1)
    ]
    return pd.DataFrame(rows, columns=table_of("kpi.claim").column_names)


def is_supported(claim: Claim, value: float, *, unit: str) -> bool:
    """Return whether a value supports a claim.

    A figure that was printed rounded is supported if the value lies within half a unit of its last place,
    of a per cent where the unit is one; any other if the unrounded value compares as claimed.
    """
    if claim.comparator != "=":
        return bool(_COMPARISONS[claim.comparator](value, claim.value))
    last_place = 10.0 ** -(claim.decimals + (2 if is_per_cent(unit) else 0))
    return abs(value - claim.value) <= last_place / 2 + _BINARY_SLACK


def _claim_row(claim: Claim, kpis: pd.DataFrame | None) -> dict[str, object]:
    row: dict[str, object] = {
        "claim_id": claim.id,
        "text": claim.text,
        "kpi_id": claim.kpi,
        "definition_version": claim.version,
        "phase": claim.phase,
        "comparator": claim.comparator,
        "claimed": claim.value,
        "decimals": claim.decimals,
        "estimand": claim.estimand or "",
        "as_of": claim.as_of,
        "denominator": np.nan,
    }
    found = None if kpis is None else _value_for(claim, kpis)
    if found is None:
        return row | {"state": NOT_COMPUTABLE}
    return row | {name: found[name] for name in _COPIED} | {"state": _state(claim, found)}


def _value_for(claim: Claim, kpis: pd.DataFrame) -> pd.Series | None:
    is_part = (kpis["breakdown"] == ("phase" if claim.phase != WHOLE else WHOLE)) & (
        kpis["level"] == claim.phase
    )
    is_reading = kpis["is_headline"] if claim.estimand is None else kpis["estimand"] == claim.estimand
    found = kpis[(kpis["kpi_id"] == claim.kpi) & is_part & is_reading]
    return None if found.empty else found.iloc[0]


def _state(claim: Claim, found: pd.Series) -> str:
    if found["definition_version"] != claim.version:
        return DEFINITION_CHANGED
    if found["suppressed"]:
        return WITHHELD
    if found["status"] != MEASURED or pd.isna(found["value"]):
        return NOT_COMPUTABLE
    return AGREES if is_supported(claim, float(found["value"]), unit=found["unit"]) else DIFFERS


ExactByDay = Mapping[date | None, pd.DataFrame]


def refresh_claims(engine: sa.Engine, programme: Programme, *, run_id: str) -> int:
    """Fill ``kpi.claim`` from the KPIs; return the number of claims."""
    rows = claim_rows(programme, exact_by_day(engine, programme, run_id=run_id), run_id=run_id)
    with engine.begin() as connection:
        recreate_tables(connection, [table_of("kpi.claim")])
        return append(connection, table_of("kpi.claim"), rows)


def exact_by_day(engine: sa.Engine, programme: Programme, *, run_id: str) -> ExactByDay:
    """Return the exact KPIs for every as-of day that a claim names; days before any delivery are left out.

    The present KPIs stand for claims without a day, and for their own day.
    """
    with engine.connect() as connection:
        present = read_frame(connection, table_of("kpi.kpi"))
    today = _day_of(present)
    days = earlier_days(engine, programme, today)
    return {None: present, today: present} | {
        day: kpis_as_of(engine, programme, day, run_id=run_id) for day in days
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


def differing_claims(engine: sa.Engine, programme: Programme) -> list[str]:
    """Return the identifiers of claims that do not stand any more, or that were not computed."""
    with engine.connect() as connection:
        statement = sa.text("SELECT claim_id FROM kpi.claim WHERE state = :agrees")
        standing = set(connection.execute(statement, {"agrees": AGREES}).scalars())
    return sorted(claim.id for claim in programme.claims if claim.id not in standing)
