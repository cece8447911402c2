"""Where people work and as what: typed as people type it, with what an ideal reader makes of it."""

from __future__ import annotations

import csv
from importlib.resources import files
from typing import NamedTuple

from ccds_pipeline.synthetic.draws import Draws, Weights
from ccds_pipeline.synthetic.identities import words
from ccds_pipeline.synthetic.records import UNKNOWN, Employment

_PRIMARY = "primary"
_ORGANISATION_WORDING = Weights(
    {"name": 0.58, "code": 0.24, "capitals": 0.07, "spaces": 0.05, "unknown": 0.04, "blank": 0.02}
)
_JOB_WORDING = Weights({"title": 0.82, "lower": 0.07, "spaces": 0.03, "unmapped": 0.05, "blank": 0.03})


class _Organisation(NamedTuple):
    code: str
    name: str
    region: str
    care_setting: str


class Employers:
    """Draws employments from the package's tables of organisations and job titles."""

    def __init__(self, draws: Draws) -> None:
        self._draws = draws
        organisations = [
            _Organisation(row["organisation_code"], row["name"], row["region_code"], row["care_setting"])
            for row in _rows("organisations.csv")
        ]
        jobs = [(row["job_title"], row["staff_group"]) for row in _rows("job_titles.csv")]
        self._organisations = {
            is_primary: [
                organisation
                for organisation in organisations
                if (organisation.care_setting == _PRIMARY) == is_primary
            ]
            for is_primary in (True, False)
        }
        self._jobs = {
            is_primary: [job for job in jobs if job[1].startswith("gp") == is_primary]
            for is_primary in (True, False)
        }

    def employment(self, *, is_primary: bool) -> Employment:
        """An employer of that kind and a job that goes with it."""
        organisation, region, care_setting = self._organisation(is_primary=is_primary)
        job_title, staff_group = self._job(is_primary=is_primary)
        return Employment(organisation, job_title, is_primary, region, care_setting, staff_group)

    def _organisation(self, *, is_primary: bool) -> tuple[str, str, str]:
        organisation = self._draws.pick(self._organisations[is_primary])
        wording = self._draws.weighted(_ORGANISATION_WORDING)
        if wording == "unknown":
            return self._draws.pick(words("unknown_organisations")), UNKNOWN, UNKNOWN
        if wording == "blank":
            return "", UNKNOWN, UNKNOWN
        text = organisation.code if wording == "code" else _typed(organisation.name, wording)
        return text, organisation.region, organisation.care_setting

    def _job(self, *, is_primary: bool) -> tuple[str, str]:
        title, staff_group = self._draws.pick(self._jobs[is_primary])
        wording = self._draws.weighted(_JOB_WORDING)
        if wording == "unmapped":
            return self._draws.pick(words("unmapped_job_titles")), "other"
        if wording == "blank":
            return "", UNKNOWN
        return _typed(title, wording), staff_group


def _typed(text: str, wording: str) -> str:
    if wording == "capitals":
        return text.upper()
    if wording == "lower":
        return text.lower()
    if wording == "spaces":
        return text.replace(" ", "  ", 1) + " "
    return text


def _rows(name: str) -> list[dict[str, str]]:
    text = files("ccds_pipeline").joinpath("deidentify", "tables", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
