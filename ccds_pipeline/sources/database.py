"""Rows of a table or view of a SQL database, as texts: all of them, or those since a watermark.

What becomes of the rows belongs in ``ingest.extract``. Texts of drivers quote values and addresses
(PRIVACY.md P21), so none of them leaves this module.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from ccds_pipeline.errors import CcdsError, ConfigurationError, UnreachableError
from ccds_pipeline.programme.labels import normalise_label
from ccds_pipeline.programme.model import Source

Watermark = datetime | date | int | str
_FETCH_ROWS = 5_000


@dataclass
class NewRows:
    """What a query brings: ``columns`` in order, and ``reached``, the greatest watermark of the rows read."""

    source: Source
    columns: tuple[str, ...]
    result: sa.Result[Any]
    reached: Watermark | None

    def texts(self) -> Iterator[list[str]]:
        """Yield each row as texts, once; a missing value is an empty text.

        Raises:
            UnreachableError: If the database stops answering.
            CcdsError: If a column holds what has no text form (rule ``database_column_type``).
        """
        with _value_free_errors(self.source):
            for row in self.result:
                cells, watermark = row[:-1], row[-1]
                if watermark is not None and (self.reached is None or watermark > self.reached):
                    self.reached = watermark
                yield self._texts_of(cells)

    def _texts_of(self, cells: Sequence[object]) -> list[str]:
        texts = [text_of(cell) for cell in cells]
        if None in texts:
            raise CcdsError(
                f"the column {self.columns[texts.index(None)]} holds what has no text form",
                place=self.source.id,
                rule="database_column_type",
                remedy="Read a view that casts the column to text, or leave it out of the mapping.",
            )
        return [text or "" for text in texts]


@contextmanager
def open_rows(source: Source, *, since: Watermark | None) -> Iterator[NewRows]:
    """Query the database of a source.

    Only columns that the programme file names are read. Rows of the watermark's own instant are read
    again, because others may have followed in it, and so are those without one.

    Args:
        source: A source with a ``database``; the URL stands in the environment (``url_variable``).
        since: The watermark that was reached before; all rows where there is none.

    Raises:
        ConfigurationError: If the URL is missing or wrong, or the database has no such table or column.
        UnreachableError: If the database does not answer.
        CcdsError: If it refuses the query.
    """
    engine = _engine(source)
    with _value_free_errors(source):
        connection = engine.connect()
    with closing(connection):
        with _value_free_errors(source):
            rows = _query(connection, source, since)
        with closing(rows.result):
            yield rows


def url_variable(source_id: str) -> str:
    """Return the name of the environment variable that holds the URL of a source's database."""
    return f"CCDS_SOURCE_{source_id.upper()}_URL"


def text_of(value: object) -> str | None:  # noqa: PLR0911  # one return per kind of value
    """Return the one text form of a value of a database; None if it has none.

    Times with a zone are UTC with their offset, others local; numbers have neither exponent nor
    trailing zeros; truth values are ``true`` and ``false``; a missing value is an empty text.
    """
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str() | int() | UUID():
            return str(value)
        case float() | Decimal():
            return _number(Decimal(str(value)))
        case datetime():
            shown = value if value.tzinfo is None else value.astimezone(UTC)
            return shown.isoformat(timespec="microseconds")
        case date() | time():
            return value.isoformat()
    return None


def _number(value: Decimal) -> str:
    if not value.is_finite():
        return str(value)
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _query(connection: sa.Connection, source: Source, since: Watermark | None) -> NewRows:
    table = _reflect(connection, source)
    columns, watermark = _columns(table, source), _watermark(table, source)
    query = sa.select(*columns, watermark.label("@watermark"))
    if since is not None:
        query = query.where(sa.or_(watermark >= since, watermark.is_(None)))
    result: sa.Result[Any] = connection.execution_options(yield_per=_FETCH_ROWS).execute(query)
    return NewRows(source, tuple(column.name for column in columns), result, since)


def _engine(source: Source) -> sa.Engine:
    variable = url_variable(source.id)
    try:
        return sa.create_engine(os.environ[variable], hide_parameters=True, poolclass=sa.pool.NullPool)
    except KeyError:
        problem = f"the address of the source's database is not set: {variable}"
        rule = "database_url"
    except (sa.exc.NoSuchModuleError, ImportError):
        problem = f"the driver that {variable} asks for is not installed"
        rule = "database_driver"
    except (sa.exc.ArgumentError, ValueError):
        problem = f"{variable} is not a URL of a database"
        rule = "database_url"
    raise ConfigurationError(
        problem,
        place=source.id,
        rule=rule,
        remedy=(
            f"Set {variable}, such as postgresql+psycopg://USER:PASSWORD@HOST/DATABASE; "
            'the driver of PostgreSQL comes with: pip install "ccds_pipeline[postgres]".'
        ),
    )


def _reflect(connection: sa.Connection, source: Source) -> sa.Table:
    assert source.database is not None  # noqa: S101  # see open_rows
    try:
        return sa.Table(
            source.database.table,
            sa.MetaData(),
            schema=source.database.schema_name,
            autoload_with=connection,
            resolve_fks=False,
        )
    except sa.exc.NoSuchTableError:
        raise ConfigurationError(
            f"the database has no table or view {source.database.table}, or this account must not see it",
            place=source.id,
            rule="database_table",
            remedy="Correct table and schema in the programme file, or ask for the right to read it.",
        ) from None


def _columns(table: sa.Table, source: Source) -> list[sa.Column[object]]:
    """Return the columns that the programme file names; which of them are needed is checked on reading."""
    named = {name for field in source.fields.values() for name in field.column}
    named |= {name for question in source.questions.values() for name in question.column}
    named |= {name for field in source.fields.values() for name in field.join}
    named |= {name for question in source.questions.values() for name in question.option_columns.values()}
    named |= {name for exclusion in source.exclude for name in exclusion.column}
    named |= {*source.key, *source.marks.last_page}
    labels = {normalise_label(name) for name in named}
    # control: databases are asked for mapped columns
    found = [column for column in table.columns if normalise_label(column.name) in labels]
    if found:
        return found
    raise ConfigurationError(
        "the table has none of the columns of the mapping",
        place=source.id,
        rule="database_column",
        remedy="Name the table's own columns in the programme file.",
    )


def _watermark(table: sa.Table, source: Source) -> sa.Column[object]:
    assert source.database is not None  # noqa: S101  # see open_rows
    column = table.columns.get(source.database.watermark)
    if column is not None and isinstance(column.type, (sa.DateTime, sa.Date, sa.Integer, sa.String)):
        return column
    raise ConfigurationError(
        f"the table has no column {source.database.watermark} of times, whole numbers or texts",
        place=source.id,
        rule="database_watermark",
        remedy="Name a column that grows whenever a row is new or changed, such as the time of change.",
    )


@contextmanager
def _value_free_errors(source: Source) -> Iterator[None]:
    try:
        yield
    except (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.InternalError, OSError):
        raise UnreachableError(
            "the source's database does not answer, or does not let this account in",
            place=source.id,
            rule="database_reachable",
            remedy=f"Check that it runs and that {url_variable(source.id)} is right, and try again; "
            "what was extracted before is kept, and nothing is skipped.",
        ) from None
    except sa.exc.SQLAlchemyError:
        raise CcdsError(
            "the source's database refuses to give the rows",
            place=source.id,
            rule="database_query",
            remedy="Check that this account may read the table, and that all of its values can be read.",
        ) from None
