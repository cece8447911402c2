"""What the reading child process does with its job: each file becomes batches and an end, or a refusal.

Answering within bounds of memory and time belongs here; how the process is set up belongs in ``child``, who
listens in ``reading``. Windows has no such bounds: there a file is bounded by its size alone.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline.sources.delivered import (
    CELL_FAULTS_COLUMN,
    FAULT_COLUMN,
    LINE_COLUMN,
    DeliveredColumn,
    DeliveredTable,
    FaultyCell,
    Limits,
    LineTally,
    Row,
    SourceFile,
    fingerprint,
)
from ccds_pipeline.sources.formats import layouts_that_take, open_delivered
from ccds_pipeline.sources.wire import BATCH, END, EXIT_OUT_OF_MEMORY, LAYOUTS, READY, REFUSED, write_message

if sys.platform != "win32":
    import resource
    import signal

_PIECE_ROWS = 256  # stays in the processor's cache: building columns from more rows at once is slower
_BATCH_CELLS = 800_000  # keeps the batches of wide tables small


def bound_memory(limits: Limits) -> None:
    """Bound the address space of this process for good, and let it write no core dump; not on Windows."""
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold personal data
        if sys.platform != "darwin":  # which refuses this bound
            resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))


def start_clocks(limits: Limits) -> None:
    """Give this process the time of one file, from now; then a signal ends it; not on Windows.

    Nothing handles the signals, so they end it even inside a library's loop.
    """
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_PROF, limits.cpu_seconds)
        signal.setitimer(signal.ITIMER_REAL, limits.wall_seconds)


@contextmanager
def wall_clock_stopped() -> Iterator[None]:
    """Stop the wall clock while this process waits for another; there is none on Windows."""
    if sys.platform == "win32":
        yield
    else:
        left, _ = signal.setitimer(signal.ITIMER_REAL, 0)
        yield
        signal.setitimer(signal.ITIMER_REAL, left)


def answer_job(job: dict[str, Any], answers: BinaryIO) -> None:
    """Read the files of a job, in order.

    Args:
        job: ``format`` (empty where the layouts that take the files are asked for), ``options``,
            ``limits``, ``paths`` of the files to read, and ``delivery``: the paths of all files that came
            together.
        answers: Where the messages go.
    """
    limits = Limits(**job["limits"])
    bound_memory(limits)
    write_message(answers, READY, b"")
    delivery = tuple(Path(path) for path in job["delivery"])
    for path in job["paths"]:
        _answer(SourceFile(Path(path), job["options"], limits, delivery), job["format"], answers)


def _answer(file: SourceFile, format_name: str, answers: BinaryIO) -> None:
    start_clocks(file.limits)
    try:
        if format_name:
            _read(file, format_name, answers)
        else:
            _send(answers, LAYOUTS, json.dumps(list(layouts_that_take(file))).encode())
    except FileRefusedError as refusal:
        _refuse(refusal, answers)
    except MemoryError:
        os._exit(EXIT_OUT_OF_MEMORY)  # nothing that needs memory may run now
    except Exception as error:  # noqa: BLE001  # its text may quote a value, its type and position cannot
        problem = f"The reader failed on this file ({type(error).__name__} at {_position_of(error)})"
        remedy = "Report this, with the tool that wrote the file."
        _refuse(FileRefusedError("reader_failed", problem, remedy=remedy), answers)


def _read(file: SourceFile, format_name: str, answers: BinaryIO) -> None:
    records = inner_breaks = 0
    with open_delivered(format_name, file) as table:
        for batch, breaks in batches(table, file.limits):
            records += batch.num_rows
            inner_breaks += breaks
            _send(answers, BATCH, _as_stream(batch))
        check_lines(table.tally, records, inner_breaks)
        end = {
            "lines_n": table.tally.total,
            "other_lines_n": table.tally.other,
            "records_n": records,
            "inner_breaks_n": inner_breaks,
            "fingerprint": fingerprint(table.columns),
            "form": table.tally.form,
            "own_counts": table.tally.own_counts,
        }
    _send(answers, END, json.dumps(end).encode())


def check_lines(tally: LineTally, records: int, inner_breaks: int) -> None:
    """Refuse a file of which some lines belong to nothing: total = other + records + inner breaks.

    Raises:
        FileRefusedError: Rule ``lines_unaccounted``.
    """
    accounted = tally.other + records + inner_breaks
    if tally.total != accounted:
        raise FileRefusedError(
            "lines_unaccounted",
            f"The file has {tally.total} lines, of which {accounted} were accounted for",
            remedy="Report this, with the tool that wrote the file: it is a fault of the reader.",
        )


def _refuse(refusal: FileRefusedError, answers: BinaryIO) -> None:
    fields = {name: getattr(refusal, name) for name in ("rule", "problem", "remedy", "line")}
    _send(answers, REFUSED, json.dumps(fields).encode())


def _send(answers: BinaryIO, kind: bytes, content: bytes | memoryview) -> None:
    with wall_clock_stopped():  # the parent may be slow to take it
        write_message(answers, kind, content)


def _as_stream(batch: pa.Table) -> memoryview:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_table(batch)
    return memoryview(sink.getvalue())


def _position_of(error: Exception) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).stem}:{last.lineno}"


def batches(table: DeliveredTable, limits: Limits) -> Iterator[tuple[pa.Table, int]]:
    """Yield the rows of a table in batches, each with the line breaks inside its fields.

    There is at least one, unless the table is a companion, which has no columns.

    Each batch has ``@line`` (int64), ``@fault`` (null where the row is fine) and every delivered column
    as text under its name, null where the cell is blank or faulty. Where a cell is, ``@cell_faults`` maps
    the row's faulty columns to the rules that they break. The schema's metadata hold the other wordings of
    the columns as JSON under ``texts``.
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
    faults: list[_CellFaults | None] = []
    while size and (piece := list(islice(rows, min(size, _PIECE_ROWS)))):
        columns = _columns(piece, len(schema) - 2)
        faults += _take_faults(columns, schema, len(piece))
        pieces.append(_piece(piece, columns, schema))
        size -= len(piece)
        inner_breaks += sum(row.breaks for row in piece)
    batch = _blanks_to_nulls(pa.Table.from_batches(pieces, schema=schema).combine_chunks())
    if any(faults):
        batch = batch.append_column(CELL_FAULTS_COLUMN, pa.array(faults, pa.map_(pa.string(), pa.string())))
    return batch, inner_breaks


