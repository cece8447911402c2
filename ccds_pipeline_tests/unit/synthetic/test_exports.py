"""Each export, read back as the tool's own layout: header, encoding, line ends, what is planted in it."""

import csv
import json
import re
from collections import Counter
from datetime import datetime
from pathlib import Path
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from ccds_pipeline.programme.labels import normalise_label
from ccds_pipeline.programme.load import default_programme_file, load_programme
from ccds_pipeline.programme.model import Source
from ccds_pipeline.synthetic.demonstration import write_demonstration
from ccds_pipeline.synthetic.draws import Draws
from ccds_pipeline.synthetic.employers import Employers
from ccds_pipeline.synthetic.exports import eventbrite, forms, pretix, qualtrics, surveymonkey, teams
from ccds_pipeline.synthetic.identities import nhs_number, order_code, response_id, words

RESERVED = re.compile(r"@([\w-]+\.)*example(\.(com|net|org))?$", re.IGNORECASE)
AMERICAN_TIME = r"(0[1-9]|1[0-2])/\d\d/202[12] (0[1-9]|1[0-2]):\d\d:\d\d (AM|PM)"


@pytest.fixture(scope="module")
def landing(tmp_path_factory) -> Path:
    out: Path = tmp_path_factory.mktemp("exports") / "landing"
    write_demonstration(out, participants=1500, seed=6)
    return out


def files_of(landing: Path, source_id: str) -> list[Path]:
    return sorted((landing / source_id).glob("*/*"))


def rows_in(folder: Path, *, header_rows: int) -> list[dict[str, str]]:
    rows = []
    for path in sorted(folder.iterdir()):
        with path.open(encoding="utf-8-sig", newline="") as stream:
            header, *rest = csv.reader(stream, strict=True)
            assert all(len(row) == len(header) for row in rest)
            rows += [dict(zip(header, row, strict=True)) for row in rest[header_rows - 1 :]]
    return rows


def rows_of(landing: Path, source_id: str, *, header_rows: int = 1) -> list[dict[str, str]]:
    folders = sorted((landing / source_id).iterdir())
    return [row for folder in folders for row in rows_in(folder, header_rows=header_rows)]


def activities_of(report: Path) -> list[list[str]]:
    section = report.read_bytes().decode("utf-16").strip().split("\r\n\r\n")[2]
    return [line.split("\t") for line in section.splitlines()[2:]]


def columns_known_to(source: Source) -> set[str]:
    mapped = {
        name
        for field in source.fields.values()
        for name in (*field.column, *field.join, *filter(None, [field.fallback]))
    }
    asked = {name for question in source.questions.values() for name in question.column}
    excluded = {name for exclusion in source.exclude for name in exclusion.column}
    return {
        normalise_label(name)
        for name in mapped | asked | excluded | {*source.key, *source.names, *source.ignore}
    }


@pytest.mark.parametrize(
    ("source_id", "header"),
    [
        (pretix.SOURCE_ID, pretix.HEADER),
        (eventbrite.SOURCE_ID, eventbrite.HEADER),
        (forms.SOURCE_ID, forms.HEADER),
        (qualtrics.SOURCE_ID, qualtrics.header_rows()[0]),
        (surveymonkey.SOURCE_ID, surveymonkey.HEADER),
    ],
)
def test_the_programme_file_knows_every_column(source_id, header):
    source = load_programme(default_programme_file()).sources_by_id[source_id]
    seen: Counter[str] = Counter()
    for name in header:
        seen[name] += 1
        unique = name if seen[name] == 1 else f"{name}__{seen[name]}"
        assert normalise_label(unique) in columns_known_to(source)


