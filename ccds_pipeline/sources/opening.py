"""A delivered file in the layout that its source declares: alone, in an archive, or refused by name.

Choosing the reader, and saying what a refused file looks like, belong here; reading belongs to the readers.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from functools import partial

from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline.sources.archive import is_archive, read_archive
from ccds_pipeline.sources.delivered import DeliveredTable, SourceFile
from ccds_pipeline.sources.formats import READERS

# Rules that a file of another tool breaks; damage is not among them.
_LAYOUT_RULES = frozenset(
    {
        "missing_columns",
        "wrong_layout",
        "wrong_delimiter",
        "header_row_missing",
        "header_single_column",
        "header_blank",
        "json_document",
        "not_a_workbook",
        "not_text",
        "sheet_missing",
        "several_sheets",
        "quote_misplaced",
        "column_repeated",
    }
)


@contextmanager
def open_delivered(format_name: str, file: SourceFile) -> Iterator[DeliveredTable]:
    """Open a file as the declared layout; a zip archive is opened as the files in it.

    Raises:
        FileRefusedError: If the file is not in this layout (the problem then names the layout that it
            looks like, if one of ours), or is damaged.
    """
    read = partial(_open_declared, format_name)
    with read_archive(file, read) if is_archive(file.path) else read(file) as table:
        yield table


@contextmanager
def _open_declared(format_name: str, file: SourceFile) -> Iterator[DeliveredTable]:
    with ExitStack() as opened:
        try:
            table = opened.enter_context(READERS[format_name](file))
        except FileRefusedError as refused:
            raise _with_likeness(refused, format_name, file) from None
        yield table


def _with_likeness(refused: FileRefusedError, declared: str, file: SourceFile) -> FileRefusedError:
    alike = _likeness(declared, file) if refused.rule in _LAYOUT_RULES else None
    if alike is None:
        return refused
    return FileRefusedError(
        refused.rule,
        f"{refused.problem}; it looks like the format {alike}",
        remedy=f"{refused.remedy} If the delivery is right, declare the format {alike}.",
        line=refused.line,
    )


def _likeness(declared: str, file: SourceFile) -> str | None:
    alike = layouts_that_take(replace(file, options={}))
    return next((name for name in alike if name != declared), None)


def layouts_that_take(file: SourceFile) -> Iterator[str]:
    """Yield the layouts whose readers take a file by its header, but for ``table``: it takes any table."""
    for name, read in READERS.items():
        opened = partial(read_archive, read=read) if is_archive(file.path) else read
        if name != "table":
            with suppress(FileRefusedError), opened(file):
                yield name
