"""One vocabulary: every unit has words, a rule of release and a per-cent flag, and is listed nowhere else."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import ccds_pipeline
from ccds_pipeline.cli.kpis import as_csv, as_table
from ccds_pipeline.kpi.claims import Figure, verdict
from ccds_pipeline.programme.load import default_programme_file, load_programme
from ccds_pipeline.reporting.wording import number_text
from ccds_pipeline.schemas.readings import READINGS, STATUSES, UNITS, is_per_cent
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline_tests.support.kpi_cells import cells, share_cell
from ccds_pipeline_tests.support.kpi_release import quiet, release
from ccds_pipeline_tests.unit.kpi.test_claims import claim

PACKAGE = Path(ccds_pipeline.__file__).parent


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_each_unit_has_words_a_rule_of_release_and_a_per_cent_flag(unit):
    shown = number_text(0.5, unit.name)
    assert ("%" in shown or "percentage points" in shown) is unit.is_per_cent
    exact = share_cell("all", 500, 1000, unit=unit.name, value=512.345 if unit.kind == "count" else 0.51234)
    value = float(release(cells(exact), keys=quiet)["value"].iloc[0])
    assert value == round(value, unit.decimals_of(1000) + 2 * unit.is_per_cent)


@pytest.mark.parametrize("unit", [unit.name for unit in UNITS.values() if unit.is_per_cent])
def test_a_published_per_cent_is_held_to_its_last_printed_place_in_every_unit(unit):
    published = claim(value=0.90, decimals=0)
    judged = [verdict(published, Figure(value, unit)) for value in (0.904, 0.8, 0.55, 0.41)]
    assert judged == ["reproduced", "lower", "lower", "lower"]


def test_a_change_of_shares_is_listed_as_a_per_cent():
    row = share_cell("all", 42, 1000, breakdown="all", is_headline=True, estimand="E4", unit="share_change")
    printed = as_table(
        cells(row | {"ci_low": None, "ci_high": None}).assign(kpi_label="Calm", wave_label="After"), note=""
    )
    assert "4.2%" in printed
    assert "0.04" not in printed


def test_no_text_of_the_listing_is_a_formula_for_a_spreadsheet():
    rows = cells(share_cell("all", 42, 1000)).assign(kpi_label="\r=1+1")
    assert "'\r=1+1" in as_csv(rows)


def test_every_status_of_the_table_has_words():
    (status,) = (column for column in table_of("kpi.kpi").columns if column.name == "status")
    assert set(status.allowed) == set(STATUSES)


def test_every_reading_that_a_claim_names_is_in_the_vocabulary():
    programme = load_programme(default_programme_file())
    assert {claim.estimand for claim in programme.claims if claim.estimand} <= set(READINGS)


def test_no_other_module_lists_units():
    found = {
        f"{path.relative_to(PACKAGE)}:{line}"
        for path in PACKAGE.rglob("*.py")
        if path.name != "readings.py"
        for line, names in _literals(ast.parse(path.read_text(encoding="utf-8")))
        if len(names & (set(UNITS) - {"none"})) > 1
    }
    assert found == set()


def test_an_unknown_unit_is_no_per_cent():
    assert not is_per_cent("parsecs")


def _literals(tree: ast.Module) -> Iterator[tuple[int, set[str]]]:
    """Yield line and texts of every literal set, list, tuple, and every dictionary's keys."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Dict | ast.List | ast.Set | ast.Tuple):
            continue
        parts = node.keys if isinstance(node, ast.Dict) else node.elts
        texts = {
            part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)
        }
        if texts:
            yield node.lineno, texts
