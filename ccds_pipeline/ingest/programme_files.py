"""Check a programme file against all that a load asks of it: rules, formats and options, key, retention.

What a programme file may say is in ``programme.model``; drafting one belongs in ``inspection``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ccds_pipeline.errors import ConfigurationError
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
    return CheckedFile(faults, tuple(needed))


def _format_faults(programme: Programme, path: Path) -> Iterator[ProgrammeFault]:
    for number, source in enumerate(programme.sources):
        try:
            check_format(source.format, source.options)
        except ConfigurationError as error:
            field = "format" if error.rule == "unknown_format" else "options"
            place = ("sources", number, field)
            problem = f"{error.problem}. {error.remedy}"
            yield ProgrammeFault(line_of(path, place), ".".join(map(str, place)), problem)
