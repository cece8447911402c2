"""Each tool's layout, on invented files: columns, records, lines, and what is refused."""

from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from ccds_pipeline.sources.formats import READERS
from ccds_pipeline_tests.support.delivered_files import FIXTURES, Delivered, read, refusal, written

READS_JSON = {"pretix_orders", "pretix_positions"}
TEXT_LAYOUTS = sorted(READERS)


def fixture(format_name: str, name: str, **options: str) -> Delivered:
    delivered = read(format_name, FIXTURES / name, options)
    assert delivered.tally.total == delivered.accounted_lines
    return delivered


def test_pretix_positions_keep_both_addresses_apart():
    delivered = fixture("pretix_positions", "pretix_positions.csv")
    first, second = delivered.by_name
    assert (first["Company"], first["Company__2"]) == (None, "Example Trust")
    assert (first["Address"], first["Address__2"]) == ("1 Test Way", "2 Test Way")
    assert (second["Order code"], second["Position ID"], second["Status"]) == ("AB1CD", "2", "canceled")


@pytest.mark.parametrize("name", ["eventbrite_us.csv", "eventbrite_uk.csv"])
def test_eventbrite_is_delivered_in_british_wording_from_both_countries(name):
    first = fixture("eventbrite_attendees", name).by_name[0]
    assert {key: first[key] for key in ("Order no.", "Attendee no.", "Surname", "Company")} == {
        "Order no.": "1001",
        "Attendee no.": "2001",
        "Surname": "Example",
        "Company": "Trust, The",
    }
    assert {"County of Residence", "Home Postcode", "Mobile Phone"} <= set(first)


def test_an_eventbrite_report_without_its_last_line_end_is_whole(tmp_path):
    header, row = (FIXTURES / "eventbrite_uk.csv").read_text(encoding="utf-8").splitlines()
    assert len(read("eventbrite_attendees", written(tmp_path, f"{header}\r\n{row}")).good) == 1


def test_qualtrics_columns_carry_their_question_and_the_identifiers_are_no_record():
    delivered = fixture("qualtrics", "qualtrics_three_headers.csv")
    assert dict(zip(delivered.names, delivered.texts, strict=True))["Q1"] == "How was it?"
    assert delivered.by_name[0]["Q9"] == "Listen,\nthen answer"
    assert [row["Status"] for row in delivered.by_name] == ["IP Address", "Survey Preview"]
    assert (delivered.lines, delivered.inner_breaks) == ([4, 6], 1)


def test_legacy_qualtrics_loses_its_empty_last_column_only():
    delivered = fixture("qualtrics", "qualtrics_legacy.csv")
    assert delivered.names == ["V1", "V3", "V8", "V9", "V10", "Q1", "Q2"]
    assert delivered.texts[0] == "ResponseID"
    assert delivered.by_name[0]["Q2"] == "Well, yes"


INSIGHTS_2016 = (
    "ResponseID,Q1,LocationAccuracy\n"
    "ResponseID,How was it?,LocationAccuracy\n"
    "{'ImportId': 'responseId'},{'ImportId': 'QID1'},{'ImportId': 'locationAccuracy'}\n"
    "R_0000000000000d4,Good,-1\n"
)


def test_two_qualtrics_exports_that_were_pasted_together_show_all_headers_of_the_second(tmp_path):
    delivered = read("qualtrics", written(tmp_path, INSIGHTS_2016 * 2))
    assert delivered.good == [("R_0000000000000d4", "Good", "-1")] * 2
    assert delivered.faults == [None, *["header_repeated"] * 3, None]


def test_qualtrics_without_its_second_header_row_is_refused(tmp_path):
    path = written(tmp_path, "ResponseId,Finished,Q1\nR_0000000000000a1,True,Good\n")
    assert refusal("qualtrics", path).rule == "header_row_missing"
    only_names = written(tmp_path, "ResponseId,Finished,Q1\n")
    assert refusal("qualtrics", only_names).rule == "header_row_missing"


