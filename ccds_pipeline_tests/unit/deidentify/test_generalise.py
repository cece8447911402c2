"""Employers and job titles become codes; what no table knows never goes through."""

from __future__ import annotations

import csv
from datetime import date
from importlib import resources

import pandas as pd
import pytest

from ccds_pipeline.deidentify.generalise import Places, label_of, shipped_places, staff_group_of
from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline.reference.tables import Board, Organisation, Reference

TABLES = resources.files("ccds_pipeline.deidentify") / "tables"


def table(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((TABLES / name).read_text(encoding="utf-8").splitlines()))


def texts(*values: str | None) -> pd.Series:
    return pd.Series(values, dtype="str")


def place_of(
    organisations: pd.Series, *, on: str | None = None, places: Places | None = None
) -> pd.DataFrame:
    days = pd.to_datetime(pd.Series([on] * len(organisations), index=organisations.index), utc=True)
    return (places or shipped_places()).place_of(organisations, days)


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


@pytest.mark.parametrize("text", [None, "", "  ", "…"])
def test_a_blank_employer_is_unknown_in_every_column(text):
    assert set(place_of(texts(text)).iloc[0]) == {"unknown"}


@pytest.mark.parametrize("text", ["The", "NHS", "Acme Ltd", "jane@nhs.net"])
def test_an_employer_that_no_table_knows_is_told_from_a_blank_one_and_has_no_place(text):
    assert place_of(texts(text)).iloc[0].tolist() == ["not_listed", "unknown", "unknown", "unknown"]


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


# Invented: an old board merged into a new one, practices that closed, moved on, or share a name.
INVENTED = Places(
    Reference(
        organisations=(
            Organisation("A10001", "Old Road Surgery", "Y56", until=date(2022, 3, 31), icb_code="QA1"),
            Organisation(
                "A10002",
                "Mill Lane Surgery",
                "Y56",
                until=date(2022, 3, 31),
                successor="A10003",
                icb_code="QA1",
            ),
            Organisation("A10003", "Mill Lane Health Centre", "Y56", icb_code="QA1", care_setting="primary"),
            Organisation("A10004", "High Street Surgery", "Y56", icb_code="QA1"),
            Organisation("A10005", "High Street Surgery", "Y58", icb_code="QB1"),
            Organisation("A10006", "New Name", "Y56", until=date(2022, 3, 31), icb_code="QA1"),
            Organisation("A10007", "New Name", "Y58", since=date(2022, 4, 1), icb_code="QB1"),
            Organisation("A10008", "Round One", "Y56", until=date(2022, 3, 31), successor="A10009"),
            Organisation("A10009", "Round Two", "Y56", until=date(2022, 3, 31), successor="A10008"),
            Organisation("A10010", "Nowhere Surgery", "Y54", icb_code="Q74"),
            Organisation("A10011", "Half Known Surgery", "Y54", icb_code="QB1"),
        ),
        boards=(
            Board("QA1", "Old board", "Y56", until=date(2022, 6, 30), successor="QC1"),
            Board("QB1", "Ended board", "Y58", until=date(2022, 6, 30)),
            Board("QC1", "New board", "Y59"),
        ),
    )
)


@pytest.mark.parametrize(
    ("text", "on", "place"),
    [
        ("A10001", "2022-03-31", ["A10001", "Y56", "QA1", "unknown"]),
        ("Old Road Surgery", "2022-04-01", ["closed", "unknown", "unknown", "unknown"]),
        ("Old Road Surgery", None, ["A10001", "Y56", "QA1", "unknown"]),
        ("Mill Lane Surgery", "2022-03-31", ["A10002", "Y56", "QA1", "unknown"]),
        ("Mill Lane Surgery", "2022-04-01", ["A10003", "Y56", "QA1", "primary"]),
        ("Mill Lane Surgery", "2022-07-01", ["A10003", "Y59", "QC1", "primary"]),
        ("High Street Surgery", "2022-04-01", ["not_listed", "unknown", "unknown", "unknown"]),
        ("A10005", "2022-07-01", ["A10005", "Y58", "unknown", "unknown"]),
        ("New Name", "2022-04-01", ["A10007", "Y58", "QB1", "unknown"]),
        ("New Name", "2022-03-31", ["A10006", "Y56", "QA1", "unknown"]),
        ("Round One", "2022-04-01", ["closed", "unknown", "unknown", "unknown"]),
        ("Nowhere Surgery", "2022-04-01", ["A10010", "unknown", "unknown", "unknown"]),
        ("Half Known Surgery", "2022-04-01", ["A10011", "Y58", "QB1", "unknown"]),
    ],
)
def test_an_employer_is_placed_as_of_the_day_that_counts(text, on, place):
    assert place_of(texts(text), on=on, places=INVENTED).iloc[0].tolist() == place


def test_each_row_is_placed_by_its_own_day():
    days = pd.to_datetime(pd.Series(["2022-03-31", None, "2022-04-01"], index=[7, 7, 8]), utc=True)
    names = pd.Series(["A10001"] * 3, index=[7, 7, 8], dtype="str")
    found = INVENTED.place_of(names, days)
    assert found["organisation_code"].tolist() == ["A10001", "A10001", "closed"]
    assert found.index.tolist() == [7, 7, 8]


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
