"""Published claims: the sentence, both figures, and a verdict in words."""

import pytest

from ccds_pipeline.reporting.claims import claims_table
from ccds_pipeline.reporting.page import Cell
from ccds_pipeline_tests.support.released_rows import claim_row, share_columns
from ccds_pipeline_tests.support.released_values import release_of, released_value

NOTHING = {"unit": None, "value": None, "denominator": None, "ci_low": None, "ci_high": None}


def row(**columns: object) -> tuple[Cell, ...]:
    release = release_of(
        released_value("A1", 1, **share_columns(90, 100)),
        released_value("A1", 1, breakdown="phase", level="p2", level_label="The second phase"),
        claims=[claim_row("c", "Nine in ten were welcomed", "A1", **columns)],
    )
    (only,) = claims_table(release).rows
    return only


def test_a_claim_stands_beside_what_is_computed_now_and_what_that_is_of():
    published, claimed, computed, population, interval, verdict = row()
    assert published.text == "Nine in ten were welcomed"
    assert (claimed.text, computed.text, computed.note) == ("90%", "90%", "favourable share")
    assert (population.text, interval.text) == ("of 200 valid answers", "85% to 94%")
    assert (verdict.text, verdict.tone) == ("agrees", "good")


@pytest.mark.parametrize(
    ("columns", "scope"),
    [
        ({}, "A1, definition 1, every phase, up to 3 October 2022"),
        ({"phase": "p2"}, "A1, definition 1, The second phase, up to 3 October 2022"),
        ({"phase": "p3", "as_of": None}, "A1, definition 1, P3, no day given"),
    ],
)
def test_a_claim_says_what_it_speaks_of(columns, scope):
    assert row(**columns)[0].note == scope


@pytest.mark.parametrize(
    ("state", "words", "tone"),
    [
        ("differs", "differs", "bad"),
        ("definition_changed", "definition changed", ""),
        ("new_state", "new state", ""),
    ],
)
def test_every_state_is_a_verdict_in_words(state, words, tone):
    cells = row(state=state)
    assert (cells[-1].text, cells[-1].tone, cells[2].text) == (words, tone, "90%")


@pytest.mark.parametrize(
    ("state", "words"), [("withheld", "withheld"), ("not_computable", "cannot be computed")]
)
def test_a_claim_without_a_value_keeps_its_own_figure_in_its_unit(state, words):
    _, claimed, computed, population, interval, verdict = row(state=state, **NOTHING)
    assert (claimed.text, computed.text, verdict.text) == ("90%", words, words)
    assert (population.text, interval.text) == ("none", "none")


def test_a_value_without_its_population_is_not_shown():
    assert row(denominator=None)[2].text == "no value"