def test_a_qualtrics_row_of_identifiers_that_does_not_fit_is_refused(tmp_path):
    path = written(tmp_path, 'ResponseId,Q1\nResponse ID,How?\n"{""ImportId"":""_recordId""}"\nR_1,Good\n')
    assert refusal("qualtrics", path).rule == "header_row_missing"


@pytest.mark.parametrize("between", ["\n\n", "somebody's note,,\n", "R_0000000000000d4,Good,-1\n"])
def test_a_qualtrics_row_of_identifiers_among_the_responses_is_refused(tmp_path, between):
    names, questions, *rest = INSIGHTS_2016.splitlines(keepends=True)
    refused = refusal("qualtrics", written(tmp_path, names + questions + between + "".join(rest)))
    assert (refused.rule, refused.line) == ("header_row_misplaced", 3 + between.count("\n"))


@pytest.mark.parametrize(
    ("format_name", "name", "old", "options"),
    [
        ("limesurvey", "limesurvey_vv.csv", "and", {}),
        ("teams_attendance", "teams_2020_actions.csv", "Ada Example", {}),
        ("teams_attendance", "teams_sections.csv", "Ada Example", {}),
        ("zoom_attendance", "zoom_participants.csv", "Ada Example", {}),
        ("zoom_attendance", "zoom_webinar.csv", "Ada Example", {}),
        ("surveymonkey", "surveymonkey_two_headers.csv", "Silence, mostly", {}),
        ("redcap", "redcap_raw.csv", "ada@example.org", {}),
    ],
)
def test_a_faulty_cell_stays_one_wherever_a_reader_puts_it(tmp_path, format_name, name, old, options):
    content = (FIXTURES / name).read_text(encoding="utf-8-sig")
    assert old in content
    delivered = read(format_name, written(tmp_path, content.replace(old, "cafÃ©")), options)
    assert any(faults for faults in delivered.cell_faults)
    assert not any("Ã©" in (cell or "") for row in delivered.rows for cell in row)


def test_an_empty_qualtrics_export_has_columns_and_no_record(tmp_path):
    headers = (
        (FIXTURES / "qualtrics_three_headers.csv").read_text(encoding="utf-8").splitlines(keepends=True)[:3]
    )
    delivered = read("qualtrics", written(tmp_path, "".join(headers)))
    assert (delivered.rows, len(delivered.names), delivered.tally.other) == ([], 10, 3)


def test_surveymonkey_options_are_named_with_their_question():
    delivered = fixture("surveymonkey", "surveymonkey_two_headers.csv")
    assert delivered.names[5:] == [
        "I feel more confident",
        "Which of these did you use? [Listening]",
        "Which of these did you use? [Asking]",
        "Which of these did you use? [Other (please specify)]",
        "Why not?",
        "Why not?__2",
    ]
    assert delivered.by_name[0]["Which of these did you use? [Other (please specify)]"] == "Silence, mostly"
    assert delivered.by_name[1]["Why not?__2"] == "No time"


def test_surveymonkey_with_a_row_of_codes_has_the_same_names_and_the_codes_beside_them():
    delivered = fixture("surveymonkey", "surveymonkey_three_headers.csv")
    assert delivered.names == [
        "Respondent ID",
        "Collector ID",
        "Start Date",
        "End Date",
        "I feel more confident",
        "Which of these did you use? [Listening]",
        "Which of these did you use? [Asking]",
    ]
    assert delivered.texts == ["", "", "", "", "q1", "q2", "q2"]
    assert delivered.by_name[0]["I feel more confident"] == "Agree"


def test_surveymonkey_with_one_header_row_loses_no_record():
    delivered = fixture("surveymonkey", "surveymonkey_one_header.csv")
    assert delivered.by_name == [
        {"Respondent ID": "118000000001", "I feel more confident": "Agree", "Region": "North"}
    ]


def test_a_blank_last_column_of_surveymonkey_is_no_further_option(tmp_path):
    content = "Respondent ID,Which?,,\n,Listening,Asking,\n118000000001,Listening,,\n"
    delivered = read("surveymonkey", written(tmp_path, content))
    assert delivered.names == ["Respondent ID", "Which? [Listening]", "Which? [Asking]"]
    assert delivered.good == [("118000000001", "Listening", None)]


