"""Reading a file in tests as the child process does, without the process; and folders of shared files."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline.sources.answering import batches
from ccds_pipeline.sources.delivered import DEFAULT_LIMITS, Limits, LineTally, SourceFile
from ccds_pipeline.sources.formats import open_delivered
from ccds_pipeline_tests.support.paths import DATA, ROOT

FIXTURES = DATA / "sources"
SHARED = ROOT.parent / "shared"


@dataclass(frozen=True)
class Delivered:
    """All that a reader delivers: rows are tuples in the order of ``names``, None where blank.

    ``cell_faults`` are the rules of each row's faulty cells, by column.
    """

    names: list[str]
    texts: list[str]
    rows: list[tuple[str | None, ...]]
    lines: list[int]
    faults: list[str | None]
    cell_faults: list[dict[str, str]]
    tally: LineTally
    inner_breaks: int

    @property
    def good(self) -> list[tuple[str | None, ...]]:
        """The rows without a fault."""
        return [row for row, fault in zip(self.rows, self.faults, strict=True) if fault is None]

    @property
    def by_name(self) -> list[dict[str, str | None]]:
        """The rows without a fault, by column name."""
        return [dict(zip(self.names, row, strict=True)) for row in self.good]

    @property
    def accounted_lines(self) -> int:
        """The lines that belong to something."""
        return self.tally.other + len(self.rows) + self.inner_breaks


def read(
    format_name: str,
    path: Path,
    options: Mapping[str, str] | None = None,
    *companions: Path,
    limits: Limits = DEFAULT_LIMITS,
) -> Delivered:
    """Read a file to its end; ``companions`` are the other files of its delivery."""
    file = SourceFile(path, options or {}, limits, (path, *companions))
    with open_delivered(format_name, file) as table:
        read_batches = list(batches(table, limits))
    names = [column.name for column in table.columns]
    records = [record for batch, _ in read_batches for record in batch.to_pylist()]
    return Delivered(
        names,
        [column.text for column in table.columns],
        [tuple(record[name] for name in names) for record in records],
        [record["@line"] for record in records],
        [record["@fault"] for record in records],
        [dict(record.get("@cell_faults") or ()) for record in records],
        table.tally,
        sum(breaks for _, breaks in read_batches),
    )


def refusal(
    format_name: str,
    path: Path,
    options: Mapping[str, str] | None = None,
    *companions: Path,
    limits: Limits = DEFAULT_LIMITS,
) -> FileRefusedError:
    """Read a file that must be refused, and return the refusal."""
    with pytest.raises(FileRefusedError) as caught:
        read(format_name, path, options, *companions, limits=limits)
    return caught.value


def written(folder: Path, content: str | bytes, *, encoding: str = "utf-8") -> Path:
    """Write a file as delivered: no change of line ends."""
    path = folder / "delivered"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path
