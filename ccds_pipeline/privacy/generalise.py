"""Generalise employer and job title to reference codes, and name the codes.

The facts stand in ``tables/*.csv`` (their source and snapshot in ``tables/README.md``); a text that
no table knows never goes through as text. Pseudonyms of persons belong in ``privacy.pseudonym``.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import cache
from importlib import resources

import pandas as pd

from ccds_pipeline.errors import ConfigurationError

UNKNOWN = "unknown"
OTHER = "other"
PLACE_COLUMNS = ("organisation_code", "region_code", "icb_code", "care_setting")

_LABELS = {
    "region": "regions.csv",
    "icb": "icbs.csv",
    "sector": "sectors.csv",
    "care_setting": "care_settings.csv",
    "staff_group": "staff_groups.csv",
}
# "Barts Health", "Barts Health NHS Trust" and "Barts Health NHS FT" are one employer.
_LEGAL_FORM = re.compile(r"(?: (?:nhs|foundation|trust|ft))+$")
_BAND = re.compile(r"\b(?:afc )?band [1-9][a-d]?\b")


def place_of(organisations: pd.Series) -> pd.DataFrame:
    """Return where each employer belongs.

    Rule: privacy page, P6. Code or name is compared without case, punctuation and legal form.

    Args:
        organisations: ODS codes or names as typed; any index.

    Returns:
        One row per employer, same index, with ``organisation_code``, ``region_code``, ``icb_code``
        and ``care_setting``; ``unknown`` in all four where the text is blank or not recognised.
    """
    texts = organisations.fillna("")
    nowhere = dict.fromkeys(PLACE_COLUMNS, UNKNOWN)
    places = {text: _places().get(plain_employer(text), nowhere) for text in texts.unique()}
    return pd.DataFrame(
        {name: texts.map({text: place[name] for text, place in places.items()}) for name in PLACE_COLUMNS},
        dtype="str",
    )


def staff_group_of(job_titles: pd.Series) -> pd.Series:
    """Return the staff group of each job title: ``other`` where unmapped, ``unknown`` where blank.

    Rule: privacy page, P6. Titles are compared without case, punctuation and pay band.
    """
    texts = job_titles.fillna("")
    return texts.map({text: _staff_group(_title(text)) for text in texts.unique()}).astype("str")


def reference_rows(table: str) -> list[dict[str, str]]:
    """Return the rows of one reference table, such as ``icbs``; what a column says is in its README."""
    return _table(f"{table}.csv")


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
    return _staff_groups().get(title, OTHER) if title else UNKNOWN


@cache
def _places() -> dict[str, dict[str, str]]:
    places = {}
    for row in _table("organisations.csv"):
        place = {name: row[name] for name in PLACE_COLUMNS}
        places[plain_employer(row["organisation_code"])] = place
        places[plain_employer(row["name"])] = place
    return places


@cache
def _staff_groups() -> dict[str, str]:
    return {_title(row["job_title"]): row["staff_group"] for row in _table("job_titles.csv")}


@cache
def _labels(table: str) -> dict[str, str]:
    rows = _table(table)
    code = next(iter(rows[0]))
    return {row[code]: row["label"] for row in rows}


def _table(name: str) -> list[dict[str, str]]:
    file = resources.files("ccds_pipeline.privacy") / "tables" / name
    return list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))


def _title(text: str) -> str:
    return " ".join(_BAND.sub(" ", _plain(text)).split())


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold().replace("&", " and ")
    letters = re.sub(r"['’]", "", folded)
    return " ".join(re.sub(r"[\W_]+", " ", letters).split())
