"""Attack A24: whatever stands in a cell, no text that the pipeline writes tells it."""

from __future__ import annotations

import csv
import io
import logging
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from upath import UPath

from ccds_pipeline.core.basis import current_basis
from ccds_pipeline.core.build import refresh_core
from ccds_pipeline.deidentify.pseudonym import Pseudonymiser
from ccds_pipeline.ingest.delivery import Ingest
from ccds_pipeline.kpi.build import refresh_kpis
from ccds_pipeline.programme.load import parse_programme
from ccds_pipeline.sources.landing import Delivery
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline_tests.support.canaries import Scanner
from ccds_pipeline_tests.support.canary_delivery import PROGRAMME
from ccds_pipeline_tests.support.keys import KEY

pytestmark = pytest.mark.attack("A24")

CANARY = "Zqhostilequux"
NUMBER = "987650123498765"
HOSTILE = {
    "overflow": NUMBER * 30,
    "negative overflow": f"-{NUMBER}e{NUMBER}",
    "encoding": f"{CANARY} \udcff\udce9",
    "double encoding": f"{CANARY} Ã©Ã¨",
    "statement": f"'; DROP TABLE ops.delivery; -- {CANARY}",
    "formula": f'=HYPERLINK("http://{CANARY}.example")',
    "markup": f"<script>{CANARY}</script>",
    "placeholder": f"{{0}} %s %(x)s ${{x}} :source_id {CANARY}",
    "terminal": f"\x1b[31m[bold red]{CANARY}\x1b[0m",
    "quotes": f"\"{CANARY}\" '{CANARY}'",
    "breaks": f"a\r\nb,c\n{CANARY}",
    "nothing visible": f"\u200b\u202e{CANARY}\ufeff",
    "a megabyte": CANARY + "x" * 1_000_000,
}
SOUND = {
    "bookings": {
        "ref": "R-1", "mail": "ada@example.org", "given": "", "family": "", "event": "S-1",
        "when": "2022-03-01 09:00", "state": "Paid", "employer": "", "job": "", "phone": "", "note": "",
    },
    "presence": {
        "mail": "ada@example.org", "name": "", "event": "S-1", "starts": "2022-03-10 09:00",
        "joined": "2022-03-10 09:00", "left": "2022-03-10 12:00", "role": "",
    },
    "before": {
        "id": "1", "mail": "ada@example.org", "event": "S-1", "sent": "2022-03-10 08:00", "code": "AB12",
        "Sure": "5", "Remark": "",
    },
    "after": {
        "ID": "1", "Start time": "2022-03-10T13:00:00", "Completion time": "2022-03-10T13:05:00",
        "Email": "ada@example.org", "Name": "", "Event": "S-1", "Sure": "8", "Clear": "Agree", "Remark": "",
    },
}  # fmt: skip
# What redaction leaves of a comment is stored by design.
REMARKS = {("before", "Remark"), ("after", "Remark")}


def as_csv(row: dict[str, str], attacked: dict[str, str]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, row)
    writer.writeheader()
    writer.writerows([row, attacked])
    return text.getvalue().encode("utf-8", "surrogateescape")


def as_workbook(row: dict[str, str], attacked: dict[str, str]) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet()
        for place, cells in enumerate([list(row), list(row.values()), list(attacked.values())]):
            for column, cell in enumerate(cells):
                sheet.write_string(place, column, cell[:32_000].encode("utf-8", "replace").decode())
    return content.getvalue()


def attacks(source: str, folder: Path) -> Iterator[UPath]:
    """Write a file for each column and each hostile text; the row before the attacked one is sound."""
    sound = SOUND[source]
    write, suffix = (as_workbook, "xlsx") if source == "after" else (as_csv, "csv")
    for column in sound:
        if (source, column) not in REMARKS:
            for number, text in enumerate(HOSTILE.values()):
                file = folder / f"{column} {number}.{suffix}"
                own = {
                    name: f"{value}{number}" for name, value in sound.items() if name in ("ref", "id", "ID")
                }
                file.write_bytes(write(sound | own, sound | {column: text}))
                yield UPath(file)


@pytest.mark.slow
@pytest.mark.parametrize(
    "source",
    ["bookings", "after", *(pytest.param(one, marks=pytest.mark.heavy) for one in ("presence", "before"))],
)
def test_no_hostile_cell_is_told_or_stored(tmp_path, source, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    (tmp_path / "landing").mkdir()
    files = tuple(attacks(source, tmp_path / "landing"))
    programme = parse_programme(PROGRAMME, place="programme.yaml")
    ingest = Ingest(programme, "digest", Pseudonymiser(bytes.fromhex(KEY)), tmp_path / "data" / "runs")
    with open_warehouse(tmp_path / "data" / "warehouse.duckdb") as engine:
        account = ingest.load(engine, Delivery(source, date(2022, 4, 1), files))
        basis = current_basis(engine)
        refresh_core(engine, programme, basis)
        refresh_kpis(engine, programme, basis, run_id="test")
    assert account.is_balanced
    assert account.files == len(files)
    assert account.loaded
    assert account.rejected + account.refused
    printed = capfd.readouterr()
    told = (caplog.text + printed.out + printed.err).encode("utf-8", "surrogateescape")
    scanner = Scanner({"word": CANARY, "number": NUMBER})
    assert {hit.canary for hit in scanner.scan(tmp_path / "landing")} == scanner.planted
    assert scanner.scan_bytes(told, "printed") == []
    assert scanner.scan(tmp_path / "data") == []
