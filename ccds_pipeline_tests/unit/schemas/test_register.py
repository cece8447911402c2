"""The register as data: what its files may say, what becomes of it, and that names in code exist."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
import yaml
from pydantic import ValidationError

import ccds_pipeline
from ccds_pipeline.schemas import files, register
from ccds_pipeline.schemas.files import FieldSpec, Override, TableSpec, file_schemas, read_fields
from ccds_pipeline.schemas.register import (
    TYPES,
    all_tables,
    kept_tables,
    restricted_tables,
    table_of,
    tables_of,
)
from ccds_pipeline.warehouse.select_files import input_tables

PACKAGE = Path(ccds_pipeline.__file__).parent
TESTS = PACKAGE.parent / "ccds_pipeline_tests"
READERS = ("table_of", "tables_of", "all_tables", "kept_tables", "restricted_tables")
SCORE = FieldSpec(type="number", meaning="Score.", missing="where none", nullable=True, privacy="free_text")


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in READERS:
            yield node


def texts_of(call: ast.Call) -> list[str]:
    values = [argument.value for argument in call.args if isinstance(argument, ast.Constant)]
    return [value for value in values if isinstance(value, str)]


def built(override: dict[str, object], *, field: FieldSpec = SCORE, groups: tuple[str, ...] = ()) -> str:
    """Return the meaning of the one column of a table with this override."""
    spec = TableSpec.model_validate(
        {"grain": "One.", "groups": list(groups), "columns": [{"score": override}]}
    )
    return register._table("ops", "one", spec, {"score": field}).columns[0].meaning


def test_every_table_that_code_names_exists():
    named = {
        text
        for file in (*PACKAGE.rglob("*.py"), *TESTS.rglob("*.py"))
        for call in calls(ast.parse(file.read_text()))
        for text in texts_of(call)
        if isinstance(call.func, ast.Name) and call.func.id == "table_of" and text != "kpi.misspelt"
    }
    assert len(named) > 40
    assert named <= {table.full_name for table in all_tables()}


def test_a_misspelt_table_is_an_error_that_names_it():
    with pytest.raises(LookupError, match=r"no table kpi\.misspelt in the register"):
        table_of("kpi.misspelt")


def test_only_dagster_definitions_read_the_register_at_import():
    early = [
        file.name
        for file in PACKAGE.rglob("*.py")
        if file.parent.name != "defs"
        for statement in ast.parse(file.read_text()).body
        if not isinstance(statement, ast.FunctionDef | ast.ClassDef) and list(calls(statement))
    ]
    assert early == []


def test_every_field_is_a_column_of_some_table():
    assert set(read_fields()) == {name for table in all_tables() for name in table.column_names}


def test_every_group_has_tables_and_every_restricted_table_is_kept_or_made_anew():
    groups = {group for table in all_tables() for group in table.groups}
    assert groups == set(get_args(files.Group))
    kept = {table.full_name for table in kept_tables()}
    assert {table.full_name for table in (*tables_of("staging"), table_of("ops.audit"))} <= kept
    assert {table.full_name for table in restricted_tables()} - kept == {
        table.full_name
        for table in (
            *tables_of("core"),
            *tables_of("kpi", "sql", "computed", "theme"),
            *tables_of("ops", "with_kpis"),
            *tables_of("ops", "candidate"),
        )
    }


def test_the_schemas_for_editors_are_those_of_the_models():
    """After a change of models or fields, ``make schema`` writes them anew."""
    for name, text in file_schemas().items():
        assert (files.folder() / name).read_text() == text


def test_every_logical_type_has_a_representation():
    assert set(TYPES) == set(get_args(files.ColumnType))


def test_a_privacy_class_is_overridden_with_its_reason_only():
    with pytest.raises(ValidationError, match="needs its reason"):
        Override.model_validate({"privacy": "safe"})
    with pytest.raises(ValidationError, match="needs its reason"):
        Override.model_validate({"nullable": True, "why": "Because."})


@pytest.mark.parametrize("override", [{"privacy": "free_text", "why": "Same."}, {"nullable": True}])
def test_an_override_says_something_new(override):
    with pytest.raises(ValueError, match="what its field says already"):
        built(override)


def test_what_a_missing_value_says_stands_where_one_may_be_missing():
    assert built({"meaning": "Other score."}) == "Other score; missing where none."
    assert built({"nullable": False}) == "Score."
    assert built({"missing": "for text"}) == "Score; missing for text."


def test_a_table_of_released_values_has_their_meaning():
    rounded = SCORE.model_copy(update={"released": "Score, rounded."})
    assert built({"nullable": False}, field=rounded, groups=("released",)) == "Score, rounded."
    assert built({"nullable": False}, field=rounded) == "Score."


def test_a_quasi_identifier_says_how_it_was_generalised():
    with pytest.raises(ValueError, match="how the quasi-identifier was generalised"):
        built({"privacy": "quasi_identifier", "why": "It is one."})


@pytest.mark.parametrize("columns", [["unheard"], ["score", "score"]])
def test_columns_are_fields_each_once(columns):
    spec = TableSpec.model_validate({"grain": "One.", "columns": columns})
    with pytest.raises(ValueError, match=r"is not a field|names a column twice"):
        register._table("ops", "one", spec, {"score": SCORE})


def test_a_name_that_is_declared_twice_is_an_error():
    with pytest.raises(yaml.YAMLError, match="kpi is given twice"):
        yaml.load("kpi: {}\nclaim: {}\nkpi: {}\n", files._Loader)  # noqa: S506  # a safe loader that is ours


EXACT = {
    "breakdown_order", "claim_order", "claimed", "decimals", "deliveries_n", "estimand_order", "files_n",
    "from_day", "kpi_order", "level_order", "month_order", "option_order", "outstanding_n",
    "refused_files_n", "release_n", "scale_maximum", "scale_minimum", "target", "target_day", "theme_order",
    "to_day", "wave_order", "weekday_order",
}  # fmt: skip


def test_a_number_that_is_released_says_how_it_was_rounded():
    released = (*tables_of("reporting"), *tables_of("ops", "released"))
    numbers = {
        (table.full_name, column.name): column.meaning
        for table in released
        for column in table.columns
        if column.type in ("integer", "number") and column.name not in EXACT
    }
    assert len(numbers) > 60
    said = ("perturbed", "rounded", "to the nearest 5", "in whole per cents", "to one decimal")
    assert [name for name, meaning in numbers.items() if not any(one in meaning for one in said)] == []


def test_no_released_column_speaks_of_an_exact_number_or_of_an_empty_text():
    columns = [(table.full_name, column) for table in tables_of("reporting") for column in table.columns]
    texts = {f"{table}.{column.name}": column.description for table, column in columns}
    assert [name for name, text in texts.items() if "unrounded" in text or "empty" in text] == []


def test_a_reference_is_to_the_key_of_a_table_that_exists():
    spec = TableSpec.model_validate(
        {"grain": "One.", "columns": ["score"], "references": {"ops.gone": ["score"]}}
    )
    table = register._table("ops", "one", spec, {"score": SCORE})
    with pytest.raises(ValueError, match=r"ops\.one refers to ops\.gone by columns that are not its key"):
        register._refuse_dangling(table, {})


def test_tables_for_analysts_are_derived_from_released_tables_alone():
    """So none can show what the release does not show already; the release before is one of them."""
    derived = tables_of("reporting", "derived")
    assert len(derived) > 5
    assert {schema for table in derived for schema, _ in input_tables(table)} == {"reporting"}
