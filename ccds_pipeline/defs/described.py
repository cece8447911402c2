"""How a table of the register looks in Dagster: description, columns, name, owners, tags."""

from __future__ import annotations

from collections.abc import Iterable

import dagster as dg

from ccds_pipeline.schemas.register import Column, Table

OWNERS = ["team:data-engineering"]


def table_spec(
    table: Table, *, deps: Iterable[dg.AssetKey], kinds: set[str], extra: dict[str, object] | None = None
) -> dg.AssetSpec:
    """Return the asset of one table."""
    return dg.AssetSpec(
        key=[table.schema, table.name],
        deps=list(deps),
        description=table.grain,
        group_name=table.schema,
        kinds=kinds,
        owners=OWNERS,
        tags={"zone": "public" if table.schema == "reporting" else "restricted"},
        metadata={
            "dagster/table_name": table.full_name,
            "dagster/column_schema": column_schema(table),
            **(extra or {}),
        },
    )


def column_schema(table: Table) -> dg.TableSchema:
    """Return the register's columns as Dagster shows them."""
    return dg.TableSchema(columns=[_column(column, table) for column in table.columns])


def _column(column: Column, table: Table) -> dg.TableColumn:
    return dg.TableColumn(
        name=column.name,
        type=column.type,
        description=column.description,
        constraints=dg.TableColumnConstraints(nullable=column.nullable, unique=table.key == (column.name,)),
        tags={"privacy": column.privacy},
    )
