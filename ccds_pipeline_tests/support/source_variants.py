"""Every export that can be read: one line per tool and variant, with the file that shows it.

Tests read each of them (``test_sources_support``), and ``docs/sources.md`` is written from them.
"""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import xlsxwriter

from ccds_pipeline_tests.support.delivered_files import FIXTURES, SHARED

SAMPLES = SHARED / "samples"
Form = Literal["as it is", "zip", "workbook", "utf-16"]


@dataclass(frozen=True)
class Variant:
    """One variant of a tool's export.

    ``files`` are fixtures, or real files where ``is_real``; ``form`` says what a test makes of fixtures
    before it reads them, ``companion`` what lies beside them in the delivery. ``records`` and ``columns``
    were counted apart from the readers.
    """

    tool: str
    variant: str
    format_name: str
    files: tuple[str, ...]
    records: int
    columns: int
    options: Mapping[str, str] = field(default_factory=dict)
    form: Form = "as it is"
    companion: str = ""
    is_real: bool = False

    @property
    def id(self) -> str:
        """Its name in the output of tests."""
        return f"{self.format_name}-{self.files[0]}-{self.form}-{self.companion}".replace(" ", "_")

    def path(self, folder: Path) -> Path:
        """Make the file to read, in a folder if it has to be made."""
        if self.is_real:
            return SAMPLES / self.files[0]
        if self.form == "as it is":
            return FIXTURES / self.files[0]
        return _FORMS[self.form](folder, [FIXTURES / name for name in self.files])


def as_zip(folder: Path, files: list[Path]) -> Path:
    """Pack files into an archive; a file that is named after a number keeps only that as its name."""
    path = folder / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.name.removeprefix("eventbrite_event_"))
    return path


def as_workbook(folder: Path, files: list[Path]) -> Path:
    """Write texts as sheets of a workbook, each cell as text, each sheet named by what follows ``__``."""
    path = folder / "export.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        for file in files:
            sheet = workbook.add_worksheet(file.stem.partition("__")[2] or None)
            with file.open(encoding="utf-8-sig", newline="") as stream:
                for number, cells in enumerate(csv.reader(stream)):
                    for place, cell in enumerate(cells):
                        sheet.write_string(number, place, cell)
    return path


def as_utf_16(folder: Path, files: list[Path]) -> Path:
    """Write a text again as Teams does: UTF-16 with a byte order mark."""
    path = folder / files[0].name
    path.write_bytes(files[0].read_bytes().decode("utf-8-sig").encode("utf-16"))
    return path


_FORMS = {"zip": as_zip, "workbook": as_workbook, "utf-16": as_utf_16}
V = Variant


def real(tool: str, variant: str, format_name: str, file: str, *counts: int, **options: str) -> V:
    """Return a variant that a real file shows; ``counts`` are its records and columns."""
    records, columns = counts
    return V(tool, variant, format_name, (file,), records, columns, options, is_real=True)


_LABELS = {"answers": "labels"}
_EVENTS = ("eventbrite_event_700000000001.csv", "eventbrite_event_700000000002.csv")
_PRETIX_SHEETS = ("pretix_orders__Orders.csv", "pretix_positions__Order positions.csv")

