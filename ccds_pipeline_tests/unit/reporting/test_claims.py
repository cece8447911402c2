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
    assert (verdict.text, verdict.tone) == ("reproduced", "good")


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
        ("supported", "supported", "good"),
        ("met_and_assured", "met and assured", "good"),
        ("not_met", "not met", "bad"),
        ("not_decidable", "not decidable", ""),
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


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"state": "lower", "claimed": 0.95}, "lower than published by 5.0 points"),
        ({"state": "higher", "claimed": 0.847, "decimals": 1}, "higher than published by 5.3 points"),
        (
            {"state": "lower", "unit": "persons", "claimed": 2400, "value": 1200},
            "lower than published by 1,200 people",
        ),
    ],
)
def test_a_contradiction_says_how_far_off_it_is(columns, words):
    assert row(**columns)[-1] == Cell(words, tone="bad")


def test_a_sentence_without_a_figure_says_what_is_measured_and_by_which_kpi():
    _, claimed, computed, *_, verdict = row(claimed=None, state="measured_as")
    assert (claimed.text, computed.text) == ("no figure", "90%")
    assert verdict.text == "claimed, measured as 90% (A1)"


def test_a_sentence_that_nothing_measures_says_so():
    published, claimed, computed, *_, verdict = row(
        claimed=None, kpi_id="", state="not_measured", estimand="", **NOTHING
    )
    assert published.note == "no KPI measures it"
    assert (claimed.text, computed.text, verdict.text) == (
        "no figure", "not measured", "claimed, not measured"
    )  # fmt: skip


def test_people_have_bounds_and_may_leave_a_comparison_undecided():
    people = {"unit": "persons", "claimed": 2400, "comparator": ">", "value": 2400, "denominator": 2400}
    *_, bounds, verdict = row(**people, ci_low=2400, ci_high=2520, state="not_decidable")
    assert (bounds.text, bounds.note) == (
        "2,400 to 2,520", "if each attendance of somebody not identified was of one more"
    )  # fmt: skip
    assert verdict.text == "not decidable: some attendances are of people not identified"


def test_what_is_contradicted_leads_and_sentences_without_figure_end_the_register():
    states = ["measured_as", "reproduced", "lower", "withheld"]
    claims = [
        claim_row(state, state, "A1", state=state, claim_order=order) for order, state in enumerate(states)
    ]
    rows = claims_table(release_of(claims=claims)).rows
    assert [cells[0].text for cells in rows] == ["lower", "reproduced", "withheld", "measured_as"]


def test_a_rounding_is_linked_to_what_it_rounds():
    claims = [
        claim_row("exact", "By 90.2%", "A1", claimed=0.902, decimals=1, state="supported"),
        claim_row("card", "By 90%", "A1", claim_order=2, rounding_of="exact", state="rounding", **NOTHING),
    ]
    release = release_of(released_value("A1", 1, **share_columns(90, 100)), claims=claims)
    _, card = claims_table(release).rows
    assert (card[1].text, card[-1].text) == ("90%", "rounding of 90.2%: supported")


def test_a_value_without_its_population_is_not_shown():
    assert row(denominator=None)[2].text == "no value"
