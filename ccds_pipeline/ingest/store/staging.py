"""Load one delivery into staging, replacing what that delivery had brought before.

All of it is one transaction of the caller's, together with the ledger. A version of a record is
stored once, however often it is delivered; ``staging.sighting`` remembers who brought it, one row for a
run of deliveries, so that a full export every night adds rows for what changed alone. The state depends
only on the deliveries that are there, not on the order in which they came: the ledger says which, and is
written after this in the same transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd
import sqlalchemy as sa

from ccds_pipeline.schemas.register import Column, Table, table_of, tables_of
from ccds_pipeline.warehouse.bulk import append, create_temporary
from ccds_pipeline.warehouse.select_files import run_statement

if TYPE_CHECKING:  # commands that read the ledger do without the schemas of rows
    from ccds_pipeline.ingest.conform.prepare import Prepared

_LINE = (Column("file_number", "integer", "File."), Column("line", "integer", "Line."))
_RECORD_KEY = Column("record_key", "text", "Record.")
_REJECTED = Table(
    "ops", "rejected", "", (*_LINE, Column("column_name", "text", "Field."), Column("rule", "text", "Rule."))
)
_EXCLUDED = Table("ops", "excluded", "", (*_LINE, Column("reason", "text", "Reason.")))


@dataclass(frozen=True)
class DeliveryKey:
    """One delivery: a source on a day."""

    source_id: str
    delivery_on: date


class Incoming:
    """The rows of one delivery on their way into staging, in temporary tables of a connection."""

    def __init__(self, connection: sa.Connection, key: DeliveryKey, *, record: str) -> None:
        self._connection, self._key = connection, key
        self._target = table_of(f"staging.{record}")
        self._parts = tables_of("staging", "response_part") if record == "response" else ()
        self._tables = {
            "record": _with_columns(self._target, _RECORD_KEY, *_LINE),
            **{
                name: _with_columns(table_of(f"staging.{name}"), *_LINE)
                for name in ("answer", "comment", "link_code_variant")
            },
            "rejected": _REJECTED,
            "rejected_record": _with_columns(table_of("staging.rejected_record"), *_LINE),
            "excluded": _EXCLUDED,
        }
        for name, table in self._tables.items():
            create_temporary(connection, f"incoming_{name}", table.columns)

    def add(self, prepared: Prepared) -> None:
        """Take in one prepared chunk."""
        frames = {
            "record": prepared.records,
            "answer": prepared.answers,
            "comment": prepared.comments,
            "link_code_variant": prepared.code_variants,
            "rejected": prepared.rejected,
            "rejected_record": prepared.rejected_records.assign(**vars(self._key)),
            "excluded": prepared.excluded,
        }
        for name, frame in frames.items():
            if len(frame):
                append(self._connection, self._tables[name], frame, into=f"incoming_{name}")

    def discard(self, file_number: int) -> None:
        """Forget all rows of one file, because it turned out to be unreadable."""
        for name in self._tables:
            self._run(f"DELETE FROM incoming_{name} WHERE file_number = :number", number=file_number)

    def settle_duplicates(self) -> None:
        """Mark one row per record as the one to load; set aside records with two contents.

        Rows of one record with equal content are duplicates. With different content nobody can say
        which is right within one delivery, so all of them are rejected (rule ``conflicting_rows``).
        """
        run_statement(self._connection, "staging/reject_conflicting_rows")
        run_statement(self._connection, "staging/choose_winners")

    def replace(self) -> None:
        """Put the settled rows in place of what this delivery had brought before."""
        target = self._target.full_name
        where = "source_id = :source_id AND :delivery_on BETWEEN delivery_on AND until_on"
        seen = sa.text(f"SELECT count(*) FROM staging.sighting WHERE {where}")
        is_replacement = self._connection.execute(seen, vars(self._key)).scalar_one() > 0
        self._sight_winners()
        self._run(
            "DELETE FROM staging.rejected_record WHERE source_id = :source_id AND delivery_on = :delivery_on",
            **vars(self._key),
        )
        run_statement(self._connection, "staging/note_rejected_records", **vars(self._key))
        self._run(
            "CREATE OR REPLACE TEMPORARY TABLE incoming_new AS "
            f"SELECT file_number, line FROM incoming_winner ANTI JOIN {target} USING (version_key)"
        )
        parts = (table_of("staging.answer"), table_of("staging.comment")) if self._parts else ()
        for name, table in (("record", self._target), *((part.name, part) for part in parts)):
            columns = ", ".join(table.column_names)
            self._run(
                f"INSERT INTO {table.full_name} ({columns}) SELECT {columns} FROM incoming_{name} "
                "WHERE (file_number, line) IN (SELECT file_number, line FROM incoming_new)"
            )
        if self._parts:
            run_statement(self._connection, "staging/add_missing_variants")
        if is_replacement:
            self._drop_unseen_versions()

    def counts(self) -> pd.DataFrame:
        """Return loaded_n, duplicate_n, excluded_n, rejected_n by file_number."""
        rows = run_statement(self._connection, "staging/outcomes_by_file").mappings().all()
        names = ["file_number", "loaded_n", "duplicate_n", "excluded_n", "rejected_n"]
        return pd.DataFrame(rows, columns=names).set_index("file_number")

    def rejected(self) -> pd.DataFrame:
        """Return the references of rejected rows: file_number, line, column_name, rule."""
        rows = self._connection.execute(
            sa.text("SELECT DISTINCT file_number, line, column_name, rule FROM incoming_rejected")
        )
        return pd.DataFrame(rows.mappings().all(), columns=_REJECTED.column_names)

    def excluded(self) -> pd.DataFrame:
        """Return file_number, reason, rows_n, and first_lines: a list of lines."""
        rows = run_statement(self._connection, "staging/excluded_by_file").mappings().all()
        return pd.DataFrame(rows, columns=["file_number", "reason", "rows_n", "first_lines"])

    def close(self) -> None:
        """Drop the temporary tables."""
        for name in (*self._tables, "winner", "sighting", "new"):
            self._run(f"DROP TABLE IF EXISTS incoming_{name}")

    def _sight_winners(self) -> None:
        """Note that this delivery, and no longer what it had brought before, shows the rows to load."""
        neighbours = run_statement(self._connection, "staging/neighbouring_deliveries", **vars(self._key))
        days = vars(self._key) | dict(neighbours.mappings().one())
        run_statement(self._connection, "staging/join_sightings", **days)
        self._run(
            "DELETE FROM staging.sighting "
            "WHERE source_id = :source_id AND until_on >= :before_on AND delivery_on <= :after_on",
            **days,
        )
        columns = ", ".join(table_of("staging.sighting").column_names)
        self._run(f"INSERT INTO staging.sighting ({columns}) SELECT {columns} FROM incoming_sighting")

    def _drop_unseen_versions(self) -> None:
        self._run(
            f"DELETE FROM {self._target.full_name} WHERE source_id = :source_id AND version_key NOT IN "
            "(SELECT version_key FROM staging.sighting WHERE source_id = :source_id)",
            source_id=self._key.source_id,
        )
        for part in self._parts:
            self._run(
                f"DELETE FROM {part.full_name} WHERE version_key NOT IN "
                "(SELECT version_key FROM staging.response)"
            )

    def _run(self, statement: str, **parameters: object) -> None:
        self._connection.execute(sa.text(statement), parameters)


def _with_columns(table: Table, *columns: Column) -> Table:
    return replace(table, columns=(*table.columns, *columns))
