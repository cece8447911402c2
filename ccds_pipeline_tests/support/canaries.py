"""Canaries: invented personal data that must never leave the landing folder, and a scanner that finds them.

The scanner opens and decompresses whatever a run may write, and looks for each canary as it is and in the
forms in which software hides a text without meaning to. Planting canaries belongs in ``canary_delivery``.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import io
import json
import re
import shutil
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote, quote_plus

import duckdb
import numpy as np
import pyarrow.parquet as pq

_LEAST = 8
"""Bytes by which a form is recognised; a hash is found where it is cut short, down to twice as many hex."""
_DEEPEST = 6
_SQLITE, _DUCKDB, _PARQUET, _GZIP, _ZIP = b"SQLite format 3\0", b"DUCK", b"PAR1", b"\x1f\x8b", b"PK\x03\x04"
_HTML = re.compile(rb"&#?\w+;")
_ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")


@dataclass(frozen=True)
class Hit:
    """A canary that was found: where it was planted, in which form it stands, and in which file."""

    canary: str
    form: str
    where: str


class Scanner:
    """Finds canaries in bytes, files and folders.

    Args:
        canaries: Texts of eight bytes or more, by the name of the place where they were planted.
    """

    def __init__(self, canaries: Mapping[str, str]) -> None:
        assert all(len(text.encode()) >= _LEAST for text in canaries.values())
        self._canaries = canaries

    @property
    def planted(self) -> set[str]:
        """Where canaries were planted."""
        return set(self._canaries)

    def scan(self, *folders: Path) -> list[Hit]:
        """Return the hits in everything below the folders, names of files and folders included."""
        parts = (part for folder in folders for part in unpacked_files(folder))
        return list(dict.fromkeys(hit for where, part in parts for hit in self._found(part, where)))

    def scan_bytes(self, content: bytes, where: str) -> list[Hit]:
        """Return the hits in bytes and in whatever is packed into them."""
        return [hit for place, part in _unpacked(content, where) for hit in self._found(part, place)]

    def _found(self, content: bytes, where: str) -> Iterator[Hit]:
        for canary, form in _search(content, self._exact):
            yield Hit(canary, form, where)
        for canary, form in _search(content.lower(), self._folded):
            yield Hit(canary, form, where)

    @cached_property
    def _folded(self) -> Patterns:
        """Forms that are found in any case of their letters."""
        return _by_prefix(
            (pattern.lower(), canary, form)
            for canary, text in self._canaries.items()
            for form, write in FOLDED_FORMS.items()
            for spelling in _spellings(text)
            for pattern in write(spelling)
        )

    @cached_property
    def _exact(self) -> Patterns:
        return _by_prefix(
            (pattern, canary, form)
            for canary, text in self._canaries.items()
            for form, write in EXACT_FORMS.items()
            for spelling in _spellings(text)
            for pattern in write(spelling)
        )


def _spellings(text: str) -> set[str]:
    return {text, text.lower(), text.upper(), text.title(), text.casefold()}


def _base64(content: bytes) -> list[bytes]:
    """Return what of a text is the same in base64 whatever stands before and after it."""
    shifted = (base64.b64encode(b"\0" * skip + content)[(skip * 8 + 5) // 6 : -4] for skip in range(3))
    return [form for standard in shifted for form in (standard, standard.translate(_URL_SAFE))]


_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_HASHES = ("md5", "sha1", "sha256")
Write = Callable[[str], list[bytes]]


def _digest(name: str) -> Write:
    return lambda text: [hashlib.new(name, text.encode()).digest()[:_LEAST]]


def _hex_digest(name: str) -> Write:
    return lambda text: [hashlib.new(name, text.encode()).hexdigest()[: 2 * _LEAST].encode()]


FOLDED_FORMS: dict[str, Write] = {
    "raw": lambda text: [text.encode()],
    "url": lambda text: [quote(text, safe="").encode(), quote_plus(text).encode(), quote(text).encode()],
    "json": lambda text: [json.dumps(text)[1:-1].encode(), json.dumps(json.dumps(text))[3:-3].encode()],
    "utf-16": lambda text: [text.encode("utf-16-le"), text.encode("utf-16-be")],
    "doubled quotes": lambda text: [text.replace('"', '""').encode(), text.replace("'", "''").encode()],
    "utf-32": lambda text: [text.encode("utf-32-le")],  # how NumPy keeps texts
    "latin-1": lambda text: [text.encode("cp1252", "replace")],
    **{name: _hex_digest(name) for name in _HASHES},
}
EXACT_FORMS: dict[str, Write] = {
    "base64": lambda text: _base64(text.encode()),
    "base64 of utf-16": lambda text: _base64(text.encode("utf-16-le")),
    **{f"{name} bytes": _digest(name) for name in _HASHES},
}

Patterns = dict[int, list[tuple[bytes, str, str]]]
"""Bytes to find, with canary and form, by their first eight bytes as a number."""


def _by_prefix(patterns: Iterable[tuple[bytes, str, str]]) -> Patterns:
    found: Patterns = {}
    for pattern, canary, form in dict.fromkeys(patterns):
        if len(pattern) >= _LEAST:
            found.setdefault(int.from_bytes(pattern[:_LEAST], "little"), []).append((pattern, canary, form))
    return found


def _search(content: bytes, patterns: Patterns) -> Iterator[tuple[str, str]]:
    """Find many patterns at once: by their first two bytes, then by eight, then as a whole."""
    if len(content) < _LEAST:
        return
    wanted = np.fromiter(patterns, dtype=np.uint64, count=len(patterns))
    starts = np.zeros(1 << 16, dtype=bool)
    starts[(wanted & np.uint64(0xFFFF)).astype(np.int64)] = True
    data = np.frombuffer(content, dtype=np.uint8)
    pairs = data[:-1].astype(np.uint16) | data[1:].astype(np.uint16) << np.uint16(8)
    places = np.flatnonzero(starts[pairs[: len(content) - _LEAST + 1]])
    heads = np.zeros(len(places), dtype=np.uint64)
    for byte in range(_LEAST):
        heads |= data[places + byte].astype(np.uint64) << np.uint64(8 * byte)
    for place in places[np.isin(heads, wanted)]:
        for pattern, canary, form in patterns[int.from_bytes(content[place : place + _LEAST], "little")]:
            if content.startswith(pattern, place):
                yield canary, form


def unpacked_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of everything below a folder, and what is packed into them, with its place."""
    for path in sorted(folder.rglob("*")):
        yield f"name of {path}", str(path.relative_to(folder)).encode()
        if path.is_file() and not path.is_symlink():
            yield from _unpacked(path.read_bytes(), str(path), path)


