"""Files through the real child process: in order, bounded, and one bad file takes no other down."""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path

import pyarrow as pa
import pytest
import xlsxwriter

from ccds_pipeline.errors import CcdsError, ConfigurationError, FileRefusedError
from ccds_pipeline.sources import child
from ccds_pipeline.sources.answering import check_lines
from ccds_pipeline.sources.delivered import DEFAULT_LIMITS, Limits, LineTally
from ccds_pipeline.sources.private_copy import PrivateFile
from ccds_pipeline.sources.reading import Answer, Batch, FileEnd, FileRefused, read_files
from ccds_pipeline_tests.support.delivered_files import FIXTURES, read

HEADER = "id,name,notes\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def private(folder: Path, *contents: str | bytes) -> list[PrivateFile]:
    files = []
    for number, content in enumerate(contents, start=1):
        path = folder / f"{number:06d}"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        files.append(PrivateFile(number, path, ".csv", "", path.stat().st_size))
    return files


def outcome(answers: Iterable[Answer]) -> dict[int, str]:
    """The last word on each file: how many records, or the rule of its refusal."""
    return {
        answer.file_number: str(answer.records_n) if isinstance(answer, FileEnd) else answer.rule
        for answer in answers
        if not isinstance(answer, Batch)
    }


def test_batches_come_before_the_end_of_their_file_and_the_books_balance(folder):
    content = HEADER + '1,Ada,"a\nb"\n2,Bo\n\n3,Cy,fine\n\n'
    batch, end = read_files(private(folder, content), "table", {})
    assert isinstance(batch, Batch)
    assert batch.rows.to_pylist() == [
        {"@line": 2, "@fault": None, "id": "1", "name": "Ada", "notes": "a\nb"},
        {"@line": 4, "@fault": "row_too_short", "id": None, "name": None, "notes": None},
        {"@line": 5, "@fault": "row_blank", "id": None, "name": None, "notes": None},
        {"@line": 6, "@fault": None, "id": "3", "name": "Cy", "notes": "fine"},
    ]
    assert isinstance(end, FileEnd)
    assert (end.lines_n, end.other_lines_n, end.records_n, end.inner_breaks_n) == (7, 2, 4, 1)


def test_a_file_without_records_still_shows_its_columns(folder):
    batch, end = read_files(private(folder, HEADER), "table", {})
    assert isinstance(batch, Batch)
    assert batch.rows.num_rows == 0
    assert batch.rows.schema.names == ["@line", "@fault", "id", "name", "notes"]
    assert batch.rows.schema.types == [pa.int64(), *[pa.string()] * 4]
    assert outcome([end]) == {1: "0"}


def test_an_spss_file_is_read_in_the_process_too(folder):
    content = (FIXTURES / "spss_jisc.sav").read_bytes()
    batch, end = read_files(private(folder, content), "spss", {"answers": "labels"})
    assert isinstance(batch, Batch)
    assert batch.rows["Q1"].to_pylist() == ["Good", "Poor", "No answer"]
    assert outcome([end]) == {1: "3"}


def test_other_wordings_of_columns_come_with_the_schema(folder):
    content = (FIXTURES / "qualtrics_three_headers.csv").read_bytes()
    first = next(read_files(private(folder, content), "qualtrics", {}))
    assert isinstance(first, Batch)
    assert json.loads(first.rows.schema.metadata[b"texts"])["Q1"] == "How was it?"


def test_the_process_delivers_what_the_reader_delivers(folder):
    content = (FIXTURES / "teams_sections.csv").read_bytes()
    files = private(folder, content)
    batch, _ = read_files(files, "teams_attendance", {})
    assert isinstance(batch, Batch)
    expected = read("teams_attendance", files[0].path)
    assert [tuple(row.values())[2:] for row in batch.rows.to_pylist()] == expected.rows


