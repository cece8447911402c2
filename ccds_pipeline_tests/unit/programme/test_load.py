"""A programme file is read strictly; a fault is told with line and field."""

import pytest

from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline.programme.load import (
    default_programme_file,
    load_programme,
    parse_programme,
    programme_schema,
)
from ccds_pipeline.programme.model import Target
from ccds_pipeline_tests.support.programmes import TEXT, tiny_programme


def fault(text: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        parse_programme(text, place="programme.yaml")
    assert caught.value.exit_code == 3
    return str(caught.value)


def test_the_reference_programme_is_valid_and_has_the_contracts_kpis():
    programme = load_programme(default_programme_file())
    assert [kpi.id for kpi in programme.kpis] == [f"K{number:02}" for number in range(1, 22)]
    contract, mobilisation = [kpi for kpi in programme.kpis if kpi.target is not None]
    assert (mobilisation.id, mobilisation.rule.type) == ("K19", "mobilisation")
    assert contract.id == "K05"
    assert contract.target == Target(comparator=">", value=0.7)


def test_words_that_older_yaml_takes_for_booleans_stay_words():
    (bookings, _) = tiny_programme().sources
    assert bookings.fields["status"].values["Off"] == "cancelled"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("scale: agreement}", "scale: agreemint}", "no scale agreemint"),
        ("question: clear, favourable: [agree]", "question: clear, favourable: [agre]", "no option agre"),
        ("question: clear, fav", "question: sure, fav", "no option agree"),
        ("wave: post\n", "wave: past\n", "no wave past"),
        ("record: booking", "record: bookings", "line 28, field sources.0.record"),
        ("minimum: 0, maximum: 10", "minimum: 10, maximum: 10", "minimum must be below maximum"),
        ("minimum: 0, maximum: 10", "minimum: 0", "needs either options, or minimum and maximum"),
        ("kind: text}", "kind: text, scale: ten}", "a text question takes none"),
        ("email: {column: mail}", "joined_at: {column: mail}", "takes no field joined_at"),
        ("status: {column: state", "role_: {column: state", "sources.0.fields.role_"),
        (
            "{id: post, label: After, timing: after}",
            "{id: pre, label: After, timing: after}",
            "wave pre is given twice",
        ),
        ("key: [ref]", "timezone: Europe/Londn", "not a time zone"),
        ("key: [ref]", "keys: [ref]", "sources.0.keys: Extra inputs are not permitted"),
        ("key: [ref]", "complete: true", "a complete source needs a key"),
        (
            "key: [ref]",
            "complete: true\n    key: [ref]\n    database: {table: bookings, watermark: changed}",
            "a source with a database",
        ),
        ("name: A tiny programme", "id: again", "line 3: field id is given twice"),
    ],
)
def test_a_fault_is_reported_by_what_is_wrong(old, new, problem):
    assert old in TEXT
    message = fault(TEXT.replace(old, new, 1))
    assert problem in message
    assert "What to do" in message


@pytest.mark.parametrize(
    "text", ["", "- 1", "a: ]", "a: \x00", "a: !!python/object/apply:os.system [ls]", "{}"]
)
def test_what_is_no_programme_is_refused_with_a_line(text):
    assert "programme.yaml, line 1" in fault(text)


def test_a_missing_file_is_reported_with_its_path(tmp_path):
    with pytest.raises(ConfigurationError, match=r"absent\.yaml.*cannot be read"):
        load_programme(tmp_path / "absent.yaml")


def test_the_schema_for_editors_is_that_of_the_model():
    """After a change of the model, ``make schema`` writes it again."""
    assert default_programme_file().with_name("programme.schema.json").read_text() == programme_schema()
