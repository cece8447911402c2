"""Check a programme file against all that a load asks of it: rules, formats and options, key, retention.

What a programme file may say is in ``programme.model``; drafting one belongs in ``inspection``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline.ingest.inspection.draft import OPEN
from ccds_pipeline.ingest.installation import KEY_REMEDY, RETENTION_REMEDY, known_key
from ccds_pipeline.programme.load import ProgrammeFault, line_of, read_programme
from ccds_pipeline.programme.model import Programme
from ccds_pipeline.settings import Settings
from ccds_pipeline.sources.formats import check_format


class CheckedFile(NamedTuple):
    """The faults of a programme file, in order, and what is still needed before real data is loaded."""

    faults: tuple[ProgrammeFault, ...]
    needed: tuple[str, ...]


def check_file(path: Path, settings: Settings) -> CheckedFile:
    """Check a programme file.

    Raises:
        ConfigurationError: If the file is missing or is not YAML, or a key is set and cannot be used.
    """
    found = read_programme(path)
    needed = [] if found.has_retention else [f"the file has no retention. {RETENTION_REMEDY}"]
    needed += [] if known_key(settings) else [f"no pseudonym key is set. {KEY_REMEDY}"]
    faults = found.faults if found.programme is None else tuple(_format_faults(found.programme, path))
    open_lines = _open_lines(path)
    named = tuple(fault for fault in faults if fault.line not in {one.line for one in open_lines})
    return CheckedFile(tuple(sorted((*named, *open_lines))), tuple(needed))


def _open_lines(path: Path) -> list[ProgrammeFault]:
    """Return the places of a draft that nobody has named yet."""
    lines = path.read_text(encoding="utf-8").splitlines()
    parts = [(number, line.partition("#")[0].partition(":")) for number, line in enumerate(lines, start=1)]
    return [
        ProgrammeFault(number, field.strip(" -"), "is to be named by hand, as the comment there says")
        for number, (field, _, rest) in parts
        if OPEN in rest
    ]


def _format_faults(programme: Programme, path: Path) -> Iterator[ProgrammeFault]:
    for number, source in enumerate(programme.sources):
        try:
            check_format(source.format, source.options)
        except ConfigurationError as error:
            field = "format" if error.rule == "unknown_format" else "options"
            place = ("sources", number, field)
            problem = f"{error.problem}. {error.remedy}"
            yield ProgrammeFault(line_of(path, place), ".".join(map(str, place)), problem)
