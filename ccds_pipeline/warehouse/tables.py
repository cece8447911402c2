"""Make the register's tables in a database: columns, keys, comments and constraints.

What the tables are is written in ``schemas``; rows are written by ``load`` and ``select_files``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set

import sqlalchemy as sa

from ccds_pipeline.schemas.register import TYPES, Column, Table, restricted_tables, table_of
from ccds_pipeline.warehouse.migrations import schema_version


def create_tables(connection: sa.Connection, tables: Iterable[Table]) -> None:
    """Create the tables and their schemas where they do not exist yet."""
    tables = tuple(tables)
    missing = {table.full_name for table in tables} - _existing(connection)
    if not missing:
        return
    for schema in sorted({table.schema for table in tables}):
        connection.execute(sa.schema.CreateSchema(schema, if_not_exists=True))
    _create(connection, metadata_of(tables), names=missing)


def recreate_tables(connection: sa.Connection, tables: Iterable[Table]) -> None:
    """Drop the tables and create them again, empty; for tables that are rebuilt as a whole."""
    tables = tuple(tables)
    existing = _existing(connection)
    for table in reversed(metadata_of(tables).sorted_tables):
        if table.fullname in existing:
            connection.execute(sa.schema.DropTable(table))
    create_tables(connection, tables)


def create_new_tables(connection: sa.Connection, tables: Iterable[Table]) -> None:
    """Create the tables in schemas that are there, where none of the tables can exist yet."""
    tables = tuple(tables)
    _create(connection, metadata_of(tables), names={table.full_name for table in tables})


def _existing(connection: sa.Connection) -> set[str]:
    """Return the full names of all tables of the database, in one question."""
    statement = sa.text(
        "SELECT table_schema || '.' || table_name FROM information_schema.tables "
        "WHERE table_catalog = current_database()"
    )
    return set(connection.execute(statement).scalars())


def _create(connection: sa.Connection, metadata: sa.MetaData, *, names: Set[str]) -> None:
    """Create the named tables with their comments in one go: a statement for each column takes long."""
    script: list[str] = []

    def note(statement: sa.schema.ExecutableDDLElement, *_: object, **__: object) -> None:
        script.append(str(statement.compile(dialect=connection.dialect)).strip())

    wanted = [table for table in metadata.sorted_tables if table.fullname in names]
    metadata.create_all(sa.create_mock_engine(connection.engine.url, note), tables=wanted, checkfirst=False)
    connection.exec_driver_sql(";\n".join(script))


def metadata_of(tables: Iterable[Table]) -> sa.MetaData:
    """Return the SQLAlchemy description of the tables; references outside of them are left out."""
    metadata = sa.MetaData()
    tables = tuple(tables)
    present = {table.full_name for table in tables}
    for table in tables:
        sa.Table(
            table.name,
            metadata,
            *(_column(column, table) for column in table.columns),
            *(sa.CheckConstraint(sa.text(rule), name=name) for name, rule in table.checks.items()),
            *(_allowed(column) for column in table.columns if column.allowed),
            *(_filled(column) for column in table.columns if column.type == "text" and _is_published(table)),
            *_foreign_keys(table, present),
            *((sa.PrimaryKeyConstraint(*table.key),) if table.key and table.is_key_enforced else ()),
            schema=table.schema,
            comment=table.grain,
        )
    return metadata


def _foreign_keys(table: Table, present: Set[str]) -> Iterator[sa.Constraint]:
    for target, columns in table.references.items():
        if table.is_key_enforced and target in present:
            key = [f"{target}.{name}" for name in table_of(target).key]
            constraint = sa.ForeignKeyConstraint(columns, key)
            # DuckDB has an index for each, which would double the file that is handed on.
            yield constraint.ddl_if(dialect="postgresql") if _is_published(table) else constraint


def _is_published(table: Table) -> bool:
    return table.schema == "reporting"


def _column(column: Column, table: Table) -> sa.Column[object]:
    return sa.Column(
        column.name,
        TYPES[column.type].sql(),
        nullable=column.nullable,
        comment=None if _computes(table) else column.description,
        autoincrement=False,
    )


def describe_tables(connection: sa.Connection, tables: Iterable[Table]) -> None:
    """Give tables and columns that are there the comments that the register has for them."""
    comments: list[sa.schema.ExecutableDDLElement] = []
    for table in metadata_of(tables).sorted_tables:
        comments.append(sa.schema.SetTableComment(table))
        comments += [sa.schema.SetColumnComment(column) for column in table.columns if column.comment]
    script = [str(comment.compile(dialect=connection.dialect)) for comment in comments]
    connection.exec_driver_sql(";\n".join(script))


def _computes(table: Table) -> bool:
    """Whether a constraint of the table adds up columns.

    DuckDB 1.5 cannot read the comment on a column of such a table back from its write-ahead log: after a
    process was killed, the whole database would not open again. The constraint is worth more.
    """
    return any("+" in rule for rule in table.checks.values())


def _allowed(column: Column) -> sa.CheckConstraint:
    values = ", ".join(f"'{value}'" for value in column.allowed)
    return sa.CheckConstraint(sa.text(f"{column.name} IN ({values})"), name=f"{column.name}_is_known")


def _filled(column: Column) -> sa.CheckConstraint:
    """What a reader sees is missing or a text: an empty one gets lost in CSV, and looks like either."""
    return sa.CheckConstraint(sa.text(f"{column.name} <> ''"), name=f"{column.name}_is_not_empty")


def create_warehouse(connection: sa.Connection) -> None:
    """Create every table of the restricted warehouse that is not there; a new one notes their version."""
    is_new = "ops.installation" not in _existing(connection)
    create_tables(connection, restricted_tables())
    if is_new:
        note_version(connection)


def note_version(connection: sa.Connection) -> None:
    """Note in the warehouse that its tables are of the present version; its programme is named by a run."""
    version = {"version": schema_version()}
    connection.execute(
        sa.text(
            "INSERT INTO ops.installation (programme_id, schema_version) "
            "SELECT '', :version WHERE NOT EXISTS (SELECT 1 FROM ops.installation)"
        ),
        version,
    )
    connection.execute(sa.text("UPDATE ops.installation SET schema_version = :version"), version)
