"""Every real export of our tools: read with the counts found by hand, or refused with the right reason."""

import pytest

from ccds_pipeline.sources.formats import READERS
from ccds_pipeline_tests.delivered_files import SHARED, read, refusal

SAMPLES = SHARED / "samples"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared samples are not here")

REMOVED = {"metadata_columns": "removed"}
# file, layout, options, records, columns (Form and the three of the meeting are the reader's own)
READ = [
    ("eventbrite/2024_attendee_report_us.csv", "eventbrite_attendees", {}, 3, 32),
    ("ms_teams/2020_joinleave_utf16le_dayfirst_klassenbuch.csv", "teams_attendance", {}, 19, 6 + 3),
    ("ms_teams/2022_meeting_summary_utf16le_en-us_demo.csv", "teams_attendance", {}, 4, 7 + 3),
    ("ms_teams/2022_numbered_sections_utf16be_dayfirst_14nov.csv", "teams_attendance", {}, 7, 6 + 3),
    ("ms_teams/2022_numbered_sections_utf16be_dayfirst_15nov.csv", "teams_attendance", {}, 8, 6 + 3),
    ("ms_forms/2020_quiz_category1.xlsx", "ms_forms", {}, 7, 37 + 1),
    ("ms_forms/2024_form_last_modified.xlsx", "ms_forms", {}, 3, 9 + 1),
    ("qualtrics/better_sample_survey.csv", "qualtrics", {}, 10, 59),
    ("qualtrics/qualtRics_sample_3header_german.csv", "qualtrics", {}, 1, 20),
    ("qualtrics/qualtRics_sample_legacy_2header_bom.csv", "qualtrics", {}, 1, 15),
    ("qualtrics/single_answer_matrix_insights.csv", "qualtrics", {}, 5, 30),
    ("qualtrics/single_answer_matrix_legacy.csv", "qualtrics", {}, 5, 29),
    ("surveymonkey/538_star_wars_latin1.csv", "surveymonkey", {"encoding": "mac-roman"}, 120, 38),
    ("surveymonkey/538_weather_check.csv", "surveymonkey", {}, 150, 9),
    ("surveymonkey/cncf_training_certifications_microsurvey.csv", "surveymonkey", {}, 134, 79),
    ("indico_survey/coderefinery_post_2019a.csv", "indico", {}, 35, 14),
    ("indico_survey/coderefinery_pre_2019_oslo.csv", "indico", {}, 13, 19),
    ("indico_survey/coderefinery_pre_2019_stockholm.csv", "indico", {}, 24, 19),
    ("typeform/coderefinery_post_2017.csv", "typeform", REMOVED, 27, 19),
    ("typeform/coderefinery_pre_2017_tromso.csv", "typeform", {}, 23, 60),
    ("typeform/fcc_new_coders_2016_part1.csv", "typeform", {}, 60, 51),
]
# file, layout, rule, and what the message must say
REFUSED = [
    ("eventbrite/api_v3_attendees.json", "eventbrite_attendees", "json_document", "JSON"),
    ("pretix/api_order_ABC12.json", "pretix_positions", "json_document", "JSON"),
    ("pretix/checkinlist_default_v4.csv", "pretix_positions", "missing_columns", "check-in list"),
    ("surveymonkey/538_star_wars_latin1.csv", "surveymonkey", "wrong_encoding", "option encoding"),
    ("typeform/coderefinery_post_2017.csv", "typeform", "missing_columns", "metadata_columns"),
]
OURS = {
    "eventbrite", "indico_survey", "ms_forms", "ms_teams", "pretix", "qualtrics", "surveymonkey", "typeform"
}  # fmt: skip


def test_every_sample_of_our_tools_is_in_the_table():
    on_disk = {f"{path.parent.name}/{path.name}" for name in OURS for path in (SAMPLES / name).iterdir()}
    assert on_disk == {entry[0] for entry in [*READ, *REFUSED]}


@pytest.mark.parametrize(("name", "format_name", "options", "records", "columns"), READ)
def test_a_real_export_is_read_whole(name, format_name, options, records, columns):
    delivered = read(format_name, SAMPLES / name, options)
    assert (len(delivered.rows), len(delivered.names)) == (records, columns)
    assert set(delivered.faults) == {None}
    assert delivered.tally.total == delivered.accounted_lines
    assert len(set(delivered.names)) == columns


@pytest.mark.parametrize(("name", "format_name", "rule", "hint"), REFUSED)
def test_a_real_file_of_another_kind_is_refused_with_what_to_do(name, format_name, rule, hint):
    refused = refusal(format_name, SAMPLES / name)
    assert refused.rule == rule
    assert hint in str(refused)


def test_no_layout_takes_the_export_of_another_tool():
    strangers = [path for path in SAMPLES.glob("*/*.*") if path.parent.name not in OURS]
    assert strangers
    for format_name in set(READERS) - {"table"}:
        for path in strangers:
            assert refusal(format_name, path).remedy, (format_name, path.name)


def test_values_of_real_exports_stand_in_their_columns():
    eventbrite = read("eventbrite_attendees", SAMPLES / READ[0][0]).by_name
    assert [(row["Attendee no."], row["Company"]) for row in eventbrite][2] == ("18443939943", "Company3Name")
    demo = read("teams_attendance", SAMPLES / READ[2][0]).by_name[3]
    assert (demo["Name"], demo["Leave time"]) == ("Barac Jones", "2/18/2022, 4:02:16 PM")
    assert demo["Meeting start time"] == "2/18/2022, 2:47:02 PM"
    forms = read("ms_forms", SAMPLES / READ[6][0]).by_name[0]
    assert (forms["Form"], forms["ID"]) == ("Sheet1", "2")
    assert (forms["Start time"], forms["Completion time"]) == ("2024-02-01T12:00:00", "2024-01-02T12:00:00")
    german = read("qualtrics", SAMPLES / READ[8][0])
    assert german.by_name[0]["Q2"] == "Hello World!"
    assert german.texts[german.names.index("ResponseId")] == "Antwort-ID"
