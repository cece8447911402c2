"""Google Forms, LimeSurvey, REDCap, Jisc and Moodle, on invented files: columns, answers and their keys."""

import shutil
from pathlib import Path

import pytest

from ccds_pipeline_tests.support.delivered_files import FIXTURES, read, refusal, written
from ccds_pipeline_tests.support.source_variants import as_zip

DICTIONARY, KEY = FIXTURES / "redcap_dictionary.csv", FIXTURES / "jisc_key.csv"
REDCAP, JISC = FIXTURES / "redcap_raw.csv", FIXTURES / "jisc_responses.csv"
LABELS = {"answers": "labels"}


def test_a_google_form_keeps_questions_of_one_name_apart():
    delivered = read("google_forms", FIXTURES / "google_forms_download.csv")
    assert delivered.names[-2:] == ["What was useful?", "What was useful?__2"]
    assert delivered.by_name[0]["Timestamp"] == "2022/03/01 9:30:25 am GMT"
    assert delivered.by_name[1]["What was useful?__2"] == "Nothing, really"


def test_a_google_form_is_the_same_in_the_zip_of_its_download(tmp_path):
    plain = FIXTURES / "google_forms_download.csv"
    assert read("google_forms", as_zip(tmp_path, [plain])).good == read("google_forms", plain).good


def test_a_google_form_needs_its_timestamp_in_front(tmp_path):
    path = written(tmp_path, "How was it?,Timestamp\nGood,01/03/2022 09:30:25\n")
    assert refusal("google_forms", path).rule == "missing_columns"


def test_limesurvey_names_its_own_columns_alike_under_every_heading():
    for name, options in (
        ("limesurvey_codes.csv", {}),
        ("limesurvey_texts.csv", {}),
        ("limesurvey_codes_and_texts.csv", {"delimiter": "semicolon"}),
        ("limesurvey_vv.csv", {}),
    ):
        delivered = read("limesurvey", FIXTURES / name, options)
        assert delivered.names[:4] == ["id", "submitdate", "lastpage", "startlanguage"], name
        assert delivered.by_name[0]["submitdate"] == "2022-03-01 10:05:00", name
        assert delivered.tally.total == delivered.accounted_lines


def test_an_incomplete_response_of_limesurvey_has_no_date_of_submission():
    for name in ("limesurvey_codes.csv", "limesurvey_texts.csv", "limesurvey_vv.csv"):
        second = read("limesurvey", FIXTURES / name).by_name[1]
        assert (second["submitdate"], second["lastpage"]) == (None, "1"), name


def test_limesurvey_answers_stay_codes_or_texts_as_they_were_exported():
    codes = read("limesurvey", FIXTURES / "limesurvey_codes.csv").by_name[0]
    texts = read("limesurvey", FIXTURES / "limesurvey_texts.csv").by_name[0]
    assert (codes["recommend"], codes["tools[listening]"], codes["tools[other]"], codes["rank[1]"]) == (
        "-oth-",
        "Y",
        "Silence",
        "A2",
    )
    assert texts["Would you recommend it?"] == "Other"


def test_limesurvey_headings_of_codes_and_texts_become_names_and_questions():
    options = {"delimiter": "semicolon"}
    delivered = read("limesurvey", FIXTURES / "limesurvey_codes_and_texts.csv", options)
    assert delivered.names[4:] == ["recommend", "tools[listening]", "sure"]
    assert delivered.texts[4:] == ["Would you recommend it?", "Which tools? [Listening]", "How sure are you?"]
    assert refusal("limesurvey", FIXTURES / "limesurvey_codes_and_texts.csv").rule == "quote_misplaced"


def test_a_limesurvey_question_without_a_text_is_delivered_under_its_position_or_its_code(tmp_path):
    texts = (FIXTURES / "limesurvey_texts.csv").read_text(encoding="utf-8-sig")
    question = "Would you recommend it?"
    delivered = read("limesurvey", written(tmp_path, texts.replace(question, "")))
    position = read("limesurvey", FIXTURES / "limesurvey_texts.csv").names.index(question)
    assert delivered.names[position] == f"(no name) {position + 1}"
    assert delivered.by_name[0][delivered.names[position]] == "Other"
    both = (FIXTURES / "limesurvey_codes_and_texts.csv").read_text(encoding="utf-8-sig")
    path = written(tmp_path, both.replace(question, ""))
    delivered = read("limesurvey", path, {"delimiter": "semicolon"})
    assert (delivered.names[4:], delivered.texts[4]) == (["recommend", "tools[listening]", "sure"], "")


