"""Published figures: what the values say about them."""

from __future__ import annotations

import pytest

from ccds_pipeline.kpi.claims import Figure, verdict
from ccds_pipeline.programme.model import Claim
from ccds_pipeline.schemas.verdicts import JUDGED, VERDICTS


def claim(**changes: object) -> Claim:
    return Claim.model_validate({"id": "one", "text": "A sentence", "kpi": "W4", "value": 0.95} | changes)


def of_share(value: float, **columns: float) -> Figure:
    return Figure(value, "share", **columns)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.945, "reproduced"), (0.9549, "reproduced"), (0.955, "higher"), (0.9449, "lower")],
)
def test_a_rounded_per_cent_is_reproduced_by_what_rounds_to_it(value, expected):
    assert verdict(claim(), of_share(value)) == expected


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0.931, 0.951, "supported"), (0.931, 0.949, "lower"), (0.95, 0.96, "supported")],
)
def test_a_published_value_inside_of_the_interval_is_supported(low, high, expected):
    assert verdict(claim(), of_share(0.942, low=low, high=high)) == expected


def test_a_value_above_the_published_one_is_called_higher():
    assert verdict(claim(value=0.93), of_share(0.96, low=0.95, high=0.97)) == "higher"


@pytest.mark.parametrize(
    ("value", "expected"), [(8.65, "reproduced"), (8.749, "reproduced"), (8.76, "higher")]
)
def test_a_score_is_rounded_in_points(value, expected):
    assert verdict(claim(value=8.7, decimals=1), Figure(value, "score")) == expected


@pytest.mark.parametrize(("value", "expected"), [(-0.245, "reproduced"), (-0.255, "lower")])
def test_a_fall_is_rounded_as_a_rise_is(value, expected):
    assert verdict(claim(value=-0.25), Figure(value, "relative_change")) == expected


@pytest.mark.parametrize(
    ("comparator", "value", "expected"),
    [
        (">", 2400, "not_met"),
        (">", 2401, "met"),
        (">=", 2400, "met"),
        ("<", 2400, "not_met"),
        ("<=", 2400, "met"),
    ],
)
def test_more_than_is_strict(comparator, value, expected):
    assert verdict(claim(value=2400, comparator=comparator), Figure(value, "persons")) == expected


@pytest.mark.parametrize(
    ("low", "high", "expected"), [(0.71, 0.75, "met_and_assured"), (0.70, 0.75, "met"), (0.69, 0.75, "met")]
)
def test_a_comparison_is_assured_if_the_near_end_of_the_interval_holds_too(low, high, expected):
    assert verdict(claim(value=0.7, comparator=">"), of_share(0.73, low=low, high=high)) == expected


def test_what_an_interval_reaches_is_no_value():
    assert verdict(claim(value=0.7, comparator=">"), of_share(0.69, low=0.66, high=0.72)) == "not_met"


@pytest.mark.parametrize(
    ("identified", "at_most", "expected"),
    [(2400, 2522, "not_decidable"), (2200, 2400, "not_met"), (2401, 2522, "met_and_assured")],
)
def test_people_not_identified_may_decide_a_comparison(identified, at_most, expected):
    figure = Figure(identified, "persons", low=identified, high=at_most)
    assert verdict(claim(value=2400, comparator=">"), figure) == expected


@pytest.mark.parametrize(("count", "expected"), [(2395, "not_met"), (2400, "not_decidable"), (2405, "met")])
def test_a_rounded_count_decides_nothing_within_its_rounding(count, expected):
    figure = Figure(count, "persons", count_margin=2.5)
    assert verdict(claim(value=2400, comparator=">"), figure) == expected


@pytest.mark.parametrize(("value", "expected"), [(0.92, "not_met"), (0.93, "not_decidable"), (0.94, "met")])
def test_a_released_share_decides_nothing_within_its_rounding(value, expected):
    figure = of_share(value, count_margin=2.5)
    assert verdict(claim(value=0.93, comparator=">"), figure) == expected


def test_a_claim_with_more_decimals_than_are_released_is_compared_at_those_that_are():
    precise = claim(value=0.953, decimals=1)
    assert verdict(precise, of_share(0.95, count_margin=2.5)) == "reproduced"
    assert verdict(precise, of_share(0.95)) == "lower"


def test_each_verdict_has_words():
    assert set(JUDGED) < set(VERDICTS)
