"""Values of real exports stand in their columns, as they were looked up in the files by hand."""

import pytest

from ccds_pipeline_tests.support.delivered_files import read
from ccds_pipeline_tests.support.source_variants import SAMPLES

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared samples are not here")
REDCAP, JISC = SAMPLES / "redcap", SAMPLES / "jisc_online_surveys"
LABELS = {"answers": "labels"}


def test_values_of_bookings():
    rows = read("eventbrite_attendees", SAMPLES / "eventbrite/2024_attendee_report_us.csv").by_name
    assert (rows[2]["Attendee no."], rows[2]["Company"]) == ("18443939943", "Company3Name")
    (position,) = read("pretix_positions", SAMPLES / "pretix/api_order_ABC12.json").by_name
    assert (position["Status"], position["Checked in"]) == ("paid", "2017-12-25T12:45:23Z")
    (able, bunce) = read("moodle_gradebook", SAMPLES / "moodle/gradebook_export_core_fixture.csv").by_name
    assert able["Feedback: Assignment for grape group"] == "We welcome feedback"
    assert (bunce["Last name"], bunce["Course total"]) == ("Bunce", "75.00")


def test_values_of_teams_reports():
    path = SAMPLES / "ms_teams/2022_meeting_summary_utf16le_en-us_demo.csv"
    demo = read("teams_attendance", path).by_name[3]
    assert (demo["Name"], demo["Leave time"]) == ("Barac Jones", "2/18/2022, 4:02:16 PM")
    assert demo["Meeting start time"] == "2/18/2022, 2:47:02 PM"


def test_values_of_zoom_reports():
    block = read("zoom_attendance", SAMPLES / "zoom/2020_meeting_block_total_duration_1.csv").by_name
    assert block[3]["Name (original name)"] == "Paul McCartney (Wings)"
    assert (block[9]["Email"], block[9]["Total duration (minutes)"]) == (None, "57")
    assert {row["Topic"] for row in block} == {"Meeting about Reunion"}
    joins = read("zoom_attendance", SAMPLES / "zoom/2021_participants_joinleave_guest.csv").by_name
    harry = [row for row in joins if row["Email"] == "harryp1@hogwarts.edu"]
    assert [(row["Join time"], row["Duration (minutes)"]) for row in harry] == [
        ("1/26/2021 7:52", "1"),
        ("1/26/2021 7:57", "77"),
        ("1/26/2021 8:02", "74"),
    ]
    details = read("zoom_attendance", SAMPLES / "zoom/2025_meetinglistdetails_may.csv").by_name
    assert (details[2]["Meeting duration (minutes)"], details[2]["Duration (minutes)"]) == ("37", "37")
    assert (details[3]["Meeting duration (minutes)"], details[3]["Duration (minutes)"]) == ("37", "34")
    assert {row["Unique viewers"] for row in details} == {None}
    webinar = read("zoom_attendance", SAMPLES / "zoom/2026_webinar_attendee_report_day1.csv").by_name
    assert [row["Duration (minutes)"] for row in webinar] == ["30", "55", "100"]


def test_values_of_forms_and_qualtrics():
    forms = read("ms_forms", SAMPLES / "ms_forms/2024_form_last_modified.xlsx").by_name[0]
    assert (forms["Form"], forms["ID"]) == ("Sheet1", "2")
    assert (forms["Start time"], forms["Completion time"]) == ("2024-02-01T12:00:00", "2024-01-02T12:00:00")
    german = read("qualtrics", SAMPLES / "qualtrics/qualtRics_sample_3header_german.csv")
    assert german.by_name[0]["Q2"] == "Hello World!"
    assert german.texts[german.names.index("ResponseId")] == "Antwort-ID"


def test_values_of_limesurvey():
    rows = read("limesurvey", SAMPLES / "limesurvey/survey_998192_R_data_file.csv").by_name
    assert [row["submitdate"] for row in rows][:2] == ["2021-09-24 11:39:34", None]
    assert (rows[1]["lastpage"], rows[1]["How old are you?"]) == ("3", "66")


def test_values_of_redcap_with_its_dictionary():
    path = REDCAP / "simple_data.csv"
    delivered = read("redcap", path, LABELS, REDCAP / "simple_dictionary.csv")
    texts = dict(zip(delivered.names, delivered.texts, strict=True))
    assert texts["race___1"] == "Race (Select all that apply) [American Indian/Alaska Native]"
    assert delivered.by_name[0]["ethnicity"] == "NOT Hispanic or Latino"
    assert delivered.by_name[0]["race___5"] == "1"


def test_values_of_jisc_with_its_key():
    delivered = read("jisc", JISC / "results_coded.en.csv", LABELS, JISC / "key.en.csv")
    texts = dict(zip(delivered.names, delivered.texts, strict=True))
    assert all(texts[name] for name in delivered.names[:-1])
    assert delivered.by_name[0]["Q1"] == "35 - 44"
    assert delivered.by_name[0]["Q2"] == "male"
    assert texts["Q11_1_b_1"].endswith("[non-digital formats (ie. lab books)] [After research is completed]")
    # two respondents skipped everything
    empty = [row for row in delivered.by_name if row["Answers given"] == "0"]
    assert len(empty) == 2
    assert {value for row in empty for name, value in row.items() if name.startswith("Q")} <= {None, "0"}