_Columns = list[Sequence[str | None]]
_CellFaults = list[tuple[str, str]]


def _columns(rows: Sequence[Row], width: int) -> _Columns:
    blanks = (None,) * width
    return list(zip(*(blanks if row.fault else row.cells for row in rows), strict=True))


def _take_faults(columns: _Columns, schema: pa.Schema, height: int) -> list[_CellFaults | None]:
    """Make faulty cells blank, and return the columns and rules of those in each row."""
    faults: list[_CellFaults | None] = [None] * height
    for position, cells in enumerate(columns):
        if FaultyCell in set(map(type, cells)):
            name = schema.names[position + 2]
            for row, cell in enumerate(cells):
                if isinstance(cell, FaultyCell):
                    faults[row] = [*(faults[row] or ()), (name, str(cell.fault))]
            columns[position] = [None if isinstance(cell, FaultyCell) else cell for cell in cells]
    return faults


def _blanks_to_nulls(table: pa.Table) -> pa.Table:
    blank, null = pa.scalar("", pa.string()), pa.scalar(None, pa.string())
    columns = [
        pc.if_else(pc.equal(column, blank), null, column) if pa.types.is_string(column.type) else column
        for column in table.columns
    ]
    return pa.Table.from_arrays(columns, schema=table.schema)


def _piece(rows: Sequence[Row], columns: _Columns, schema: pa.Schema) -> pa.RecordBatch:
    return pa.record_batch(
        [
            pa.array([row.line for row in rows], pa.int64()),
            pa.array([row.fault for row in rows], pa.string()),
            *(pa.array(column, pa.string()) for column in columns),
        ],
        schema=schema,
    )