@pytest.mark.parametrize(
    ("source_id", "header_rows", "key"),
    [
        (pretix.SOURCE_ID, 1, ("Order code", "Position ID")),
        (eventbrite.SOURCE_ID, 1, ("Attendee no.",)),
        (qualtrics.SOURCE_ID, 3, ("ResponseId",)),
        (surveymonkey.SOURCE_ID, 2, ("Respondent ID",)),
    ],
)
def test_the_ledger_counts_the_rows_and_repetitions_of_the_files(landing, source_id, header_rows, key):
    ledger = json.loads((landing / "demonstration.json").read_text(encoding="utf-8"))["ledger"][source_id]
    received = repeated = 0
    for folder in sorted((landing / source_id).iterdir()):
        rows = rows_in(folder, header_rows=header_rows)
        copies = Counter(tuple(row[name] for name in key) for row in rows)
        received += len(rows)
        repeated += len(rows) - len(copies)
        assert len({tuple(row.values()) for row in rows}) == len(copies)
    assert (ledger["received"], ledger["duplicate"]) == (received, repeated)
    assert repeated > 0


def test_the_ledger_counts_the_rows_of_workbooks_and_reports(landing):
    ledger = json.loads((landing / "demonstration.json").read_text(encoding="utf-8"))["ledger"]
    workbooks = [CalamineWorkbook.from_path(str(path)) for path in files_of(landing, forms.SOURCE_ID)]
    answered = sum(len(workbook.get_sheet_by_name("Sheet1").to_python()) - 1 for workbook in workbooks)
    assert ledger[forms.SOURCE_ID]["received"] == answered
    joins = {path: activities_of(path) for path in files_of(landing, teams.SOURCE_ID)}
    assert ledger[teams.SOURCE_ID]["received"] == sum(map(len, joins.values()))
    again = sum(len(rows) for path, rows in joins.items() if path.stem.endswith(" (1)"))
    assert ledger[teams.SOURCE_ID]["duplicate"] == again > 0


def test_a_session_that_was_booked_may_have_no_report(landing):
    booked = {row["Event slug"].upper() for row in rows_of(landing, pretix.SOURCE_ID)} - {""}
    assert booked - {path.name[:9] for path in files_of(landing, teams.SOURCE_ID)}


def test_pretix_quotes_every_field_and_repeats_the_address_columns(landing):
    for path in files_of(landing, "pretix_bookings"):
        content = path.read_bytes()
        assert content.startswith(b'"Event slug","Order code",')
        assert content.endswith(b'"\r\n')
    repeated = {name for name, n in Counter(pretix.HEADER).items() if n == 2}
    assert repeated == {"Company", "Address", "ZIP code", "City", "Country", "State"}


def test_pretix_bookings_hold_what_is_planted(landing):
    rows = rows_of(landing, "pretix_bookings")
    assert {row["Status"] for row in rows} >= {"paid", "pending", "canceled", "expired"}
    assert any(row["Position ID"] == "2" and row["Email"] != row["Attendee email"] for row in rows)
    assert any(row["Order comment"] == "TEST" for row in rows)
    assert any(row["Attendee email"] == row["Email"] == "" for row in rows)
    assert any(row["Which organisation do you work for?"] in words("unknown_organisations") for row in rows)
    assert any(row["What is your job title?"] in words("unmapped_job_titles") for row in rows)


def test_a_cancelled_booking_comes_again_in_a_later_delivery(landing):
    status_of: dict[tuple[str, str], list[str]] = {}
    for row in rows_of(landing, "pretix_bookings"):
        status_of.setdefault((row["Order code"], row["Position ID"]), []).append(row["Status"])
    histories = list(status_of.values())
    assert ["paid", "canceled"] in histories
    assert ["paid", "paid"] in histories


def test_eventbrite_has_a_byte_order_mark_and_the_uk_wording(landing):
    for path in files_of(landing, "eventbrite_bookings"):
        content = path.read_bytes()
        assert content.startswith(b"\xef\xbb\xbfOrder no.,Order Date,First Name,Surname,Email,Quantity,")
        assert content.count(b"\n") == content.count(b"\r\n")
    rows = rows_of(landing, "eventbrite_bookings")
    assert {row["Attendee Status"] for row in rows} >= {"Attending", "Checked In", "Not Attending"}
    assert all(re.search(r"CCDS-\d{4}", row["Event Name"]) for row in rows[:5])