def _unpacked(
    content: bytes, where: str, beside: Path | None = None, depth: int = 0
) -> Iterator[tuple[str, bytes]]:
    """Yield bytes, and those that are packed into them, at any depth."""
    yield where, content
    if depth < _DEEPEST:
        for name, part in _parts(content, beside):
            yield from _unpacked(part, f"{where} > {name}", depth=depth + 1)


def _parts(content: bytes, beside: Path | None) -> Iterator[tuple[str, bytes]]:
    if content.startswith(_SQLITE):
        yield from _in_private_copy(content, beside, _sqlite_cells)
    elif content[8:12] == _DUCKDB:
        yield from _in_private_copy(content, beside, _duckdb_cells)
    elif content.startswith(_PARQUET):
        yield from _parquet_parts(content)
    elif content.startswith(_ZIP):
        yield from _zip_parts(content)
    elif content.startswith(_GZIP):
        with suppress(OSError, EOFError, zlib.error):
            yield "gzip", gzip.decompress(content)
    elif content.startswith(_ZLIB):
        with suppress(zlib.error):
            yield "zlib", zlib.decompress(content)
    elif _HTML.search(content):
        yield "text of html", html.unescape(content.decode("utf-8", "replace")).encode()


def _zip_parts(content: bytes) -> Iterator[tuple[str, bytes]]:
    with suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            yield "name of a member", name.encode()
            yield name, archive.read(name)


def _parquet_parts(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield cells, what the file says of itself, and the least and greatest values that it keeps."""
    file = pq.ParquetFile(io.BytesIO(content))
    yield "cells", _as_text(row.values() for row in file.read().to_pylist())
    yield "metadata", str(file.metadata.metadata).encode() + str(file.schema_arrow).encode()
    groups = [file.metadata.row_group(number) for number in range(file.num_row_groups)]
    columns = [group.column(place) for group in groups for place in range(group.num_columns)]
    yield "statistics", "\n".join(str(column.statistics) for column in columns).encode()


def _in_private_copy(
    content: bytes, beside: Path | None, cells: Callable[[Path], Iterator[tuple[str, bytes]]]
) -> Iterator[tuple[str, bytes]]:
    """Read a database without touching it; its write-ahead log is part of it."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.db"
        copy.write_bytes(content)
        for ending in (".wal", "-wal"):
            log = beside.with_name(beside.name + ending) if beside else copy
            if log != copy and log.exists():
                shutil.copy(log, copy.with_name(copy.name + ending))
        yield from cells(copy)


def _sqlite_cells(file: Path) -> Iterator[tuple[str, bytes]]:
    with closing(sqlite3.connect(file)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            rows = connection.execute(f'SELECT * FROM "{name}"').fetchall()
            yield name, _as_text(rows)
            yield from ((name, cell) for row in rows for cell in row if isinstance(cell, bytes))


def _duckdb_cells(file: Path) -> Iterator[tuple[str, bytes]]:
    # A database that does not open is searched as bytes alone.
    with suppress(duckdb.IOException), duckdb.connect(str(file)) as connection:
        relations = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() "
            "UNION ALL SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal"
        ).fetchall()
        for schema, name in relations:
            rows = connection.execute(f'SELECT * FROM "{schema}"."{name}"').fetchall()
            yield f"{schema}.{name}", _as_text(rows)
            yield from ((name, cell) for row in rows for cell in row if isinstance(cell, bytes))
        for catalogue in (
            "duckdb_tables",
            "duckdb_views",
            "duckdb_columns",
            "duckdb_constraints",
            "duckdb_types",
        ):
            yield catalogue, _as_text(connection.execute(f"SELECT * FROM {catalogue}()").fetchall())
        macros = "SELECT macro_definition FROM duckdb_functions() WHERE NOT internal"
        yield "macros", _as_text(connection.execute(macros).fetchall())


def _as_text(rows: Iterable[Iterable[object]]) -> bytes:
    return "\n".join("\t".join(map(str, row)) for row in rows).encode("utf-8", "surrogatepass")
