"""Active titles: the finding in at most ten words, from what is shown and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccds_pipeline.reporting.released import Value
from ccds_pipeline.reporting.titles import (
    MOST_WORDS,
    before_after_title,
    bounds_title,
    breakdown_title,
    changes_title,
    claims_title,
    coverage_title,
    funnel_title,
    rates_title,
    records_title,
    scores_title,
    series_title,
    shares_title,
    sources_title,
)
from ccds_pipeline_tests.support.released_rows import claim_row, share_columns, withheld_columns
from ccds_pipeline_tests.support.released_values import chart_point, release_of, released_value

WITHHELD = released_value(**withheld_columns())


def share(numerator: int, **columns: object) -> Value:
    return released_value(**share_columns(numerator, 100), **columns)


def judged(numerator: int, *, met: bool) -> Value:
    return share(numerator, target=0.7, comparator=">", met=met)


def test_the_range_of_shares_is_the_finding():
    assert shares_title([share(87), share(96), WITHHELD]) == "87% to 96% of valid answers were favourable"


def test_one_share_is_no_range():
    assert shares_title([share(87)]) == "87% of valid answers were favourable"


def test_rates_are_of_those_expected():
    assert rates_title([share(36), share(86)]) == "36% to 86% of those expected answered"


def test_a_change_carries_the_name_of_its_reading():
    change = released_value(
        "A2", 2, "Confidence", estimand="E5", unit="relative_change", value=0.2431, denominator=500
    )
    assert changes_title([WITHHELD, change]) == "Confidence: +24.3%, unpaired relative change"


def test_scores_are_reported_with_one_decimal():
    values = [
        released_value(estimand="mean", unit="score", value=value, denominator=500) for value in (8.72, 8.81)
    ]
    assert scores_title(values) == "Mean scores: 8.7 to 8.8"


def test_a_breakdown_says_how_many_of_the_shown_parts_meet_the_target():
    values = [judged(90, met=True), judged(60, met=False), WITHHELD]
    assert breakdown_title("region", values) == "By region: 1 of 2 shown meet the target"


def test_a_breakdown_with_every_part_shown_says_so():
    assert breakdown_title("region", [judged(90, met=True)]) == "By region: 1 of 1 meet the target"


def test_a_breakdown_without_target_shows_the_range():
    assert breakdown_title("care_setting", [share(90), share(97)]) == (
        "By care setting: 90% to 97% of valid answers"
    )


def test_a_breakdown_of_scores_speaks_of_means():
    scores = [released_value(estimand="mean", unit="score", value=v, denominator=50) for v in (8.7, 9.1)]
    assert breakdown_title("region", scores) == "By region: mean scores 8.7 to 9.1"


def test_a_funnel_counts_what_lies_outside():
    points = [chart_point("A1", "icb", "a", 0.5, signal="outside_95"), chart_point("A1", "icb", "b", 0.8)]
    assert funnel_title("icb", points) == "By ICB: 1 of 2 lie outside the 95% limits"
    assert funnel_title("icb", points[1:]) == "By ICB: none of 1 lie outside the 95% limits"


@pytest.mark.parametrize(
    ("states", "title"),
    [
        (("reproduced", "lower", "withheld", "rounding"), "1 of 3 published figures is contradicted"),
        (("higher", "not_met"), "2 of 2 published figures are contradicted"),
        (("met", "measured_as", "not_measured"), "None of 1 published figures is contradicted"),
    ],
)
def test_figures_that_are_contradicted_are_the_finding(states, title):
    claims = release_of(claims=[claim_row(state, "A claim", "A1", state=state) for state in states]).claims
    assert claims_title(claims) == title


def test_what_is_withheld_is_no_finding():
    assert bounds_title([WITHHELD]) == "No later share is shown"
    assert coverage_title(WITHHELD) == "No share of answers in time is shown"
    assert records_title(WITHHELD) == "How many responses could not be linked is not shown"
    assert before_after_title([share(50), WITHHELD]) == "No mean before and after is shown"


def test_nothing_shown_is_said():
    assert shares_title([WITHHELD]) == "No share of answers is shown"
    assert breakdown_title("region", [WITHHELD]) == "By region: no value is shown"


def test_loaded_records_are_a_share_of_the_received():
    assert sources_title(8000, 7600, refused_files=0) == "95% of 8,000 received records were loaded"
    assert sources_title(0, 0, refused_files=0) == "No records have been received"


def test_refused_files_are_part_of_the_finding():
    assert sources_title(100, 100, refused_files=1) == (
        "100% of 100 received records were loaded; 1 file refused"
    )
    assert sources_title(0, 0, refused_files=2) == "No records have been received; 2 files refused"


@given(
    label=st.lists(st.text("abc", min_size=1), min_size=1, max_size=20).map(" ".join),
    numerators=st.lists(st.integers(0, 100), max_size=4),
    breakdown=st.sampled_from(["month", "region", "care_setting", "staff_group"]),
    met=st.sampled_from([None, True, False]),
)
def test_no_title_is_longer_than_ten_words(label, numerators, breakdown, met):
    target = {} if met is None else {"target": 0.7, "comparator": ">"}
    values = [
        released_value("A1", 1, label, **share_columns(n, 100), **target, met=met) for n in numerators
    ] + [WITHHELD]
    changes = [
        released_value("A1", 1, label, estimand="E1", unit="relative_change", value=0.2, denominator=500)
    ]
    points = [chart_point("A1", breakdown, str(n), 0.5, signal="shift") for n in range(15)]
    unlimited = [chart_point("A1", breakdown, str(n), n / 20, centre=None) for n in range(15)]
    titles = [
        shares_title(values),
        rates_title(values),
        changes_title(changes),
        breakdown_title(breakdown, values),
        bounds_title(values),
        coverage_title(values[0]),
        funnel_title(breakdown, points),
        series_title(breakdown, points),
        series_title(breakdown, unlimited),
        sources_title(10**9, 10**8, refused_files=3),
    ]
    assert max(len(title.split()) for title in titles) <= MOST_WORDS
