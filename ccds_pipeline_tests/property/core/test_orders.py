"""No order changes a figure: of rows, of columns, of sources, of who is called first.

How a delivered cell is read belongs in ``property/ingest/test_orders``; here is who somebody is, and what
counts, from delivered rows to the counts of every KPI.
"""

from __future__ import annotations

import random
from datetime import date
from functools import cache

import pandas as pd
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from ccds_pipeline.core.basis import Basis
from ccds_pipeline.core.build import refresh_core
from ccds_pipeline.schemas.register import table_of, tables_of
from ccds_pipeline.warehouse.bulk import read_frame
from ccds_pipeline.warehouse.select_files import fill_tables
from ccds_pipeline_tests.support.scenario import DELIVERED_ON, Scenarios, address, load, scenario_programme

pytestmark = pytest.mark.slow

TEAM = "ward.seven@example.org"
EARLIER_ON = date(2022, 2, 20)
COUNTED = ("kpi.reach_count", "kpi.response_count", "kpi.link_quality", "core.fact_attendance")


def earlier() -> Scenarios:
    """Return the bookings of the delivery before: one is handed on, one is moved."""
    s = Scenarios()
    s.books("HANDED", "ann", ref="R1")
    s.books("OLD", "bea", ref="R2")
    return s


def later() -> Scenarios:
    """Return people of every kind that is hard to tell apart, each in a session of its own."""
    s = Scenarios()
    s.books("HANDED", "cai", ref="R1")
    s.joins("HANDED", "cai")
    s.answers("pre", "HANDED", "of ann", ref="R1", sent="2022-02-18 09:00")
    s.answers("post", "HANDED", "of cai", ref="R1")
    s.books("NEW", "bea", ref="R2")
    s.joins("NEW", "bea")
    s.answers("pre", "NEW", "moved", ref="R2", sent="2022-02-18 09:00", session="")
    for who in ("dee", "eve"):
        s.comes("TEAM", who, mail=TEAM)
        s.answers("post", "TEAM", who, ref=f"TEAM {who}", code=f"{who}77q")
    s.joins("TEAM", "fay", mail=TEAM)
    s.answers("pre", "TEAM", "one of them", mail=TEAM)
    s.answers("pre", "TEAM", "by code", mail=TEAM, code="dee77q")
    for number in range(2):
        s.books("NAMESAKES", "gil", mail=f"gil{number}@example.org", ref=f"NAMESAKES {number}")
    s.joins("NAMESAKES", "gil", mail="")
    s.comes("REJOINED", "hal")
    s.joins("REJOINED", "hal", mail="", joined="2022-03-01 12:30", left="2022-03-01 12:40")
    s.comes("TWICE", "ida")
    s.books("TWICE", "ida", ref="TWICE again", contact="No", status="cancelled")
    s.answers("post", "TWICE", "first", ref="TWICE ida")
    s.answers("post", "TWICE", "second", mail=address("ida"), sent="2022-03-01 14:00")
    return s


def shuffled(rows: Scenarios, chance: random.Random) -> Scenarios:
    """Return the same rows, sources and columns in another order."""
    sources = chance.sample(sorted(rows.rows), k=len(rows.rows))
    return Scenarios({source: _shuffled(rows.rows[source], chance) for source in sources})


def _shuffled(rows: list[dict[str, str]], chance: random.Random) -> list[dict[str, str]]:
    columns = chance.sample(sorted(rows[0]), k=len(rows[0])) if rows else []
    return [{name: row[name] for name in columns} for row in chance.sample(rows, k=len(rows))]


def figures(*deliveries: tuple[date, Scenarios]) -> dict[str, pd.DataFrame]:
    """Load deliveries, and return what every KPI is counted from."""
    programme = scenario_programme()
    engine = sa.create_engine("duckdb:///:memory:", poolclass=sa.pool.StaticPool)
    for delivered_on, rows in deliveries:
        load(engine, programme, rows, delivered_on=delivered_on)
    refresh_core(engine, programme, Basis(DELIVERED_ON, "orders"))
    with engine.begin() as connection:
        fill_tables(connection, tables_of("kpi", "sql"), parameters={"as_of": DELIVERED_ON})
        found = {name: read_frame(connection, table_of(name)) for name in COUNTED}
    engine.dispose()
    return {name: rows.sort_values(list(rows.columns)).reset_index(drop=True) for name, rows in found.items()}


@cache
def in_order() -> dict[str, pd.DataFrame]:
    """Return the figures of the rows as they are written above."""
    return figures((EARLIER_ON, earlier()), (DELIVERED_ON, later()))


@settings(max_examples=6, deadline=None)
@given(st.randoms(use_true_random=False))
def test_no_order_changes_a_figure(chance):
    found = figures((EARLIER_ON, shuffled(earlier(), chance)), (DELIVERED_ON, shuffled(later(), chance)))
    for name, rows in in_order().items():
        pd.testing.assert_frame_equal(found[name], rows)


def test_the_rows_hold_what_could_depend_on_an_order():
    """A law about nothing would hold too."""
    (counts,) = in_order()["kpi.reach_count"].query("breakdown == 'all'").to_dict(orient="records")
    assert (counts["persons_n"], counts["unidentified_attendances_n"]) == (6, 2)
    (before,) = in_order()["kpi.link_quality"].query("wave == 'pre'").to_dict(orient="records")
    assert (before["ambiguous_n"], before["collided_n"], before["code_n"]) == (1, 1, 1)
