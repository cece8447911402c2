"""Delivered rows as Arrow tables of a bounded size.

Only the change of shape belongs here.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice

import pyarrow as pa
import pyarrow.compute as pc

from ccds_pipeline.sources.delivered import FAULT_COLUMN, LINE_COLUMN, DeliveredColumn, DeliveredTable, Row
from ccds_pipeline.sources.limits import Limits

_PIECE_ROWS = 256  # stays in the processor's cache: building columns from more rows at once is slower
_BATCH_CELLS = 800_000  # keeps the batches of wide tables small


def batches(table: DeliveredTable, limits: Limits) -> Iterator[tuple[pa.Table, int]]:
    """Yield the rows of a table in batches, each with the line breaks inside its fields.

    There is at least one, unless the table is a companion, which has no columns.

    Each batch has ``@line`` (int64), ``@fault`` (null where the row is fine) and every delivered column
    as text under its name, null where the cell is blank. The schema's metadata hold the other wordings
    of the columns as JSON under ``texts``.
    """
    if not table.columns:
        deque(table.rows, maxlen=0)  # so that its lines are counted
        return
    schema = _schema(table.columns)
    size = max(1, min(limits.batch_rows, _BATCH_CELLS // len(schema)))
    batch, inner_breaks = _next_batch(table.rows, schema, size)
    yield batch, inner_breaks
    while batch.num_rows == size:
        batch, inner_breaks = _next_batch(table.rows, schema, size)
        if batch.num_rows:
            yield batch, inner_breaks


def _schema(columns: Sequence[DeliveredColumn]) -> pa.Schema:
    texts = {column.name: column.text for column in columns if column.text}
    return pa.schema(
        [
            (LINE_COLUMN, pa.int64()),
            (FAULT_COLUMN, pa.string()),
            *((column.name, pa.string()) for column in columns),
        ],
        metadata={b"texts": json.dumps(texts).encode()},
    )


def _next_batch(rows: Iterator[Row], schema: pa.Schema, size: int) -> tuple[pa.Table, int]:
    pieces, inner_breaks = [], 0
    while size and (piece := list(islice(rows, min(size, _PIECE_ROWS)))):
        pieces.append(_piece(piece, schema))
        size -= len(piece)
        inner_breaks += sum(row.breaks for row in piece)
    return _blanks_to_nulls(pa.Table.from_batches(pieces, schema=schema).combine_chunks()), inner_breaks


def _blanks_to_nulls(table: pa.Table) -> pa.Table:
    blank, null = pa.scalar("", pa.string()), pa.scalar(None, pa.string())
    columns = [
        pc.if_else(pc.equal(column, blank), null, column) if pa.types.is_string(column.type) else column
        for column in table.columns
    ]
    return pa.Table.from_arrays(columns, schema=table.schema)


def _piece(rows: Sequence[Row], schema: pa.Schema) -> pa.RecordBatch:
    blanks = (None,) * (len(schema) - 2)
    cells = zip(*(blanks if row.fault else row.cells for row in rows), strict=True)
    return pa.record_batch(
        [
            pa.array([row.line for row in rows], pa.int64()),
            pa.array([row.fault for row in rows], pa.string()),
            *(pa.array(column, pa.string()) for column in cells),
        ],
        schema=schema,
    )
