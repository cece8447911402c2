"""Read what a suite checks: the columns that its rules name, or one row of counts.

What holds of the rows is decided in ``expectations``.
"""

from __future__ import annotations

import pandas as pd
import sqlalchemy as sa

from ccds_pipeline.errors import CheckFailedError
from ccds_pipeline.quality.suite import Suite
from ccds_pipeline.schemas.types import TYPES
from ccds_pipeline.warehouse.select_files import run_statement


def read_for_suite(connection: sa.Connection, suite: Suite) -> pd.DataFrame:
    """Read the frame that a suite checks.

    Args:
        connection: Open, with the suite's table in its schema.
        suite: As ``for_programme`` returns it, since a statement may use the programme's parameters.

    Returns:
        For a suite that reads ``rows`` one row per row of the table, with only the columns that the
        rules name; for one that reads ``counts`` one row of counts and shares, which the database
        makes, so that memory does not grow with the table.

    Raises:
        CheckFailedError: If the database refuses; the message names the suite and no value.
    """
    try:
        if suite.reads == "counts":
            result = run_statement(connection, f"quality/{suite.name}", **suite.parameters)
        else:
            result = connection.execute(_rows_statement(suite))
        frame = pd.DataFrame(result.fetchall(), columns=list(result.keys()))
    except sa.exc.SQLAlchemyError as error:
        kind = type(getattr(error, "orig", None) or error).__name__
        raise CheckFailedError(
            f"what the suite checks cannot be read ({kind})",
            place=suite.name,
            rule="suite_is_readable",
            remedy="Build the tables of the schema again; if it stays, report the kind of error.",
        ) from None
    return frame if suite.reads == "counts" else _typed(frame, suite)


def _rows_statement(suite: Suite) -> sa.Executable:
    register = suite.register_table
    columns: list[sa.ColumnClause[object]] = [sa.column(name) for name in suite.columns or register.key]
    return sa.select(*columns).select_from(sa.table(register.name, schema=register.schema))


def _typed(frame: pd.DataFrame, suite: Suite) -> pd.DataFrame:
    """A column without values would else have no type, and no rule about numbers would fit it."""
    types = {column.name: TYPES[column.type].frame for column in suite.register_table.columns}
    return frame.astype({name: types[name] for name in frame.columns})
