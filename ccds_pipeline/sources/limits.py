"""How much a delivered file may ask of the reader.

Sizes, counts and times that bound a read belong here; how they are enforced belongs to the module
that reads.
"""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024**2


@dataclass(frozen=True)
class Limits:
    """Bounds of one read; a file that goes beyond one is refused, and the others are still read.

    Memory is that of the reading process, times are those of one file. A text file is bounded by its
    field, its line and its columns, and may have any number of rows. A JSON document is read whole, so its
    size is bounded.
    """

    memory_bytes: int = 2048 * MIB
    cpu_seconds: float = 120.0
    wall_seconds: float = 180.0
    field_characters: int = 1_000_000
    line_characters: int = 8_000_000
    columns: int = 4_000
    batch_rows: int = 20_000
    workbook_parts: int = 1_000
    workbook_bytes: int = 300 * MIB
    workbook_ratio: int = 100
    workbook_ratio_from_bytes: int = 20 * MIB
    workbook_cells: int = 20_000_000
    archive_members: int = 1_000
    archive_bytes: int = 1024 * MIB
    archive_ratio: int = 100
    archive_ratio_from_bytes: int = 20 * MIB
    document_bytes: int = 32 * MIB


DEFAULT_LIMITS = Limits()
DELIVERED_FILE_BYTES = 4096 * MIB
"""The greatest size of a delivered file."""
