"""What the reading child process does with its job: each file becomes batches and an end, or a refusal.

Answering belongs here; how the process is set up belongs in ``child``, who listens in ``reading``.
"""

from __future__ import annotations

import json
import os
import traceback
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa

from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline.sources.batches import batches
from ccds_pipeline.sources.bounds import bound_memory, start_clocks, wall_clock_stopped
from ccds_pipeline.sources.delivered import LineTally, SourceFile, fingerprint
from ccds_pipeline.sources.limits import Limits
from ccds_pipeline.sources.opening import layouts_that_take, open_delivered
from ccds_pipeline.sources.wire import BATCH, END, EXIT_OUT_OF_MEMORY, LAYOUTS, READY, REFUSED, write_message


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
    except Exception as error:  # noqa: BLE001  # its text may quote a value, its type and place cannot
        problem = f"The reader failed on this file ({type(error).__name__} at {_place_of(error)})"
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
    told = {name: getattr(refusal, name) for name in ("rule", "problem", "remedy", "line")}
    _send(answers, REFUSED, json.dumps(told).encode())


def _send(answers: BinaryIO, kind: bytes, content: bytes | memoryview) -> None:
    with wall_clock_stopped():  # the parent may be slow to take it
        write_message(answers, kind, content)


def _as_stream(batch: pa.Table) -> memoryview:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_table(batch)
    return memoryview(sink.getvalue())


def _place_of(error: Exception) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).stem}:{last.lineno}"
