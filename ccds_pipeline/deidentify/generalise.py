"""Generalise employer and job title to reference codes, and name the codes.

The facts stand in ``tables/*.csv`` (their source and snapshot in ``tables/README.md``) and in the tables
that an installation has loaded (``reference.tables``); a text that no table knows never goes through as
text. Pseudonyms of persons belong in ``deidentify.pseudonym``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from functools import cache

import pandas as pd

from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline.reference.tables import AnyRow, Organisation, Reference, shipped_reference, shipped_rows

UNKNOWN = "unknown"
OTHER = "other"
NOT_LISTED, CLOSED = "not_listed", "closed"
"""Stand for the organisation where no table knows it, or where it was closed before the day in question."""
PLACE_COLUMNS = ("organisation_code", "region_code", "icb_code", "care_setting")

_LABELS = {
    "region": "regions",
    "icb": "icbs",
    "sector": "sectors",
    "care_setting": "care_settings",
    "staff_group": "staff_groups",
}
# "Barts Health", "Barts Health NHS Trust" and "Barts Health NHS FT" are one employer.
_LEGAL_FORM = re.compile(r"(?: (?:nhs|foundation|trust|ft))+$")
_BAND = re.compile(r"\b(?:afc )?band [1-9][a-d]?\b")


class Places:
    """Recognises employers by the reference tables in force, as of a day."""

    def __init__(self, reference: Reference) -> None:
        self._by_code = {organisation.code: organisation for organisation in reference.organisations}
        self._boards = {board.code: board for board in reference.boards}
        self._regions = {row["region_code"] for row in shipped_rows("regions")}
        self._by_text: dict[str, list[Organisation]] = {}
        for organisation in reference.organisations:
            for text in {plain_employer(organisation.code), plain_employer(organisation.name)} - {""}:
                self._by_text.setdefault(text, []).append(organisation)

    def place_of(self, organisations: pd.Series, days: pd.Series) -> pd.DataFrame:
        """Return where each employer belonged on a day.

        Rule: PRIVACY.md P6. Code or name is compared without case, punctuation and legal form. A
        closed organisation or board stands until its last day, its successor after that. A name that
        several organisations bear at once is nobody's.

        Args:
            organisations: ODS codes or names as typed; any index.
            days: The day that counts (datetime64, any zone), on the same index; missing where none is
                known, and then nothing counts as closed.

        Returns:
            One row per employer, same index, with ``organisation_code``, ``region_code``, ``icb_code``
            and ``care_setting``. All four are ``unknown`` where the text is blank; the code is
            ``not_listed`` where no table knows the text, ``closed`` where the organisation was closed and
            has no successor, and the others are ``unknown`` then.
        """
        pairs = pd.DataFrame({"text": organisations.fillna("").array, "day": days.dt.date.array})
        which = pairs.groupby(["text", "day"], sort=False, dropna=False).ngroup()
        unique = pairs.drop_duplicates()
        places = [
            self._place(plain_employer(text), None if pd.isna(day) else day)
            for text, day in zip(unique["text"], unique["day"], strict=True)
        ]
        frame = pd.DataFrame(places, columns=list(PLACE_COLUMNS), dtype="str")
        return frame.iloc[which.to_numpy()].set_axis(organisations.index)

    def _place(self, text: str, day: date | None) -> tuple[str, str, str, str]:
        if not text:
            return UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN
        bearers = self._by_text.get(text, [])
        followed = (_follow(bearer, self._by_code, day) for bearer in bearers)
        standing = {row.code: row for row in followed if row is not None}
        # A new organisation often takes over the name of an old one.
        begun = [row for row in standing.values() if day is None or row.since is None or row.since <= day]
        candidates = begun or list(standing.values())
        if len(candidates) == 1:
            return self._place_of(candidates[0], day)
        # control: employers become codes
        return (CLOSED if bearers and not candidates else NOT_LISTED), UNKNOWN, UNKNOWN, UNKNOWN

    def _place_of(self, organisation: Organisation, day: date | None) -> tuple[str, str, str, str]:
        known = self._boards.get(organisation.icb_code)
        board = _follow(known, self._boards, day) if known else None
        region = board.region_code if board and board is not known else organisation.region_code
        if region not in self._regions and board:
            region = board.region_code
        return (
            organisation.code,
            region if region in self._regions else UNKNOWN,
            board.code if board else UNKNOWN,
            organisation.care_setting,
        )


def shipped_places() -> Places:
    """Return what the shipped tables recognise."""
    return Places(shipped_reference())


def staff_group_of(job_titles: pd.Series) -> pd.Series:
    """Return the staff group of each job title: ``other`` where unmapped, ``unknown`` where blank.

    Rule: PRIVACY.md P6. Titles are compared without case, punctuation and pay band.
    """
    texts = job_titles.fillna("")
    return texts.map({text: _staff_group(_title(text)) for text in texts.unique()}).astype("str")


def label_of(breakdown: str, level: str) -> str:
    """Return what a reader sees for one part of a breakdown that has a reference table.

    Raises:
        ConfigurationError: If no table names the part.
    """
    if level == UNKNOWN:
        return "Unknown"
    try:
        return _labels(_LABELS[breakdown])[level]
    except KeyError:
        raise ConfigurationError(
            f"a part of the breakdown {breakdown} has no label",
            rule="level_has_label",
            remedy="Add the part to the reference tables of the privacy package.",
        ) from None


def plain_employer(text: str) -> str:
    """Return the spelling under which employers are compared: no case, punctuation or legal form."""
    return _LEGAL_FORM.sub("", _plain(text).removeprefix("the "))


def _staff_group(title: str) -> str:
    # control: job titles become staff groups
    return _staff_groups().get(title, OTHER) if title else UNKNOWN


@cache
def _staff_groups() -> dict[str, str]:
    return {_title(row["job_title"]): row["staff_group"] for row in shipped_rows("job_titles")}


@cache
def _labels(table: str) -> dict[str, str]:
    rows = shipped_rows(table)
    code = next(iter(rows[0]))
    return {row[code]: row["label"] for row in rows}


def _follow(row: AnyRow, by_code: Mapping[str, AnyRow], day: date | None) -> AnyRow | None:
    """Return the row that stands on a day: itself, or a successor; None where it ended without one."""
    passed = set()
    while not row.exists_on(day) and row.code not in passed:
        passed.add(row.code)
        row = by_code.get(row.successor, row)
    return row if row.exists_on(day) else None


def _title(text: str) -> str:
    return " ".join(_BAND.sub(" ", _plain(text)).split())


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold().replace("&", " and ")
    letters = re.sub(r"['’]", "", folded)
    return " ".join(re.sub(r"[\W_]+", " ", letters).split())
