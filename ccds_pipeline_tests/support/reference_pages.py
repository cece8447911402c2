"""Reference pages of the documentation, written from code and programme file.

``make docs`` writes them into ``docs/reference``; a test fails where they differ from the code.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import typer
import yaml
from typer.cli import get_docs_for_click

from ccds_pipeline.cli.main import app
from ccds_pipeline.kpi.rules.rule import rule_of
from ccds_pipeline.programme.load import default_programme_file, load_programme
from ccds_pipeline.programme.model import Kpi, Programme
from ccds_pipeline.release.dimensions import favourable_text, scale_text
from ccds_pipeline.schemas.dictionary import data_dictionary
from ccds_pipeline.schemas.register import Column, Table, tables_of
from ccds_pipeline_tests.support.paths import ROOT
from ccds_pipeline_tests.support.table_diagram import diagram_of

PAGES = ROOT / "docs" / "reference"
_PACKAGE = ROOT / "ccds_pipeline"
_EXIT_CODES = {"UsageError": "2", "ConfigurationError": "3", "BusyError": "4", "UnreachableError": "4"}
_MESSAGES = """# Messages and what to do

A message names its rule in square brackets. It says where (file, line, column), never a value of a row.
"""
_KPIS = """# KPI dictionary

The KPIs of the reference programme. Their readings are in the table `dim_estimand` of the release; how they
are computed is in [How figures are made](../statistics.md).
"""
_TABLES = """# Released tables

What the schema `reporting` in `release.duckdb` holds, and `ccds mirror` copies into PostgreSQL. Every number
is perturbed, rounded or withheld before it gets there ([Privacy](../privacy.md)); all of it may be published.

![Released tables with their keys, and the dimensions that they refer to](released-tables.svg)
"""


def rendered() -> dict[str, str]:
    """Return the text of every reference page by the name of its file."""
    return {
        "commands.md": _commands(),
        "messages.md": _messages(),
        "kpis.md": _kpis(load_programme(default_programme_file())),
        "released-tables.md": _released_tables(),
        "released-tables.svg": diagram_of(tables_of("reporting")),
        "data-dictionary.md": data_dictionary() + "\n",
    }


def _commands() -> str:
    """Return what every command says of itself, as its help does."""
    command = typer.main.get_command(app)
    context: Any = command.make_context("ccds", [], resilient_parsing=True)
    return get_docs_for_click(obj=command, ctx=context, name="ccds", title="Commands").strip() + "\n"


def _messages() -> str:
    remedies = yaml.safe_load((_PACKAGE / "ingest" / "remedies.yaml").read_text(encoding="utf-8"))
    rows = sorted(remedies.items())
    errors = sorted(set(_errors()))
    parts = [_MESSAGES, "## Rows, files and columns\n", _table(("Rule", "What to do"), rows)]
    parts += ["\n## Commands\n", _table(("Rule", "Message", "What to do", "Exit code"), errors)]
    return "\n".join(parts) + "\n"


def _errors() -> Iterator[tuple[str, str, str, str]]:
    """Yield rule, problem, remedy and exit code of every error that is raised with a rule of its own."""
    for file in sorted(_PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id.endswith("Error")
            ):
                given = {word.arg: _text(word.value) for word in node.keywords}
                if given.get("rule") and given.get("remedy") and node.args:
                    code = _EXIT_CODES.get(node.func.id, "1")
                    yield given["rule"], _text(node.args[-1]), given["remedy"], code


def _text(node: ast.expr) -> str:
    """Return a literal text, with … for what is filled in; empty where it is made elsewhere."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) if isinstance(part, ast.Constant) else "…" for part in node.values)
    return ""


def _kpis(programme: Programme) -> str:
    return "\n".join([_KPIS, *(_kpi(kpi, programme) for kpi in programme.kpis)])


def _kpi(kpi: Kpi, programme: Programme) -> str:
    """Return what one KPI means, as far as its rule names it."""
    question = programme.questions_by_id.get(kpi.rule.terms.question_id or "")
    scale = programme.scales[question.scale] if question and question.scale else None
    waves = {wave.id: wave.label for wave in programme.waves}
    target = kpi.target
    facts = {
        "Wave": waves.get(kpi.wave or ""),
        "Question": question.text if question else None,
        "Scale": scale_text(scale) if scale else None,
        "Favourable": favourable_text(kpi, scale) if scale else None,
        "Target": f"{target.comparator} {target.value:g}" if target else None,
        "Level of evaluation": kpi.level,
        "Definition": f"version {kpi.version}, {kpi.status}",
    }
    rows = [(name, text) for name, text in facts.items() if text]
    return f"## {kpi.id} {kpi.label}\n\n{rule_of(kpi, programme).sentence()}\n\n{_table(('', ''), rows)}\n"


def _released_tables() -> str:
    return "\n".join([_TABLES, *(_released_table(table) for table in tables_of("reporting"))])


def _released_table(table: Table) -> str:
    rows = [
        (f"`{column.name}`", column.type, _missing(column), column.description) for column in table.columns
    ]
    key = ", ".join(f"`{name}`" for name in table.key)
    parts = [f"## {table.name}\n", f"{table.grain}\n", f"Key: {key}.\n" if key else ""]
    return "\n".join(
        [*filter(None, parts), _table(("Column", "Type", "May be missing", "Meaning"), rows), ""]
    )


def _missing(column: Column) -> str:
    return "yes" if column.nullable else ""


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |" for cells in lines
    )


def main(write: Callable[[str], object] = print, folder: Path = PAGES) -> None:
    """Write the pages, and say how many there are."""
    folder.mkdir(exist_ok=True)
    pages = rendered()
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")
    write(f"{len(pages)} pages in {folder.name}")


if __name__ == "__main__":
    main()
