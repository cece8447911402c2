"""A programme file is read strictly; a fault is told with line and field."""

import re

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
        ("key: [ref]", "keys: [ref]", "sources.0.keys: there is no such field here"),
        ("key: [ref]", "complete: true", "a complete source needs a key"),
        (
            "key: [ref]",
            "complete: true\n    key: [ref]\n    database: {table: bookings, watermark: changed}",
            "a source with a database",
        ),
        ("name: A tiny programme", "name: ' '", "field name: must not be empty"),
        ("label: After", "label: ''", "waves.1.label: must not be empty"),
        ("name: A tiny programme", "id: again", "line 3, field id: is given twice"),
        *(
            ("name: A tiny programme", f"name: A tiny programme\nclaims: [{claim}]", problem)
            for claim, problem in (
                ("{id: a, text: b, kpi: K99, value: 1}", "no kpi K99"),
                ("{id: a, text: b, value: 1}", "a figure needs the kpi"),
                ("{id: a, text: b, comparator: '>'}", "a comparator needs the value"),
                ("{id: a, text: b, rounding_of: c}", "a rounding needs the value"),
                ("{id: a, text: b, as_of: 2022-01-01}", "so it takes no as_of"),
                ("{id: a, text: b, kpi: K04, value: 1, rounding_of: c}", "no claim c"),
                (
                    "{id: a, text: b, kpi: K4, value: 1, rounding_of: c}, {id: c, text: d, value: 1}",
                    "c is not the",
                ),
            )
        ),
    ],
)
def test_a_fault_is_reported_by_what_is_wrong(old, new, problem):
    assert old in TEXT
    message = fault(TEXT.replace(old, new, 1))
    assert problem in message
    assert "What to do" in message


def test_all_faults_are_told_at_their_own_lines_in_plain_words():
    text = TEXT
    for old, new in (
        ("question: clear, favourable: [agree]", "question: clear, favourable: [agre]"),
        ("record: booking", "record: bookings"),
        ("minimum: 0, maximum: 10", "minimum: 10, maximum: 0"),
        ("text: It was clear, scale: agreement", "text: It was clear, scale: agreemint"),
        ('version: "1"', "version: 1"),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    lines = text.splitlines()
    found = {int(match[1]): match[2] for match in re.finditer(r"line ([0-9]+), (field .*)", fault(text))}
    told = {lines[number - 1].strip(): problem for number, problem in found.items()}
    assert "must be a text" in told["version: 1"]
    assert "must be one of 'booking', 'attendance' or 'response'" in told["record: bookings"]
    assert "no scale agreemint" in told["- {id: clear, text: It was clear, scale: agreemint}"]
    assert "minimum must be below maximum" in told["ten: {minimum: 10, maximum: 0, not_applicable: [N/A]}"]
    assert "no option agre;" in told["rule: {type: top_share, question: clear, favourable: [agre]}"]
    assert len(told) == 5  # the question on the broken scale, and the source that asks it, are not at fault
    assert "Value error" not in fault(text)


STORY = """
claims:
  - {id: clear, text: 90% found it clear, kpi: K1, value: 0.9}
  - {id: card, text: 90% (the card), kpi: K1, value: 0.9, rounding_of: clear}
  - {id: safe, text: They felt safe}
case_study:
  title: A clear course of 2022
  sections:
    - heading: What they said
      sentences:
        - {text: "It was cold.", context: true}
        - {text: "Of all, {clear} found it clear."}
        - {text: "They were at ease.", claim: safe}
"""


def test_a_case_study_binds_its_sentences_to_claims():
    study = parse_programme(TEXT + STORY, place="programme.yaml").case_study
    assert study is not None
    assert [one.claims for one in study.sections[0].sentences] == [(), ("clear",), ("safe",)]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("{clear} found", "{cleer} found", "case study: there is no claim cleer; known: card, clear, safe"),
        ("claim: safe", "claim: saef", "case study: there is no claim saef"),
        ("{clear} found", "{} found", "case study: there is no claim ;"),
        ("{clear} found it", "{clear} found it, {clear} said", "claim clear is told twice"),
        ("claim: safe", "claim: clear", "claim clear is told twice"),
        ("{clear} found", "{card} found", "claim card is a rounding; name the claim clear"),
        ("{clear} found", "{safe} found", "claim safe has no kpi, and so no figure"),
        ("{clear} found", "90 in {clear} found", "holds a figure"),
        ("It was cold", "It was cold for 3 days", "holds a figure"),
        ("heading: What they said", "heading: What 90% said", "holds a figure"),
        ("{clear} found", "{clear found", "has a brace that does not belong"),
        (", context: true", "", "needs exactly one of"),
        ("claim: safe", "context: true, claim: safe", "needs exactly one of"),
        ('found it clear."', 'found it clear.", claim: safe', "needs exactly one of"),
    ],
)
def test_a_fault_of_a_case_study_is_told_at_its_own_line(old, new, problem):
    assert STORY.count(old) == 1
    text = TEXT + STORY.replace(old, new)
    message = fault(text)
    assert problem in message
    told = {int(line) for line in re.findall(r"line ([0-9]+)", message)}
    changed = (
        next(number for number, line in enumerate(text.splitlines(), start=1) if new and new in line)
        if new
        else 0
    )
    assert not changed or changed in told


def test_an_option_is_looked_for_on_every_scale_where_the_questions_own_is_not_there():
    text = TEXT.replace("scale: agreement}", "scale: agreemint}", 1)
    assert "option" not in fault(text)
    assert "no option agre;" in fault(text.replace("favourable: [agree]", "favourable: [agre]"))


def test_an_option_of_a_scale_that_has_a_fault_is_not_missing():
    text = TEXT.replace("{code: disagree, label: Disagree", "{code: disagree, label: Agree", 1)
    assert text != TEXT
    assert "would mean both" in fault(text)
    assert "no option" not in fault(text)


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
