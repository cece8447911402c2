"""Messages between the reading child process and its parent: a kind, a length, the content.

The form of a message belongs here; what is said belongs in ``child`` and ``reading``.
"""

from __future__ import annotations

import struct
from typing import BinaryIO

READY, BATCH, END, REFUSED, LAYOUTS = b"S", b"B", b"E", b"R", b"L"
EXIT_OUT_OF_MEMORY = 70
_HEAD = struct.Struct(">cQ")


def write_message(stream: BinaryIO, kind: bytes, content: bytes | memoryview) -> None:
    """Write one message and flush it."""
    stream.write(_HEAD.pack(kind, len(content)))
    stream.write(content)
    stream.flush()


def read_message(stream: BinaryIO) -> tuple[bytes, bytes] | None:
    """Read one message: its kind and its content, or None where the writer has ended."""
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    kind, length = _HEAD.unpack(head)
    content = stream.read(length)
    return (kind, content) if len(content) == length else None
