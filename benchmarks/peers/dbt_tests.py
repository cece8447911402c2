# /// script
# dependencies = [
#   "dbt-core==1.11.16", "dbt-duckdb==1.11.1", "duckdb==1.5.6", "pyarrow==26.0.1", "python-calamine==0.9.1",
# ]
# ///
"""Peer: dbt builds the floor's statements as models in DuckDB, and tests them (``dbt/schema.yml``).

A bad row fails a test or is left out; it is not kept apart, and no row is accounted for.
Usage: python dbt_tests.py LANDING WORKING_FOLDER
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import sys
from pathlib import Path

import duckdb
from dbt.cli.main import dbtRunner  # type: ignore[import-not-found]  # only in the peer's own environment
from floor import CSV_SOURCES, HERE, READ_CSV, newest_delivery

_PROJECT = Path(__file__).with_name("dbt")
# Models in Python, since DuckDB reads neither workbooks nor what is in the middle of a report.
_IN_PYTHON = """
import pyarrow as pa
from pathlib import Path
from floor import {rows}

def model(dbt, session):
    return pa.Table.from_pylist(list({rows}(Path({landing!r}))))
"""


def models(landing: Path) -> tuple[str, dict[str, str]]:
    """Return the macros that the models need, and the text of each model by its file name."""
    macros, start, tables = (HERE / "floor_conform.sql").read_text().partition("CREATE TABLE")
    statements = dict(re.findall(r"(?s)CREATE TABLE (\w+) AS\n(.*?);\n", start + tables))
    as_of = f"DATE '{newest_delivery(landing)}'"
    statements["kpi"] = (HERE / "floor_kpis.sql").read_text().replace("getvariable('as_of')", as_of)
    texts = {
        f"delivered_{source}.sql": READ_CSV.format(files=landing / source / "*" / "*.csv")
        for source in CSV_SOURCES
    }
    texts |= {f"{name}.sql": with_inputs(text) for name, text in statements.items()}
    for source, rows in {"forms_pre": "pre_rows", "teams_attendance": "attendance_rows"}.items():
        texts[f"delivered_{source}.py"] = _IN_PYTHON.format(rows=rows, landing=str(landing))
    return re.sub("--.*", "", macros), texts


def with_inputs(statement: str) -> str:
    """Name the models that a statement reads, so that dbt builds them before it."""
    names = sorted(set(re.findall(r"(?:FROM|JOIN) (delivered_\w+|booking|attendance|response)\b", statement)))
    return "".join(f"-- depends_on: {{{{ ref('{name}') }}}}\n" for name in names) + statement


def main(landing: Path, work: Path) -> None:
    """Build and test everything in a project of its own, and print the values."""
    shutil.copytree(_PROJECT, work, dirs_exist_ok=True)
    (work / "models").mkdir()
    (work / "schema.yml").rename(work / "models" / "schema.yml")
    macros, texts = models(landing)
    for name, text in texts.items():
        (work / "models" / name).write_text(text)
    os.environ["PEER_DATABASE"] = str(work / "dbt.duckdb")
    at = ["--project-dir", str(work), "--profiles-dir", str(work), "--vars", json.dumps({"macros": macros})]
    with contextlib.redirect_stdout(sys.stderr):
        built = dbtRunner().invoke(["--quiet", "build", *at])
    if not built.success:
        sys.exit(f"dbt build failed: {built.exception or 'see above'}")
    with duckdb.connect(os.environ["PEER_DATABASE"]) as connection:
        for row in connection.execute("FROM kpi").fetchall():
            print(json.dumps(row))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
