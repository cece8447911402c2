"""Zoom's reports, on invented files: every variant is delivered under the same columns."""

import pytest

from ccds_pipeline_tests.support.delivered_files import FIXTURES, read, refusal, written

PERSON = {"Name (original name)", "Email", "Guest"}
MEETING = {"Topic", "Meeting ID", "Start time"}


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("zoom_participants.csv", {"Join time", "Leave time", "Duration (minutes)", "In waiting room"}),
        ("zoom_unique_users.csv", {"Total duration (minutes)"}),
        ("zoom_new_wording.csv", {"Join time", "Leave time", "Duration (minutes)", "In waiting room"}),
        ("zoom_meeting_block.csv", {"Join time", "Leave time", "Duration (minutes)"} | MEETING),
        (
            "zoom_meeting_details.csv",
            {"Join time", "Leave time", "Duration (minutes)", "Host email"} | MEETING,
        ),
        ("zoom_webinar.csv", {"Join time", "Leave time", "Duration (minutes)", "Attended"} | MEETING),
    ],
)
def test_every_report_of_attendance_has_the_columns_of_the_newest_wording(name, columns):
    delivered = read("zoom_attendance", FIXTURES / name)
    assert columns | PERSON <= set(delivered.names)
    assert set(delivered.faults) == {None}
    assert delivered.tally.total == delivered.accounted_lines
    assert (delivered.by_name[0]["Name (original name)"], delivered.by_name[0]["Email"]) == (
        "Ada Example",
        "ada@example.org",
    )
    # "new name (original name)" stays as Zoom shows it
    assert (
        "Bo (Bo Example)" in {row["Name (original name)"] for row in delivered.by_name} or "webinar" in name
    )


def test_a_person_who_joins_twice_has_two_rows_and_a_person_in_the_waiting_room_is_told():
    first, second, waiting = read("zoom_attendance", FIXTURES / "zoom_participants.csv").by_name
    assert (first["Leave time"], second["Join time"]) == ("10/11/2021 09:20:00 AM", "10/11/2021 09:25:00 AM")
    assert (waiting["In waiting room"], waiting["Guest"], waiting["Email"]) == ("Yes", "Yes", None)


def test_what_the_block_says_of_the_meeting_stands_on_every_row():
    rows = read("zoom_attendance", FIXTURES / "zoom_meeting_block.csv").by_name
    assert {row["Topic"] for row in rows} == {"Training, CCDS-0001"}
    assert {row["Start time"] for row in rows} == {"10/11/2021 09:00:00 AM"}
    assert "host@example.org" not in {row["Email"] for row in rows}


def test_in_a_list_of_meetings_the_two_durations_stay_apart_and_a_dash_is_no_email():
    delivered = read("zoom_attendance", FIXTURES / "zoom_meeting_details.csv")
    assert [(row["Meeting ID"], row["Meeting duration (minutes)"]) for row in delivered.by_name] == [
        ("800 0000 0001", "90"),
        ("800 0000 0001", "90"),
        ("800 0000 0002", "90"),
    ]
    assert [row["Duration (minutes)"] for row in delivered.by_name] == ["90", "88", "90"]
    assert delivered.by_name[1]["Email"] is None
    assert (delivered.lines, delivered.tally.other) == ([2, 3, 5], 2)


def test_a_webinar_delivers_its_attendees_and_no_host_panelist_or_caller():
    delivered = read("zoom_attendance", FIXTURES / "zoom_webinar.csv")
    assert [(row["Attended"], row["Email"], row["Join time"]) for row in delivered.by_name] == [
        ("Yes", "ada@example.org", "10/11/2021 09:00:00 AM"),
        ("Yes", "ada@example.org", "10/11/2021 09:35:00 AM"),
        ("No", "bo@example.org", None),
    ]
    assert delivered.by_name[2]["Topic"] == "CCDS-0001 Webinar"
    assert delivered.by_name[0]["What is your role?"] == "Nurse"


def test_a_broken_row_does_not_end_the_list_of_persons(tmp_path):
    content = (FIXTURES / "zoom_participants.csv").read_text(encoding="utf-8")
    header, first, *rest = content.splitlines(keepends=True)
    delivered = read("zoom_attendance", written(tmp_path, header + first + "Details\n" + "".join(rest)))
    assert delivered.faults == [None, "row_too_short", None, None]


def test_registrations_are_bookings_of_their_own_layout():
    rows = read("zoom_registrations", FIXTURES / "zoom_registrations.csv").by_name
    assert [(row["Email"], row["Approval Status"], row["Topic"]) for row in rows] == [
        ("ada@example.org", "approved", "Training, CCDS-0001"),
        ("bo@example.org", "denied", "Training, CCDS-0001"),
    ]
    assert "looks like the format zoom_registrations" in str(
        refusal("zoom_attendance", FIXTURES / "zoom_registrations.csv")
    )


def test_a_report_of_persons_in_another_language_is_refused(tmp_path):
    refused = refusal(
        "zoom_attendance", written(tmp_path, "Name (Originalname),E-Mail\nAda,ada@example.org\n")
    )
    assert refused.rule == "wrong_layout"
    assert "English" in refused.remedy
