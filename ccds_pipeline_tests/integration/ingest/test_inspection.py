"""Inspecting an export says what it holds by counts, drafts its mapping, and takes nothing silently.

All files are invented.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from upath import UPath

from ccds_pipeline.errors import CcdsError, FileRefusedError
from ccds_pipeline.ingest.inspection.compare import compare
from ccds_pipeline.ingest.inspection.draft import OPEN, draft_source, free_columns
from ccds_pipeline.ingest.inspection.look import Look, look_at
from ccds_pipeline.ingest.inspection.show import comparison_lines, file_lines
from ccds_pipeline.programme.load import parse_programme
from ccds_pipeline.programme.model import Programme, Source
from ccds_pipeline_tests.support.commands import ccds
from ccds_pipeline_tests.support.delivered_files import FIXTURES
from ccds_pipeline_tests.support.programmes import TEXT, tiny_programme
from ccds_pipeline_tests.support.source_variants import VARIANTS, Variant

HEADER = "id,mail,when,It was clear,How sure are you,Zebra"
ROWS = [f"{n},p{n}@example.org,{n:02}/03/2022 09:00 ,Agree,{n % 7},secret{n}" for n in range(1, 21)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def look(path: Path, declared: str = "", **options: str) -> Look:
    return look_at(UPath(path), declared=declared, options=options, runs_folder=path.parent / "runs")


def written(folder: Path, *lines: str) -> Path:
    path = folder / "export.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("report", "counts"),
    [
        ("teams_sections.csv", {"Attended participants: 2 by the report itself, 2 listed"}),
        (
            "zoom_webinar.csv",
            {
                "Unique viewers: 2 by the report itself, 3 listed",
                "Registrants: 3 by the report itself, 3 listed",
            },
        ),
        ("zoom_meeting_block.csv", {"Participants: 2 by the report itself, 2 listed"}),
    ],
)
def test_what_a_report_counts_itself_is_shown_beside_what_it_lists(report, counts, folder):
    shutil.copy(FIXTURES / report, folder / "report.csv")
    lines = file_lines(look(folder / "report.csv"))
    assert {line.removeprefix("Counts:   ") for line in lines if line.startswith("Counts:")} == counts


def drafted(found: Look, programme: Programme) -> Source:
    """Parse a draft as a user would paste it, with its open wave named."""
    text = draft_source(found, programme).replace("TO BE NAMED  # one", "post  # one")
    return parse_programme(TEXT.replace("\nkpis:", f"\n{text}\nkpis:"), place="pasted.yaml").sources[-1]


def one_per_format() -> list[Variant]:
    fixtures = [
        variant
        for variant in VARIANTS
        if not variant.is_real and variant.form == "as it is" and not variant.options
    ]
    with_records = {variant.format_name: variant for variant in fixtures if variant.records}
    return list(with_records.values())


@pytest.mark.parametrize("variant", one_per_format(), ids=lambda variant: variant.id)
def test_the_readers_recognise_their_own_files(variant, folder):
    found = look_at(UPath(FIXTURES / variant.files[0]), declared="", options={}, runs_folder=folder / "runs")
    assert variant.format_name in {found.format, *found.others}
    assert list((folder / "runs").iterdir()) == []  # nothing personal is left


def test_columns_are_reported_by_counts(folder):
    found = look(written(folder, HEADER, *ROWS, "21,,32/13/2022,,x,"))
    output = "\n".join(file_lines(found))
    assert found.format == "table"
    assert "text in utf-8, columns separated by comma" in output
    assert "Records:  21" in output
    assert "1 line(s) that are not records" in output
    by_name = {column.name: column for column in found.columns}
    assert (by_name["id"].is_full, by_name["id"].is_unique, by_name["id"].distinct) == (True, True, 21)
    assert by_name["mail"].counts["e-mail-like"] == 20
    assert (by_name["How sure are you"].counts["whole number"], by_name["Zebra"].filled) == (20, 20)
    assert "8 say day first, 0 month first, 12 fit both, 1 other text" in output


def test_no_value_is_ever_shown(folder):
    found = look(written(folder, HEADER, *ROWS))
    programme = tiny_programme()
    lines = [*file_lines(found), draft_source(found, programme)]
    lines += comparison_lines(compare(found, programme.sources_by_id["survey"], programme), source="survey")
    text = "\n".join(lines)
    assert "Zebra" in text
    for value in ("secret", "example.org", "Agree", "/03/2022"):
        assert value not in text


def test_a_look_leaves_nothing_where_there_was_no_data_folder(folder, tmp_path):
    data = tmp_path / "of" / "nobody"
    look_at(UPath(written(folder, HEADER, *ROWS)), declared="", options={}, runs_folder=data / "runs")
    assert not data.parent.exists()


def test_records_that_are_set_aside_are_counted_by_rule_and_not_looked_at(folder):
    found = look(written(folder, "a,b", "1,2", "1,2,3", "4,5"))
    assert dict(found.set_aside) == {"row_too_long": 1}
    assert [column.records for column in found.columns] == [2, 2]


def test_a_repeated_value_in_a_later_batch_is_no_unique_column(folder):
    rows = [f"{number},x" for number in range(20_005)]
    found = look(written(folder, "a,b", *rows, "7,y"))
    assert (found.columns[0].is_unique, found.columns[0].distinct) == (False, 1_000)
    assert look(written(folder, "a,b", *rows)).columns[0].is_unique


def test_a_draft_is_valid_once_its_open_parts_are_named(folder):
    found = look(written(folder, HEADER, *ROWS))
    source = drafted(found, tiny_programme())
    assert (source.format, source.record, source.key) == ("table", "response", ("id",))
    assert source.fields["email"].column == ("mail",)
    questions = {name: mapping.column for name, mapping in source.questions.items()}
    assert questions == {"clear": ("It was clear",)}
    alike = draft_source(found, tiny_programme())
    assert "# sure: How sure are you" in alike  # by likeness alone, so it is not mapped
    assert source.fields["submitted_at"].column == ("when",)  # as the programme's other survey calls it
    assert source.timestamp_formats == ("%d/%m/%Y %H:%M",)
    assert source.ignore == ("Zebra",)


def test_a_draft_takes_the_zone_that_the_columns_of_the_times_name(folder):
    path = shutil.copy(FIXTURES / "typeform_response_type.csv", folder)
    source = drafted(look(Path(path)), tiny_programme())
    assert source.timezone == "UTC"
    assert source.fields["started_at"].column == ("Start Date (UTC)",)


def test_faulty_cells_are_counted_by_column_and_rule_with_what_to_do(folder):
    output = "\n".join(file_lines(look(written(folder, "id,note", "1,fine", "2,cafÃ©", "3,cafÃ©"))))
    assert "2 cell(s) cannot be delivered [double_encoded]: " in output
    assert "Records:  3\n" in output
    assert "cafÃ©" not in output


def test_a_draft_leaves_open_what_the_file_does_not_say(folder):
    found = look(written(folder, HEADER, *ROWS))
    with pytest.raises(CcdsError, match="wave"):
        parse_programme(
            TEXT.replace("\nkpis:", f"\n{draft_source(found, tiny_programme())}\nkpis:"), place="pasted.yaml"
        )


@pytest.mark.parametrize(
    ("days", "formats"),
    [((1, 2, 13), ("%d/%m/%Y %H:%M",)), ((1, 2, 12), (OPEN,)), ((1, 40), (OPEN,))],
    ids=["one day above twelve", "both orders fit", "no date"],
)
def test_the_order_of_day_and_month_is_taken_from_evidence_alone(folder, days, formats):
    rows = [f"{number},{day:02}/03/2022 09:00" for number, day in enumerate(days)]
    found = look(written(folder, "id,submitted", *rows))
    source = drafted(found, tiny_programme())
    assert source.timestamp_formats == formats
    evidence = "look which one the tool writes" in draft_source(found, tiny_programme())
    assert evidence == (days[-1] == 12)


def test_a_column_of_addresses_under_any_name_is_asked_about(folder):
    rows = [f"{number},p{number}@example.org,{number}" for number in range(3)]
    draft = draft_source(look(written(folder, "id,Your work e-mail,submitted", *rows)), tiny_programme())
    assert f"email: {{column: {OPEN}}}  # name its column; perhaps Your work e-mail" in draft


def test_what_the_tool_itself_adds_is_no_question(folder):
    path = shutil.copy(FIXTURES / "limesurvey_codes.csv", folder)
    names = [column.name for column in free_columns(look(Path(path)), tiny_programme())]
    assert names == [
        "recommend",
        "tools[listening]",
        "tools[asking]",
        "tools[other]",
        "rank[1]",
        "rank[2]",
        "sure",
    ]


def test_a_zone_word_in_a_time_is_counted(folder):
    rows = ["1,13/03/2022 09:00 GMT", "2,14/06/2022 09:00 BST"]
    found = look(written(folder, "id,submitted", *rows))
    assert {word: count for word, count in found.columns[1].zones.items() if count} == {"GMT": 1, "BST": 1}
    assert "the file names BST, GMT" in draft_source(found, tiny_programme())


def test_a_hostile_column_name_stays_one_quoted_word(folder):
    name = "x\x1b[31m: {a: [b"
    found = look(written(folder, f'id,"{name}\n- evil: 1"', "1,2"))
    assert "\x1b" not in "\n".join([*file_lines(found), draft_source(found, tiny_programme())])
    assert drafted(found, tiny_programme()).ignore == (f"{name}\n- evil: 1",)


def test_a_source_is_compared_and_a_proposal_is_only_a_proposal(folder):
    renamed = "id,mail,when,It was all clear,How sure are you?,Which tools?,Git,Subversion,Why?,Zebra"
    found = look(written(folder, renamed, "1,a@example.org,,Agree,3,,,,,"))
    programme = tiny_programme()
    compared = compare(found, programme.sources_by_id["survey"], programme)
    ((wanted, proposal),) = compared.missing
    assert (wanted.part, wanted.is_required) == ("question.clear", True)
    assert proposal is not None
    assert proposal.column == "It was all clear"
    assert compared.new == ("It was all clear", "Zebra")
    output = "\n".join(comparison_lines(compared, source="survey"))
    assert "the file would be refused" in output
    assert "add it to this column's names in the programme file" in output


def test_a_missing_column_that_nothing_is_like_has_no_proposal(folder):
    found = look(written(folder, "id,mail,when,Zebra", "1,a@example.org,,"))
    programme = tiny_programme()
    missing = compare(found, programme.sources_by_id["survey"], programme).missing
    assert {column.wanted.part: column.proposal for column in missing}["question.clear"] is None


@pytest.mark.parametrize(
    ("content", "rule", "line"),
    [
        (b"", "file_empty", None),
        (b'a,b\n1,"2\n', "quote_not_closed", 2),
        (b"PK\x03\x04rest", "workbook", None),
    ],
)
def test_a_broken_file_is_refused_with_place_rule_and_remedy(folder, content, rule, line):
    path = folder / "broken.csv"
    path.write_bytes(content)
    with pytest.raises(FileRefusedError) as caught:
        look(path)
    assert rule in caught.value.rule
    assert caught.value.line == line
    assert str(path) in caught.value.place
    assert caught.value.remedy
    assert list((folder / "runs").iterdir()) == []


def test_a_file_of_another_layout_than_declared_is_reported_what_it_looks_like(folder):
    with pytest.raises(FileRefusedError, match="looks like the format typeform"):
        look(Path(shutil.copy(FIXTURES / "typeform.csv", folder)), declared="limesurvey")


def test_the_command_prints_a_draft_or_a_comparison_and_a_refusal_has_an_exit_code(folder):
    path, programme = written(folder, HEADER, *ROWS), folder / "tiny.yaml"
    programme.write_text(TEXT)
    places = ("--programme", programme, "--data", folder / "data")
    drafted_by_command = ccds("inspect", path, *places)
    assert drafted_by_command.returncode == 0, drafted_by_command.stderr
    assert "- id: new_source" in drafted_by_command.stdout
    compared = ccds("inspect", path, "--source", "survey", *places)
    assert "Missing required columns of source survey" in compared.stdout
    assert "new_source" not in compared.stdout
    path.write_text("id;mail\n1;2\n")
    refused = ccds("inspect", path, *places)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert f"{path} (read as table)" in refused.stderr
    assert "[wrong_delimiter]" in refused.stderr
    declared = ccds("inspect", path, "--option", "delimiter=semicolon", *places)
    assert "options: {delimiter: semicolon}" in declared.stdout
    assert ccds("inspect", path, "--option", "delimiter", *places).returncode == 2


@pytest.mark.parametrize(
    ("header", "record", "fields"),
    [
        ("Event,Email,Join time,Leave time", "attendance", {"session_code", "email", "joined_at", "left_at"}),
        ("Event,Email,Status,Order date", "booking", {"session_code", "email", "status", "booked_at"}),
        ("Email,Start date,End date,It was clear", "response", {"email", "started_at", "submitted_at"}),
    ],
)
def test_the_kind_of_record_is_guessed_from_its_columns_and_said_to_be_a_guess(
    folder, header, record, fields
):
    found = look(written(folder, header, ",,,"), declared="table")
    text = draft_source(found, tiny_programme())
    assert f"record: {record}  # a guess" in text
    assert {name for name in fields if f"    {name}: " in text} == fields
