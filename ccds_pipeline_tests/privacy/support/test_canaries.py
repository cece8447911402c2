"""The scanner finds a canary in every format and form, so that finding none means something."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import pickle
import sqlite3
import zipfile
import zlib
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import duckdb
import numpy as np
import pandas as pd
import pytest
import xlsxwriter

from ccds_pipeline_tests.support.canaries import EXACT_FORMS, FOLDED_FORMS, Scanner

pytestmark = pytest.mark.attack("A1")

CANARY = 'Zqéphyrine+quux "zq"@canary.example'
SCANNER = Scanner({"e-mail": CANARY, "other": "another canary, planted nowhere"})


def in_base64(text: str, skip: int) -> str:
    return base64.b64encode(b"y" * skip + text.encode() + b" and more").decode()


def hashed(text: str, name: str) -> str:
    return hashlib.new(name, text.encode()).hexdigest()


HASHES = ("md5", "sha1", "sha256")
WRITTEN: dict[str, str] = {
    "raw": CANARY,
    "lower case": CANARY.lower(),
    "upper case": CANARY.upper(),
    "title case": CANARY.title(),
    "url": quote(CANARY, safe=""),
    "url, in lower case": quote(CANARY, safe="").lower(),
    "json": json.dumps(CANARY),
    "json in json": json.dumps([json.dumps({"x": CANARY})]),
    "doubled quotes": CANARY.replace('"', '""'),
    "html": CANARY.encode("ascii", "xmlcharrefreplace").decode().replace('"', "&quot;"),
    **{f"base64, {skip} bytes on": in_base64(CANARY, skip) for skip in range(3)},
    "base64, url-safe": base64.urlsafe_b64encode(f"??{CANARY}>>".encode()).decode(),
    "base64 of utf-16": base64.b64encode(f"is {CANARY}, yes".encode("utf-16-le")).decode(),
    **{name: hashed(CANARY, name) for name in HASHES},
    "sha256, in upper case": hashed(CANARY, "sha256").upper(),
    "sha256 of lower case, cut": hashed(CANARY.lower(), "sha256")[:20],
}
BYTES: dict[str, bytes] = {
    "utf-16-le": f"is {CANARY}.".encode("utf-16-le"),
    "utf-16-be": f"is {CANARY.upper()}.".encode("utf-16-be"),
    "latin-1": CANARY.encode("cp1252"),
    **{f"{name} bytes": b"\x07" + hashlib.new(name, CANARY.encode()).digest() for name in HASHES},
    "zlib": zlib.compress(CANARY.encode()),
    "zlib in gzip": gzip.compress(zlib.compress(CANARY.encode())),
    "pickle": pickle.dumps({"a": [CANARY]}),
    "pickled frame": pickle.dumps(pd.DataFrame({"x": ["y", CANARY], "n": [1, 2]})),
    "pickled array": pickle.dumps(np.array(["y", CANARY])),
    "pickle in zlib": zlib.compress(pickle.dumps(ValueError(CANARY))),
}


def found(folder: Path) -> set[str]:
    return {hit.canary for hit in SCANNER.scan(folder)}


@pytest.mark.parametrize("form", WRITTEN)
def test_a_canary_is_found_in_every_form(tmp_path, form):
    (tmp_path / "a.log").write_text(f"12:00 ERROR row={WRITTEN[form]}; next", encoding="utf-8")
    assert found(tmp_path) == {"e-mail"}


@pytest.mark.parametrize("form", BYTES)
def test_a_canary_is_found_in_bytes(tmp_path, form):
    (tmp_path / "a.bin").write_bytes(BYTES[form])
    assert found(tmp_path) == {"e-mail"}


def sqlite(path: Path, text: str, content: bytes) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE kvs (id TEXT, body BLOB)")
        connection.execute("INSERT INTO kvs VALUES (?, ?)", (text, content))
        connection.commit()


def sqlite_text(path: Path) -> None:
    sqlite(path, CANARY, b"")


def sqlite_zlib(path: Path) -> None:
    sqlite(path, "snapshot", zlib.compress(json.dumps({"config": CANARY}).encode()))


def sqlite_pickle(path: Path) -> None:
    sqlite(path, "snapshot", pickle.dumps({"config": CANARY}))


def parquet(path: Path) -> None:
    pd.DataFrame({"mail": [CANARY, "b"] * 500}).to_parquet(path, compression="zstd")


def parquet_metadata(path: Path) -> None:
    frame = pd.DataFrame({"mail": ["b"]})
    frame.attrs["from"] = CANARY
    frame.to_parquet(path)


def duckdb_rows(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "CREATE SCHEMA core; CREATE TABLE core.x AS SELECT range AS n, '' AS mail FROM range(9000)"
        )
        connection.execute("UPDATE core.x SET mail = ? WHERE n % 7 = 0", [CANARY])


def duckdb_comment(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE x (n INT)")
        connection.execute(f"COMMENT ON COLUMN x.n IS '{CANARY}'")


def duckdb_view(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"CREATE VIEW x AS SELECT hash('{CANARY}') AS n")


def duckdb_macro(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"CREATE MACRO x() AS sha256('{CANARY}')")


def workbook(path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write(3, 4, CANARY)


def workbook_property(path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"author": CANARY})


def workbook_comment(path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write_comment("A1", CANARY)


def workbook_sheet_name(path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Zqéphyrine")


def zipped_zip(path: Path) -> None:
    inner = path.with_suffix(".inner")
    workbook(inner)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(inner, "inner.xlsx")
    inner.unlink()


def zipped_name(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{CANARY}.csv", "")


def csv_gz(path: Path) -> None:
    path.write_bytes(gzip.compress(f"mail\n{CANARY}\n".encode()))


def web_page(path: Path) -> None:
    path.write_text("<td>Zq&eacute;phyrine&#43;quux &#34;zq&quot;&#x40;canary.example</td>", encoding="utf-8")


@pytest.mark.parametrize(
    "write",
    [
        sqlite_text, sqlite_zlib, sqlite_pickle, parquet, parquet_metadata, duckdb_rows, duckdb_comment,
        duckdb_view, duckdb_macro, workbook, workbook_property, workbook_comment, zipped_zip, zipped_name,
        csv_gz, web_page,
    ],
)  # fmt: skip
def test_a_canary_is_found_in_every_format(tmp_path, write):
    write(tmp_path / "file")
    assert found(tmp_path) == {"e-mail"}


def test_a_canary_is_found_in_what_a_database_has_not_written_back_yet(tmp_path):
    connection = duckdb.connect(str(tmp_path / "w.duckdb"), config={"checkpoint_threshold": "1TB"})
    connection.execute("CREATE TABLE x (mail TEXT)")
    connection.execute("CHECKPOINT")
    connection.execute("INSERT INTO x SELECT ? FROM range(5)", [CANARY])
    assert (tmp_path / "w.duckdb.wal").exists()
    hits = {hit.where.split("/")[-1] for hit in SCANNER.scan(tmp_path)}
    connection.close()
    assert "w.duckdb > main.x" in hits


def test_a_canary_is_found_in_the_name_of_a_file(tmp_path):
    (tmp_path / "zqéphyrine+QUUX").mkdir()
    (tmp_path / "zqéphyrine+QUUX" / "a.csv").write_text("")
    assert Scanner({"name": "Zqéphyrine+quux"}).scan(tmp_path)


def test_nothing_is_found_where_nothing_is(tmp_path):
    for number in range(20):
        text = hashlib.sha256(str(number).encode()).hexdigest() + base64.b64encode(bytes(range(256))).decode()
        (tmp_path / f"{number}").write_text(text)
    workbook_sheet_name(tmp_path / "book.xlsx")
    assert found(tmp_path) == set()


def test_every_form_of_the_scanner_is_tried_above():
    forms = set()
    for content in [*(WRITTEN[form].encode() for form in WRITTEN), *BYTES.values()]:
        forms |= {hit.form for hit in SCANNER.scan_bytes(content, "x")}
    assert forms == {*FOLDED_FORMS, *EXACT_FORMS}
