"""Figures in words: British style, P13's precision, and never a percentage without what it is of."""

from datetime import date, datetime

import pytest

from ccds_pipeline.reporting.wording import (
    breakdown_text,
    claimed_text,
    count_text,
    date_text,
    instant_text,
    interval_text,
    marked_text,
    method_text,
    name_text,
    number_text,
    population_text,
    reason_text,
    size_text,
    target_text,
    tick_text,
    value_text,
)
from ccds_pipeline.schemas.readings import reading_text
from ccds_pipeline_tests.support.released_rows import claim_row, share_columns, withheld_columns
from ccds_pipeline_tests.support.released_values import chart_point, release_of, released_value


@pytest.mark.parametrize(
    ("number", "unit", "expected"),
    [
        (0.9512, "share", "95%"),
        (1.0, "share", "100%"),
        (0.89, "score_share", "89%"),
        (0.2471, "relative_change", "+24.7%"),
        (-0.0312, "relative_change", "−3.1%"),
        (-0.00001, "relative_change", "+0.0%"),
        (0.1712, "share_of_range", "+17%"),
        (8.7, "score", "8.7"),
        (-0.14, "score", "−0.1"),
        (0.2631, "share_change", "+26.3 percentage points"),
        (0.34, "share_estimated", "34%"),
        (1.5, "standard_deviations", "1.5 standard deviations"),
        (0.0, "p_value", "≤ 0.001"),
        (0.001, "p_value", "≤ 0.001"),
        (0.0412, "p_value", "0.041"),
        (2.96, "months", "3.0 months"),
        (6485, "records", "6,485"),
        (2400.0, "persons", "2,400"),
        (12345, "places", "12,345"),
    ],
)
def test_a_number_is_written_in_its_unit(number, unit, expected):
    assert number_text(number, unit) == expected


def test_counts_have_their_thousands_separated():
    assert count_text(1234567.0) == "1,234,567"


def test_a_share_says_what_it_is_a_share_of():
    value = released_value(**share_columns(1900, 2000))
    assert (value_text(value), population_text(value)) == ("95.0%", "of 2,000 valid answers")
    assert size_text(value) == " of 2,000"


def test_a_rate_is_of_those_expected_to_answer():
    value = released_value(estimand="rate", **share_columns(300, 600))
    assert population_text(value) == "of 600 expected to answer"


def test_a_change_is_named_and_of_pairs():
    value = released_value(estimand="E1", unit="relative_change", value=0.2, denominator=1730)
    assert reading_text(value.estimand) == "relative change of paired means"
    assert population_text(value) == "of 1,730 matched pairs"
    assert size_text(value) == " from 1,730 pairs"


def test_a_score_is_from_its_answers_and_not_of_them():
    value = released_value(estimand="mean", unit="score", value=8.7, denominator=2040)
    assert value_text(value) + size_text(value) == "8.7 from 2,040 answers"


def test_a_count_of_people_is_of_nothing_else():
    assert population_text(released_value(unit="persons", value=2400, denominator=500)) == "people"


def test_a_difference_of_scores_carries_its_sign_and_a_mean_does_not():
    difference = {"unit": "score", "value": 1.66, "ci_low": 1.58, "ci_high": 1.74, "denominator": 815}
    value = released_value(estimand="difference", **difference)
    assert (value_text(value), interval_text(value)) == ("+1.7 points", "+1.6 to +1.7 points")
    assert population_text(value) == "of 815 matched pairs"
    assert value_text(released_value(estimand="mean_before", **difference)) == "1.7"


def test_a_reading_of_some_pairs_says_which():
    value = released_value(estimand="E2", unit="relative_change", value=0.3, denominator=810)
    assert population_text(value) == "of 810 matched pairs that began above 0"
    assert size_text(value) == " from 810 pairs"


def test_a_change_of_a_share_is_in_percentage_points_said_once():
    value = released_value(
        estimand="E4", unit="share_change", value=0.263, ci_low=0.235, ci_high=0.296, denominator=815
    )
    assert interval_text(value) == "+23.5 to +29.6 percentage points"


def test_a_value_that_nobody_measures_says_so_with_the_reason():
    value = released_value(
        estimand="none", unit="none", status="not_measured", status_reason="no source", denominator=0
    )
    assert (value_text(value), reason_text(value)) == ("not measured", "no source")


def test_no_pairs_are_not_called_no_answers():
    value = released_value(
        estimand="E1_first_tier", unit="relative_change", status="no_answers", denominator=0
    )
    assert value_text(value) == "no such pairs"


