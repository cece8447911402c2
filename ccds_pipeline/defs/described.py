"""How a table of the register looks in Dagster, and how a failure does: without a value of a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import dagster as dg

from ccds_pipeline.errors import BusyError, to_value_free_error
from ccds_pipeline.programme.model import Kpi, Source
from ccds_pipeline.schemas.register import Column, Table

OWNERS = ["team:data-engineering"]
DATA_DOCS, REPORT = "/data-docs", "/report/"
"""Where the UI serves the pages of the checks and the report (``web_pages``)."""


def owners_of(*parts: Source | Kpi) -> list[str]:
    """Return whom the programme file names as owners of sources or KPIs; the team where it names nobody."""
    return sorted({part.owner for part in parts if part.owner is not None}) or OWNERS


def table_spec(
    table: Table, *, deps: Iterable[dg.AssetKey], kinds: set[str], owners: Sequence[str] = OWNERS
) -> dg.AssetSpec:
    """Return the asset of one table."""
    return dg.AssetSpec(
        key=[table.schema, table.name],
        deps=list(deps),
        description=table.grain,
        group_name=table.schema,
        kinds=kinds,
        owners=owners,
        tags={"zone": "public" if table.schema == "reporting" else "restricted"},
        metadata={"dagster/table_name": table.full_name, "dagster/column_schema": column_schema(table)},
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


# Only a held warehouse passes by itself; contracts, settings and files do not. Two minutes in all: an erasure
# or a backup is done by then, and other runs wait in the queue.
RETRY_WHEN_BUSY = dg.RetryPolicy(
    max_retries=6, delay=2, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS
)


@contextmanager
def value_free_failures() -> Iterator[None]:
    """Turn any exception into a ``Failure`` that holds no value of a row.

    Dagster stores the text and the cause chain of an exception in its event log, and texts of library
    exceptions quote cells; so of every other error only the type is reported.
    """
    try:
        yield
    except dg.Failure:
        raise
    except Exception as error:  # noqa: BLE001  # the boundary is meant for every exception
        failure = to_value_free_error(error)
        raise dg.Failure(
            description=str(failure),
            metadata={"rule": failure.rule or "none", "exit_code": failure.exit_code},
            allow_retries=isinstance(failure, BusyError),
            # control: failures carry no cause into Dagster's log
        ) from None
