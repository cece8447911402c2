"""Whoever edits, drops or reorders a record of the audit trail is found out (A25)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from ccds_pipeline.errors import CheckFailedError
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.warehouse.audit import (
    NO_RECORD,
    AuditRecord,
    audit_trail,
    record_act,
    record_configuration,
    verify_trail,
)
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline.warehouse.tables import create_tables

pytestmark = pytest.mark.attack("A25")


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sa.Connection]:
    with open_warehouse(tmp_path / "audit.duckdb") as engine, engine.connect() as connection:
        create_tables(connection, [table_of("ops.audit")])
        yield connection
        connection.rollback()


@pytest.fixture
def trail(connection: sa.Connection) -> list[AuditRecord]:
    for number in range(1, 6):
        record_act(connection, "release", {"kpi_rows_n": number, "note": "é"})
    return audit_trail(connection)


def test_an_empty_trail_is_unbroken():
    verify_trail([])
    verify_trail([], head=NO_RECORD)


def test_a_trail_as_it_was_written_is_unbroken(trail):
    verify_trail(trail)
    verify_trail(trail, head=trail[-1].record_hash)
    verify_trail(trail, head=trail[2].record_hash)


def test_a_record_hash_is_the_hash_of_its_canonical_json(trail):
    first = trail[0]
    content = {
        "action": "release",
        "actor": first.actor,
        "details": '{"kpi_rows_n":1,"note":"\\u00e9"}',
        "previous_hash": "0" * 64,
        "recorded_at": first.recorded_at.strftime("%Y-%m-%dT%H:%M:%S.%f"),
        "sequence_n": 1,
    }
    text = json.dumps(content, separators=(",", ":"))
    assert first.record_hash == hashlib.sha256(text.encode()).hexdigest()


EDITS = {
    "actor": "UPDATE ops.audit SET actor = 'nobody' WHERE sequence_n = 3",
    "action": "UPDATE ops.audit SET action = 'export' WHERE sequence_n = 3",
    "details": "UPDATE ops.audit SET details = replace(details, '3', '4') WHERE sequence_n = 3",
    "time": "UPDATE ops.audit SET recorded_at = recorded_at + INTERVAL 1 MICROSECOND WHERE sequence_n = 3",
    "hash": f"UPDATE ops.audit SET record_hash = '{NO_RECORD}' WHERE sequence_n = 3",
    "link": f"UPDATE ops.audit SET previous_hash = '{NO_RECORD}' WHERE sequence_n = 3",
    "dropped": "DELETE FROM ops.audit WHERE sequence_n = 3",
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_the_first_bad_record_is_named(connection, trail, edit):
    connection.execute(sa.text(edit))
    with pytest.raises(CheckFailedError, match="record 3 of the audit trail") as found:
        verify_trail(audit_trail(connection))
    assert found.value.exit_code == 1


def test_a_record_that_was_dropped_and_the_rest_renumbered_is_named(trail):
    renumbered = [*trail[:2], *(replace(one, sequence_n=one.sequence_n - 1) for one in trail[3:])]
    with pytest.raises(CheckFailedError, match=r"record 3 .* does not follow"):
        verify_trail(renumbered)


def test_records_that_changed_places_are_named(trail):
    second, third = (replace(one, sequence_n=n) for one, n in ((trail[2], 2), (trail[1], 3)))
    with pytest.raises(CheckFailedError, match=r"record 2 .* does not follow"):
        verify_trail([trail[0], second, third, *trail[3:]])


def test_a_record_that_was_edited_and_hashed_anew_breaks_the_next_link(trail):
    edited = replace(trail[2], actor="nobody")
    edited = replace(edited, record_hash=edited.computed_hash())
    with pytest.raises(CheckFailedError, match=r"record 4 .* does not follow"):
        verify_trail([*trail[:2], edited, *trail[3:]])


def test_an_end_that_was_cut_off_shows_by_the_head_that_was_kept(trail):
    verify_trail(trail[:4])
    with pytest.raises(CheckFailedError, match=r"record 5 .* is missing"):
        verify_trail(trail[:4], head=trail[-1].record_hash)


def test_a_key_is_noted_at_its_first_use_and_a_programme_file_whenever_it_changed(connection):
    for key_id, contract in (("k1", "c1"), ("k1", "c1"), ("k1", "c2"), ("k2", "c2"), ("k1", "c1")):
        record_configuration(connection, key_id=key_id, contract_version=contract)
    noted = [(one.action, *json.loads(one.details).values()) for one in audit_trail(connection)]
    assert noted == [
        ("key_use", "k1"),
        ("configuration", "c1"),
        ("configuration", "c2"),
        ("key_use", "k2"),
        ("configuration", "c1"),
    ]
