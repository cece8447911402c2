"""SQL has one home: statements stand in ``sql/``, are used from there, and are not written in Python."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
import sqlglot

from ccds_pipeline.programme.model import RecordKind
from ccds_pipeline.schemas.register import restricted_tables
from ccds_pipeline.warehouse.select_files import sql_folder, statement
from ccds_pipeline_tests.support.paths import ROOT

MOST_LINES = 4
SQL = re.compile(
    r"\bSELECT\b.*\bFROM\b|\b(INSERT INTO|DELETE FROM|UPDATE \S+ SET|CREATE|WITH \S+ AS)\b", re.DOTALL
)
FILES = sorted(
    file for file in sql_folder().rglob("*.sql") if file.parent.name not in {"roles", "quality", "migrations"}
)
NAMES = {f"{file.parent.name}/{file.stem}" for file in FILES}
MODULES = sorted((ROOT / "ccds_pipeline").rglob("*.py"))
LONG = '''
def read():
    """SELECT of a docstring FROM which nothing follows.

    It
    is
    long.
    """
    return (
        "SELECT a "
        f"FROM {table} "
        "WHERE b "
        "GROUP BY c "
        "ORDER BY d"
    )
'''


def strings(code: ast.AST) -> Iterator[ast.Constant | ast.JoinedStr]:
    """Yield the strings of a module as they are written, each as a whole, without docstrings."""
    for node in ast.iter_child_nodes(code):
        if isinstance(node, ast.JoinedStr) or (
            isinstance(node, ast.Constant) and isinstance(node.value, str)
        ):
            yield node
        elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            yield from strings(node)


def long_statements(code: str) -> list[int]:
    """Return the lines at which an SQL statement of too many lines begins."""
    lines = code.splitlines()
    found = []
    for text in strings(ast.parse(code)):
        written = [line for line in lines[text.lineno - 1 : text.end_lineno] if line.strip(' "')]
        if SQL.search("\n".join(written)) and len(written) > MOST_LINES:
            found.append(text.lineno)
    return found


def named_statements(code: str) -> set[str]:
    texts = {text.value for text in strings(ast.parse(code)) if isinstance(text, ast.Constant)}
    return {str(text) for text in texts if re.fullmatch(r"[a-z]+/[a-z_]+", str(text))}


def test_no_module_holds_a_long_statement():
    found = {file: long_statements(file.read_text(encoding="utf-8")) for file in MODULES}
    assert {file.name: lines for file, lines in found.items() if lines} == {}


def test_a_long_statement_is_found_and_a_docstring_is_none():
    assert long_statements(LONG) == [10]
    assert long_statements(LONG.replace('        "WHERE b "\n', "")) == []
    assert long_statements('QUERY = """\nSELECT a\nFROM b\nWHERE c\nGROUP BY d\nORDER BY e\n"""') == [1]


def test_every_statement_is_used_and_every_statement_that_is_used_is_there():
    named = {name for file in MODULES for name in named_statements(file.read_text(encoding="utf-8"))}
    filling = {table.full_name.replace(".", "/") for table in restricted_tables()}
    folders = {file.parent.name for file in FILES} - {"reporting"}
    used = {name for name in named if name.split("/")[0] in folders}
    assert used <= NAMES
    assert {name for name in NAMES if not name.startswith("reporting/")} - filling == used


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_file_holds_one_statement_and_says_first_what_it_does_and_reads(file: Path):
    text = file.read_text(encoding="utf-8")
    header = re.match(r"(-- .+\n)+", text)
    assert header
    assert "Inputs: " in header.group()
    assert len(sqlglot.parse(re.sub(r"(?<!:):[a-z_]+", "NULL", text), dialect="duckdb")) == 1


def test_every_record_table_lends_its_versions():
    tree = sqlglot.parse_one(statement("rights/stored_version"), dialect="duckdb")
    read = {f"{table.db}.{table.name}" for table in tree.find_all(sqlglot.exp.Table) if table.db}
    records = {str(text.this) for text in tree.find_all(sqlglot.exp.Literal)}
    kinds = set(get_args(RecordKind))
    assert read == {f"staging.{kind}" for kind in kinds}
    assert records == kinds
