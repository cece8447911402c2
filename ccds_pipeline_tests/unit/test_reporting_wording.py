"""Figures in words: British style, P13's precision, and never a percentage without what it is of."""

from datetime import date, datetime

import pytest

from ccds_pipeline.reporting.wording import (
    count_text,
    date_text,
    instant_text,
    interval_text,
    method_text,
    name_text,
    number_text,
    population_text,
    reading_text,
    reason_text,
    size_text,
    target_text,
    value_text,
)
from ccds_pipeline_tests.released_database import share_columns, withheld_columns
from ccds_pipeline_tests.released_values import released_value


@pytest.mark.parametrize(
    ("number", "unit", "expected"),
    [
        (0.9512, "share", "95%"),
        (1.0, "share", "100%"),
        (0.89, "score_share", "89%"),
        (0.2471, "relative_change", "+24.7%"),
        (-0.0312, "relative_change", "−3.1%"),
        (-0.00001, "relative_change", "+0.0%"),
        (0.1712, "share_of_range", "+17.1%"),
        (8.7, "score", "8.7"),
        (-0.14, "score", "−0.1"),
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
    assert (value_text(value), population_text(value)) == ("95%", "of 2,000 valid answers")
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
    [("wilson", "Wilson score"), ("t", "Student's t"), ("bca 10 draws", "bca 10 draws"), (None, "")],
)
def test_an_interval_says_how_it_was_made(method, expected):
    assert method_text(released_value(ci_method=method)) == expected


def test_identifiers_become_words():
    assert name_text("care_setting") == "Care setting"


def test_dates_and_instants_are_british_and_local():
    assert date_text(date(2026, 3, 1)) == "1 March 2026"
    assert instant_text(datetime(2026, 7, 1, 23, 30)) == "2 July 2026, 00:30 BST"  # noqa: DTZ001  # UTC
    assert instant_text(datetime(2026, 12, 1, 8, 5)) == "1 December 2026, 08:05 GMT"  # noqa: DTZ001  # UTC
