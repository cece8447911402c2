"""Which encoding a text file has: by its byte order mark, by its NULs, or as declared. Never guessed.

Choosing the encoding and recognising text that was encoded twice belong here; decoding belongs in
``text``.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path

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
