"""No comment, and no name in one, gets past the restricted warehouse: not released, printed or told."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest

from ccds_pipeline.release.build import build_candidate, publish_candidate
from ccds_pipeline.reporting.report import write_report
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline_tests.support.comment_tables import Command, connected, reference_of, write_warehouse
from ccds_pipeline_tests.support.comments import Said, kitchen_programme, many

# Invented; as if redaction had missed them.
CANARIES = ("Zebulon", "Quackenbush", "marmalade", "r.quack@kitchen.example", "07700 900461")
SAID = [
    *many("We make soup every day with Zebulon.", 20),
    *many("A sharp knife, said Quackenbush", 20, first=20),
    *many("nothing new", 30, first=40),
    *many("marmalade soup, ask r.quack@kitchen.example or 07700 900461", 3, first=80),
    Said("p99", "Quackenbush has the marmalade", "hope", "before"),
]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_warehouse(tmp_path_factory.mktemp("canaries") / "data", SAID)


def found_in(content: bytes) -> list[str]:
    """Return the canaries in raw, cased and UTF-16 form."""
    plain = content.lower()
    return [
        canary
        for canary in CANARIES
        if canary.lower().encode() in plain or canary.lower().encode("utf-16-le") in plain
    ]


@pytest.mark.attack("A1", "A15")
def test_the_scanner_finds_what_the_warehouse_holds(data):
    with connected(data) as connection:
        texts = connection.exec_driver_sql("SELECT string_agg(redacted_text) FROM core.fact_comment").scalar()
    assert found_in(str(texts).encode()) == list(CANARIES)


@pytest.mark.attack("A1", "A15")
def test_no_comment_is_in_the_release_or_the_report(data, tmp_path):
    released, report = tmp_path / "release.duckdb", tmp_path / "report.html"
    candidate = tmp_path / "candidate" / "release.duckdb"
    with open_warehouse(data / "warehouse.duckdb") as engine:
        build_candidate(engine, kitchen_programme(), candidate, note="")
        publish_candidate(engine, kitchen_programme(), candidate, released, inputs="test")
    write_report(released, report)
    with duckdb.connect(str(released), read_only=True) as connection:
        tables = [name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables").fetchall()]
        cells = [str(connection.execute(f"FROM reporting.{name}").fetchall()) for name in tables]
    assert "theme" in tables
    assert "soup" in str(cells)
    for content in ("\n".join(cells).encode(), released.read_bytes(), report.read_bytes()):
        assert found_in(content) == []


@pytest.mark.attack("A1")
def test_no_command_that_counts_prints_a_comment(data, tmp_path, monkeypatch, capsys):
    command = Command(data, monkeypatch, capsys)
    sheet, marked = tmp_path / "sheet.csv", tmp_path / "marked.csv"
    printed = [command("explore", "--topics", "2"), command("sample", "--out", sheet, "--size", "500")]
    assert found_in(sheet.read_bytes()) == list(CANARIES)
    marked.write_text(sheet.read_text(encoding="utf-8-sig").replace(",,,\n", ",,,x\n"), encoding="utf-8")
    printed.append(command("agreement", marked))
    assert [one.code for one in printed] == [0, 0, 0]
    assert "soup" in printed[0].stdout
    assert found_in(str(printed).encode()) == []


@pytest.mark.attack("A1")
def test_no_refusal_quotes_a_comment(data, tmp_path, monkeypatch, capsys):
    command = Command(data, monkeypatch, capsys)
    approve = ("--question", "change", "--approver", "lead")
    printed = [command("quote", reference_of(data, f"k{number}"), *approve) for number in (0, 20, 70)]
    printed.append(command("quote", "Zebulon", *approve))
    wrong = tmp_path / "wrong.csv"
    with wrong.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["reference", "question_id", "soup", "knives", "habits", "none"])
        writer.writerow([reference_of(data, "k0"), "change", "Quackenbush", "", "", ""])
    printed += [command("agreement", wrong), command("explore", "--question", "marmalade")]
    printed.append(command("quotations"))
    assert [one.code for one in printed] == [1, 1, 1, 2, 1, 2, 0]
    assert found_in(str(printed).encode()) == []