def test_a_limesurvey_vv_file_shows_what_its_braces_mean():
    delivered = read("limesurvey", FIXTURES / "limesurvey_vv.csv")
    first, second = delivered.by_name
    assert delivered.texts[4] == "Would you recommend it, honestly?"
    assert first["why"] == 'It was "good"\nand\tshort {really}'
    assert (second["why"], second["sure"]) == ("{question_not_shown}", None)
    assert delivered.lines == [3, 4]


def test_redcap_without_its_dictionary_delivers_codes():
    delivered = read("redcap", REDCAP)
    assert set(delivered.texts) == {""}
    first, later, _ = delivered.by_name
    assert (first["recommend"], first["tools___1"], first["tools___2"]) == ("1", "1", "0")
    assert later["feedback_timestamp"] == "[not completed]"


def test_redcap_with_its_dictionary_knows_the_questions_and_still_delivers_codes():
    delivered = read("redcap", REDCAP, {}, DICTIONARY)
    texts = dict(zip(delivered.names, delivered.texts, strict=True))
    assert texts["recommend"] == "Would you recommend it?"
    assert texts["tools___1"] == "Which tools? [Listening, mostly]"
    assert texts["tools____1"] == "Which tools? [None]"
    assert texts["sure"] == "How sure\nare you?"
    assert [row["recommend"] for row in delivered.by_name] == ["1", None, "2"]


def test_redcap_delivers_labels_where_the_source_asks_for_them():
    rows = read("redcap", REDCAP, LABELS, DICTIONARY).by_name
    assert [row["recommend"] for row in rows] == ["Yes", None, "No, never"]
    assert [row["happy"] for row in rows] == ["Yes", None, "No"]
    assert rows[0]["tools___1"] == "1"  # a tick is no choice of an answer
    assert rows[2]["sure"] == "-999"  # a code for missing data is judged by the programme


def test_redcap_reads_the_dictionary_of_the_interface_too():
    path = FIXTURES / "redcap_dictionary_api.csv"
    assert read("redcap", REDCAP, LABELS, path).by_name[2]["recommend"] == "No, never"


@pytest.mark.parametrize(
    ("format_name", "name"), [("redcap", "redcap_raw.csv"), ("moodle_grading", "moodle_grading.csv")]
)
def test_a_last_line_without_a_line_end_is_set_aside_where_the_tool_always_writes_one(
    tmp_path, format_name, name
):
    content = (FIXTURES / name).read_text(encoding="utf-8-sig").rstrip("\n")
    assert read(format_name, written(tmp_path, content)).faults[-1] == "row_unfinished"


def test_redcap_exported_with_labels_is_delivered_as_it_is():
    row = read("redcap", FIXTURES / "redcap_labels.csv").by_name[0]
    assert (row["Would you recommend it?"], row["Which tools? (choice=Listening, mostly)"]) == (
        "Yes",
        "Checked",
    )


def test_jisc_with_its_key_knows_questions_options_and_rows_of_grids():
    delivered = read("jisc", JISC, {}, KEY)
    assert dict(zip(delivered.names, delivered.texts, strict=True)) == {
        "URN": "Unique Response Number",
        "Q1": "How was it?",
        "Q2_1": "Which tools? [Listening]",
        "Q2_2": "Which tools? [Asking, often]",
        "Q3": "How much do you agree?",
        "Q3_1_a": "How much do you agree? [It was\nclear] [Agree]",
        "Q3_1_b": "How much do you agree? [It was\nclear] [Disagree]",
        "Q4_a": "Why? [Please say more]",
        "CompletionDate": "Submission date",
        "Answers given": "",
    }
    assert [row["Q1"] for row in delivered.by_name] == ["2", None]


def test_jisc_delivers_labels_where_the_source_asks_for_them():
    first, second = read("jisc", JISC, LABELS, KEY).by_name
    assert (first["Q1"], first["Q3_1_a"], first["Q2_1"]) == ("Good", "Agree", "1")
    assert (second["Q1"], second["Q2_1"]) == (None, "0")


def test_a_jisc_respondent_who_skipped_everything_is_told_by_the_count_of_answers():
    for options, companions in (({}, ()), (LABELS, (KEY,))):
        rows = read("jisc", JISC, options, *companions).by_name
        assert [row["Answers given"] for row in rows] == ["4", "0"]


