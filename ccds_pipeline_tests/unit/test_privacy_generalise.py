"""Employers and job titles become codes; what no table knows never goes through."""

from __future__ import annotations

import csv
from datetime import date
from importlib import resources

import pandas as pd
import pytest

from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline.privacy.generalise import label_of, place_of, staff_group_of

TABLES = resources.files("ccds_pipeline.privacy") / "tables"


def table(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((TABLES / name).read_text(encoding="utf-8").splitlines()))


def texts(*values: str | None) -> pd.Series:
    return pd.Series(values, dtype="str")


@pytest.mark.parametrize(
    "text",
    [
        "R1H",
        " r1h",
        "Barts Health NHS Trust",
        "BARTS HEALTH NHS TRUST",
        "barts health",
        "Barts Health NHS FT.",
    ],
)
def test_an_employer_is_recognised_by_code_or_name(text):
    place = place_of(texts(text)).iloc[0]
    assert place.tolist() == ["R1H", "Y56", "QMF", "secondary_acute"]


def test_spelling_of_ampersands_and_apostrophes_does_not_matter():
    names = texts("Guy's and St Thomas' NHS Foundation Trust", "guy’s & st thomas nhs ft")
    assert place_of(names)["organisation_code"].tolist() == ["RJ1", "RJ1"]


@pytest.mark.parametrize("text", [None, "", "  ", "The", "NHS", "Acme Ltd", "jane@nhs.net"])
def test_an_employer_that_no_table_knows_is_unknown_in_every_column(text):
    assert set(place_of(texts(text)).iloc[0]) == {"unknown"}


def test_places_keep_the_index():
    assert place_of(pd.Series(["R1H", "x"], index=[5, 5], dtype="str")).index.tolist() == [5, 5]


@pytest.mark.parametrize(
    ("title", "group"),
    [
        ("Staff Nurse", "nursing_midwifery"),
        ("staff nurse (Band 5)", "nursing_midwifery"),
        ("GP", "gp"),
        ("Practice-Nurse", "gp_nurse"),
        ("Astronaut called Jane Doe", "other"),
        ("", "unknown"),
        (None, "unknown"),
    ],
)
def test_a_job_title_becomes_a_staff_group(title, group):
    assert staff_group_of(texts(title)).tolist() == [group]


def test_every_organisation_is_recognised_by_its_own_name_and_code():
    organisations = pd.DataFrame(table("organisations.csv"))
    for column in ("organisation_code", "name"):
        found = place_of(organisations[column])
        pd.testing.assert_frame_equal(found, organisations[found.columns], check_dtype=False)


def test_reference_tables_agree_with_each_other():
    regions, icbs = ({row[code] for row in table(name)} for name, code in
                     (("regions.csv", "region_code"), ("icbs.csv", "icb_code")))  # fmt: skip
    settings = {row["care_setting"] for row in table("care_settings.csv")}
    region_of_icb = {row["icb_code"]: row["region_code"] for row in table("icbs.csv")}
    for organisation in table("organisations.csv"):
        assert organisation["region_code"] in regions
        assert organisation["icb_code"] in icbs
        assert organisation["care_setting"] in settings
        assert region_of_icb[organisation["icb_code"]] == organisation["region_code"]
    groups = {row["staff_group"] for row in table("staff_groups.csv")}
    assert {row["staff_group"] for row in table("job_titles.csv")} <= groups


def test_demonstration_has_employers_of_every_region_and_kind():
    organisations = table("organisations.csv")
    assert len({row["region_code"] for row in organisations}) == 7
    kinds = {row["care_setting"] for row in organisations}
    assert kinds == {"primary", "secondary_acute", "mental_health", "community", "ambulance", "commissioner"}


def test_integrated_care_boards_number_42_before_the_mergers_of_2026():
    boards = [row for row in table("icbs.csv") if row["icb_code"] != "unknown"]

    def exists(row: dict[str, str], day: date) -> bool:
        return row["valid_from"] <= day.isoformat() <= (row["valid_to"] or "9999")

    assert sum(exists(row, date(2026, 3, 31)) for row in boards) == 42
    assert sum(exists(row, date(2026, 4, 1)) for row in boards) == 30  # of 36; six successors not listed


@pytest.mark.parametrize(
    ("breakdown", "level", "label"),
    [
        ("region", "Y63", "North East and Yorkshire"),
        ("region", "unknown", "Unknown"),
        ("care_setting", "secondary_acute", "Secondary care (acute)"),
        ("staff_group", "nursing_midwifery", "Nursing and Midwifery Registered"),
        ("icb", "QWO", "NHS West Yorkshire Integrated Care Board"),
        ("sector", "secondary", "Secondary care"),
    ],
)
def test_a_part_of_a_breakdown_is_named(breakdown, level, label):
    assert label_of(breakdown, level) == label


@pytest.mark.parametrize(("breakdown", "level"), [("region", "Jane Doe"), ("shoe_size", "7")])
def test_a_part_that_no_table_names_is_refused_without_being_quoted(breakdown, level):
    with pytest.raises(ConfigurationError) as refusal:
        label_of(breakdown, level)
    assert level not in str(refusal.value)
