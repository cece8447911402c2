"""Take rows out of the warehouse, whatever the reason, with the accounts of their deliveries put right.

What is withdrawn is first listed in the temporary table ``withdrawn``, one row per sighting.
"""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from ccds_pipeline.ingest.store.staging import RECORDS
from ccds_pipeline.schemas.register import kept_tables

VERSIONS = " UNION ALL ".join(
    f"SELECT version_key, source_id, person_key, reference_key, '{record}' AS record FROM staging.{record}"  # noqa: S608  # names of code
    for record in RECORDS
)
"""SELECT of every stored version of every record."""


def list_withdrawn(
    connection: sa.Connection, condition: str, parameters: Mapping[str, object] | None = None
) -> int:
    """List the sightings of a condition on ``staging.sighting`` as withdrawn; return how many they are.

    ``withdrawn_reference`` and ``withdrawn_person`` then hold the booking references, and the keys of
    people, that no other version carries.
    """
    connection.execute(
        sa.text(f"CREATE OR REPLACE TEMPORARY TABLE withdrawn AS FROM staging.sighting WHERE {condition}"),
        parameters,
    )
    for kind in ("reference", "person"):
        connection.execute(sa.text(_ALONE.format(kind=kind)))
    return int(connection.execute(sa.text("SELECT count(*) FROM withdrawn")).scalar_one())


def withdraw(connection: sa.Connection) -> None:
    """Delete the withdrawn sightings, and the versions that no delivery shows any more."""
    connection.execute(
        sa.text(
            "DELETE FROM staging.sighting WHERE (source_id, delivery_on, record_key) IN "
            "(SELECT (source_id, delivery_on, record_key) FROM withdrawn)"
        )
    )
    for table in kept_tables():
        if "version_key" in table.column_names and table.name != "sighting":
            connection.execute(
                sa.text(
                    f"DELETE FROM {table.full_name} WHERE version_key NOT IN "  # noqa: S608  # from the register
                    "(SELECT version_key FROM staging.sighting)"
                )
            )


def account_for_withdrawn(connection: sa.Connection, *, reason: str) -> None:
    """Count the withdrawn rows as excluded for a reason instead of loaded, file by file."""
    connection.execute(sa.text(_ACCOUNT))
    for statement in (_KNOWN_REASON, _NEW_REASON):
        connection.execute(sa.text(statement), {"reason": reason})


_ALONE = f"""
CREATE OR REPLACE TEMPORARY TABLE withdrawn_{{kind}} AS
SELECT {{kind}}_key
FROM ({VERSIONS}) AS version
WHERE {{kind}}_key IS NOT NULL
GROUP BY {{kind}}_key
HAVING bool_and(version_key IN (SELECT version_key FROM withdrawn))
"""  # noqa: S608  # names come from the register
_GONE = """(
    SELECT source_id, delivery_on, file_number, count(*) AS rows_n
    FROM withdrawn
    GROUP BY source_id, delivery_on, file_number
) AS gone"""
_ACCOUNT = f"""
UPDATE ops.delivery
SET loaded_n = loaded_n - gone.rows_n, excluded_n = excluded_n + gone.rows_n
FROM {_GONE}
WHERE delivery.source_id = gone.source_id
    AND delivery.delivery_on = gone.delivery_on
    AND delivery.file_number = gone.file_number
"""  # noqa: S608  # a part of this module
_KNOWN_REASON = f"""
UPDATE ops.excluded
SET rows_n = excluded.rows_n + gone.rows_n
FROM {_GONE}
WHERE excluded.source_id = gone.source_id
    AND excluded.delivery_on = gone.delivery_on
    AND excluded.file_number = gone.file_number
    AND excluded.reason = :reason
"""  # noqa: S608  # a part of this module
_NEW_REASON = f"""
INSERT INTO ops.excluded (source_id, delivery_on, file_number, reason, rows_n)
SELECT gone.source_id, gone.delivery_on, gone.file_number, :reason, gone.rows_n
FROM {_GONE}
WHERE (gone.source_id, gone.delivery_on, gone.file_number) NOT IN (
    SELECT (source_id, delivery_on, file_number) FROM ops.excluded WHERE reason = :reason
)
"""  # noqa: S608  # a part of this module