def test_bookings_have_rows_that_break_each_rule(landing):
    pretix_rows, rows = rows_of(landing, "pretix_bookings"), rows_of(landing, "eventbrite_bookings")
    broken = {
        "date": any(row["Order date"].endswith("-02-31") for row in pretix_rows)
        or any(row["Order Date"].startswith("31/02/") for row in rows),
        "no status": any(not row["Status"] for row in pretix_rows)
        or any(not row["Attendee Status"] for row in rows),
        "unknown status": any(row["Status"] == "on hold" for row in pretix_rows)
        or any(row["Attendee Status"] == "Waiting" for row in rows),
        "no session": any(not row["Event slug"] for row in pretix_rows)
        or any("CCDS-" not in row["Event Name"] for row in rows),
    }
    assert all(broken.values()), broken


def test_teams_reports_are_utf16_in_three_sections(landing):
    for path in files_of(landing, "teams_attendance"):
        content = path.read_bytes()
        assert content.startswith(b"\xff\xfe")
        text = content.decode("utf-16")
        assert text.count("\n") == text.count("\r\n")
        summary, participants, activities = text.strip().split("\r\n\r\n")
        assert summary.startswith("1. Summary\r\nMeeting title\tCompassionate Conversations")
        assert re.search(r"Start time\t\d\d/\d\d/\d\d, \d\d:\d\d:\d\d\r\n", summary)
        assert participants.splitlines()[1].split("\t")[-2:] == ["Participant ID (UPN)", "Role"]
        assert {len(line.split("\t")) for line in activities.splitlines()[1:]} == {6}


def test_teams_reports_show_rejoins_devices_staff_and_people_without_address(landing):
    joins: Counter[tuple[str, str]] = Counter()
    roles, blank = set(), 0
    for path in files_of(landing, "teams_attendance"):
        for *_, email, role in activities_of(path):
            roles.add(role)
            blank += not email
            joins[path.name, email] += bool(email)
    assert roles == {"Organizer", "Organiser", "Presenter", "Attendee"}
    assert blank > 10
    assert sum(n > 1 for n in joins.values()) > 100
    assert any(email != email.strip().lower() for _, email in joins)


def test_forms_workbooks_have_a_table_and_true_date_times(landing):
    for path in files_of(landing, "forms_pre"):
        workbook = CalamineWorkbook.from_path(str(path), load_tables=True)
        assert (workbook.sheet_names, workbook.table_names) == (["Sheet1"], ["Table1"])
        header, *rows = workbook.get_sheet_by_name("Sheet1").to_python()
        assert [normalise_label(str(text)) for text in header] == [normalise_label(t) for t in forms.HEADER]
        for _, started_at, completed_at, *_ in rows:
            assert isinstance(started_at, datetime)
            assert isinstance(completed_at, datetime)
            assert started_at < completed_at
        table = workbook.get_table_by_name("Table1")
        assert (table.columns, table.height) == (header, len(rows))
        with ZipFile(path) as archive:
            assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_forms_responses_hold_what_is_planted(landing):
    headers, emails, codes, scores, edited = set(), set(), set(), set(), 0
    for path in files_of(landing, "forms_pre"):
        header, *rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("Sheet1").to_python()
        headers.add(str(header[7]))
        emails |= {row[3] for row in rows}
        codes |= {row[6] for row in rows}
        scores |= {row[7] for row in rows}
        edited += sum(isinstance(row[5], datetime) for row in rows)
    assert any("\u00a0" in text for text in headers)
    assert any(text.endswith(" ") for text in headers)
    assert {"anonymous", ""} <= emails
    assert "" in codes
    assert any(str(code).startswith("ccds-") for code in codes)
    assert "" in scores
    assert scores & {11.0, 15.0, "8 out of 10"}
    assert edited > 10


def test_qualtrics_has_three_header_rows(landing):
    with files_of(landing, "qualtrics_post")[0].open(encoding="utf-8", newline="") as stream:
        names, wording, identifiers, *_ = csv.reader(stream)
    assert (names[:3], names[-1]) == (["StartDate", "EndDate", "Status"], "session")
    assert any("facilitators’" in text for text in wording)
    assert identifiers[8] == '{"ImportId":"_recordId"}'


