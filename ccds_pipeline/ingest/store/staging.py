"""Load one delivery into staging, replacing what that delivery had brought before.

All of it is one transaction of the caller's, together with the ledger. A version of a record is
stored once, however often it is delivered; ``staging.sighting`` remembers who brought it. So the
state depends only on the deliveries that are there, not on the order in which they came.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import get_args

import pandas as pd
import sqlalchemy as sa

from ccds_pipeline.ingest.conform.prepare import Prepared
from ccds_pipeline.programme.model import RecordKind
from ccds_pipeline.schemas.register import Column, Table, table_of, tables_of
from ccds_pipeline.warehouse.bulk import append, create_temporary

RECORDS: tuple[RecordKind, ...] = get_args(RecordKind)
"""The kinds of records; each has a table of its name in ``staging``."""
_PLACE = (Column("file_number", "integer", "File."), Column("line", "integer", "Line."))
_RECORD_KEY = Column("record_key", "text", "Record.")


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
            "record": Table("staging", "record", "", (*self._target.columns, _RECORD_KEY, *_PLACE)),
            "answer": Table("staging", "answer", "", (*table_of("staging.answer").columns, *_PLACE)),
            "comment": Table("staging", "comment", "", (*table_of("staging.comment").columns, *_PLACE)),
            "link_code_variant": Table(
                "staging", "link_code_variant", "", (*table_of("staging.link_code_variant").columns, *_PLACE)
            ),
            "rejected": Table("ops", "rejected", "", _REJECTED),
            "excluded": Table("ops", "excluded", "", (*_PLACE, Column("reason", "text", "Reason."))),
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
        self._run(
            """
            INSERT INTO incoming_rejected (file_number, line, column_name, rule)
            SELECT file_number, line, '', 'conflicting_rows' FROM incoming_record
            WHERE record_key IN (
                SELECT record_key FROM incoming_record
                GROUP BY record_key HAVING count(DISTINCT version_key) > 1
            )
            """
        )
        self._run(
            """
            CREATE OR REPLACE TEMPORARY TABLE incoming_winner AS
            SELECT record_key, version_key, file_number, line FROM incoming_record
            WHERE (file_number, line) NOT IN (SELECT file_number, line FROM incoming_rejected)
            QUALIFY row_number() OVER (PARTITION BY record_key ORDER BY file_number, line) = 1
            """
        )

    def replace(self) -> None:
        """Put the settled rows in place of what this delivery had brought before."""
        target, columns = self._target.full_name, ", ".join(self._target.column_names)
        where = "source_id = :source_id AND delivery_on = :delivery_on"
        seen = sa.text(f"SELECT count(*) FROM staging.sighting WHERE {where}")
        is_replacement = self._connection.execute(seen, vars(self._key)).scalar_one() > 0
        self._run(f"DELETE FROM staging.sighting WHERE {where}", **vars(self._key))
        self._run(
            """
            INSERT INTO staging.sighting (source_id, delivery_on, record_key, version_key, file_number, line)
            SELECT :source_id, CAST(:delivery_on AS DATE), record_key, version_key, file_number, line
            FROM incoming_winner
            """,
            **vars(self._key),
        )
        self._run(f"CREATE OR REPLACE TEMPORARY TABLE incoming_new AS {_NEW.format(target=target)}")
        self._run(
            f"INSERT INTO {target} ({columns}) SELECT {columns} FROM incoming_record "
            "WHERE (file_number, line) IN (SELECT file_number, line FROM incoming_new)"
        )
        for part in (table_of("staging.answer"), table_of("staging.comment")) if self._parts else ():
            names = ", ".join(part.column_names)
            self._run(
                f"INSERT INTO {part.full_name} ({names}) SELECT {names} FROM incoming_{part.name} "
                "WHERE (file_number, line) IN (SELECT file_number, line FROM incoming_new)"
            )
        if self._parts:
            self._run(_MISSING_VARIANTS)
        if is_replacement:
            self._drop_unseen_versions()

    def counts(self) -> pd.DataFrame:
        """Return loaded_n, duplicate_n, excluded_n, rejected_n by file_number."""
        rows = self._connection.execute(sa.text(_COUNTS)).mappings().all()
        names = ["file_number", "loaded_n", "duplicate_n", "excluded_n", "rejected_n"]
        return pd.DataFrame(rows, columns=names).set_index("file_number")

    def rejected(self) -> pd.DataFrame:
        """Return the references of rejected rows: file_number, line, column_name, rule."""
        rows = self._connection.execute(
            sa.text("SELECT DISTINCT file_number, line, column_name, rule FROM incoming_rejected")
        )
        return pd.DataFrame(rows.mappings().all(), columns=[column.name for column in _REJECTED])

    def excluded(self) -> pd.DataFrame:
        """Return file_number, reason, rows_n."""
        statement = (
            "SELECT file_number, reason, count(*) AS rows_n FROM incoming_excluded "
            "GROUP BY file_number, reason"
        )
        return pd.DataFrame(self._connection.execute(sa.text(statement)).mappings().all())

    def close(self) -> None:
        """Drop the temporary tables."""
        for name in (*self._tables, "winner", "new"):
            self._run(f"DROP TABLE IF EXISTS incoming_{name}")

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


_REJECTED = (*_PLACE, Column("column_name", "text", "Field."), Column("rule", "text", "Rule."))
_NEW = """
SELECT winner.file_number, winner.line
FROM incoming_winner AS winner
LEFT JOIN {target} AS stored ON stored.version_key = winner.version_key
WHERE stored.version_key IS NULL
"""
# A programme may begin to seek near codes after a version was stored; loading it again then adds them.
_MISSING_VARIANTS = """
INSERT INTO staging.link_code_variant (version_key, place, variant_key)
SELECT incoming.version_key, incoming.place, incoming.variant_key
FROM incoming_link_code_variant AS incoming
INNER JOIN incoming_winner AS winner
    ON winner.file_number = incoming.file_number AND winner.line = incoming.line
LEFT JOIN (SELECT DISTINCT version_key FROM staging.link_code_variant) AS stored
    ON stored.version_key = incoming.version_key
WHERE stored.version_key IS NULL
"""
_COUNTS = """
WITH settled AS (
    SELECT record.file_number, winner.line IS NOT NULL AS is_loaded
    FROM incoming_record AS record
    LEFT JOIN incoming_winner AS winner
        ON winner.file_number = record.file_number AND winner.line = record.line
    LEFT JOIN (SELECT DISTINCT file_number, line FROM incoming_rejected) AS rejected
        ON rejected.file_number = record.file_number AND rejected.line = record.line
    WHERE rejected.line IS NULL
),

outcome AS (
    SELECT file_number, CASE WHEN is_loaded THEN 'loaded' ELSE 'duplicate' END AS name FROM settled
    UNION ALL
    SELECT file_number, 'excluded' FROM incoming_excluded
    UNION ALL
    SELECT file_number, 'rejected' FROM (SELECT DISTINCT file_number, line FROM incoming_rejected) AS line
)

SELECT
    file_number,
    count(*) FILTER (WHERE name = 'loaded') AS loaded_n,
    count(*) FILTER (WHERE name = 'duplicate') AS duplicate_n,
    count(*) FILTER (WHERE name = 'excluded') AS excluded_n,
    count(*) FILTER (WHERE name = 'rejected') AS rejected_n
FROM outcome
GROUP BY file_number
"""
