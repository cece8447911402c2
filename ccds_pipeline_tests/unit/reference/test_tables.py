"""Tables of organisations and boards that an installation loads: read strictly, kept beside the shipped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ccds_pipeline.cli.reference import reference_app
from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline.reference.read import read_file
from ccds_pipeline.reference.tables import Board, Organisation, Row, read_reference, shipped_reference, store
from ccds_pipeline_tests.support.source_variants import SAMPLES

OWN = "organisation_code,name,region_code,icb_code,care_setting"
BOARDS = "icb_code,label,region_code,valid_from,valid_to,successor_code"
DAY = date(2026, 10, 31)
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_lines(*lines: str, name: str = "table.csv") -> Path:
        file = tmp_path / name
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return file

    return write_lines


def ods(code: str, name: str, *, opened: str = "19740401", closed: str = "", setting: str = "") -> str:
    """An invented line of an ODS file: 27 columns, no header."""
    cells = [code, name, "Y56", "QMF", *[""] * 6, opened, closed, *[""] * 13, setting, ""]
    assert len(cells) == 27
    return ",".join(f'"{cell}"' for cell in cells)


def refused(file: Path) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as error:
        read_file(file, snapshot_on=DAY)
    return error.value


def test_an_ods_file_is_read_with_the_days_of_each_organisation(write):
    (practice,) = read_file(
        write(ods("A10001", "A SURGERY", closed="20171031", setting="4")), snapshot_on=DAY
    )
    assert isinstance(practice, Organisation)
    assert (practice.code, practice.name, practice.care_setting) == ("A10001", "A SURGERY", "primary")
    assert (practice.since, practice.until) == (date(1974, 4, 1), date(2017, 10, 31))
    assert practice.snapshot_on == DAY
    assert len(practice.source_digest) == 64


@pytest.mark.parametrize(
    ("code", "name", "setting", "care_setting"),
    [
        ("A10001", "ANY NAME", "4", "primary"),
        ("Y10001", "ANY PRISON", "25", "other"),
        ("RZ1", "NORTH AMBULANCE SERVICE NHS TRUST", "", "ambulance"),
        ("RZ2", "EAST MENTAL HEALTH NHS TRUST", "", "mental_health"),
        ("RZ3", "WEST NHS TRUST", "", "unknown"),
        ("RZ4", "SOUTH HOSPITAL AND COMMUNITY NHS TRUST", "", "unknown"),
        ("R1H", "BARTS HEALTH NHS TRUST", "", "secondary_acute"),
        ("U89999", "A COMMUNITY NETWORK", "", "unknown"),
    ],
)
def test_a_care_setting_is_derived_where_something_says_it_and_else_unknown(
    write, code, name, setting, care_setting
):
    (row,) = read_file(write(ods(code, name, setting=setting)), snapshot_on=DAY)
    assert isinstance(row, Organisation)
    assert row.care_setting == care_setting


def test_an_own_table_may_say_days_and_successor(write):
    line = "x1001,Old Clinic,y56,qmf,primary,2015-01-01,2022-03-31,x1002"
    (row,) = read_file(write(f"{OWN},valid_from,valid_to,successor_code", line), snapshot_on=DAY)
    assert (row.code, row.region_code, row.successor, row.until) == (
        "X1001",
        "Y56",
        "X1002",
        date(2022, 3, 31),
    )


def test_boards_are_read_with_their_successors(write):
    (board,) = read_file(write(BOARDS, "QH8,Old board,Y61,2022-07-01,2026-03-31,QZ9"), snapshot_on=DAY)
    assert isinstance(board, Board)
    assert (board.code, board.until, board.successor) == ("QH8", date(2026, 3, 31), "QZ9")


@pytest.mark.parametrize(
    ("lines", "rule", "place"),
    [
        ([OWN, "A1,Name,Y56,QMF,primary"], "reference_code", "line 2"),
        ([OWN, "A10001,,Y56,QMF,primary"], "reference_name", "line 2"),
        ([OWN, "A10001,N,Y56,QMF,primary", "a10001,M,Y56,QMF,primary"], "reference_duplicate", "line 3"),
        ([OWN, "A10001,N,Y56,QMF,clinic"], "reference_setting", "line 2"),
        ([OWN, "A10001,N,Y56"], "reference_layout", "line 2"),
        (["code,name", "A10001,N"], "reference_layout", "line 1, 2"),
        ([BOARDS, "QZ9,Board,Y99,2022-07-01,,"], "reference_region", "line 2"),
        ([BOARDS, "QZ9,Board,Y56,2022-07-01,2021-07-01,"], "reference_date", "line 2"),
        ([BOARDS, "QZ9,Board,Y56,2022-07-32,,"], "reference_date", "line 2"),
        ([BOARDS, "QZ9,Board,Y56,2022-07-01,,QZ9"], "reference_successor", "line 2"),
        ([ods("A10001", "N"), ods("A10002", "M", opened="2022")], "reference_date", "line 2"),
        ([ods("G1000001", "EXAMPLE A")], "reference_persons", "line 1"),
        ([""], "reference_layout", "table.csv"),
    ],
)
def test_a_fault_is_reported_with_its_rule_and_line(write, lines, rule, place):
    fault = refused(write(*lines))
    assert fault.rule == rule
    assert place in fault.place


def test_a_file_that_is_no_text_is_refused(tmp_path):
    file = tmp_path / "etr.csv"
    file.write_bytes(b"\xff\xfe\x00R")
    assert refused(file).rule == "reference_layout"
    assert refused(tmp_path / "none.csv").rule == "reference_file_readable"


def row(code: str, name: str, day: date) -> Row:
    return Organisation(code, name, "Y56", snapshot_on=day, source_digest="abc")


def test_of_one_code_the_newest_snapshot_is_in_force(tmp_path):
    def name_of(code: str) -> str:
        return {row.code: row.name for row in read_reference(tmp_path).organisations}[code]

    store(tmp_path, [row("R1H", "Older than shipped", date(2019, 1, 1)), row("X10001", "First", DAY)])
    assert name_of("R1H") == "Barts Health NHS Trust"
    store(tmp_path, [row("R1H", "Newer than shipped", DAY), row("X10001", "Late", date(2020, 1, 1))])
    assert (name_of("R1H"), name_of("X10001")) == ("Newer than shipped", "First")
    assert len(read_reference(tmp_path).organisations) == len(shipped_reference().organisations) + 1


def test_what_is_in_force_has_a_digest_only_if_something_was_loaded(tmp_path):
    assert read_reference(tmp_path) == shipped_reference()
    assert read_reference(tmp_path).digest == ""
    store(tmp_path, [row("X10001", "First", DAY)])
    first = read_reference(tmp_path).digest
    store(tmp_path, [row("X10001", "Second", DAY)])
    assert len({"", first, read_reference(tmp_path).digest}) == 3


def test_a_stored_table_that_was_spoiled_is_reported(tmp_path):
    (tmp_path / "organisations.csv").write_text("code,name\nX1,Y\n", encoding="utf-8")
    with pytest.raises(ConfigurationError) as error:
        read_reference(tmp_path)
    assert error.value.rule == "reference_readable"


def test_the_command_loads_a_file_and_says_what_is_in_force(tmp_path, write):
    file = write(ods("A10001", "A SURGERY", setting="4"), ods("RZ3", "WEST NHS TRUST", closed="20200101"))
    run = CliRunner().invoke
    loaded = run(reference_app, ["load", str(file), "--snapshot", "2026-10-31", "--data", str(tmp_path)])
    assert loaded.exit_code == 0, loaded.output
    assert "2 organisations of 2026-10-31" in loaded.output
    assert "1  closed without a successor" in loaded.output
    output = run(reference_app, ["status", "--data", str(tmp_path)]).output
    assert "2026-10-31  file, sha256" in output
    assert "shipped with the package" in output
    assert "Open Government Licence" in output


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared samples are not here")
@pytest.mark.parametrize(
    ("name", "rows", "closed"), [("etr_nhs_trusts_2022.csv", 218, 6), ("epraccur_excerpt_2019.csv", 200, 21)]
)
def test_a_real_file_is_read_whole(name, rows, closed):
    found = read_file(SAMPLES / "nhs_reference" / name, snapshot_on=DAY)
    assert (len(found), sum(row.until is not None for row in found)) == (rows, closed)
