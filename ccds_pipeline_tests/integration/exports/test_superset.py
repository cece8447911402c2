"""A bundle for Superset refers to nothing that is not in it, and a second one replaces the first."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from ccds_pipeline.exports.content import Content
from ccds_pipeline.exports.superset.bundle import write_superset
from ccds_pipeline.exports.superset.charts import charts_of, definitions
from ccds_pipeline.schemas.register import table_of, tables_of
from ccds_pipeline_tests.support.released_content import released_content

ENGINES = ("duckdb", "postgresql")
SHARE = {"kpi_id": "K1", "kpi_order": 1, "kpi_label": "Liked it", "wave": "after", "wave_label": "Afterwards",
         "fraction": 0.9, "target": 0.7, "target_text": "more than 70%"}  # fmt: skip
OPTIONS = {"liked": "No Maybe Yes", "score": "0 1 2", "again": "No Maybe Yes", "heard": "Poster Colleague"}
ANSWERS = [
    {"question_id": question, "question_text": question.title(), "wave": "after", "wave_label": "Afterwards",
     "option_label": label, "option_order": order, "share": 0.8 if question == "heard" else 0.3}
    for question, labels in OPTIONS.items()
    for order, label in enumerate(labels.split(), start=1)
]  # fmt: skip
FULL = released_content(
    kpi_headline=[{**SHARE, "kpi_id": "K0", "target": None}, SHARE],
    reach=[{"kpi_id": "K0", "breakdown": "region", "breakdown_label": "Region"}],
    answer=ANSWERS,
    dim_wave=[{"wave": "it's after", "wave_order": 1, "wave_label": "Afterwards", "timing": "after"}],
)


def documents(content: Content, folder: Path, engine: str) -> dict[str, Any]:
    folder.mkdir(exist_ok=True)
    write_superset(content, folder)
    with zipfile.ZipFile(folder / f"superset-{engine}.zip") as bundle:
        return {name: yaml.safe_load(bundle.read(name)) for name in bundle.namelist()}


def of_kind(found: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [document for name, document in found.items() if name.startswith(f"ccds/{kind}/")]


@pytest.mark.parametrize("name", definitions()["charts"])
def test_a_chart_shows_columns_that_its_table_has(name):
    spec = definitions()["charts"][name]
    calculated = [*definitions()["calculated"].get(spec["table"], ()), "verdict"]
    known = {*table_of(f"reporting.{spec['table']}").column_names, *calculated}
    order = [column.removeprefix("-") for column in spec.get("order", ())]
    sort = re.findall("[a-z_]+", spec.get("sort", "").replace("{wave_order}", ""))
    named = [*spec.get("columns", ()), *order, *spec.get("where", ()), *spec.get("interval", ()), *sort]
    named += [*spec.get("metrics", {}).values(), *(spec[part] for part in ("x", "by") if part in spec)]
    assert set(named) <= known


def test_every_chart_is_on_a_dashboard():
    shown = {
        name for spec in definitions()["dashboards"].values() for row in spec["rows"] for name, *_ in row
    }
    assert shown == set(definitions()["charts"])


@pytest.mark.parametrize("engine", ENGINES)
def test_what_a_bundle_refers_to_is_in_it(engine, tmp_path):
    found = documents(FULL, tmp_path, engine)
    (database,) = of_kind(found, "databases")
    datasets, charts = of_kind(found, "datasets"), of_kind(found, "charts")
    assert {dataset["database_uuid"] for dataset in datasets} == {database["uuid"]}
    assert [dataset["table_name"] for dataset in datasets] == [table.name for table in tables_of("reporting")]
    dataset_ids = {dataset["uuid"] for dataset in datasets}
    assert {chart["dataset_uuid"] for chart in charts} <= dataset_ids
    cells = [cell for dashboard in of_kind(found, "dashboards") for cell in dashboard["position"].values()]
    shown = {cell["meta"]["uuid"] for cell in cells if isinstance(cell, dict) and cell.get("type") == "CHART"}
    assert shown == {chart["uuid"] for chart in charts}
    for dashboard in of_kind(found, "dashboards"):
        for entry in dashboard["metadata"]["native_filter_configuration"]:
            assert {target["datasetUuid"] for target in entry["targets"]} <= dataset_ids
            assert entry["defaultDataMask"]["filterState"]["value"]


def test_the_same_release_makes_the_same_bundle_and_another_one_the_same_identifiers(tmp_path):
    identifiers = []
    for number, content in enumerate((FULL, FULL, released_content(kpi_headline=[SHARE]))):
        found = documents(content, tmp_path / str(number), "duckdb")
        identifiers.append({name: document.get("uuid") for name, document in found.items()})
    one, other = ((tmp_path / number / "superset-duckdb.zip").read_bytes() for number in "01")
    assert one == other
    assert identifiers[2].items() <= identifiers[0].items()


def test_the_bundles_of_two_engines_share_no_identifier(tmp_path):
    one, other = (
        {document["uuid"] for document in documents(FULL, tmp_path, engine).values() if "uuid" in document}
        for engine in ENGINES
    )
    assert not one & other


def test_dashboards_and_datasets_say_where_they_are_from_and_what_is_withheld(tmp_path):
    found = documents(FULL, tmp_path, "duckdb")
    texts = [dataset["description"] for dataset in of_kind(found, "datasets")]
    texts += [
        next(cell["meta"]["code"] for cell in dashboard["position"].values()
             if isinstance(cell, dict) and cell.get("type") == "MARKDOWN")
        for dashboard in of_kind(found, "dashboards")
    ]  # fmt: skip
    for text in texts:
        assert "Source: Welcome to the Ward; the table release says which" in text
        assert "release-7" not in text  # a later release is shown without another import
        assert "withheld" in text
        assert "Invented." in text


def test_every_dashboard_shows_which_release_it_reads(tmp_path):
    (release,) = charts_of(FULL)["release"]
    for dashboard in of_kind(documents(FULL, tmp_path, "duckdb"), "dashboards"):
        titles = [cell["meta"].get("sliceName") for cell in dashboard["position"].values()
                  if isinstance(cell, dict) and cell.get("type") == "CHART"]  # fmt: skip
        assert release.title in titles


def test_a_release_without_values_still_has_its_dashboards(tmp_path):
    found = documents(released_content(), tmp_path, "duckdb")
    assert len(of_kind(found, "dashboards")) == len(definitions()["dashboards"])
    assert not charts_of(released_content())["by_month"]


def test_questions_are_drawn_together_if_they_have_one_scale_and_one_answer():
    charts = charts_of(FULL)
    (scale,) = charts["answers"]
    assert (scale.title, scale.where) == ("Answers from No to Yes", {"question_id": ["liked", "again"]})
    (several,) = charts["choices"]
    assert several.where == {"question_id": "heard", "wave": "after"}
    (scored,) = charts["scores"]
    assert (scored.title, scored.where) == ("Score", {"question_id": "score"})


def test_a_quotation_mark_does_not_break_an_expression():
    (linking,) = charts_of(FULL)["linking"]
    assert linking.spec["sort"] == "CASE wave WHEN 'it''s after' THEN 1 END"


def calculated_values(
    found: dict[str, Any], content: Content, name: str, order: str
) -> list[tuple[str, str]]:
    """Return what a calculated column of answers holds, each beside its question."""
    (dataset,) = (each for each in of_kind(found, "datasets") if each["table_name"] == "answer")
    (expression,) = (c["expression"] for c in dataset["columns"] if c["column_name"] == name)
    with duckdb.connect() as connection:
        connection.register("answer", content.tables["answer"])
        return connection.execute(f"SELECT question_id, {expression} FROM answer ORDER BY {order}").fetchall()


@pytest.mark.parametrize("options", [5, 9, 10, 12, 100])
def test_names_of_options_sort_in_the_order_of_the_scale_and_have_its_colours(options, tmp_path):
    answers = [
        {"question_id": "it's long", "question_text": "Which?", "wave": "after", "wave_label": "Afterwards",
         "option_label": f"Choice {options - order:03}", "option_order": order, "share": 1 / options}
        for order in range(1, options + 1)
    ]  # fmt: skip
    content = released_content(answer=[*ANSWERS, *answers])
    found = documents(content, tmp_path, "duckdb")
    rows = calculated_values(found, content, "option", "question_id, option_order")
    names = [name for question, name in rows if question == "it's long"]
    assert names == sorted(names)
    assert [name for question, name in rows if question == "liked"] == ["1 No", "2 Maybe", "3 Yes"]
    for dashboard in of_kind(found, "dashboards"):
        assert set(names) <= set(dashboard["metadata"]["label_colors"])


def test_names_of_waves_sort_as_they_follow_each_other_and_have_their_colours(tmp_path):
    labels = ("Before", "After", "A month on")
    waves = [
        {"wave": f"w{order}", "wave_order": order, "wave_label": label, "timing": "after"}
        for order, label in enumerate(labels, start=1)
    ]
    given = [
        {**wave, "question_id": "score", "question_text": "Score", "option_label": "1", "option_order": 2}
        for wave in waves
    ]
    content = released_content(answer=given, dim_wave=waves)
    found = documents(content, tmp_path, "duckdb")
    (scored,) = charts_of(content)["scores"]
    names = calculated_values(found, content, scored.spec["by"], "wave")
    assert [name for _, name in names] == ["1 Before", "2 After", "3 A month on"]
    for dashboard in of_kind(found, "dashboards"):
        assert {name for _, name in names} <= set(dashboard["metadata"]["label_colors"])


def test_stacked_bars_may_reach_beyond_the_whole_which_noise_and_rounding_can_make_them(tmp_path):
    params = [chart["params"] for chart in of_kind(documents(FULL, tmp_path, "duckdb"), "charts")]
    stacked = [one for one in params if one.get("stack") == "Stack"]
    assert stacked
    assert {one["y_axis_bounds"][1] for one in stacked} == {None}