VARIANTS: tuple[Variant, ...] = (
    # bookings
    V("Eventbrite", "attendee report, United States", "eventbrite_attendees", ("eventbrite_us.csv",), 2, 14),
    V("Eventbrite", "attendee report, United Kingdom", "eventbrite_attendees", ("eventbrite_uk.csv",), 1, 14),
    V("Eventbrite", "zip of a report per event", "eventbrite_attendees", _EVENTS, 3, 12, form="zip"),
    V("pretix", "order positions", "pretix_positions", ("pretix_positions.csv",), 2, 17),
    V("pretix", "orders", "pretix_orders", (_PRETIX_SHEETS[0],), 2, 28),
    V("pretix", "orders, a sheet among others", "pretix_orders", _PRETIX_SHEETS, 2, 28, form="workbook"),
    V(
        "pretix",
        "positions, a sheet among others",
        "pretix_positions",
        _PRETIX_SHEETS,
        3,
        17,
        form="workbook",
    ),
    V("pretix", "positions in Order data (JSON)", "pretix_positions", ("pretix_data.json",), 3, 23),
    V("pretix", "orders in Order data (JSON)", "pretix_orders", ("pretix_data.json",), 2, 12),
    V("pretix", "orders of the interface (JSON)", "pretix_positions", ("pretix_api_orders.json",), 2, 23),
    V("pretix", "check-in list", "pretix_check_ins", ("pretix_check_ins.csv",), 2, 20),
    V("Moodle", "gradebook", "moodle_gradebook", ("moodle_gradebook.csv",), 2, 10),
    V("Moodle", "participants", "moodle_participants", ("moodle_participants.csv",), 2, 6),
    V("Moodle", "grading worksheet of an assignment", "moodle_grading", ("moodle_grading.csv",), 2, 11),
    V("Bookwhen", "bookings", "table", ("bookwhen_bookings.csv",), 3, 13),
    V("Arlo", "registrations", "table", ("arlo_registrations.csv",), 2, 10),
    V(
        "accessplanit",
        "delegates",
        "table",
        ("accessplanit_delegates.csv",),
        2,
        7,
        {"delimiter": "semicolon"},
    ),
    V("Cvent", "registrations", "table", ("cvent_registrations.csv",), 3, 14),
    # attendance
    V("Microsoft Teams", "list of actions, 2020", "teams_attendance", ("teams_2020_actions.csv",), 3, 6 + 3),
    V("Microsoft Teams", "meeting summary, 2021", "teams_attendance", ("teams_2021_summary.csv",), 2, 6 + 3),
    V("Microsoft Teams", "a row per join, 2022", "teams_attendance", ("teams_2022_joins.csv",), 2, 7 + 3),
    V("Microsoft Teams", "numbered sections", "teams_attendance", ("teams_sections.csv",), 3, 6 + 3),
    V(
        "Microsoft Teams",
        "numbered sections",
        "teams_attendance",
        ("teams_sections.csv",),
        3,
        6 + 3,
        form="utf-16",
    ),
    V(
        "Microsoft Teams",
        "saved anew from Excel",
        "teams_attendance",
        ("teams_saved_in_excel.csv",),
        3,
        6 + 3,
    ),
    V("Microsoft Teams", "webinar with registrations", "teams_attendance", ("teams_webinar.csv",), 2, 9 + 3),
    V("Zoom", "participants, a row per join", "zoom_attendance", ("zoom_participants.csv",), 3, 8),
    V("Zoom", "participants, unique users", "zoom_attendance", ("zoom_unique_users.csv",), 2, 4),
    V("Zoom", "participants, wording since 2024", "zoom_attendance", ("zoom_new_wording.csv",), 2, 8),
    V("Zoom", "participants with meeting data", "zoom_attendance", ("zoom_meeting_block.csv",), 2, 6 + 4),
    V("Zoom", "list of meeting details", "zoom_attendance", ("zoom_meeting_details.csv",), 3, 24),
    V("Zoom", "attendee report of a webinar", "zoom_attendance", ("zoom_webinar.csv",), 3, 13 + 3),
    V("Zoom", "registration report", "zoom_registrations", ("zoom_registrations.csv",), 2, 6 + 3),
    # surveys
    V("Microsoft Forms", "responses", "ms_forms", ("ms_forms__Sheet1.csv",), 2, 6 + 1, form="workbook"),
    V("Microsoft Forms", "responses", "ms_forms", ("ms_forms.csv",), 2, 6),
    V("Google Forms", "download of the form", "google_forms", ("google_forms_download.csv",), 2, 5),
    V(
        "Google Forms",
        "download of the form",
        "google_forms",
        ("google_forms_download.csv",),
        2,
        5,
        form="zip",
    ),
    V("Google Forms", "linked sheet", "google_forms", ("google_forms_sheet.csv",), 2, 5),
    V("Google Forms", "linked sheet", "google_forms", ("google_forms_sheet.csv",), 2, 5, form="workbook"),
    V("SurveyMonkey", "one header row", "surveymonkey", ("surveymonkey_one_header.csv",), 1, 3),
    V("SurveyMonkey", "two header rows", "surveymonkey", ("surveymonkey_two_headers.csv",), 2, 11),
    V(
        "SurveyMonkey",
        "two header rows",
        "surveymonkey",
        ("surveymonkey_two_headers.csv",),
        2,
        11,
        form="workbook",
    ),
    V(
        "SurveyMonkey",
        "two header rows",
        "surveymonkey",
        ("surveymonkey_two_headers.csv",),
        2,
        11,
        form="zip",
    ),
    V("SurveyMonkey", "three header rows", "surveymonkey", ("surveymonkey_three_headers.csv",), 1, 7),
    V("Qualtrics", "two header rows, to 2016", "qualtrics", ("qualtrics_legacy.csv",), 1, 7),
    V("Qualtrics", "three header rows of 2016", "qualtrics", ("qualtrics_2016.csv",), 2, 12),
    V("Qualtrics", "three header rows", "qualtrics", ("qualtrics_three_headers.csv",), 2, 10),
    V("Qualtrics", "three header rows", "qualtrics", ("qualtrics_three_headers.csv",), 2, 10, form="zip"),
    V(
        "Qualtrics",
        "three header rows",
        "qualtrics",
        ("qualtrics_three_headers.csv",),
        2,
        10,
        form="workbook",
    ),
    V(
        "Qualtrics",
        "tab-separated",
        "qualtrics",
        ("qualtrics_tabs.csv",),
        1,
        9,
        {"delimiter": "tab"},
        "utf-16",
    ),
    V("LimeSurvey", "codes", "limesurvey", ("limesurvey_codes.csv",), 2, 14),
    V("LimeSurvey", "codes", "limesurvey", ("limesurvey_codes.csv",), 2, 14, form="workbook"),
    V("LimeSurvey", "texts", "limesurvey", ("limesurvey_texts.csv",), 2, 14),
    V(
        "LimeSurvey",
        "codes and texts",
        "limesurvey",
        ("limesurvey_codes_and_texts.csv",),
        1,
        7,
        {"delimiter": "semicolon"},
    ),
    V("LimeSurvey", "VV file", "limesurvey", ("limesurvey_vv.csv",), 2, 7),
    V("SPSS", "responses of Jisc Online Surveys", "spss", ("spss_jisc.sav",), 3, 8),
    V("Typeform", "responses", "typeform", ("typeform.csv",), 2, 9),
    V("Typeform", "partial responses too", "typeform", ("typeform_response_type.csv",), 2, 9),
    V("Jisc Online Surveys", "coded responses", "jisc", ("jisc_responses.csv",), 2, 9 + 1),
    V(
        "Jisc Online Surveys",
        "coded responses with key",
        "jisc",
        ("jisc_responses.csv",),
        2,
        9 + 1,
        _LABELS,
        companion="jisc_key.csv",
    ),
    V("Jisc Online Surveys", "key", "jisc", ("jisc_key.csv",), 0, 0),
    V("REDCap", "raw", "redcap", ("redcap_raw.csv",), 3, 12),
    V(
        "REDCap",
        "raw with data dictionary",
        "redcap",
        ("redcap_raw.csv",),
        3,
        12,
        _LABELS,
        companion="redcap_dictionary.csv",
    ),
    V("REDCap", "labels", "redcap", ("redcap_labels.csv",), 1, 10),
    V("REDCap", "data dictionary", "redcap", ("redcap_dictionary.csv",), 0, 0),
    V("REDCap", "data dictionary of the interface", "redcap", ("redcap_dictionary_api.csv",), 0, 0),
    V("Indico", "survey submissions", "indico", ("indico.csv",), 2, 4),
    V(
        "SmartSurvey",
        "responses, three header rows",
        "table",
        ("smartsurvey_responses.csv",),
        2,
        10,
        {"header_rows": "3"},
    ),
    # real files
    real(
        "Eventbrite",
        "attendee report, United States",
        "eventbrite_attendees",
        "eventbrite/2024_attendee_report_us.csv",
        3,
        32,
    ),
    real("pretix", "check-in list", "pretix_check_ins", "pretix/checkinlist_default_v4.csv", 2, 23),
    real(
        "pretix", "an order of the interface (JSON)", "pretix_positions", "pretix/api_order_ABC12.json", 1, 23
    ),
    real("pretix", "an order of the interface (JSON)", "pretix_orders", "pretix/api_order_ABC12.json", 1, 12),
    real("Moodle", "gradebook", "moodle_gradebook", "moodle/gradebook_export_core_fixture.csv", 2, 10),
    real(
        "Moodle",
        "grading worksheet of an assignment",
        "moodle_grading",
        "moodle/assignment_grading_sample.csv",
        4,
        7,
    ),
    real(
        "Microsoft Teams",
        "list of actions, 2020",
        "teams_attendance",
        "ms_teams/2020_joinleave_utf16le_dayfirst_klassenbuch.csv",
        19,
        6 + 3,
    ),
    real(
        "Microsoft Teams",
        "a row per join, 2022",
        "teams_attendance",
        "ms_teams/2022_meeting_summary_utf16le_en-us_demo.csv",
        4,
        7 + 3,
    ),
    real(
        "Microsoft Teams",
        "numbered sections",
        "teams_attendance",
        "ms_teams/2022_numbered_sections_utf16be_dayfirst_14nov.csv",
        7,
        6 + 3,
    ),
    real(
        "Microsoft Teams",
        "numbered sections",
        "teams_attendance",
        "ms_teams/2022_numbered_sections_utf16be_dayfirst_15nov.csv",
        8,
        6 + 3,
    ),
    real(
        "Zoom",
        "participants, a row per join",
        "zoom_attendance",
        "zoom/2021_participants_joinleave_guest.csv",
        29,
        6,
    ),
    real(
        "Zoom",
        "participants with meeting data, unique users",
        "zoom_attendance",
        "zoom/2020_meeting_block_total_duration_1.csv",
        10,
        4 + 4,
    ),
    real(
        "Zoom",
        "participants with meeting data, unique users",
        "zoom_attendance",
        "zoom/2020_meeting_block_total_duration_2.csv",
        10,
        4 + 4,
    ),
    real(
        "Zoom", "list of meeting details", "zoom_attendance", "zoom/2025_meetinglistdetails_may.csv", 81, 24
    ),
    real(
        "Zoom",
        "attendee report of a webinar",
        "zoom_attendance",
        "zoom/2026_webinar_attendee_report_day1.csv",
        3,
        8 + 3,
    ),
    real("Microsoft Forms", "responses", "ms_forms", "ms_forms/2024_form_last_modified.xlsx", 3, 9 + 1),
    real("Microsoft Forms", "quiz", "ms_forms", "ms_forms/2020_quiz_category1.xlsx", 7, 37 + 1),
    real(
        "Google Forms",
        "download of the form",
        "google_forms",
        "google_forms/2020_mybinder_user_survey_forms_download.csv",
        346,
        4,
    ),
    real("SurveyMonkey", "one header row", "surveymonkey", "surveymonkey/538_weather_check.csv", 150, 9),
    real(
        "SurveyMonkey",
        "two header rows",
        "surveymonkey",
        "surveymonkey/cncf_training_certifications_microsurvey.csv",
        134,
        79,
    ),
    real(
        "SurveyMonkey",
        "two header rows",
        "surveymonkey",
        "surveymonkey/538_star_wars_latin1.csv",
        120,
        38,
        encoding="mac-roman",
    ),
    real(
        "Qualtrics",
        "two header rows, to 2016",
        "qualtrics",
        "qualtrics/qualtRics_sample_legacy_2header_bom.csv",
        1,
        15,
    ),
    real(
        "Qualtrics",
        "two header rows, to 2016",
        "qualtrics",
        "qualtrics/single_answer_matrix_legacy.csv",
        5,
        29,
    ),
    real(
        "Qualtrics",
        "three header rows of 2016",
        "qualtrics",
        "qualtrics/single_answer_matrix_insights.csv",
        5,
        30,
    ),
    real("Qualtrics", "three header rows of 2016", "qualtrics", "qualtrics/better_sample_survey.csv", 10, 59),
    real(
        "Qualtrics", "three header rows", "qualtrics", "qualtrics/qualtRics_sample_3header_german.csv", 1, 20
    ),
    real("LimeSurvey", "texts", "limesurvey", "limesurvey/survey_998192_R_data_file.csv", 7, 71),
    real("Typeform", "responses", "typeform", "typeform/coderefinery_pre_2017_tromso.csv", 23, 60),
    real("Typeform", "responses", "typeform", "typeform/fcc_new_coders_2016_part1.csv", 60, 51),
    real(
        "Typeform",
        "responses without the tool's columns",
        "typeform",
        "typeform/coderefinery_post_2017.csv",
        27,
        19,
        metadata_columns="removed",
    ),
    real(
        "Jisc Online Surveys",
        "coded responses",
        "jisc",
        "jisc_online_surveys/results_coded.en.csv",
        68,
        378 + 1,
    ),
    real("Jisc Online Surveys", "key", "jisc", "jisc_online_surveys/key.en.csv", 0, 0),
    real("REDCap", "raw", "redcap", "redcap/simple_data.csv", 5, 24),
    real("REDCap", "raw, longitudinal", "redcap", "redcap/longitudinal_data.csv", 18, 125),
    real("REDCap", "raw, surveys", "redcap", "redcap/survey_data.csv", 2, 33),
    real("REDCap", "data dictionary", "redcap", "redcap/simple_dictionary.csv", 0, 0),
    real("REDCap", "data dictionary", "redcap", "redcap/longitudinal_dictionary.csv", 0, 0),
    real("REDCap", "data dictionary", "redcap", "redcap/survey_dictionary.csv", 0, 0),
    real("Indico", "survey submissions", "indico", "indico_survey/coderefinery_post_2019a.csv", 35, 14),
    real("Indico", "survey submissions", "indico", "indico_survey/coderefinery_pre_2019_oslo.csv", 13, 19),
    real(
        "Indico", "survey submissions", "indico", "indico_survey/coderefinery_pre_2019_stockholm.csv", 24, 19
    ),
    real(
        "any",
        "a table that somebody made",
        "table",
        "training_postsurvey_linked_id/carpentries_instructor_post_2018.csv",
        60,
        41,
    ),
    real("any", "a table that somebody made", "table", "redcap/longitudinal_event.csv", 12, 5),
)
# Real files that are no export of records, or damaged, and what refuses them.
REFUSED_SAMPLES: tuple[tuple[str, str, str, str], ...] = (
    ("eventbrite/api_v3_attendees.json", "eventbrite_attendees", "json_document", "JSON"),
    ("pretix/checkinlist_default_v4.csv", "pretix_positions", "missing_columns", "pretix_check_ins"),
    ("surveymonkey/538_star_wars_latin1.csv", "surveymonkey", "wrong_encoding", "option encoding"),
    ("typeform/coderefinery_post_2017.csv", "typeform", "missing_columns", "metadata_columns"),
    (
        "limesurvey/rse_nl_2017_question_text.csv",
        "limesurvey",
        "missing_columns",
        "question codes",
    ),  # worked on
    ("limesurvey/survey_structure_export_tsv.txt", "limesurvey", "wrong_delimiter", "tab"),  # no responses
    ("bookwhen/api_event_200.json", "table", "json_document", "JSON"),
    ("bookwhen/api_tickets_200.json", "table", "json_document", "JSON"),
    ("jisc_online_surveys/results_coded.en.csv", "surveymonkey", "missing_columns", "the format jisc"),
    (
        "zoom/2026_webinar_attendee_report_day1.csv",
        "teams_attendance",
        "wrong_layout",
        "the format zoom_attendance",
    ),
    ("qualtrics/better_sample_survey.csv", "limesurvey", "missing_columns", "the format qualtrics"),
    ("ms_forms/2024_form_last_modified.xlsx", "google_forms", "missing_columns", "the format ms_forms"),
)