@pytest.mark.parametrize(("rows", "sizes"), [(2500, [1000, 1000, 500]), (2000, [1000, 1000])])
def test_a_long_file_comes_in_bounded_batches_in_order(folder, rows, sizes):
    content = HEADER + "".join(f"{number},Ada,fine\n" for number in range(rows))
    *batches, end = read_files(
        private(folder, content), "table", {}, limits=replace(DEFAULT_LIMITS, batch_rows=1000)
    )
    assert [batch.rows.num_rows for batch in batches if isinstance(batch, Batch)] == sizes
    lines = [
        line for batch in batches if isinstance(batch, Batch) for line in batch.rows["@line"].to_pylist()
    ]
    assert lines == list(range(2, rows + 2))
    assert outcome([end]) == {1: str(rows)}


def test_a_refused_file_leaves_the_others_alone(folder):
    files = private(folder, HEADER + "1,Ada,fine\n", "<html></html>", HEADER + "1,Ada,fine\n2,Bo,fine\n")
    answers = list(read_files(files, "table", {}))
    assert outcome(answers) == {1: "1", 2: "html_page", 3: "2"}
    refused = next(answer for answer in answers if isinstance(answer, FileRefused))
    assert refused.remedy.startswith("Sign in")


def test_a_file_may_be_refused_after_batches_of_it_were_sent(folder):
    content = HEADER + "1,Ada,fine\n" * 3500 + '1,Ada,"never closed\n'
    *batches, refused = read_files(
        private(folder, content), "table", {}, limits=replace(DEFAULT_LIMITS, batch_rows=1000)
    )
    assert len(batches) == 3
    assert isinstance(refused, FileRefused)
    assert (refused.rule, refused.line) == ("quote_not_closed", 3502)


def far_cell(folder: Path) -> bytes:
    path = folder / "far.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["id", "name"])
        sheet.write(1048575, 16383, "x")
    return path.read_bytes()


def test_a_file_that_kills_the_parser_is_refused_and_the_next_one_is_read(folder):
    # With the check of the box lifted, the parser asks for more memory than there is and aborts.
    lifted = replace(DEFAULT_LIMITS, workbook_cells=10**12)
    files = private(folder, HEADER + "1,Ada,fine\n", far_cell(folder), HEADER + "2,Bo,fine\n")
    assert outcome(read_files(files, "table", {}, limits=lifted)) == {1: "1", 2: "reader_crashed", 3: "1"}


@pytest.mark.parametrize(
    "limits", [replace(DEFAULT_LIMITS, cpu_seconds=0.2), replace(DEFAULT_LIMITS, wall_seconds=0.2)]
)
def test_a_file_that_takes_too_long_is_refused_and_the_next_one_is_read(folder, limits):
    slow = HEADER + "1,Ada,fine\n" * 1_000_000
    files = private(folder, slow, HEADER + "2,Bo,fine\n")
    answers = list(read_files(files, "table", {}, limits=limits))
    assert outcome(answers) == {1: "reader_limit", 2: "1"}
    assert any("time" in answer.problem for answer in answers if isinstance(answer, FileRefused))


def test_a_file_that_takes_too_much_memory_is_refused_and_the_next_one_is_read(folder):
    limits = Limits(memory_bytes=300 * 1024**2, line_characters=10**9, field_characters=10**9)
    wide = HEADER + '1,Ada,"' + "é" * 20_000_000 + '"\n'
    files = private(folder, wide.encode("latin-1"), HEADER + "2,Bo,fine\n")
    assert outcome(read_files(files, "table", {"encoding": "latin-1"}, limits=limits)) == {
        1: "reader_limit",
        2: "1",
    }


def test_a_slow_consumer_is_not_taken_for_a_slow_file(folder):
    content = HEADER + "1,Ada,fine\n" * 20_000
    limits = replace(DEFAULT_LIMITS, wall_seconds=2.0, batch_rows=500)
    answers = read_files(private(folder, content), "table", {}, limits=limits)
    first = next(answers)
    subprocess.run(["sleep", "2.3"], check=True)
    assert outcome([first, *answers]) == {1: "20000"}


def test_a_line_that_no_reader_accounted_for_refuses_the_file():
    check_lines(LineTally(total=5, other=1), 3, 1)
    with pytest.raises(FileRefusedError) as refused:
        check_lines(LineTally(total=5, other=1), 3, 0)
    assert refused.value.rule == "lines_unaccounted"


