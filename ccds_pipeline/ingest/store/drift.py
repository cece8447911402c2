"""How the columns of a delivery differ from the mapping, and from the delivery before.

Matching columns with the mapping belongs in ``ingest.conform.layout``, judging a difference in
``ingest.contract``. A delivered column name is kept as a keyed hash only: in a file without a header it
is the value of a row.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from ccds_pipeline.deidentify.pseudonym import Pseudonymiser
from ccds_pipeline.ingest.conform.layout import Layout
from ccds_pipeline.ingest.store.staging import DeliveryKey
from ccds_pipeline.programme.labels import normalise_label
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.warehouse.bulk import append
from ccds_pipeline.warehouse.select_files import run_statement

_COLUMNS = ["file_number", "change", "column_name", "column_key"]


@dataclass(frozen=True)
class Drift:
    """What is different since the delivery before; the first delivery is compared with the mapping.

    ``new_columns`` counts unmapped columns that were not there, ``missing_columns`` are optional ones that
    this delivery newly lacks, as the programme file calls them, and ``new_layouts`` counts headers whose
    columns or order no file of the delivery before had.
    """

    new_columns: int
    missing_columns: tuple[str, ...]
    new_layouts: int


def drift_rows(
    file_number: int, layout: Layout, pseudonymiser: Pseudonymiser, *, source: str
) -> pd.DataFrame:
    """Return how one file differs from its mapping: file_number, change, column_name, column_key."""
    labels = pd.Series([normalise_label(name) for name in layout.unmapped], dtype="str")
    keys = pseudonymiser.keys(labels, purpose=f"column:{source}").dropna().unique()
    # control: names of new columns are hashed
    rows = [("unmapped", "", key) for key in keys]
    rows += [("missing", name, "") for name in sorted({wanted.label for wanted in layout.missing})]
    return pd.DataFrame([(file_number, *row) for row in rows], columns=_COLUMNS)


def write_drift(connection: sa.Connection, key: DeliveryKey, rows: list[pd.DataFrame]) -> None:
    """Put the differences of one delivery in place of earlier ones, in the caller's transaction."""
    where = "source_id = :source_id AND delivery_on = :delivery_on"
    connection.execute(sa.text(f"DELETE FROM ops.drift WHERE {where}"), vars(key))
    for frame in filter(len, rows):
        append(connection, table_of("ops.drift"), frame.assign(**vars(key)))


def read_drift(connection: sa.Connection, key: DeliveryKey) -> Drift:
    """Compare a loaded delivery with the one before it."""
    found = run_statement(connection, "ops/new_differences", **vars(key)).all()
    layouts = run_statement(connection, "ops/new_layouts", **vars(key)).scalar_one()
    return Drift(
        new_columns=sum(change == "unmapped" for change, _, _ in found),
        missing_columns=tuple(name for change, name, _ in found if change == "missing"),
        new_layouts=int(layouts),
    )
