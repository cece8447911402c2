"""Every attack of PRIVACY.md has a test, and every control can be switched off (A28)."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from ccds_pipeline_tests.support.attack_table import ATTACKS
from ccds_pipeline_tests.support.control_marks import marks, switch_off
from ccds_pipeline_tests.support.controls import CONTROLS, Control
from ccds_pipeline_tests.support.paths import ROOT, TESTS

BY_NAME = {control.name: control for control in CONTROLS}
QUOTED = BY_NAME["errors of libraries are reported by their type"]


@pytest.fixture(scope="session")
def product(tmp_path_factory) -> Path:
    """The marked files of the product, in a folder of their own."""
    root: Path = tmp_path_factory.mktemp("product")
    for file in {file for places in marks(ROOT).values() for file, _ in places}:
        copy = root / file.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())
    return root


@cache
def marks_by_test() -> dict[str, str]:
    """Return the marks of each test of the package as text, those of its module included."""
    marks = {}
    for file in sorted(TESTS.rglob("test_*.py")):
        body = ast.parse(file.read_text(encoding="utf-8")).body
        assigned = [ast.unparse(one) for one in body if isinstance(one, ast.Assign)]
        of_module = [text for text in assigned if text.startswith("pytestmark")]
        for one in body:
            if isinstance(one, ast.FunctionDef) and one.name.startswith("test_"):
                name = f"{file.relative_to(TESTS).as_posix()}::{one.name}"
                marks[name] = " ".join([*of_module, *map(ast.unparse, one.decorator_list)])
    return marks


def attacks_in(marks: str) -> set[str]:
    return set(re.findall(r"'(\w+)'", " ".join(re.findall(r"mark\.attack\(([^)]*)\)", marks))))


def test_every_attack_of_the_privacy_page_has_a_test_and_every_marked_test_is_one():
    assert set().union(*map(attacks_in, marks_by_test().values())) == set(ATTACKS)


def test_every_control_is_marked_once_in_the_product_and_every_mark_is_a_control():
    number_by_name = {name: len(places) for name, places in marks(ROOT).items()}
    assert number_by_name == dict.fromkeys(BY_NAME, 1)
    assert len(BY_NAME) == len(CONTROLS)


@pytest.mark.attack("A28")
@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.name)
def test_a_control_can_be_switched_off_and_an_attack_rests_on_it(control, product):
    before = {file: file.read_bytes() for file in product.rglob("*") if file.is_file()}
    changed = switch_off(control, product)
    assert changed.read_bytes() != before[changed]
    if changed.suffix == ".py":
        ast.parse(changed.read_text(encoding="utf-8"))
    changed.write_bytes(before[changed])
    for test in control.tests:
        assert attacks_in(marks_by_test()[test.split("[")[0]])


@pytest.mark.parametrize("places", [0, 2])
def test_a_control_that_is_not_marked_once_is_named(places, tmp_path):
    (tmp_path / "ccds_pipeline").mkdir()
    text = f"# control: {QUOTED.name}\npass\n" * places
    (tmp_path / "ccds_pipeline" / "module.py").write_text(text, encoding="utf-8")
    with pytest.raises(LookupError, match=f"marked {places} times, not once"):
        switch_off(QUOTED, tmp_path)


def test_the_line_below_all_marks_is_changed_with_its_indentation(tmp_path):
    file = tmp_path / "sql" / "table.sql"
    file.parent.mkdir()
    file.write_text("SELECT\n    -- control: one\n    -- control: two\n    a\nFROM b\n", encoding="utf-8")
    assert switch_off(Control("one", "P0", "c", ()), tmp_path) == file
    assert file.read_text(encoding="utf-8").splitlines()[3:] == ["    c", "FROM b"]


def test_the_tests_that_the_privacy_page_names_are_there():
    page = (ROOT / "PRIVACY.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:unit|property|integration|pipeline|privacy)/[\w/]+)`", page))
    assert len(named) > 20
    assert [name for name in sorted(named) if not (TESTS / f"{name}.py").is_file()] == []
