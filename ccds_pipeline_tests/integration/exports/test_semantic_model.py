"""The semantic model has the structure that MetricFlow reads."""

from __future__ import annotations

import re

import pytest
import yaml

from ccds_pipeline.exports.semantic_model import FILE, write_semantic_model
from ccds_pipeline.schemas.register import tables_of
from ccds_pipeline_tests.support.released_content import released_content


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    folder = tmp_path_factory.mktemp("semantic_model")
    write_semantic_model(released_content(), folder)
    return (folder / FILE).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def models(text):
    return yaml.safe_load(text)["semantic_models"]


def test_it_says_where_the_figures_are_from_and_what_is_withheld(text):
    assert text.startswith("# Source: Welcome to the Ward; the table release says which release")
    assert "withheld" in text.partition("semantic_models:")[0]


def test_every_released_table_is_a_model_with_one_primary_entity(models):
    assert [model["model"] for model in models] == [
        f"ref('{table.name}')" for table in tables_of("reporting")
    ]
    primary = {}
    for model in models:
        (entity,) = (entity for entity in model["entities"] if entity["type"] == "primary")
        primary[model["name"]] = entity["name"]
    for model in models:
        for entity in model["entities"]:
            assert entity["type"] in {"primary", "foreign"}
            assert entity["name"] in primary.values()


def test_names_are_unique_where_metricflow_wants_them_to_be(models):
    measures = [measure["name"] for model in models for measure in model.get("measures", ())]
    assert len(set(measures)) == len(measures)
    entities = {entity["name"] for model in models for entity in model["entities"]}
    for model in models:
        assert not entities & {dimension["name"] for dimension in model["dimensions"]}
        names = [
            part["name"] for kind in ("entities", "dimensions", "measures") for part in model.get(kind, ())
        ]
        assert len(set(names)) == len(names)
        assert all(re.fullmatch("(?!.*__)[a-z][a-z0-9_]*[a-z0-9]", name) for name in names)


def test_measures_have_a_time_and_every_measure_is_a_metric(text, models):
    for model in models:
        times = {part["name"] for part in model["dimensions"] if part["type"] == "time"}
        if "measures" in model:
            assert model["defaults"]["agg_time_dimension"] in times
        assert {measure["agg"] for measure in model.get("measures", ())} <= {"sum", "max"}
    metrics = yaml.safe_load(text)["metrics"]
    measures = {measure["name"] for model in models for measure in model.get("measures", ())}
    assert {metric["type_params"]["measure"] for metric in metrics} == measures
    assert all(metric["label"] and metric["description"] for metric in metrics)