def test_an_unexpected_failure_is_told_without_a_value(folder):
    (file,) = private(folder, HEADER)
    file.path.unlink()
    (refused,) = read_files([file], "table", {})
    assert isinstance(refused, FileRefused)
    assert refused.rule == "reader_failed"
    assert "FileNotFoundError" in refused.problem
    assert str(file.path) not in refused.problem


def test_a_process_that_cannot_start_is_no_fault_of_the_file(folder, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(CcdsError) as caught:
        list(read_files(private(folder, HEADER), "table", {}))
    assert caught.value.rule == "reader_unavailable"


def test_an_unknown_layout_is_refused_before_a_process_is_started(folder):
    with pytest.raises(ConfigurationError):
        read_files(private(folder, HEADER), "excel", {})


def test_no_files_need_no_process():
    assert list(read_files([], "table", {})) == []


def test_the_process_ends_when_nobody_listens_any_more(folder):
    answers = read_files(private(folder, HEADER + "1,Ada,fine\n" * 500_000), "table", {})
    next(answers)
    (process,) = children()
    answers.close()  # type: ignore[attr-defined]  # a generator
    assert process not in children()


def children() -> list[int]:
    """Return the processes that this one started to read files."""
    task = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
    started = [int(number) for number in task.read_text(encoding="ascii").split()]
    return [number for number in started if b"multiprocessing" not in _command_line(number)]


def _command_line(process: int) -> bytes:
    return Path(f"/proc/{process}/cmdline").read_bytes()


@pytest.mark.attack("A3")
def test_the_process_gets_no_secret_of_the_environment(folder, monkeypatch):
    monkeypatch.setenv("CCDS_PSEUDONYM_KEY", "secret")
    answers = read_files(private(folder, HEADER + "1,Ada,fine\n" * 500_000), "table", {})
    next(answers)
    (process,) = children()
    environment = Path(f"/proc/{process}/environ").read_bytes()
    answers.close()  # type: ignore[attr-defined]  # a generator
    assert b"secret" not in environment
    assert b"CCDS_" not in environment


def test_the_process_loads_no_heavy_package(folder):
    (file,) = private(folder, HEADER + "1,Ada,fine\n")
    paths = [str(file.path)]
    job = {
        "format": "table",
        "options": {},
        "limits": asdict(DEFAULT_LIMITS),
        "paths": paths,
        "delivery": paths,
    }
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", child.__name__],
        input=json.dumps(job).encode(),
        capture_output=True,
        check=True,
    )
    loaded = {line.rsplit(b"|", 1)[-1].strip() for line in done.stderr.splitlines()}
    assert b"pyarrow" in loaded
    assert not loaded & {
        b"numpy.linalg",
        b"pandas.core",
        b"dagster",
        b"pydantic",
        b"sqlalchemy",
        b"duckdb",
        b"upath",
    }


def test_many_small_files_share_one_process(folder):
    content = (FIXTURES / "teams_sections.csv").read_bytes()
    files = private(folder, *[content] * 300)
    seen = set()
    for answer in read_files(files, "teams_attendance", {}):
        seen |= set(children())
        assert not isinstance(answer, FileRefused)
    assert len(seen) == 1


def test_memory_does_not_grow_with_the_file(folder):
    peaks = []
    for rows in (30_000, 120_000):
        content = HEADER + "1,Ada Example,some words of a comment\n" * rows
        answers = read_files(private(folder, content), "table", {})
        for answer in answers:
            if isinstance(answer, Batch):
                (process,) = children()
                status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
        peaks.append(int(status.split("VmHWM:")[1].split()[0]))
    assert peaks[1] < 1.2 * peaks[0]


def test_a_bomb_is_refused_before_it_is_unpacked(folder):
    path = folder / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as container:
        container.writestr("xl/worksheets/sheet1.xml", b" " * 25 * 1024**2)
    answers = list(read_files(private(folder, path.read_bytes()), "ms_forms", {}))
    assert outcome(answers) == {1: "workbook_too_large"}
