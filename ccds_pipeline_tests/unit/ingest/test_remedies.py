"""Whatever rule rejects a row or refuses a file, there is a sentence that says what to do about it."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import ccds_pipeline
from ccds_pipeline.ingest.remedies import remedies, remedy_of
from ccds_pipeline.schemas.records import CONTRACTS
from ccds_pipeline.sources.delivered import Fault

PACKAGE = Path(ccds_pipeline.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
POSITION_OF_RULE = {"FileRefusedError": 0, "FileRefused": 1}


def rules_of(path: Path) -> Iterator[str]:
    """Yield the rules that a module names where it refuses a file or notes a fault of rows."""
    module = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        position = POSITION_OF_RULE.get(name)
        if position is not None and len(node.args) > position:
            yield from text_of(node.args[position], module)
        elif name == "add":
            for keyword in node.keywords:
                yield from text_of(keyword.value, module) if keyword.arg == "rule" else ()


def text_of(node: ast.expr, module: str) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Name):
        value = getattr(importlib.import_module(module), node.id, None)
        yield from [value] if isinstance(value, str) else []


def rules_of_contracts() -> Iterator[str]:
    for contract in CONTRACTS.values():
        checks = [check for column in contract.columns.values() for check in column.checks]
        for check in (*checks, *contract.checks):
            yield check.error or str(check.name)


def test_every_rule_that_the_code_can_raise_has_a_remedy():
    raised = {rule for path in FILES for rule in rules_of(path)}
    assert {"column_missing", "reader_crashed", "columns_contradict", "truncated"} <= raised
    raised |= {fault.value for fault in Fault} | set(rules_of_contracts())
    assert sorted(raised - set(remedies())) == []


def test_no_remedy_is_for_a_rule_that_does_not_exist():
    code = "".join(path.read_text(encoding="utf-8") for path in FILES)
    assert [rule for rule in remedies() if rule not in code] == []


def test_rules_of_times_and_of_sql_have_a_remedy():
    from ccds_pipeline.ingest.conform.fields import (
        AFTER_DELIVERY,
        ANOTHER_ORDER,
        NOT_A_TIME,
        REPEATED,
        SKIPPED,
    )

    rules = {NOT_A_TIME, REPEATED, SKIPPED, ANOTHER_ORDER, AFTER_DELIVERY}
    assert {*rules, "conflicting_rows", "answer_outside_scale"} <= set(remedies())


def test_remedies_are_sentences():
    assert [text for text in remedies().values() if not (text[0].isupper() and text.endswith("."))] == []


def test_a_rule_of_an_older_version_says_so():
    assert "load the delivery again" in remedy_of("no_rule_of_today")