def test_qualtrics_responses_hold_what_is_planted(landing):
    rows = rows_of(landing, "qualtrics_post", header_rows=3)
    assert {row["Status"] for row in rows} == {"IP Address", "Survey Preview", "Survey Test"}
    assert {row["Finished"] for row in rows} == {"True", "False"}
    assert {"", "Not applicable", "Excellent"} <= {row["Q1"] for row in rows}
    assert "Not applicable" not in {row["Q2"] for row in rows}
    assert any(not row["RecipientEmail"] and not row["ExternalReference"] for row in rows)
    assert any(row["Q1"] == "Superb" or row["Q4"] == "Agreed-ish" or row["Q8_3"] == "11" for row in rows)
    people = Counter(row["RecipientEmail"] for row in rows if row["RecipientEmail"])
    assert max(people.values()) > 1
    comments = " ".join(row["Q9"] for row in rows)
    assert all(text in comments for text in ("NHS number 999", "07700 900", "@", "Best wishes,", "\n"))


def test_references_in_surveys_are_those_of_bookings(landing):
    booked = {f"{row['Order code']} {row['Position ID']}" for row in rows_of(landing, "pretix_bookings")}
    booked |= {row["Attendee no."] for row in rows_of(landing, "eventbrite_bookings")}
    post = {row["ExternalReference"] for row in rows_of(landing, "qualtrics_post", header_rows=3)}
    six_weeks = {row["Custom Data 1"] for row in rows_of(landing, "surveymonkey_follow_up", header_rows=2)}
    assert (post | six_weeks) - {""} <= booked
    assert len(post) > 1000


def test_surveymonkey_has_two_header_rows_and_american_dates(landing):
    path = files_of(landing, "surveymonkey_follow_up")[0]
    assert (
        path.read_bytes().split(b"\r\n")[1]
        == b",,,,,,,,,Response,Open-Ended Response,Open-Ended Response,Open-Ended Response"
    )
    rows = rows_of(landing, "surveymonkey_follow_up", header_rows=2)
    ended = [row["End Date"] for row in rows if row["End Date"]]
    assert 0 < len(ended) < len(rows)
    assert all(
        re.fullmatch(AMERICAN_TIME, moment) for moment in [*ended, *(row["Start Date"] for row in rows)]
    )
    assert {moment[-2:] for moment in ended} == {"AM", "PM"}


def test_addresses_are_of_domains_where_nobody_can_be(landing):
    shown = [row["Attendee email"] for row in rows_of(landing, "pretix_bookings")]
    shown += [row["Email"] for row in rows_of(landing, "eventbrite_bookings")]
    shown += [row["RecipientEmail"] for row in rows_of(landing, "qualtrics_post", header_rows=3)]
    assert all(RESERVED.search(email.strip()) for email in shown if email)


def test_codes_never_repeat():
    assert len({order_code(n) for n in range(50_000)}) == 50_000
    assert len({response_id(n).lower() for n in range(50_000)}) == 50_000


def test_planted_nhs_numbers_are_valid_and_of_the_test_range():
    draws = Draws(1)
    for _ in range(200):
        digits = nhs_number(draws).replace(" ", "")
        check = 11 - sum(int(digit) * (10 - place) for place, digit in enumerate(digits[:9])) % 11
        assert digits.startswith("999")
        assert len(digits) == 10
        assert int(digits[9]) == check % 11


def test_employments_are_what_the_packages_tables_make_of_their_texts():
    employers = Employers(Draws(2))
    drawn = [employers.employment(is_primary=n % 2 == 0) for n in range(3000)]
    assert {job.staff_group for job in drawn if job.job_title in words("unmapped_job_titles")} == {"other"}
    assert {job.region for job in drawn if job.organisation in words("unknown_organisations")} == {"unknown"}
    assert {job.staff_group for job in drawn if not job.job_title} == {"unknown"}
    assert len({job.region for job in drawn}) == 8
    assert {job.care_setting for job in drawn} >= {"primary", "secondary_acute", "mental_health", "community"}
