"""Sample sessions of README and documentation: commands with their output, run by a test.

A sample is a block of language ``console`` under a line ``<!-- sample: NAME -->``: a line that begins with
``$`` is a command, what follows it is its output. ``…`` stands for any text within a line, and, on a line
of its own, alone or before a remark in brackets, for any lines.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ccds_pipeline_tests.support.paths import ROOT

_BLOCK = re.compile(r"(?:<!-- sample: (?P<name>[a-z_]+) -->\n)?```console\n(?P<text>.*?)```", re.DOTALL)
_ANY_LINES = re.compile(r"…( \(.*\))?")


@dataclass(frozen=True)
class Step:
    """One command of a sample, and what it prints on stdout and stderr."""

    command: str
    output: str

    @property
    def arguments(self) -> list[str]:
        """What follows ``ccds``."""
        program, *arguments = shlex.split(self.command)
        assert program == "ccds", self.command
        return arguments

    def describes(self, printed: str) -> bool:
        """Whether the output is what was printed, but for what is left out."""
        lines = [
            r"(?:.*\n)*" if _ANY_LINES.fullmatch(line) else re.escape(line).replace("…", ".*") + r"\n"
            for line in self.output.splitlines()
        ]
        shown = "\n".join(line.rstrip() for line in printed.splitlines()) + "\n"
        return re.fullmatch("".join(lines), shown) is not None


@dataclass(frozen=True)
class Sample:
    """One block: where it stands, under which name, and its steps."""

    page: str
    name: str
    steps: tuple[Step, ...]


def samples() -> list[Sample]:
    """Return every sample of the README and of the pages that are written by hand."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    return [sample for page in pages for sample in _samples_of(page)]


def _samples_of(page: Path) -> Iterator[Sample]:
    for block in _BLOCK.finditer(page.read_text(encoding="utf-8")):
        steps = [part.partition("\n") for part in re.split(r"^\$ ", block["text"], flags=re.MULTILINE)[1:]]
        yield Sample(
            page.name,
            block["name"] or "",
            tuple(Step(command, output.rstrip()) for command, _, output in steps),
        )
