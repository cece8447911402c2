"""Whether an earlier day differs from the present, or from what was released, by a few people only.

Two figures of one cell that are a few people apart give those away (PRIVACY.md P17), so a claim about an
earlier day is not shown then. Who contributes is kept in ``release_ledger``.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import pandas as pd
import sqlalchemy as sa

from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.warehouse.bulk import append, create_temporary
from ccds_pipeline.warehouse.select_files import run_statement, select_statement

_PART_OF_POPULATION = ("population", "breakdown", "level", "person_code", "place_code", "content_code")


def contributions(connection: sa.Connection, populations: Collection[str]) -> pd.DataFrame:
    """Return who contributes what to some populations as the KPI tables are now, in the codes of the ledger.

    Returns:
        ``population``, ``breakdown``, ``level``, ``person_code``, ``place_code`` and ``content_code``.
    """
    statement = sa.text(
        f"WITH contribution AS ({select_statement(table_of('ops.contribution'))}), "  # of code
        f"place AS ({select_statement(table_of('ops.place_level'))}) "
        f"SELECT {', '.join(_PART_OF_POPULATION)} FROM contribution INNER JOIN place USING (place_code) "
        "WHERE population IN :populations"
    ).bindparams(sa.bindparam("populations", expanding=True))
    rows = connection.execute(statement, {"populations": list(populations)})
    return pd.DataFrame(rows.all(), columns=list(_PART_OF_POPULATION))


def open_to_differencing(
    connection: sa.Connection, earlier: pd.DataFrame, *, minimum_people: int
) -> pd.DataFrame:
    """Return the parts from which the present, or an earlier release, differs by a few people only.

    Args:
        connection: To the warehouse, after ``count_contributions``.
        earlier: Rows of ``contributions`` as of an earlier day.
        minimum_people: With fewer people between them, two states are near (PRIVACY.md P17).

    Returns:
        ``population``, ``breakdown`` and ``level``, each once.
    """
    contribution, place_level = table_of("ops.contribution"), table_of("ops.place_level")
    part = [column for column in place_level.columns if column.name in {"breakdown", "level"}]
    table = replace(contribution, columns=(*contribution.columns, *part))
    create_temporary(connection, "earlier_contribution", table.columns)
    append(connection, table, earlier, into="earlier_contribution")
    rows = run_statement(connection, "release/open_to_differencing", minimum_people=minimum_people).all()
    return pd.DataFrame(rows, columns=["population", "breakdown", "level"])
