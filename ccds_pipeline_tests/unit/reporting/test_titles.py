"""Titles state the finding with its subject, from what is shown and nothing else."""

import pytest

from ccds_pipeline.reporting.released import Value
from ccds_pipeline.reporting.titles import (
    breakdown_title,
    claims_title,
    coverage_title,
    funnel_title,
    records_title,
    series_title,
    sources_title,
)
from ccds_pipeline_tests.support.released_rows import claim_row, share_columns, withheld_columns
from ccds_pipeline_tests.support.released_values import chart_point, release_of, released_value

WITHHELD = released_value(breakdown="region", level="w", **withheld_columns())
STAFF_GROUP = released_value(breakdown="staff_group", level="a")


def share(numerator: int, *, level: str = "a", **columns: object) -> Value:
    return released_value(breakdown="region", level=level, **share_columns(numerator, 100), **columns)


def judged(numerator: int, *, met: bool, level: str = "a") -> Value:
    return share(numerator, level=level, target=0.7, comparator=">", met=met)


def test_a_breakdown_says_how_many_of_the_shown_parts_meet_the_target():
    values = [judged(90, met=True), judged(60, met=False), WITHHELD]
    assert breakdown_title(values[0], values) == "Warm welcome by region: 1 of 2 shown meet the target"


def test_what_is_unknown_is_no_part_that_meets_a_target():
    values = [judged(90, met=True), judged(60, met=False, level="unknown")]
    assert breakdown_title(values[0], values) == "Warm welcome by region: 1 of 1 meet the target"


def test_a_breakdown_without_target_shows_the_range():
    assert breakdown_title(share(90), [share(90), share(97)]) == (
        "Warm welcome by region: 90% to 97% of valid answers"
    )


def test_a_breakdown_of_scores_speaks_of_means():
    scores = [
        released_value(estimand="mean", unit="score", value=v, denominator=50, breakdown="region", level="a")
        for v in (8.7, 9.1)
    ]
    assert breakdown_title(scores[0], scores) == "Warm welcome by region: mean scores 8.7 to 9.1"


def test_a_long_name_of_a_breakdown_stays_in_the_title():
    points = [chart_point("A1", "icb", "a", 0.5, signal="outside_95"), chart_point("A1", "icb", "b", 0.8)]
    assert (
        funnel_title(STAFF_GROUP, points) == "Warm welcome by staff group: 1 of 2 lie outside the 95% limits"
    )
    assert series_title(STAFF_GROUP, points[1:]) == (
        "Warm welcome by staff group: none of 1 stand out from usual variation"
    )


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
    assert coverage_title(WITHHELD) == "No share of answers in time is shown"
    assert records_title(WITHHELD) == "How many responses could not be linked is not shown"
    assert breakdown_title(WITHHELD, [WITHHELD]) == "Warm welcome by region: no value is shown"


def test_loaded_records_are_a_share_of_the_received():
    assert sources_title(8000, 7600, refused_files=0) == "95% of 8,000 received records were loaded"
    assert sources_title(0, 0, refused_files=0) == "No records have been received"


def test_refused_files_are_part_of_the_finding():
    assert sources_title(100, 100, refused_files=1) == (
        "100% of 100 received records were loaded; 1 file refused"
    )
    assert sources_title(0, 0, refused_files=2) == "No records have been received; 2 files refused"
