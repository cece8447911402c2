"""What a file is by its first bytes: its kind, and its encoding.

A wrong kind is refused by its own name. The encoding shows by a byte order mark, by NULs, or as declared; it
is never guessed. Decoding belongs in ``text``, the layouts of tools in their readers.
"""

from __future__ import annotations

import codecs
import re
import zipfile
import zlib
from pathlib import Path

from ccds_pipeline.errors import FileRefusedError

HEAD_BYTES = 4096
DAMAGED_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,  # a seek before the start of the file
    NotImplementedError,  # a way of packing that zipfile does not know
    RuntimeError,
    ValueError,
)
"""What reading a damaged zip container raises."""
_WORKBOOK = b"PK\x03\x04"
_COMPOUND = b"\xd0\xcf\x11\xe0"
_BINARY = (
    (
        b"PK",
        "a workbook, or a damaged zip archive",
        "Deliver the tool's own export as text, or the zip archive as the tool wrote it.",
    ),
    (b"\x1f\x8b", "gzip-compressed", "Deliver the file unpacked."),
    (
        _COMPOUND,
        "an old Excel workbook (xls), or one with a password",
        "Export as CSV or as an Excel workbook (xlsx) without a password, or save it as one.",
    ),
    (
        b"$FL",
        "an SPSS file",
        "Deliver it with a source of the format spss, or export as CSV or as an Excel workbook (xlsx).",
    ),
    (b"%PDF", "a PDF document", "Deliver the tool's own export."),
    (b"BZh", "bzip2-compressed", "Deliver the file unpacked."),
    (b"\xfd7zXZ", "xz-compressed", "Deliver the file unpacked."),
    (b"\x28\xb5\x2f\xfd", "zstd-compressed", "Deliver the file unpacked."),
)
_HTML = re.compile(r"<(!doctype|html|head|body|meta|script|table|\?xml)\b", re.IGNORECASE)
_JSON = re.compile(r"""[\[{]\s*["\[{\]}]""")

_BEFORE_MARKUP = "\ufeff \t\r\n"
_DECLARABLE = frozenset(
    {"utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"}
    | {"cp1252", "iso8859-1", "iso8859-15", "mac-roman"}
)
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MINIMUM_NUL_SHARE = 0.4  # of every second byte: western text in UTF-16 has a NUL in nearly all of them
# A trailing byte of UTF-8 (0x80 to 0xBF) as Windows-1252 or Latin-1 shows it.
_TRAILING = "".join(
    {bytes([byte]).decode("cp1252", errors="ignore") for byte in range(0x80, 0xC0)}
    | {chr(code) for code in range(0x80, 0xC0)}
)
# After Ä and Å these are ordinary punctuation ("SKÅ”"), so they prove nothing there.
_ORDINARY = "\u00a0»®°²³´·’”›–—…™"
_DOUBLE_ENCODED = re.compile(
    f"[ÂÃ][{re.escape(_TRAILING)}]"
    f"|[ÄÅ](?![{_ORDINARY}])[{re.escape(_TRAILING)}]"
    f"|â€[{re.escape(_TRAILING)}]"
    "|ðŸ"
)


def is_workbook(head: bytes) -> bool:
    """Whether a file starts as a zip container, which is what an ``.xlsx`` workbook is."""
    return head.startswith(_WORKBOOK)


def is_old_workbook(head: bytes) -> bool:
    """Whether a file starts as a compound file, which is what an ``.xls`` workbook is."""
    return head.startswith(_COMPOUND)


def refuse_binary(head: bytes) -> None:
    """Refuse a file that is empty, or is not text by its first bytes.

    Raises:
        FileRefusedError: Rule ``file_empty`` or ``not_text``.
    """
    if not head:
        raise FileRefusedError(
            "file_empty",
            "The file has no bytes",
            remedy="Export it again; an empty export still has its header.",
        )
    for signature, kind, remedy in _BINARY:
        if head.startswith(signature):
            raise FileRefusedError("not_text", f"The file is {kind}", remedy=remedy)


def nul_character(line: int) -> FileRefusedError:
    """Say that a line of a text, or a row of a workbook, holds a NUL."""
    return FileRefusedError(
        "nul_character",
        "The file holds a NUL character, so it is damaged or not text",
        remedy="Export it again; for UTF-16 without a byte order mark set the option encoding.",
        line=line,
    )


def starts_as_json(start: str) -> bool:
    """Whether a text starts as a JSON document."""
    return _JSON.match(start.lstrip(_BEFORE_MARKUP)) is not None


def refuse_markup(start: str) -> None:
    """Refuse a web page or a JSON document that was saved under a table's name.

    Raises:
        FileRefusedError: Rule ``html_page`` or ``json_document``.
    """
    text = start.lstrip(_BEFORE_MARKUP)
    if _HTML.match(text):
        raise FileRefusedError(
            "html_page",
            "The file is a web page, not a table",
            remedy="Sign in to the tool again and repeat the export: this is its sign-in or error page.",
        )
    if starts_as_json(text):
        raise FileRefusedError(
            "json_document",
            "The file is a JSON document, not a table",
            remedy="Export the table from the tool's export page instead of its programming interface.",
        )


def canonical_encoding(declared: str) -> str | None:
    """Name a declared encoding the one way Python does, or None if a source may not declare it."""
    try:
        name = codecs.lookup(declared).name
    except LookupError:
        return None
    return name if name in _DECLARABLE else None


def find_encoding(head: bytes, *, declared: str = "") -> str:
    """Find the encoding of a text file.

    A byte order mark decides; UTF-16 without one shows by its NULs; otherwise the declared encoding
    counts, and UTF-8 where none is declared.

    Args:
        head: The first bytes of the file.
        declared: The source's option ``encoding``; empty if there is none.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return encoding
    for offset, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if _nul_share(head[offset::2]) >= _MINIMUM_NUL_SHARE and _nul_share(head[1 - offset :: 2]) == 0:
            return encoding
    return declared or "utf-8"


def _nul_share(half: bytes) -> float:
    return half.count(0) / len(half) if half else 0.0


def first_undecodable_line(path: Path, encoding: str) -> int:
    """Find the first physical line (from 1) that holds a byte the encoding does not know."""
    replacement = "\ufffd"
    with path.open(encoding=encoding, errors="replace", newline="") as stream:
        for number, line in enumerate(stream, start=1):
            if replacement in line:
                return number
    return 1


def is_double_encoded(text: str) -> bool:
    """Whether a text shows UTF-8 that was read as Windows-1252 and encoded again ("Ã©" for "é")."""
    return _DOUBLE_ENCODED.search(text) is not None
