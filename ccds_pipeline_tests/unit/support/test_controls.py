"""Every attack of the privacy page has a test, and every control can be switched off (A28)."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from functools import cache

import pytest

from ccds_pipeline_tests.support.attack_table import ATTACKS
from ccds_pipeline_tests.support.controls import CONTROLS, Control
from ccds_pipeline_tests.support.mutations import switch_off, without
from ccds_pipeline_tests.support.paths import ROOT

TESTS = ROOT / "ccds_pipeline_tests"
HARMLESS = Control(
    "a sentence that nothing rests on",
    "none",
    "ccds_pipeline/errors.py",
    "The errors a user sees",
    "The faults a user sees",
    ("privacy/defs/test_value_free_errors.py::test_an_error_of_ours_is_told_as_it_is",),
)
CRASH = replace(HARMLESS, text="if isinstance(error, CcdsError):", instead="if isinstance(error, Nobody):")


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


@pytest.mark.attack("A28")
@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.name)
def test_a_control_can_be_switched_off_and_an_attack_rests_on_it(control, tmp_path):
    file = tmp_path / control.file
    file.parent.mkdir(parents=True)
    content = (ROOT / control.file).read_text(encoding="utf-8")
    file.write_text(content, encoding="utf-8")
    switch_off(control, tmp_path)
    assert file.read_text(encoding="utf-8") != content
    for test in control.tests:
        assert attacks_in(marks_by_test()[test.split("[")[0]])


@pytest.mark.parametrize("text", ["not in the file", "twice"])
def test_a_text_that_does_not_stand_there_once_is_told(text, tmp_path):
    (tmp_path / "module.py").write_text("twice\ntwice\n", encoding="utf-8")
    with pytest.raises(LookupError, match="not once"):
        switch_off(replace(HARMLESS, file="module.py", text=text), tmp_path)


@pytest.mark.heavy
@pytest.mark.attack("A28")
@pytest.mark.parametrize("change", [HARMLESS, CRASH], ids=["a sentence", "a crash"])
def test_a_change_that_no_attack_sees_is_told_as_not_noticed(change):
    assert without(change).attacks == ()


def test_controls_have_names_of_their_own():
    assert len({control.name for control in CONTROLS}) == len(CONTROLS)
