"""Compute every published claim again, each on the deliveries that it speaks of.

When a claim stands is decided in ``kpi.claims``; how an earlier day is computed in ``as_of``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd
import sqlalchemy as sa

from ccds_pipeline.kpi.as_of import kpis_as_of
from ccds_pipeline.kpi.claims import DIFFERS, claim_rows
from ccds_pipeline.programme.model import Programme
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.warehouse.bulk import append, read_frame
from ccds_pipeline.warehouse.tables import recreate_tables

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


def differing_claims(engine: sa.Engine) -> list[str]:
    """Return the identifiers of claims that do not stand any more."""
    with engine.connect() as connection:
        statement = sa.text("SELECT claim_id FROM kpi.claim WHERE state = :state ORDER BY claim_id")
        return list(connection.execute(statement, {"state": DIFFERS}).scalars())
