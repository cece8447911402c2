"""Specification pages: a story, a small table in, the result out; asserted, and rendered to ``docs/spec``.

A page is a module of ``spec``: its docstring is the prose, its ``EXAMPLES`` are the stories, and a test of
the module runs the real components on what is given and compares. ``make spec`` writes the pages; a test
fails where they differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from types import ModuleType

import pandas as pd
import pytest

from ccds_pipeline_tests.support.paths import ROOT

PAGES = ROOT / "docs" / "spec"
Row = dict[str, str]
PARTS = {
    "From a file to its records": (
        "row_accounting",
        "rejected_rows",
        "deliveries",
        "complete_exports",
        "generalisation",
        "redaction",
    ),
    "Whose answer, and whether it counts": ("linking", "near_codes", "counted_answers", "windows"),
    "Figures": ("breakdowns", "shares", "change", "sustained_change", "non_response", "claims"),
    "What is released of them": (
        "small_counts",
        "released_figures",
        "alike_answers",
        "differencing",
        "successive_releases",
    ),
    "What people may ask for": ("erasure", "retention"),
}
"""The pages, by the headings of the index, in the order of reading."""
_PREFIX = "test_"


@dataclass(frozen=True)
class Example:
    """One story: tables that are given, by name, and the one that comes out, each as lines of cells.

    The first line of a table has the names of its columns; ``|`` stands between cells.
    """

    story: str
    given: Mapping[str, str]
    result: str

    def rows(self, name: str) -> list[Row]:
        """Return the rows of a table that is given, none if it is not."""
        return _rows(self.given.get(name, ""))

    @property
    def expected(self) -> list[Row]:
        """The rows that come out."""
        return _rows(self.result)

    def shown(self, rows: pd.DataFrame | Iterable[Mapping[str, object]]) -> list[Row]:
        """Return the expected columns of what came out, as a page shows them."""
        found = rows.to_dict(orient="records") if isinstance(rows, pd.DataFrame) else rows
        return [{name: text_of(row[name]) for name in _cells(self.result)[0]} for row in found]


def examples(of: Sequence[Example]) -> pytest.MarkDecorator:
    """Give a test each example of its page."""
    return pytest.mark.parametrize("example", of, ids=[example.story.split(".")[0] for example in of])


def text_of(value: object) -> str:
    """Return a value as a page shows it: nothing for a missing one, no decimals for a whole number."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float | int):
        return "" if pd.isna(value) else f"{value:.10g}"
    if isinstance(value, date):
        return value.isoformat()
    return "" if pd.isna(value) else str(value)  # type: ignore[call-overload]  # any scalar of a frame


def rendered() -> dict[str, str]:
    """Return the text of every page by the name of its file, that of the index included."""
    names = [name for part in PARTS.values() for name in part]
    modules = {name: import_module(f"ccds_pipeline_tests.spec.{_PREFIX}{name}") for name in names}
    lines = [_INDEX]
    for heading, part in PARTS.items():
        lines += [f"## {heading}", *(f"- [{_title(modules[name])}]({name}.md)" for name in part), ""]
    return {"README.md": "\n".join(lines), **{f"{name}.md": _page(name, modules[name]) for name in names}}


_INDEX = """# What is counted, and how: by example

Each page tells short stories: what was delivered, and what comes of it. Every result is that of the real
code: it is asserted by a test, and these pages are written from the tests (`make spec`). All people are
invented.
"""


def _page(name: str, module: ModuleType) -> str:
    title, _, prose = str(module.__doc__).partition("\n")
    parts = [f"# {title.rstrip('.')}", prose.strip()]
    for example in module.EXAMPLES:
        parts += [f"**{example.story}**"]
        parts += [f"{table.capitalize()}:\n\n{_markdown(text)}" for table, text in example.given.items()]
        parts += [f"Result:\n\n{_markdown(example.result)}"]
    parts.append(f"Asserted by `ccds_pipeline_tests/spec/{_PREFIX}{name}.py`; written by `make spec`.")
    return "\n\n".join(parts) + "\n"


def _title(module: ModuleType) -> str:
    return str(module.__doc__).partition("\n")[0].rstrip(".")


def _cells(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]


def _rows(table: str) -> list[Row]:
    names, *rows = _cells(table) or [[]]
    return [dict(zip(names, cells, strict=True)) for cells in rows]


def _markdown(table: str) -> str:
    names, *rows = _cells(table)
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def main(write: Callable[[str], object] = print) -> None:
    """Write the pages, and say how many there are."""
    PAGES.mkdir(exist_ok=True)
    pages = rendered()
    for name, text in pages.items():
        (PAGES / name).write_text(text, encoding="utf-8")
    write(f"{len(pages)} pages in {PAGES.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
