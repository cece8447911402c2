"""Delivered files to batches of rows, parsed by one child process for all of them.

Starting, feeding and watching the child belong here; parsing belongs to the readers, which run in it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from typing import BinaryIO, NamedTuple

import pyarrow as pa

from ccds_pipeline.errors import CcdsError, FileRefusedError
from ccds_pipeline.sources.delivered import DEFAULT_LIMITS, Limits, OwnCount
from ccds_pipeline.sources.formats import check_format
from ccds_pipeline.sources.private_copy import PrivateFile
from ccds_pipeline.sources.wire import BATCH, END, EXIT_OUT_OF_MEMORY, LAYOUTS, READY, read_message

_INHERITED = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH")  # nothing else: no key, no credential
# The bound is on address space, of which these libraries reserve much more than they use.
_FRUGAL = {"ARROW_DEFAULT_MEMORY_POOL": "system", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
_OUT_OF_TIME = frozenset(
    -number
    for number in (getattr(signal, "SIGALRM", None), getattr(signal, "SIGPROF", None))
    if number is not None
)


@dataclass(frozen=True)
class Batch:
    """Rows of one file, in order.

    ``rows`` has ``@line`` (int64: physical line of a text, row of a workbook, from 1), ``@fault`` (the
    rule that a record broke, null if none; its other cells are null then) and each delivered column as
    text, null where blank. Only where a cell broke a rule there is ``@cell_faults``: a map from the row's
    faulty columns, whose cells are null, to the rules. The schema's metadata hold ``texts``: JSON, other
    wordings by column name.
    """

    file_number: int
    rows: pa.Table


@dataclass(frozen=True)
class FileEnd:
    """A file was read to its end: lines_n == other_lines_n + records_n + inner_breaks_n.

    ``other_lines_n`` are headers, section titles, and empty lines at the end; ``fingerprint`` is the
    sha256 (hex) of the normalised column names in order. ``form`` says how the file is written; the name of
    a sheet in it is its owner's. ``own_counts`` are what a report says of itself.
    """

    file_number: int
    lines_n: int
    other_lines_n: int
    records_n: int
    inner_breaks_n: int
    fingerprint: str
    form: str
    own_counts: tuple[OwnCount, ...]


@dataclass(frozen=True)
class FileRefused:
    """A file cannot be read; batches of it that came before are to be discarded."""

    file_number: int
    rule: str
    problem: str
    remedy: str
    line: int | None = None


Answer = Batch | FileEnd | FileRefused


class _Job(NamedTuple):
    format_name: str
    options: Mapping[str, str]
    limits: Limits
    delivery: tuple[str, ...]


def read_files(
    files: Sequence[PrivateFile],
    format: str,  # noqa: A002  # what the programme file calls it
    options: Mapping[str, str],
    *,
    limits: Limits = DEFAULT_LIMITS,
) -> Iterator[Answer]:
    """Read files of one layout, in order.

    For each file there is either at least one batch (empty if the file has no record) and then its end,
    or a refusal, which may follow batches. A companion of the records (a key of answer codes) has no
    batch. A file that ends the child process is refused, and a new child goes on with the next file.

    Args:
        files: Private copies, which the child opens by their paths.
        format: A layout of ``formats.READERS``.
        options: The source's options.
        limits: Bounds of memory, time and sizes.

    Raises:
        ConfigurationError: If the layout or an option does not exist; raised before anything is read.
        CcdsError: Rule ``reader_unavailable`` if the child process does not start.
    """
    check_format(format, options)
    delivery = tuple(str(file.path) for file in files)
    return _read_all(deque(files), _Job(format, options, limits, delivery))


def recognise(
    file: PrivateFile, options: Mapping[str, str], *, limits: Limits = DEFAULT_LIMITS
) -> tuple[str, ...]:
    """Return the layouts whose readers take a file by its header, but for ``table``, which takes any table.

    Raises:
        FileRefusedError: If the file ends the child process, or a reader fails on it.
        CcdsError: Rule ``reader_unavailable`` if the child process does not start.
    """
    with _child([file], _Job("", options, limits, (str(file.path),))) as process:
        message = read_message(_pipes(process)[1])
        answer = json.loads(message[1]) if message else {}
        if message and message[0] == LAYOUTS:
            return tuple(answer)
        refused = (
            FileRefused(file.number, **answer) if answer else _refused_by_crash(file.number, process.wait())
        )
    raise FileRefusedError(refused.rule, refused.problem, remedy=refused.remedy, line=refused.line)


def _read_all(waiting: deque[PrivateFile], job: _Job) -> Iterator[Answer]:
    while waiting:
        with _child(waiting, job) as process:
            yield from _answers(process, waiting)
            if waiting:
                yield _refused_by_crash(waiting.popleft().number, process.wait())


@contextmanager
def _child(files: Sequence[PrivateFile], job: _Job) -> Iterator[subprocess.Popen[bytes]]:
    """Start a child with a job, and end it whatever happens."""
    # control: the process that reads files gets no key
    environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    environment |= _FRUGAL
    environment["PYTHONPATH"] = os.pathsep.join(part for part in sys.path if part)
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "ccds_pipeline.sources.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a traceback may quote a value
        env=environment,
    )
    try:
        _hand_over(process, files, job)
        yield process
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            with suppress(BrokenPipeError):  # a job that a dead child did not take
                if stream is not None:
                    stream.close()


def _hand_over(process: subprocess.Popen[bytes], files: Sequence[PrivateFile], job: _Job) -> None:
    task = {
        "format": job.format_name,
        "options": dict(job.options),
        "limits": asdict(job.limits),
        "paths": [str(file.path) for file in files],
        "delivery": job.delivery,
    }
    stdin, stdout = _pipes(process)
    try:
        stdin.write(json.dumps(task).encode())
        stdin.close()
        first = read_message(stdout)
    except BrokenPipeError:
        first = None
    if first is None or first[0] != READY:
        raise CcdsError(
            "The process that reads files does not start",
            remedy="Check that the installation is complete and that the memory limit is 1 GB or more.",
            rule="reader_unavailable",
        )


def _pipes(process: subprocess.Popen[bytes]) -> tuple[BinaryIO, BinaryIO]:
    assert process.stdin is not None  # noqa: S101  # both are pipes, see _child
    assert process.stdout is not None  # noqa: S101  # as above
    return process.stdin, process.stdout  # type: ignore[return-value]  # pipes of bytes


def _answers(process: subprocess.Popen[bytes], waiting: deque[PrivateFile]) -> Iterator[Answer]:
    """Translate the child's messages; a file leaves ``waiting`` when it has ended."""
    _, stdout = _pipes(process)
    while waiting and (message := read_message(stdout)):
        kind, content = message
        number = waiting[0].number
        if kind == BATCH:
            yield Batch(number, pa.ipc.open_stream(content).read_all())
            continue
        waiting.popleft()
        fields = json.loads(content)
        if kind == END:
            counts = tuple(OwnCount(*count) for count in fields.pop("own_counts"))
            yield FileEnd(number, **fields, own_counts=counts)
        else:
            yield FileRefused(number, **fields)


def _refused_by_crash(number: int, exit_code: int) -> FileRefused:
    if exit_code in _OUT_OF_TIME:
        cause = "takes more time to read than a file may"
    elif exit_code == EXIT_OUT_OF_MEMORY:
        cause = "takes more memory to read than a file may"
    else:
        return FileRefused(
            number,
            "reader_crashed",
            "The reader ended on this file, as a damaged or hostile file makes it do",
            "Download the file again from the tool; if it is refused again, ask where it comes from.",
        )
    return FileRefused(
        number,
        "reader_limit",
        f"The file {cause}",
        "Check that the file is the tool's own export, or export fewer records per file.",
    )