def test_an_empty_surveymonkey_export_has_columns_and_no_record(tmp_path):
    headers = (
        (FIXTURES / "surveymonkey_two_headers.csv").read_text(encoding="utf-8").splitlines(keepends=True)[:2]
    )
    delivered = read("surveymonkey", written(tmp_path, "".join(headers)))
    assert (delivered.rows, len(delivered.names)) == ([], 11)


def test_a_response_without_a_number_is_no_third_header_row(tmp_path):
    content = (FIXTURES / "surveymonkey_two_headers.csv").read_text(encoding="utf-8")
    delivered = read("surveymonkey", written(tmp_path, content.replace("118000000001", "")))
    assert len(delivered.good) == 2


def test_indico_submissions_may_be_anonymous():
    rows = fixture("indico", "indico.csv").by_name
    assert [row["Submitter"] for row in rows] == [None, "Ada Example"]
    assert rows[1]["Survey: Which tools?"] == "None, yet"


def test_typeform_options_of_the_same_name_stay_apart():
    delivered = fixture("typeform", "typeform.csv")
    assert delivered.names[2:6] == ["Other", "Git", "Subversion", "Other__2"]
    assert [(row["Other"], row["Other__2"]) for row in delivered.by_name] == [
        (None, "Mercurial"),
        ("Solaris", None),
    ]


def test_a_typeform_file_without_dates_is_read_only_when_the_source_says_so(tmp_path):
    path = written(tmp_path, "Which workshop?,Other\nOslo,\n")
    assert refusal("typeform", path).rule == "missing_columns"
    assert "metadata_columns" in refusal("typeform", path).remedy
    assert read("typeform", path, {"metadata_columns": "removed"}).good == [("Oslo", None)]


@pytest.fixture
def other_layouts(tmp_path) -> Callable[[str], Path]:
    contents = {
        "html": "<!DOCTYPE html>\n<html><body>Sign in</body></html>\n",
        "html after blanks": "\n\n  <html lang='en'>\n",
        "json": '{"pagination": {"page_count": 1}, "attendees": []}\n',
        "json list": '[{"id": 1}]\n',
        "other columns": "colour,size\nred,1\n",
        "one column": "colour\nred\n",
        "prose": "Dear colleague,\nplease find the export attached.\n",
    }

    def written_as(kind: str) -> Path:
        return written(tmp_path, contents[kind])

    return written_as


@pytest.mark.parametrize(
    "kind", ["html", "html after blanks", "json", "json list", "other columns", "one column", "prose"]
)
@pytest.mark.parametrize("format_name", sorted(set(READERS) - {"table"}))
def test_a_file_of_another_layout_is_refused_with_rule_and_remedy(format_name, kind, other_layouts):
    refused = refusal(format_name, other_layouts(kind))
    assert refused.rule
    assert refused.problem
    assert refused.remedy.endswith(".")
    assert "red" not in str(refused).split()
    if "html" in kind:
        assert refused.rule == "html_page"
    if "json" in kind:
        assert refused.rule == ("wrong_layout" if format_name in READS_JSON else "json_document")


def test_a_workbook_given_to_a_text_layout_is_refused_by_its_kind(tmp_path):
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        workbook.add_worksheet().write_row(0, 0, ["Full Name", "User Action", "Timestamp"])
    refused = refusal("teams_attendance", path)
    assert (refused.rule, "workbook" in refused.problem) == ("not_text", True)


@pytest.mark.parametrize("format_name", [name for name in TEXT_LAYOUTS if name != "table"])
def test_the_first_line_of_a_file_without_header_is_never_quoted(tmp_path, format_name):
    # Without its header, the first line of a file is a person.
    path = written(tmp_path, "1001,ada@example.org,Ada\n1002,bo@example.org,Bo\n")
    assert "example.org" not in str(refusal(format_name, path))
