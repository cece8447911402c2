"""A mapping per tool turns its export into records: through the real process, layout and conforming.

The mappings stand in ``data/mappings.yaml``, which serves as an example too.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter

from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline.ingest.conform.prepare import Prepared
from ccds_pipeline.programme.load import load_programme
from ccds_pipeline.programme.model import Programme
from ccds_pipeline_tests.support.conformed import conformed
from ccds_pipeline_tests.support.delivered_files import FIXTURES
from ccds_pipeline_tests.support.paths import DATA
from ccds_pipeline_tests.support.source_variants import as_workbook, as_zip

EVENTS = [FIXTURES / "eventbrite_event_700000000001.csv", FIXTURES / "eventbrite_event_700000000002.csv"]


@pytest.fixture(scope="module")
def programme() -> Programme:
    return load_programme(DATA / "mappings.yaml")


def bookings(outcome: Prepared) -> list[tuple[object, ...]]:
    return list(zip(outcome.records["session_code"], outcome.records["status"], strict=True))


def excluded(outcome: Prepared) -> list[str]:
    return list(outcome.excluded["reason"])


def answers(outcome: Prepared, line: int) -> set[tuple[str, str, str]]:
    rows = outcome.answers[outcome.answers["line"] == line]
    said = rows["option_code"].where(rows["score"].isna(), rows["score"].astype("object").map(str))
    return set(zip(rows["question_id"], rows["state"], said, strict=True))


def test_eventbrites_archive_becomes_bookings_by_event(programme, tmp_path):
    outcome = conformed(programme, "eventbrite_zip", as_zip(tmp_path, EVENTS))
    assert bookings(outcome) == [("CCDS-0001", "booked"), ("CCDS-0001", "booked"), ("CCDS-0002", "cancelled")]
    assert list(outcome.records["line"]) == [2, 3, 5]


def test_one_mapping_serves_pretix_as_csv_as_workbook_and_as_json(programme, tmp_path):
    sheets = [FIXTURES / "pretix_orders__Orders.csv", FIXTURES / "pretix_positions__Order positions.csv"]
    booked = [("CCDS-0001", "booked"), ("CCDS-0001", "booked")]
    for path in (sheets[1], as_workbook(tmp_path, sheets)):
        outcome = conformed(programme, "pretix_any_form", path)
        assert bookings(outcome) == [*booked, ("CCDS-0001", "cancelled")]
    outcome = conformed(programme, "pretix_any_form", FIXTURES / "pretix_data.json")
    assert (bookings(outcome), excluded(outcome)) == (booked, ["test_booking"])
    assert outcome.records["booked_at"].iloc[0] == pd.Timestamp("2021-10-01 08:00", tz="UTC")
    interface = conformed(programme, "pretix_any_form", FIXTURES / "pretix_api_orders.json")
    assert bookings(interface) == [("CCDS-0001", "booked"), ("CCDS-0001", "cancelled")]


@pytest.mark.parametrize(
    ("source_id", "name", "booked", "left_out"),
    [
        ("moodle", "moodle_participants.csv", [("CCDS-0001", "booked")], ["staff"]),
        (
            "zoom_registrations",
            "zoom_registrations.csv",
            [("CCDS-0001", "booked"), ("CCDS-0001", "cancelled")],
            [],
        ),
        (
            "bookwhen",
            "bookwhen_bookings.csv",
            [("CCDS-0001", "booked"), ("CCDS-0001", "cancelled")],
            ["abandoned"],
        ),
        ("arlo", "arlo_registrations.csv", [("CCDS-0001", "booked"), ("CCDS-0001", "cancelled")], []),
        (
            "accessplanit",
            "accessplanit_delegates.csv",
            [("CCDS-0001", "booked"), ("CCDS-0001", "pending")],
            [],
        ),
        (
            "cvent",
            "cvent_registrations.csv",
            [("CCDS-0001", "booked"), ("CCDS-0001", "cancelled")],
            ["test_booking"],
        ),
    ],
)
def test_bookings_of_a_declared_mapping(programme, source_id, name, booked, left_out):
    outcome = conformed(programme, source_id, FIXTURES / name)
    assert (bookings(outcome), excluded(outcome)) == (booked, left_out)
    assert outcome.rejected.empty
    if source_id != "moodle":  # which exports no date of enrolment
        assert outcome.records["booked_at"].iloc[0] == pd.Timestamp("2021-10-01 08:00", tz="UTC")


def test_zoom_participants_are_in_the_zone_that_the_source_declares(programme):
    outcome = conformed(programme, "zoom_meeting", FIXTURES / "zoom_meeting_block.csv")
    records = outcome.records
    assert list(records["session_code"]) == ["CCDS-0001", "CCDS-0001"]
    assert records["joined_at"].iloc[0] == pd.Timestamp("2021-10-11 08:00", tz="UTC")
    assert list(records["person_key"].isna()) == [False, True]
    details = conformed(programme, "zoom_details", FIXTURES / "zoom_meeting_details.csv").records
    assert details["joined_at"].iloc[0] == pd.Timestamp("2021-10-11 13:00", tz="UTC")
    assert list(details["person_key"].isna()) == [False, True, False]  # a dash is nobody's address


def test_who_registered_and_did_not_come_is_no_attendance(programme):
    zoom = conformed(programme, "zoom_meeting", FIXTURES / "zoom_webinar.csv")
    assert (len(zoom.records), excluded(zoom)) == (2, ["not_attended"])
    teams = conformed(programme, "teams_webinar", FIXTURES / "teams_webinar.csv")
    assert (len(teams.records), excluded(teams)) == (1, ["not_attended"])


@pytest.mark.parametrize(
    ("name", "column"), [("zoom_participants.csv", "Topic"), ("zoom_unique_users.csv", "Topic")]
)
def test_a_zoom_report_that_does_not_name_its_meeting_is_refused_by_the_column(programme, name, column):
    with pytest.raises(FileRefusedError, match=f"the column {column} is missing"):
        conformed(programme, "zoom_meeting", FIXTURES / name)


def test_google_forms_times_are_read_in_the_zones_that_they_name(programme):
    records = conformed(programme, "google_forms", FIXTURES / "google_forms_download.csv").records
    assert list(records["submitted_at"]) == [
        pd.Timestamp("2022-03-01 09:30:25", tz="UTC"),
        pd.Timestamp("2022-04-01 14:02:25", tz="UTC"),
    ]


def test_a_google_forms_time_of_another_zone_is_set_aside_and_not_shifted(programme, tmp_path):
    text = (FIXTURES / "google_forms_download.csv").read_text(encoding="utf-8").replace("BST", "CEST")
    path = tmp_path / "form.csv"
    path.write_text(text, encoding="utf-8")
    outcome = conformed(programme, "google_forms", path)
    assert list(outcome.rejected["rule"]) == ["pattern_not_found"]


def test_qualtrics_marks_are_no_answers_and_a_test_response_is_left_out(programme, tmp_path):
    outcome = conformed(programme, "qualtrics_2016", FIXTURES / "qualtrics_2016.csv")
    assert answers(outcome, 4) == {("rating", "answered", "good"), ("tools", "answered", "listening")}
    assert answers(outcome, 5) == {("rating", "not_applicable", ""), ("tools", "answered", "other")}
    assert list(outcome.comments["redacted_text"]) == ["Silence"]
    text = (FIXTURES / "qualtrics_2016.csv").read_text(encoding="utf-8").replace("Set,1,1", "Set,2,1")
    path = tmp_path / "survey.csv"
    path.write_text(text, encoding="utf-8", newline="")
    assert excluded(conformed(programme, "qualtrics_2016", path)) == ["preview"]


def test_limesurvey_tells_other_ranks_and_what_was_not_reached(programme):
    outcome = conformed(programme, "limesurvey", FIXTURES / "limesurvey_codes.csv")
    assert answers(outcome, 2) == {
        ("recommend", "answered", "other"),
        ("tools", "answered", "listening"),
        ("tools", "answered", "other"),
        ("first_rank", "answered", "two"),
        ("second_rank", "answered", "one"),
        ("sure", "answered", "7.0"),
    }
    assert answers(outcome, 3) == {
        ("recommend", "answered", "answered_yes"),
        ("tools", "not_reached", ""),
        ("first_rank", "not_reached", ""),
        ("second_rank", "not_reached", ""),
        ("sure", "not_reached", ""),
    }


def test_a_limesurvey_response_that_was_not_submitted_can_be_left_out(programme):
    outcome = conformed(programme, "limesurvey_complete", FIXTURES / "limesurvey_vv.csv")
    assert (len(outcome.records), excluded(outcome)) == (1, ["unfinished"])
    assert outcome.comments["redacted_text"].iloc[0] == 'It was "good"\nand\tshort {really}'


def test_jisc_is_mapped_by_the_texts_of_its_key(programme):
    outcome = conformed(programme, "jisc", FIXTURES / "jisc_responses.csv", FIXTURES / "jisc_key.csv")
    assert answers(outcome, 2) == {("rating", "answered", "good"), ("tools", "answered", "listening")}
    assert excluded(outcome) == ["empty_response"]
    assert list(outcome.comments["redacted_text"]) == ["More, please"]


def test_redcap_is_mapped_by_its_dictionary(programme):
    files = FIXTURES / "redcap_dictionary.csv", FIXTURES / "redcap_raw.csv"
    outcome = conformed(programme, "redcap", *files)
    assert answers(outcome, 2) == {
        ("recommend", "answered", "answered_yes"),
        ("tools", "answered", "listening"),
        ("sure", "answered", "7.0"),
    }
    assert answers(outcome, 4) == {
        ("recommend", "answered", "answered_no"),
        ("tools", "blank", ""),
        ("sure", "blank", ""),
    }
    assert excluded(outcome) == ["unfinished"]


def test_one_mapping_serves_microsoft_forms_as_workbook_and_as_csv(programme, tmp_path):
    workbook = as_workbook(tmp_path, [FIXTURES / "ms_forms__Sheet1.csv"])
    for path in (workbook, FIXTURES / "ms_forms.csv"):
        outcome = conformed(programme, "ms_forms", path)
        assert answers(outcome, 2) == {("rating", "answered", "good")}
        assert outcome.records["submitted_at"].iloc[0] == pd.Timestamp("2022-03-01 10:05", tz="UTC")


def test_a_partial_response_of_typeform_can_be_left_out_and_its_times_are_utc(programme):
    outcome = conformed(programme, "typeform", FIXTURES / "typeform_response_type.csv")
    assert excluded(outcome) == ["unfinished"]
    assert list(outcome.records["submitted_at"]) == [pd.Timestamp("2022-07-01 10:00", tz="UTC")]


def as_typed_workbook(folder: Path, file: Path) -> Path:
    """Write a table as tools do: numbers as numbers, and a further column with a price in every row."""
    path = folder / "export.xlsx"
    with (
        xlsxwriter.Workbook(path, {"strings_to_numbers": True}) as workbook,
        file.open(encoding="utf-8-sig", newline="") as stream,
    ):
        sheet = workbook.add_worksheet()
        for number, cells in enumerate(csv.reader(stream)):
            sheet.write_row(number, 0, [*cells, "Price" if number == 0 else 25.5])
    return path


def test_a_price_that_nobody_maps_costs_no_booking_of_a_workbook(programme, tmp_path):
    outcome = conformed(programme, "arlo", as_typed_workbook(tmp_path, FIXTURES / "arlo_registrations.csv"))
    assert (len(outcome.records), len(outcome.rejected)) == (2, 0)


@pytest.mark.parametrize("form", ["text", "workbook"])
def test_smartsurvey_is_a_table_with_three_header_rows(programme, tmp_path, form):
    file = FIXTURES / "smartsurvey_responses.csv"
    path = file if form == "text" else as_typed_workbook(tmp_path, file)
    outcome = conformed(programme, "smartsurvey", path)
    assert answers(outcome, 4) == {
        ("rating", "answered", "good"),
        ("tools", "answered", "listening"),
        ("tools", "answered", "other"),
        ("clear", "answered", "agree"),
    }
    assert answers(outcome, 5) == {
        ("rating", "answered", "poor"),
        ("tools", "blank", ""),
        ("clear", "blank", ""),
    }
    assert outcome.records["submitted_at"].isna().tolist() == [False, True]