@pytest.mark.parametrize(
    ("columns", "unit", "expected"),
    [
        ({"claimed": 0.95}, "share", "95%"),
        ({"claimed": 0.247, "decimals": 1}, "relative_change", "+24.7%"),
        ({"claimed": 8.7, "decimals": 1}, "score", "8.7"),
        ({"claimed": 2400.0, "comparator": ">"}, "persons", "more than 2,400"),
        ({"claimed": 0.7, "comparator": ">"}, "share", "more than 70%"),
        ({"claimed": 0.95}, "", "0.95"),
        ({"claimed": 2400.0}, "", "2,400"),
        ({"claimed": None}, "share", ""),
    ],
)
def test_a_claimed_figure_is_written_with_the_decimals_that_were_published(columns, unit, expected):
    (claim,) = release_of(claims=[claim_row("c", "A claim", "A1", **columns)]).claims
    assert claimed_text(claim, unit=unit) == expected


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"signal": "outside_95"}, "January 2022: 60% of 50, below the 95% limits"),
        ({"signal": "outside_998", "centre": 0.5}, "January 2022: 60% of 50, above the 99.8% limits"),
        ({"signal": "new_rule"}, "January 2022: 60% of 50, new rule"),
    ],
)
def test_a_point_that_stands_out_is_named_with_its_size_and_side(columns, expected):
    assert marked_text(chart_point("A1", "month", "2022-01", 0.6, **columns)) == expected


def test_months_and_boards_have_their_names():
    assert (tick_text("2022-01"), tick_text("W-2022")) == ("Jan 22", "W-2022")
    assert (breakdown_text("icb"), breakdown_text("care_setting")) == ("ICB", "care setting")


def test_a_withheld_value_is_never_shown_as_a_number():
    value = released_value(**withheld_columns("withheld"), target=0.7, comparator=">")
    assert value_text(value) == "withheld"
    assert (population_text(value), size_text(value), interval_text(value)) == ("", "", "")
    assert reason_text(value) == "to protect people"


def test_an_unknown_reason_is_given_as_it_is():
    assert reason_text(released_value(**withheld_columns("under_review"))) == "under review"


def test_too_few_pairs_show_neither_value_nor_interval():
    value = released_value(
        estimand="E1",
        unit="relative_change",
        value=0.9,
        ci_low=0.1,
        ci_high=1.7,
        status="too_few_pairs",
        denominator=500,
    )
    assert value_text(value) == "too few matched pairs"
    assert interval_text(value) == ""


def test_a_value_without_its_population_is_not_shown():
    value = released_value(value=0.95, ci_low=0.94, ci_high=0.96)
    assert (value_text(value), interval_text(value)) == ("not available", "")


def test_no_answers_are_said_in_words():
    assert value_text(released_value(status="no_answers", denominator=0)) == "no answers yet"


@pytest.mark.parametrize(
    ("comparator", "target", "unit", "expected"),
    [
        (">", 0.7, "share", "more than 70%"),
        (">=", 0.725, "share", "at least 72.5%"),
        ("<", 3, "score", "less than 3"),
        ("<=", 2500, "persons", "at most 2,500"),
        (None, None, "share", ""),
    ],
)
def test_a_target_is_written_as_the_contract_has_it(comparator, target, unit, expected):
    assert target_text(released_value(comparator=comparator, target=target, unit=unit)) == expected


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("wilson", "Wilson score, with the noise of the counts"),
        ("wilson by session", "Wilson score, with the noise of the counts, allowing for sessions"),
        ("t", "Student's t"),
        ("new", "new"),
        (None, ""),
    ],
)
def test_an_interval_says_how_it_was_made(method, expected):
    assert method_text(released_value(ci_method=method)) == expected


def test_drawn_intervals_say_how_often_and_of_what():
    clustered = released_value(ci_method="bca 2000 draws seed 7 of sessions")
    assert method_text(clustered) == "bootstrap (BCa, 2,000 draws, draws of sessions, seed 7)"


def test_identifiers_become_words():
    assert name_text("care_setting") == "Care setting"


def test_dates_and_instants_are_british_and_local():
    assert date_text(date(2026, 3, 1)) == "1 March 2026"
    assert instant_text(datetime(2026, 7, 1, 23, 30)) == "2 July 2026, 00:30 BST"  # noqa: DTZ001  # UTC
    assert instant_text(datetime(2026, 12, 1, 8, 5)) == "1 December 2026, 08:05 GMT"  # noqa: DTZ001  # UTC
