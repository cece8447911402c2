"""Loading what is outstanding, step by step, gives what loading everything from scratch gives.

Steps are deliveries, corrections and late ones, erasures, and changes of the programme file; each is followed
by a run that loads what is outstanding. One thing outlives a correction on purpose: the roster of names only
grows, so that a name that was known once stays out of comments. All people are invented.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ccds_pipeline.ingest.loading import load_deliveries
from ccds_pipeline.ingest.outstanding import outstanding
from ccds_pipeline.programme.load import parse_programme
from ccds_pipeline.rights.erasure import erase
from ccds_pipeline.schemas.register import tables_of
from ccds_pipeline.sources.landing import find_deliveries
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline.warehouse.tables import create_warehouse
from ccds_pipeline_tests.support.rights_scenario import (
    FIRST,
    LATER,
    NAMED,
    NAMED_HEADERS,
    PROGRAMME_TEXT,
    VERA,
    Scenario,
    scenario_in,
)

pytestmark = pytest.mark.slow
DAYS = ("2022-04-01", "2022-05-01", "2022-06-01")
# What is older than the second of the days is no longer kept.
KEPT = (datetime.now(UTC).date() - date(2022, 5, 1)).days
RETENTION = f"retention: {{source: Invented, records: {KEPT}, comments: {KEPT}, ledger: 36500}}\n"
# Rows with a name each, so that the roster grows, and comments that hold some of the names.
ROSTER = "staging.name_token"
POOL = {
    "bookings": [f"{row},Ann Hedge,fine" for row in (*FIRST["bookings"], *LATER["bookings"][1:2])]
    + NAMED["bookings"],
    "presence": [f"{row},Bo Badger,fine" for row in FIRST["presence"]],
    "survey": [f"{row},Ola Vole,fine" for row in FIRST["survey"]]
    + [*NAMED["survey"], "10,bo@example.org,R-BO,S-1,2022-03-10 15:00,11,Vole and Hedge were kind,Bo,fine"],
}
PROGRAMMES = (
    PROGRAMME_TEXT,
    PROGRAMME_TEXT.replace("maximum: 10", "maximum: 11"),
    PROGRAMME_TEXT.replace("high: 8", "high: 5"),
    PROGRAMME_TEXT + RETENTION,
)


@dataclass(frozen=True)
class Deliver:
    """Files of one source on one day come, or are corrected."""

    source: str
    day: str
    rows: tuple[str, ...]


@dataclass(frozen=True)
class Erase:
    """A person is erased."""

    email: str


@dataclass(frozen=True)
class Change:
    """The programme file is changed."""

    text: str


def deliveries(source: str) -> st.SearchStrategy[Deliver]:
    rows = st.lists(st.sampled_from(POOL[source]), min_size=1, max_size=6).map(tuple)
    return st.builds(Deliver, st.just(source), st.sampled_from(DAYS), rows)


STEPS = st.one_of(
    *(deliveries(source) for source in POOL),
    st.builds(Erase, st.sampled_from([VERA, "bo@example.org"])),
    st.builds(Change, st.sampled_from(PROGRAMMES)),
)


class History:
    """One installation in which steps happen."""

    def __init__(self, folder: Path) -> None:
        (folder / "data").mkdir(parents=True)
        (folder / "rights.yaml").write_text(PROGRAMME_TEXT, encoding="utf-8")
        self.scenario: Scenario = scenario_in(folder)

    def do(self, step: Deliver | Erase | Change) -> None:
        """Let one thing happen, and load what is outstanding."""
        if isinstance(step, Deliver):
            self.scenario.deliver({step.source: step.rows}, day=step.day, headers=NAMED_HEADERS)
        elif isinstance(step, Change):
            programme = parse_programme(step.text, place="rights.yaml")
            self.scenario = replace(self.scenario, ingest=replace(self.scenario.ingest, programme=programme))
        else:
            ingest = self.scenario.ingest
            erase(self.scenario.settings, ingest.programme, ingest.pseudonymiser, step.email, dry_run=False)
        self.load(again=False)

    def load(self, *, again: bool) -> None:
        """Load what is outstanding, or everything again."""
        ingest = self.scenario.ingest
        found = find_deliveries(self.scenario.settings.landing_url, ingest.programme.sources_by_id).deliveries
        with open_warehouse(self.scenario.settings.warehouse_file) as engine:
            with engine.begin() as connection:
                create_warehouse(connection)
                left = [one.delivery for one in outstanding(connection, ingest, found)]
            for source in dict.fromkeys(one.source_id for one in found):
                chosen = [one for one in (found if again else left) if one.source_id == source]
                loading = load_deliveries(engine, ingest, source, chosen)
                assert loading.failures == {}

    def content(self) -> dict[str, list[tuple[object, ...]]]:
        """Return every row of the warehouse but when it was loaded, computed anew."""
        self.scenario.refresh()
        ledger = ("ops.excluded", "ops.rejected_row", "(SELECT * EXCLUDE (loaded_at) FROM ops.delivery)")
        tables = [table.full_name for schema in ("staging", "core") for table in tables_of(schema)]
        with duckdb.connect(str(self.scenario.settings.warehouse_file), read_only=True) as connection:
            # Compared as text: a missing number equals itself then.
            return {
                name: connection.sql(f"SELECT CAST(t AS TEXT) FROM {name} AS t ORDER BY ALL").fetchall()
                for name in (*tables, *kpi_tables(), *ledger)
            }


def kpi_tables() -> Iterable[str]:
    """Return the tables of KPIs; one of them names the run that made it."""
    names = [table.full_name for table in tables_of("kpi", "sql", "computed", "theme")]
    return [f"(SELECT * EXCLUDE (run_id) FROM {name})" if name == "kpi.kpi" else name for name in names]


TWICE = (POOL["survey"][0], POOL["survey"][0])
# One place, of which one row says that it is Vera's and one that it was handed on.
CONTRADICTED = (POOL["bookings"][1], POOL["bookings"][len(FIRST["bookings"])])


@settings(max_examples=1, deadline=None)
@example(steps=[Deliver("survey", DAYS[1], TWICE), Erase(VERA)])
@example(steps=[Deliver("bookings", DAYS[1], CONTRADICTED), Erase(VERA)])
@given(steps=st.lists(STEPS, min_size=1, max_size=5))
def test_loading_what_is_outstanding_equals_loading_everything(steps):
    refuse_difference(steps)


@pytest.mark.heavy
@settings(max_examples=60, deadline=None)
@given(steps=st.lists(STEPS, min_size=1, max_size=8))
def test_in_long_histories_too(steps):
    refuse_difference(steps)


def refuse_difference(steps: list[Deliver | Erase | Change]) -> None:
    """Let the steps happen, and compare what is loaded with everything loaded again and from scratch."""
    with TemporaryDirectory() as folder:
        history = History(Path(folder) / "a")
        history.do(Deliver("presence", DAYS[0], tuple(POOL["presence"])))
        history.do(Deliver("bookings", DAYS[0], tuple(POOL["bookings"][:3])))
        for step in steps:
            history.do(step)
        incremental = history.content()
        history.load(again=True)
        assert differences(incremental, history.content()) == {}
        if not any(isinstance(step, Erase) for step in steps):
            scratch = History(Path(folder) / "b")
            landing = Path(history.scenario.settings.landing_url)
            landing.rename(scratch.scenario.settings.landing_url)
            last = next((s.text for s in reversed(steps) if isinstance(s, Change)), PROGRAMME_TEXT)
            scratch.do(Change(last))
            present = scratch.content()
            assert set(present[ROSTER]) <= set(incremental.pop(ROSTER))
            if RETENTION in last:
                # Words of people whose records are all gone stay on the roster, so comments lose more names.
                for table in ("staging.comment", "core.fact_comment"):
                    incremental[table] = present[table]
            assert differences(incremental, present) == {}


def differences(
    first: dict[str, list[tuple[object, ...]]], second: dict[str, list[tuple[object, ...]]]
) -> dict[str, set[tuple[object, ...]]]:
    """Return the rows that only one of two warehouses has, by table."""
    found = {name: set(first[name]) ^ set(second[name]) for name in first}
    return {name: rows for name, rows in found.items() if rows}