@pytest.mark.parametrize(
    ("format_name", "name", "lines"),
    [
        ("jisc", "jisc_key.csv", 17),
        ("redcap", "redcap_dictionary.csv", 8),
        ("redcap", "redcap_dictionary_api.csv", 2),
    ],
)
def test_a_companion_has_no_record_and_all_of_its_lines_are_other_lines(format_name, name, lines):
    delivered = read(format_name, FIXTURES / name)
    assert (delivered.rows, delivered.names) == ([], [])
    assert (delivered.tally.total, delivered.tally.other) == (lines, lines)


@pytest.mark.parametrize(
    ("format_name", "file", "companion"), [("jisc", JISC, KEY), ("redcap", REDCAP, DICTIONARY)]
)
def test_labels_need_exactly_one_key(tmp_path, format_name, file, companion):
    second = Path(shutil.copy(companion, tmp_path))
    assert refusal(format_name, file, LABELS).rule == "companion_missing"
    assert refusal(format_name, file, LABELS, companion, second).rule == "companion_ambiguous"


def test_the_key_of_another_survey_is_refused(tmp_path):
    other = written(tmp_path, '"URN","Unique Response Number"\n"Q1","How was it?"\n"1","Poor"\n')
    refused = refusal("jisc", JISC, {}, other)
    assert refused.rule == "companion_mismatch"
    assert "6 of the file's columns" in refused.problem


def test_a_key_and_its_responses_may_come_in_one_archive(tmp_path):
    delivered = read("jisc", as_zip(tmp_path, [KEY, JISC]), LABELS)
    assert [row["Q1"] for row in delivered.by_name] == ["Good", None]
    assert delivered.tally.total == delivered.accounted_lines == 17 + 3


def test_an_archive_of_nothing_but_a_key_accounts_for_its_lines(tmp_path):
    delivered = read("jisc", as_zip(tmp_path, [KEY]))
    assert (delivered.tally.total, delivered.tally.other) == (17, 17)


def test_a_moodle_gradebook_takes_a_space_before_a_quote_and_a_dash_for_no_grade():
    rows = read("moodle_gradebook", FIXTURES / "moodle_gradebook.csv").by_name
    assert [(row["Last name"], row["Quiz: Before (Real)"], row["Feedback: Before"]) for row in rows] == [
        ("Example", "7.00", "Well, done"),
        ("Example", None, None),
    ]


def test_a_moodle_gradebook_may_be_separated_by_colons(tmp_path):
    content = 'First name:Surname:"ID number":"Email address"\nAda:Example:N1:ada@example.org\n'
    path = written(tmp_path, content)
    assert refusal("moodle_gradebook", path).rule == "wrong_delimiter"
    assert read("moodle_gradebook", path, {"delimiter": "colon"}).by_name[0]["ID number"] == "N1"


@pytest.mark.parametrize(
    ("format_name", "header", "language"),
    [
        ("moodle_gradebook", "Prénom,Nom,Numéro d’identification,Adresse de courriel", "French"),
        ("moodle_grading", "Identifiant,Nom complet,Adresse de courriel,Statut,Note", "French"),
        ("moodle_participants", "Vorname,Nachname,E-Mail-Adresse,Letzter Zugriff auf den Kurs", "German"),
        ("moodle_grading", "ID,Vollständiger Name,E-Mail-Adresse,Status,Bewertung", "German"),
    ],
)
def test_a_moodle_export_in_another_language_is_told_by_it(tmp_path, format_name, header, language):
    refused = refusal(format_name, written(tmp_path, header + "\n1,2,3,4,5\n"))
    assert refused.rule == "wrong_language"
    assert language in refused.problem
    assert "language set to English" in refused.remedy


def test_moodle_lists_of_persons_are_told_apart():
    participants = read("moodle_participants", FIXTURES / "moodle_participants.csv").by_name
    assert [row["Last access to course"] for row in participants] == ["3 days 2 hours", "Never"]
    grading = read("moodle_grading", FIXTURES / "moodle_grading.csv")
    assert [row["Grade"] for row in grading.by_name] == ["85.00", None]
    assert (grading.lines, grading.tally.other) == ([3, 4], 2)
    assert "moodle_grading" in refusal("moodle_gradebook", FIXTURES / "moodle_grading.csv").problem
