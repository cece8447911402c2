"""Look at one file as ingest would: a private copy, the readers in their child process, the same limits.

Counting what a column holds belongs in ``content``; printing it in ``show``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from upath import UPath

from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline.ingest.conform.layout import FAULT, column_texts
from ccds_pipeline.ingest.inspection.content import ColumnContent, printable
from ccds_pipeline.run_folder import run_folder, sweep_dead_run_folders
from ccds_pipeline.sources.delivered import CELL_FAULTS_COLUMN, DELIVERED_FILE_BYTES
from ccds_pipeline.sources.private_copy import PrivateFile, copy_private
from ccds_pipeline.sources.reading import Batch, FileEnd, read_files, recognise


@dataclass
class Look:
    """What a file is and holds, by counts.

    ``others`` are further layouts that take the file. ``header`` has its columns and no rows; it is None for
    a companion (a key of answer codes), which has no records. ``set_aside`` counts records by the rule that
    they broke; the other records are those that the columns count. ``faulty`` counts cells, of those, by
    column and rule: a record is set aside for one only where a source maps its column.
    """

    format: str
    others: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    end: FileEnd | None = None
    header: pa.Table | None = None
    columns: list[ColumnContent] = field(default_factory=list)
    set_aside: Counter[str] = field(default_factory=Counter)
    faulty: Counter[tuple[str, str]] = field(default_factory=Counter)


def look_at(file: UPath, *, declared: str, options: Mapping[str, str], runs_folder: Path) -> Look:
    """Read a file to its end and count what it holds.

    Args:
        file: The export.
        declared: Its format; where empty, the readers are asked, and ``table`` is what takes any table.
        options: The source's options.
        runs_folder: Where the private copy is kept meanwhile.

    Raises:
        FileRefusedError: If the file cannot be read; with its path, line, rule and remedy.
        ConfigurationError: If there is no such format or option.
    """
    sweep_dead_run_folders(runs_folder)
    read_as = ""
    try:
        with run_folder(runs_folder) as folder:
            copy = copy_private(file, folder, number=1, limit_bytes=DELIVERED_FILE_BYTES)
            taking = (declared,) if declared else recognise(copy, options) or ("table",)
            read_as = f" (read as {taking[0]})"
            return _read(copy, Look(taking[0], others=taking[1:], options=options))
    except FileRefusedError as error:
        place = printable(str(file)) + read_as
        raise FileRefusedError(
            error.rule, error.problem, remedy=error.remedy, line=error.line, place=place
        ) from None


def read_again(file: UPath, look: Look, *, runs_folder: Path) -> Iterator[pa.Table]:
    """Yield the rows of a file that was looked at, batch by batch, as it was read then.

    Raises:
        FileRefusedError: If the file has changed meanwhile and cannot be read any more.
    """
    with run_folder(runs_folder) as folder:
        copy = copy_private(file, folder, number=1, limit_bytes=DELIVERED_FILE_BYTES)
        for answer in read_files([copy], look.format, look.options):
            if isinstance(answer, Batch):
                yield answer.rows


def _read(copy: PrivateFile, look: Look) -> Look:
    for answer in read_files([copy], look.format, look.options):
        if isinstance(answer, Batch):
            _take(answer, look)
        elif isinstance(answer, FileEnd):
            look.end = answer
        else:
            raise FileRefusedError(answer.rule, answer.problem, remedy=answer.remedy, line=answer.line)
    return look


def _take(batch: Batch, look: Look) -> None:
    if look.header is None:
        look.header = batch.rows.slice(0, 0)
        look.columns = list(_columns(look.header))
    faults = batch.rows[FAULT]
    look.set_aside.update(faults.drop_null().to_pylist())
    if CELL_FAULTS_COLUMN in batch.rows.column_names:
        cells = batch.rows[CELL_FAULTS_COLUMN].drop_null().to_pylist()
        look.faulty.update(fault for row in cells for fault in row)
    sound = batch.rows.filter(pc.is_null(faults))
    for column in look.columns:
        column.add(sound[column.name])


def _columns(header: pa.Table) -> Iterable[ColumnContent]:
    texts = column_texts(header)
    return (
        ColumnContent(name, texts.get(name, "")) for name in header.column_names if not name.startswith("@")
    )
