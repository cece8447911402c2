"""Take rows out of the warehouse, whatever the reason, with the accounts of their deliveries put right.

What is withdrawn is first listed in the temporary table ``withdrawn``, one row per sighting.
"""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from ccds_pipeline.schemas.restricted import KEPT_TABLES
from ccds_pipeline.warehouse.staging import RECORD_TABLES

VERSIONS = " UNION ALL ".join(
    f"SELECT version_key, source_id, person_key, reference_key, '{record}' AS record FROM {table.full_name}"  # noqa: S608  # names come from the register
    for record, table in RECORD_TABLES.items()
)
"""SELECT of every stored version of every record."""


def list_withdrawn(
    connection: sa.Connection, condition: str, parameters: Mapping[str, object] | None = None
) -> int:
    """List the sightings of a condition on ``staging.sighting`` as withdrawn; return how many they are.

    ``withdrawn_reference`` then holds the booking references that no other version carries.
    """
    connection.execute(
        sa.text(f"CREATE OR REPLACE TEMPORARY TABLE withdrawn AS FROM staging.sighting WHERE {condition}"),
        parameters,
    )
    connection.execute(sa.text(_REFERENCES))
    return int(connection.execute(sa.text("SELECT count(*) FROM withdrawn")).scalar_one())


def withdraw(connection: sa.Connection) -> None:
    """Delete the withdrawn sightings, and the versions that no delivery shows any more."""
    connection.execute(
        sa.text(
            "DELETE FROM staging.sighting WHERE (source_id, delivery_on, record_key) IN "
            "(SELECT (source_id, delivery_on, record_key) FROM withdrawn)"
        )
    )
    for table in KEPT_TABLES:
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
    connection.execute(sa.text(_EXCLUDED), {"reason": reason})


_REFERENCES = f"""
CREATE OR REPLACE TEMPORARY TABLE withdrawn_reference AS
SELECT reference_key
FROM ({VERSIONS}) AS version
WHERE reference_key IS NOT NULL
GROUP BY reference_key
HAVING bool_and(version_key IN (SELECT version_key FROM withdrawn))
"""  # noqa: S608  # names come from the register
_ACCOUNT = """
UPDATE ops.delivery
SET loaded_n = loaded_n - gone.rows_n, excluded_n = excluded_n + gone.rows_n
FROM (
    SELECT source_id, delivery_on, file_number, count(*) AS rows_n
    FROM withdrawn
    GROUP BY source_id, delivery_on, file_number
) AS gone
WHERE delivery.source_id = gone.source_id
    AND delivery.delivery_on = gone.delivery_on
    AND delivery.file_number = gone.file_number
"""
_EXCLUDED = """
INSERT INTO ops.excluded (source_id, delivery_on, file_number, reason, rows_n)
SELECT source_id, delivery_on, file_number, :reason, count(*)
FROM withdrawn
GROUP BY source_id, delivery_on, file_number
ON CONFLICT (source_id, delivery_on, file_number, reason) DO UPDATE SET rows_n = rows_n + excluded.rows_n
"""
