"""Delimited text: bytes to strict records with their physical lines.

Decoding, splitting into lines and CSV records, and counting lines belong here; headers and the width of
rows belong in ``records`` and ``body``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline.sources.delivered import Fault, FaultyCell, Limits, LineTally, Row, Rows, SourceFile
from ccds_pipeline.sources.signature import (
    HEAD_BYTES,
    find_encoding,
    first_undecodable_line,
    is_double_encoded,
    nul_character,
    refuse_binary,
    refuse_markup,
)

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "colon": ":"}


class _Text:
    """One text file, read as a stream; lines end at LF, CR LF or CR and nowhere else."""

    def __init__(
        self, stream: TextIO, *, delimiter: str, skips_spaces: bool, path: Path, limits: Limits
    ) -> None:
        self.delimiter = delimiter
        word = next((word for word, text in DELIMITERS.items() if text == delimiter), delimiter)
        self.tally = LineTally(f"text in {stream.encoding}, columns separated by {word}")
        self._stream, self._path, self._limits = stream, path, limits
        self._skips_spaces = skips_spaces
        self._last_doubtful_line = 0

    def rows(self) -> Iterator[Row]:
        csv.field_size_limit(self._limits.field_characters)  # the csv module keeps one limit for a process
        reader = csv.reader(
            self._lines(), delimiter=self.delimiter, skipinitialspace=self._skips_spaces, strict=True
        )
        tally, first = self.tally, 1
        try:
            for cells in reader:
                last = tally.total
                yield Row(first, cells if self._last_doubtful_line < first else _marked(cells), last - first)
                first = last + 1
        except csv.Error as error:
            raise _malformed(str(error), first) from None
        except UnicodeDecodeError:
            raise self._undecodable() from None

    def _lines(self) -> Iterator[str]:
        read_line, longest, tally = self._stream.readline, self._limits.line_characters, self.tally
        line = "\n"
        while following := read_line(longest):
            line = following
            tally.total += 1
            if "\0" in line:
                raise nul_character(tally.total)
            if len(line) >= longest:
                raise FileRefusedError(
                    "line_too_long",
                    f"A line has {longest} characters or more",
                    remedy="Check that the file is the tool's own table export.",
                    line=tally.total,
                )
            if not line.isascii() and is_double_encoded(line):
                self._last_doubtful_line = tally.total
            yield line
        tally.ends_with_line_end = line.endswith(("\n", "\r"))

    def _undecodable(self) -> FileRefusedError:
        encoding = self._stream.encoding
        return FileRefusedError(
            "wrong_encoding",
            f"The file is not {encoding.removesuffix('-sig')} text",
            remedy="Export it as UTF-8, or set the source's option encoding to what it is (such as cp1252).",
            line=first_undecodable_line(self._path, encoding),
        )


@contextmanager
def open_text(file: SourceFile, *, delimiter: str, skips_spaces: bool = False) -> Iterator[Rows]:
    """Open a text file: each record with its first line and its inner line breaks.

    An empty line is a row without cells; double-encoded text is a faulty cell.

    Args:
        file: The private copy; its options ``encoding`` and ``delimiter`` count before the defaults.
        delimiter: The layout's own delimiter.
        skips_spaces: Whether the tool puts a space between a delimiter and a quote.

    Raises:
        FileRefusedError: If the file is not text, or not the text that is declared.
    """
    with file.path.open("rb") as raw:
        head = raw.read(HEAD_BYTES)
        refuse_binary(head)
        encoding = find_encoding(head, declared=file.options.get("encoding", ""))
        refuse_markup(head.decode(encoding, errors="ignore"))
        raw.seek(0)
        declared = file.options.get("delimiter", delimiter)
        with io.TextIOWrapper(raw, encoding=encoding, newline="") as stream:
            text = _Text(
                stream,
                delimiter=DELIMITERS.get(declared, declared),
                skips_spaces=skips_spaces,
                path=file.path,
                limits=file.limits,
            )
            yield Rows(text.rows(), text.tally, text.delimiter)


def _marked(cells: list[str]) -> list[str]:
    return [FaultyCell(cell, Fault.DOUBLE_ENCODED) if is_double_encoded(cell) else cell for cell in cells]


def _malformed(cause: str, line: int) -> FileRefusedError:
    if "field limit" in cause:
        return FileRefusedError(
            "field_too_long",
            "A field is longer than the limit, or a quote is never closed",
            remedy="Look for a stray quote at this line, and export the file again.",
            line=line,
        )
    if "unexpected end" in cause:
        return FileRefusedError(
            "quote_not_closed",
            "A quoted field is not closed before the end of the file",
            remedy="The file is cut, or a quote is stray at this line: export it again.",
            line=line,
        )
    return FileRefusedError(
        "quote_misplaced",
        "A quoted field goes on after its closing quote",
        remedy=(
            'Quotes inside a quoted field must be doubled (""): export the file again from the tool, or set '
            "the source's option delimiter if another character separates the columns."
        ),
        line=line,
    )
