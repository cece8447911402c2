"""Of a complete source is there what its newest whole delivery shows, or a later one; on any day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.warehouse.select_files import run_statement, select_frame
from ccds_pipeline.warehouse.tables import create_tables
from ccds_pipeline_tests.support.quality_tables import insert
from ccds_pipeline_tests.support.sightings import runs_of

pytestmark = pytest.mark.slow

DAYS = [date(2022, 1, day) for day in range(1, 6)]
RECORDS = st.sampled_from("abc")
COUNTS = ("received_n", "loaded_n", "duplicate_n", "excluded_n", "rejected_n")
NOTHING = dict.fromkeys((*COUNTS, "lines_n", "other_lines_n", "inner_breaks_n"), 0)
TABLES = ("ops.delivery", "staging.sighting", "staging.rejected_record", "core.dim_source")


@dataclass(frozen=True)
class Export:
    """What a delivery brings: versions by record, records in rejected rows alone; and whether it is whole."""

    versions: dict[str, int]
    rejected: frozenset[str]
    is_whole: bool

    @property
    def seen(self) -> set[str]:
        """The records that it shows."""
        return {*self.versions, *self.rejected}


EXPORTS = st.builds(
    lambda versions, rejected, is_whole: Export(versions, rejected.difference(versions), is_whole),
    st.dictionaries(RECORDS, st.integers(0, 1)),
    st.frozensets(RECORDS, max_size=1),
    st.sampled_from([True, True, True, False]),
)
HISTORIES = st.dictionaries(st.sampled_from(DAYS), EXPORTS, min_size=1)


@pytest.fixture(scope="module")
def connection() -> Iterator[sa.Connection]:
    engine = sa.create_engine("duckdb:///:memory:", poolclass=sa.pool.StaticPool)
    with engine.connect() as opened:
        create_tables(opened, map(table_of, TABLES))
        opened.commit()
        yield opened
    engine.dispose()


def write(connection: sa.Connection, history: dict[date, Export], *, is_complete: bool) -> None:
    source = {"source_id": "s"}
    for day, export in history.items():
        for number, status in ((1, "loaded"), (2, "loaded" if export.is_whole else "refused")):
            row = {"delivery_on": day, "file_number": number, "status": status, **NOTHING}
            insert(connection, table_of("ops.delivery"), source | row)
        for record in export.rejected:
            row = {"delivery_on": day, "record_key": record}
            insert(connection, table_of("staging.rejected_record"), source | row)
    brought = {
        day: {(record, f"{record}{version}", 1) for record, version in export.versions.items()}
        for day, export in history.items()
    }
    names = ("delivery_on", "until_on", "record_key", "version_key", "file_number")
    for run in runs_of(brought):
        insert(connection, table_of("staging.sighting"), source | dict(zip(names, run, strict=True)))
    insert(connection, table_of("core.dim_source"), source | {"is_complete": is_complete})


def there(history: dict[date, Export], as_of: date, *, is_complete: bool) -> dict[str, str]:
    """Return the version of each record that is there on a day."""
    known = {day: history[day] for day in sorted(history) if day <= as_of}
    whole = [day for day, export in known.items() if export.is_whole]
    since = max(whole) if is_complete and whole else min(DAYS)
    seen = {record for day, export in known.items() if day >= since for record in export.seen}
    newest: dict[str, int] = {}
    for export in known.values():
        newest |= export.versions
    return {record: f"{record}{version}" for record, version in newest.items() if record in seen}


@settings(max_examples=60, deadline=None)
@given(HISTORIES, st.booleans())
def test_what_is_there_on_a_day_and_what_each_delivery_withdrew_is_as_defined(
    connection, history, is_complete
):
    with connection.begin() as transaction:
        write(connection, history, is_complete=is_complete)
        for day in DAYS:
            rows = select_frame(connection, table_of("core.current_record"), parameters={"as_of": day})
            found = dict(zip(rows["record_key"], rows["version_key"], strict=True))
            assert found == there(history, day, is_complete=is_complete)
        for day, export in history.items():
            before = [earlier for earlier in history if earlier < day]
            lost = set(there(history, max(before), is_complete=True)) - export.seen if before else set()
            withdrawn = run_statement(connection, "ops/withdrawn_records", source_id="s", delivery_on=day)
            assert withdrawn.scalar_one() == (len(lost) if export.is_whole else 0)
        transaction.rollback()
