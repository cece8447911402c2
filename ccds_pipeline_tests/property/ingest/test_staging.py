"""Whatever the order, repetition or correction of deliveries, staging equals loading the present ones once.

Records are keys with one of a few contents, deliveries are days; each step loads or reloads a day.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from ccds_pipeline.ingest.conform.prepare import Prepared
from ccds_pipeline.ingest.store.ledger import write_ledger
from ccds_pipeline.ingest.store.staging import DeliveryKey, Incoming
from ccds_pipeline.schemas.register import kept_tables
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline.warehouse.tables import create_tables
from ccds_pipeline_tests.support.sightings import Seen, runs_of

pytestmark = pytest.mark.slow


DAYS = [date(2022, 1, day) for day in (1, 2, 3, 5)]
Rows = list[tuple[str, int, int]]
"""The rows of a delivery: record, content, number of the file."""
# Mostly the same, so that runs are long, part and join again.
ROWS = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from([0, 0, 0, 1]), st.sampled_from([1, 1, 1, 2])), max_size=3
)
HISTORIES = st.lists(st.tuples(st.sampled_from(DAYS), ROWS), min_size=3, max_size=9)


@pytest.fixture(scope="module")
def engine() -> Iterator[sa.Engine]:
    with TemporaryDirectory() as folder, open_warehouse(Path(folder) / "w.duckdb") as opened:
        with opened.begin() as connection:
            create_tables(connection, kept_tables())
        yield opened


def brought_by_model(rows: Rows) -> set[Seen]:
    """Return what a delivery brings: of each record that has one content, the row of its first file."""
    contents: dict[str, set[int]] = {}
    for key, content, _ in rows:
        contents.setdefault(key, set()).add(content)
    return {
        (key, f"{key}{content}", min(file for one, _, file in rows if one == key))
        for key, content, _ in rows
        if len(contents[key]) == 1
    }


def response_rows(rows: Rows) -> Prepared:
    version = [f"{key}{content}" for key, content, _ in rows]
    place = pd.DataFrame({"file_number": [file for *_, file in rows], "line": range(2, len(rows) + 2)})
    records = place.assign(
        record_key=[key for key, *_ in rows], version_key=version, source_id="survey", key_id="k",
        wave="post", person_key=None, reference_key=None,
        link_code_key=None, session_code=None,
        started_at=None, submitted_at=pd.Timestamp("2022-01-01"),
    )  # fmt: skip
    answers = place.assign(
        version_key=version, question_id="q", state="answered",
        option_code=[str(content) for _, content, _ in rows],
        score=None,
    )  # fmt: skip
    nothing = pd.DataFrame()
    variants = place.assign(version_key=version, place=0, variant_key=version)
    return Prepared(records, answers, nothing, variants, nothing, nothing, nothing, nothing)


def load(engine: sa.Engine, day: date, rows: Rows) -> pd.DataFrame:
    key = DeliveryKey("survey", day)
    with engine.begin() as connection:
        incoming = Incoming(connection, key, record="response")
        incoming.add(response_rows(rows))
        incoming.settle_duplicates()
        incoming.replace()
        counts = incoming.counts()
        # As in ``ingest.delivery``: the ledger follows the rows.
        write_ledger(
            connection, key, files=ledger_rows(counts), excluded=pd.DataFrame(), rejected=incoming.rejected()
        )
        incoming.close()
    return counts


def ledger_rows(counts: pd.DataFrame) -> pd.DataFrame:
    counted = counts.reindex([1, 2], fill_value=0).reset_index()
    received = counted.drop(columns="file_number").sum(axis=1)
    names = ("digest", "schema_fingerprint", "contract_version", "code_version", "key_id")
    texts = dict.fromkeys(names, "x")
    numbers = dict.fromkeys(("size_bytes", "other_lines_n", "inner_breaks_n", "unmapped_columns_n"), 0)
    refused = dict.fromkeys(("refused_rule", "refused_message", "refused_line"))
    return counted.assign(
        **texts, **numbers, **refused, status="loaded", received_n=received, lines_n=received,
        loaded_at=pd.Timestamp("2022-02-01"),
    )  # fmt: skip


def state(engine: sa.Engine) -> list[list[tuple[object, ...]]]:
    statements = (
        "SELECT * EXCLUDE (source_id) FROM staging.sighting ORDER BY ALL",
        "SELECT version_key FROM staging.response ORDER BY ALL",
        "SELECT version_key, option_code FROM staging.answer ORDER BY ALL",
        "SELECT version_key, variant_key FROM staging.link_code_variant ORDER BY ALL",
    )
    with engine.connect() as connection:
        return [[tuple(row) for row in connection.execute(sa.text(text))] for text in statements]


def state_after(engine: sa.Engine, history: list[tuple[date, Rows]]) -> list[list[tuple[object, ...]]]:
    with engine.begin() as connection:
        for table in kept_tables():
            connection.execute(sa.text(f"DELETE FROM {table.full_name}"))
    for day, rows in history:
        counts = load(engine, day, rows)
        assert counts.to_numpy().sum() == len(rows)
    return state(engine)


@settings(max_examples=10, deadline=None)
@given(HISTORIES)
def test_staging_depends_only_on_the_deliveries_that_are_there_now(engine, history):
    present = dict(history)
    after = state_after(engine, history)
    assert after == state_after(engine, sorted(present.items()))
    assert after[0] == runs_of({day: brought_by_model(rows) for day, rows in present.items()})


def test_an_unchanged_record_is_one_row_for_all_deliveries_and_stored_once(engine):
    sightings, responses, answers, variants = state_after(engine, [(day, [("a", 1, 1)]) for day in DAYS])
    assert sightings == [(DAYS[0], DAYS[-1], "a", "a1", 1)]
    assert len(responses) == len(answers) == len(variants) == 1


def test_a_late_delivery_without_the_record_parts_its_row_and_with_it_joins_it_again(engine):
    first, late, last = DAYS[:3]
    history = [(first, [("a", 1, 1)]), (last, [("a", 1, 1)]), (late, [("b", 0, 1)])]
    parted, *_ = state_after(engine, history)
    assert [row[:3] for row in parted] == [(first, first, "a"), (late, late, "b"), (last, last, "a")]
    joined, *_ = state_after(engine, [*history, (late, [("a", 1, 1)])])
    assert [row[:3] for row in joined] == [(first, last, "a")]


def test_replacing_an_early_delivery_keeps_what_a_later_one_confirmed(engine):
    history: list[tuple[date, Rows]] = [(DAYS[0], [("a", 1, 1)]), (DAYS[1], [("a", 1, 1)]), (DAYS[0], [])]
    sightings, responses, *_ = state_after(engine, history)
    assert [row[:3] for row in sightings] == [(DAYS[1], DAYS[1], "a")]
    assert len(responses) == 1


def test_equal_rows_are_duplicates_and_conflicting_rows_are_all_rejected(engine):
    rows = [("a", 1, 1), ("a", 1, 1), ("b", 0, 1), ("b", 2, 1), ("c", 0, 1)]
    counts = load(engine, DAYS[0], rows).loc[1]
    assert counts.to_dict() == {"loaded_n": 2, "duplicate_n": 1, "excluded_n": 0, "rejected_n": 2}
