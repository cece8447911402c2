"""Zoom's reports, on invented files: every variant is delivered under the same columns."""

import pytest

from ccds_pipeline.sources.delivered import SourceFile
from ccds_pipeline.sources.formats import layouts_that_take
from ccds_pipeline_tests.support.delivered_files import FIXTURES, read, refusal, written

WEBINAR = (FIXTURES / "zoom_webinar.csv").read_text(encoding="utf-8-sig")
BLOCK = (FIXTURES / "zoom_meeting_block.csv").read_text(encoding="utf-8-sig")
DETAILS = (FIXTURES / "zoom_meeting_details.csv").read_text(encoding="utf-8-sig")
PARTICIPANTS = (FIXTURES / "zoom_participants.csv").read_text(encoding="utf-8")
REGISTRATIONS = (FIXTURES / "zoom_registrations.csv").read_text(encoding="utf-8-sig")
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


@pytest.mark.parametrize("pasted", [WEBINAR, BLOCK, DETAILS, PARTICIPANTS])
@pytest.mark.parametrize("first", [WEBINAR, BLOCK, DETAILS, PARTICIPANTS])
def test_two_zoom_reports_in_one_file_are_refused_where_the_second_begins(tmp_path, first, pasted):
    refused = refusal("zoom_attendance", written(tmp_path, first + pasted))
    assert refused.rule in {"several_reports", "unknown_line"}
    assert refused.line is not None
    assert refused.line > first.count("\n")


def test_two_registration_reports_in_one_file_are_refused(tmp_path):
    refused = refusal("zoom_registrations", written(tmp_path, REGISTRATIONS * 2))
    assert (refused.rule, refused.line) == ("several_reports", REGISTRATIONS.count("\n") + 1)


@pytest.mark.parametrize("title", ["Host Details", "Panelist Details", "Attendee Details", "Other Attended"])
@pytest.mark.parametrize("renamed", ["Host and Alternative Host Details", "Host Details:"])
def test_a_section_of_a_webinar_with_another_title_is_refused_by_its_line(tmp_path, title, renamed):
    refused = refusal("zoom_attendance", written(tmp_path, WEBINAR.replace(title, renamed)))
    assert (refused.rule, refused.line) == (
        "unknown_section",
        WEBINAR[: WEBINAR.index(title)].count("\n") + 1,
    )


@pytest.mark.parametrize("title", ["Host Details\n", "Panelist Details\n", "Attendee Details\n"])
def test_persons_of_a_webinar_under_no_title_are_refused(tmp_path, title):
    refused = refusal("zoom_attendance", written(tmp_path, WEBINAR.replace(title, "")))
    assert refused.rule in {"unknown_line", "several_reports", "wrong_layout"}


def test_an_attendee_under_the_callers_is_refused(tmp_path):
    attendee = WEBINAR.splitlines(keepends=True)[12]
    refused = refusal("zoom_attendance", written(tmp_path, WEBINAR + attendee))
    assert (refused.rule, refused.line) == ("unknown_line", WEBINAR.count("\n") + 1)


def test_sections_of_a_webinar_may_stand_in_any_order_and_be_padded(tmp_path):
    lines = WEBINAR.splitlines()
    shuffled = [*lines[:4], *lines[15:], *lines[10:15], *lines[7:10], *lines[4:7]]
    padded = "".join(line + "," * (13 - line.count(",")) + "\n" for line in shuffled)
    delivered = read("zoom_attendance", written(tmp_path, padded))
    assert sorted(delivered.good, key=str) == sorted(
        read("zoom_attendance", FIXTURES / "zoom_webinar.csv").good, key=str
    )
    assert delivered.tally.total == delivered.accounted_lines


@pytest.mark.parametrize(
    ("from_", "to"),
    [
        ("User Email,Duration", "User EmailDuration"),
        ("AM,host@", "AMhost@"),
        ("90,2,\n", "90,2,3\n"),
        ("90,2,\n", "\n"),
    ],
)
def test_a_block_whose_values_do_not_fit_its_header_is_refused(tmp_path, from_, to):
    assert from_ in BLOCK
    refused = refusal("zoom_attendance", written(tmp_path, BLOCK.replace(from_, to, 1)))
    assert (refused.rule, refused.line) == ("unknown_line", 2)


def test_the_participants_that_a_meeting_counts_are_compared_with_its_joins(tmp_path):
    fewer = BLOCK.removesuffix(BLOCK.splitlines(keepends=True)[-1])
    assert "says 2 participants, and lists 1" in refusal("zoom_attendance", written(tmp_path, fewer)).problem
    more = BLOCK + BLOCK.splitlines(keepends=True)[-1]
    assert refusal("zoom_attendance", written(tmp_path, more)).rule == "count_differs"
    details = DETAILS.splitlines(keepends=True)
    assert (
        "has 2 participants"
        in refusal("zoom_attendance", written(tmp_path, "".join(details[:2] + details[3:]))).problem
    )


def test_unique_users_may_be_fewer_than_the_joins_that_a_meeting_counts(tmp_path):
    block = BLOCK.splitlines(keepends=True)[:3]
    users = (FIXTURES / "zoom_unique_users.csv").read_text(encoding="utf-8")
    content = "".join(block).replace("90,2,", "90,{},") + users
    assert len(read("zoom_attendance", written(tmp_path, content.format(7))).good) == 2
    assert refusal("zoom_attendance", written(tmp_path, content.format(1))).rule == "count_differs"


@pytest.mark.parametrize(
    ("from_", "to"),
    [("90,3,0,2,4", "90,3,0,4,4"), ("90,3,0,2,4", "90,4,0,2,4"), ("90,3,0,2,4", "90,9,5,2,4")],
)
def test_the_viewers_and_registrants_that_a_webinar_counts_are_compared_with_its_rows(tmp_path, from_, to):
    assert refusal("zoom_attendance", written(tmp_path, WEBINAR.replace(from_, to))).rule == "count_differs"


def test_registrants_who_are_not_listed_are_missed(tmp_path):
    fewer = REGISTRATIONS.removesuffix(REGISTRATIONS.splitlines(keepends=True)[-1])
    refused = refusal("zoom_registrations", written(tmp_path, fewer))
    assert "says 2 registrants, of whom 2 did not cancel, and lists 1" in refused.problem


def test_a_zoom_file_that_is_cut_in_its_last_field_is_noticed(tmp_path):
    delivered = read("zoom_attendance", written(tmp_path, PARTICIPANTS[:-3]))
    assert delivered.faults == [None, None, "row_unfinished"]


def test_a_duration_of_the_meeting_among_those_of_persons_is_refused(tmp_path):
    header, *rows = DETAILS.splitlines()
    columns = header.split(",")
    columns.append(columns.pop(columns.index("Duration (minutes)")))
    assert (
        refusal("zoom_attendance", written(tmp_path, "\n".join([",".join(columns), *rows]))).rule
        == "column_repeated"
    )


@pytest.mark.parametrize("content", [WEBINAR * 2, BLOCK * 2, WEBINAR.replace("Host Details", "Hosts")])
def test_a_report_that_is_refused_is_still_known_as_the_tools(tmp_path, content):
    assert list(layouts_that_take(SourceFile(written(tmp_path, content)))) == ["zoom_attendance"]
