"""Whatever the order, repetition or correction of deliveries, staging equals loading the present ones once.

Records are keys with one of a few contents, deliveries are days; each step loads or reloads a day.
"""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from ccds_pipeline.ingest.conform.prepare import Prepared
from ccds_pipeline.ingest.store.staging import DeliveryKey, Incoming
from ccds_pipeline.schemas.register import kept_tables
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline.warehouse.tables import create_tables

pytestmark = pytest.mark.slow


DAYS = [date(2022, 1, day) for day in (1, 2, 3)]
ROWS = st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 2)), max_size=6)
HISTORIES = st.lists(st.tuples(st.sampled_from(DAYS), ROWS), min_size=1, max_size=6)


def response_rows(rows: list[tuple[str, int]]) -> Prepared:
    version = [f"{key}{content}" for key, content in rows]
    place = pd.DataFrame({"file_number": 1, "line": range(2, len(rows) + 2)})
    records = place.assign(
        record_key=[key for key, _ in rows], version_key=version, source_id="survey", key_id="k", wave="post",
        person_key=None, reference_key=None,
        link_code_key=None, session_code=None,
        started_at=None, submitted_at=pd.Timestamp("2022-01-01"),
    )  # fmt: skip
    answers = place.assign(
        version_key=version, question_id="q", state="answered",
        option_code=[str(content) for _, content in rows],
        score=None,
    )  # fmt: skip
    nothing = pd.DataFrame()
    variants = place.assign(version_key=version, place=0, variant_key=version)
    return Prepared(records, answers, nothing, variants, nothing, nothing, nothing)


def load(engine: sa.Engine, day: date, rows: list[tuple[str, int]]) -> pd.DataFrame:
    with engine.begin() as connection:
        incoming = Incoming(connection, DeliveryKey("survey", day), record="response")
        incoming.add(response_rows(rows))
        incoming.settle_duplicates()
        incoming.replace()
        counts = incoming.counts()
        incoming.close()
    return counts


def state(engine: sa.Engine) -> list[list[tuple[object, ...]]]:
    statements = (
        "SELECT delivery_on, record_key, version_key, line FROM staging.sighting ORDER BY ALL",
        "SELECT version_key FROM staging.response ORDER BY ALL",
        "SELECT version_key, option_code FROM staging.answer ORDER BY ALL",
        "SELECT version_key, variant_key FROM staging.link_code_variant ORDER BY ALL",
    )
    with engine.connect() as connection:
        return [[tuple(row) for row in connection.execute(sa.text(text))] for text in statements]


def state_after(history: list[tuple[date, list[tuple[str, int]]]]) -> list[list[tuple[object, ...]]]:
    with TemporaryDirectory() as folder, open_warehouse(Path(folder) / "w.duckdb") as engine:
        with engine.begin() as connection:
            create_tables(connection, kept_tables())
        for day, rows in history:
            counts = load(engine, day, rows)
            assert counts.to_numpy().sum() == len(rows)
        return state(engine)


@settings(max_examples=15, deadline=None)
@given(HISTORIES)
def test_staging_depends_only_on_the_deliveries_that_are_there_now(history):
    present = dict(history)
    assert state_after(history) == state_after(list(present.items()))


def test_an_unchanged_record_is_counted_in_every_delivery_and_stored_once():
    sightings, responses, answers, variants = state_after([(day, [("a", 1)]) for day in DAYS])
    assert len(sightings) == 3
    assert len(responses) == len(answers) == len(variants) == 1


def test_replacing_an_early_delivery_keeps_what_a_later_one_confirmed():
    sightings, responses, *_ = state_after([(DAYS[0], [("a", 1)]), (DAYS[1], [("a", 1)]), (DAYS[0], [])])
    assert [row[:2] for row in sightings] == [(DAYS[1], "a")]
    assert len(responses) == 1


def test_equal_rows_are_duplicates_and_conflicting_rows_are_all_rejected(tmp_path):
    with open_warehouse(tmp_path / "w.duckdb") as engine:
        with engine.begin() as connection:
            create_tables(connection, kept_tables())
        counts = load(engine, DAYS[0], [("a", 1), ("a", 1), ("b", 0), ("b", 2), ("c", 0)]).loc[1]
    assert counts.to_dict() == {"loaded_n": 2, "duplicate_n": 1, "excluded_n": 0, "rejected_n": 2}
