"""Every export that can be read: one line per tool and variant, with the file that shows it.

Tests read each of them (``test_sources_support``), and ``docs/sources.md`` is written from them.
"""

from __future__ import annotations

import csv
import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import xlsxwriter  # type: ignore[import-untyped]  # it ships no types

from ccds_pipeline_tests.delivered_files import FIXTURES, SHARED

SAMPLES = SHARED / "samples"
Form = Literal["as it is", "zip", "workbook", "utf-16"]


@dataclass(frozen=True)
class Variant:
    """One variant of a tool's export.

    ``files`` are fixtures, or real files where ``is_real``; ``form`` says what a test makes of fixtures
    before it reads them. ``records`` and ``columns`` were counted by hand.
    """

    tool: str
    variant: str
    format_name: str
    files: tuple[str, ...]
    records: int
    columns: int
    options: Mapping[str, str] = field(default_factory=dict)
    form: Form = "as it is"
    is_real: bool = False

    @property
    def id(self) -> str:
        """Its name in the output of tests."""
        return f"{self.files[0]}-{self.form}".replace(" ", "_")

    def path(self, folder: Path) -> Path:
        """Put the file to read into a folder of its own; real files stay where they are."""
        if self.is_real:
            return SAMPLES / self.files[0]
        if self.form == "as it is":
            return Path(shutil.copy(FIXTURES / self.files[0], folder))
        return _FORMS[self.form](folder, [FIXTURES / name for name in self.files])


def as_zip(folder: Path, files: list[Path]) -> Path:
    """Pack files into an archive; a file that is named after a number keeps only that as its name."""
    path = folder / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.name.removeprefix("eventbrite_event_"))
    return path


def as_workbook(folder: Path, files: list[Path]) -> Path:
    """Write texts as sheets of a workbook, each cell as text, each sheet named by what follows ``__``."""
    path = folder / "export.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        for file in files:
            sheet = workbook.add_worksheet(file.stem.partition("__")[2] or None)
            with file.open(encoding="utf-8-sig", newline="") as stream:
                for number, cells in enumerate(csv.reader(stream)):
                    for place, cell in enumerate(cells):
                        sheet.write_string(number, place, cell)
    return path


def as_utf_16(folder: Path, files: list[Path]) -> Path:
    """Write a text again as Teams does: UTF-16 with a byte order mark."""
    path = folder / files[0].name
    path.write_bytes(files[0].read_bytes().decode("utf-8-sig").encode("utf-16"))
    return path


_FORMS = {"zip": as_zip, "workbook": as_workbook, "utf-16": as_utf_16}
V = Variant


def _real(tool: str, variant: str, format_name: str, file: str, *counts: int, **options: str) -> V:
    return V(tool, variant, format_name, (file,), *counts, options=options, is_real=True)


VARIANTS: tuple[Variant, ...] = (
    V("Zoom", "participants, a row per join", "zoom_attendance", ("zoom_participants.csv",), 3, 8),
    V("Zoom", "participants, unique users", "zoom_attendance", ("zoom_unique_users.csv",), 2, 4),
    V("Zoom", "participants, wording since 2024", "zoom_attendance", ("zoom_new_wording.csv",), 2, 8),
    V("Zoom", "participants with meeting data", "zoom_attendance", ("zoom_meeting_block.csv",), 2, 6 + 4),
    V("Zoom", "list of meeting details", "zoom_attendance", ("zoom_meeting_details.csv",), 3, 24),
    V("Zoom", "attendee report of a webinar", "zoom_attendance", ("zoom_webinar.csv",), 3, 13 + 3),
    V("Zoom", "registration report", "zoom_registrations", ("zoom_registrations.csv",), 2, 6 + 3),
    _real(
        "Zoom",
        "participants, a row per join",
        "zoom_attendance",
        "zoom/2021_participants_joinleave_guest.csv",
        29,
        6,
    ),
    _real(
        "Zoom",
        "participants with meeting data, unique users",
        "zoom_attendance",
        "zoom/2020_meeting_block_total_duration_1.csv",
        10,
        4 + 4,
    ),
    _real(
        "Zoom",
        "participants with meeting data, unique users",
        "zoom_attendance",
        "zoom/2020_meeting_block_total_duration_2.csv",
        10,
        4 + 4,
    ),
    _real(
        "Zoom", "list of meeting details", "zoom_attendance", "zoom/2025_meetinglistdetails_may.csv", 81, 24
    ),
    _real(
        "Zoom",
        "attendee report of a webinar",
        "zoom_attendance",
        "zoom/2026_webinar_attendee_report_day1.csv",
        3,
        8 + 3,
    ),
)
