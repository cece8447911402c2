"""By group: which KPIs are shown, and which breakdowns as points, as a funnel, as a series."""

import pytest

from ccds_pipeline.reporting.groups import MOST_POINTS, group_cards, groups_note
from ccds_pipeline.reporting.page import Card, FigureView
from ccds_pipeline.reporting.released import Value
from ccds_pipeline_tests.support.released_rows import Row, chart_row, share_columns, withheld_columns
from ccds_pipeline_tests.support.released_values import release_of, released_value

TARGET = {"target": 0.7, "comparator": ">"}
WHOLE = released_value(**share_columns(750, 1000), **TARGET)
MANY = MOST_POINTS + 8


def part(breakdown: str, level: str, **columns: object) -> Value:
    return released_value("A1", 1, breakdown=breakdown, level=level, **columns)


def parts_of(breakdown: str, shown_n: int, withheld_n: int = 0) -> list[Value]:
    shown = [part(breakdown, f"part-{n:02}", **share_columns(40, 50)) for n in range(shown_n)]
    return shown + [part(breakdown, f"withheld-{n:02}", **withheld_columns()) for n in range(withheld_n)]


def funnel_of(parts: list[Value], **marked: str) -> list[Row]:
    """Points of the parts that are shown; levels in ``marked`` (with ``_`` for ``-``) have a signal."""
    return [
        chart_row("A1", value.breakdown, value.level, 0.8, signal=marked.get(value.level.replace("-", "_")))
        for value in parts
        if value.shown is not None
    ]


def months_of(count: int, **limits: object) -> tuple[list[Value], list[Row]]:
    levels = [f"20{21 + n // 12}-{n % 12 + 1:02}" for n in range(count)]
    values = [part("month", level, **share_columns(40, 50)) for level in levels]
    missing = {"chart": "spc", "low_95": None, "high_95": None}
    return values, [chart_row("A1", "month", level, 0.8, **missing, **limits) for level in levels]


def only_card(*values: Value) -> Card:
    (card,) = group_cards(release_of(WHOLE, *values))
    assert isinstance(card, Card)
    return card


def only_figure(*values: Value, points: list[Row]) -> FigureView:
    (figure,) = group_cards(release_of(WHOLE, *values, chart_points=points))
    assert isinstance(figure, FigureView)
    return figure


def row_labels(figure: Card | FigureView) -> list[str]:
    return [row[0].text for row in figure.table.rows]


def test_parts_stand_in_their_own_order_and_not_by_value():
    card = only_card(
        part("region", "a", level_label="North", **withheld_columns()),
        part("region", "b", level_label="East", **withheld_columns()),
        part("region", "c", level_label="West", **share_columns(0, 100)),
        part("region", "d", level_label="South", **share_columns(9, 100)),
    )
    assert row_labels(card) == ["North", "East", "West", "South"]


def test_the_kpi_with_a_target_is_shown_by_group():
    other = released_value("A0", 0, "Rate", **share_columns(60, 100))
    release = release_of(other, WHOLE, *parts_of("region", 3))
    (card,) = group_cards(release)
    assert card.title == "Warm welcome by region: 80% of valid answers"


def test_without_a_target_the_first_share_of_answers_is_shown_by_group():
    rate = released_value("A0", 0, "Rate", estimand="rate", **share_columns(60, 100))
    share = released_value(**share_columns(75, 100))
    (card,) = group_cards(release_of(rate, share, *parts_of("region", 3)))
    assert card.title.startswith("Warm welcome by region")


def test_where_most_is_withheld_the_answers_that_show_most_stand_beside():
    scores = [
        released_value("A2", 2, "Calm", estimand="mean", unit="score", value=8.0, denominator=50, **where)
        for where in ({}, {"breakdown": "ward", "level": "a"}, {"breakdown": "ward", "level": "b"})
    ]
    release = release_of(WHOLE, *scores, *parts_of("ward", 1, withheld_n=4))
    assert [card.title.split(" by ")[0] for card in group_cards(release)] == ["Warm welcome", "Calm"]


def test_one_part_alone_is_the_whole_again_and_not_shown():
    assert group_cards(release_of(WHOLE, *parts_of("delivery_mode", 1))) == ()


def test_a_breakdown_of_which_nothing_may_be_shown_is_said_in_words():
    release = release_of(WHOLE, *parts_of("region", 3), *parts_of("ward", 0, withheld_n=2))
    assert len(group_cards(release)) == 1
    assert groups_note(release) == (
        "Warm welcome is not drawn, because too much is withheld, by ward (none of 2 values may be shown)."
    )


def test_up_to_twelve_parts_are_points_even_if_they_have_limits():
    parts = parts_of("region", MOST_POINTS)
    (card,) = group_cards(release_of(WHOLE, *parts, chart_points=funnel_of(parts)))
    assert isinstance(card, Card)
    assert row_labels(card) == [value.level for value in parts]


def test_many_parts_are_a_funnel_and_not_a_ranked_list():
    parts = parts_of("icb", MANY)
    figure = only_figure(*parts, points=funnel_of(parts, part_03="outside_95", part_07="outside_998"))
    assert figure.title == f"Warm welcome by ICB: 2 of {MANY} lie outside the 95% limits"
    assert figure.marked == (
        "part-03: 80% of 50, below the 95% limits",
        "part-07: 80% of 50, below the 99.8% limits",
    )
    assert row_labels(figure) == [value.level for value in parts]


def test_a_funnel_shows_released_points_alone_and_its_table_names_the_others():
    parts = parts_of("session", MANY, withheld_n=5)
    figure = only_figure(*parts, points=funnel_of(parts))
    assert "withheld-" not in figure.wide
    assert f"5 of {MANY + 5} are not shown" in figure.caption
    assert [row[1].text for row in figure.table.rows].count("withheld") == 5
    assert {cell.text for cell in figure.table.rows[-1][1:]} == {"withheld"}


def test_a_funnel_of_the_few_that_are_left_is_not_drawn():
    """Its centre would be that of the parts that disclosure control spares."""
    parts = parts_of("icb", 4, withheld_n=MANY)
    release = release_of(WHOLE, *parts, *parts_of("region", 3), chart_points=funnel_of(parts))
    assert len(group_cards(release)) == 1
    assert f"by ICB (4 of {MANY + 4} values may be shown)" in groups_note(release)


def test_months_stand_in_their_order_among_their_limits():
    values, points = months_of(12)
    figure = only_figure(*values, points=points)
    assert row_labels(figure)[:2] == ["January 2021", "February 2021"]
    assert "mean 80%" in figure.wide
    assert figure.wide.count(">limit<") == 2
    assert "Between the limits is usual variation" in figure.caption


def test_a_limit_that_no_share_can_reach_is_not_drawn():
    values, points = months_of(12, high_limit=1.003)
    figure = only_figure(*values, points=points)
    assert figure.wide.count(">limit<") == 1
    assert "a limit beyond 0% or 100% is not drawn" in figure.caption


def test_fewer_months_have_their_intervals_and_the_caption_says_how_many_limits_need():
    values, _ = months_of(9)
    assert "Limits of usual variation need 12 months." in only_card(*values).note


def test_a_month_that_is_not_shown_leaves_a_gap():
    values, points = months_of(12)
    whole = only_figure(*values, points=points).wide
    gap = only_figure(*values, points=points[:5] + points[6:]).wide
    assert whole.count('stroke="var(--series)"') - gap.count('stroke="var(--series)"') == 2


def test_months_without_a_chart_stand_in_their_order_as_points():
    months = [
        part("month", "2022-01", **share_columns(6, 10)),
        part("month", "2022-02", **share_columns(9, 10)),
    ]
    assert row_labels(only_card(*months)) == ["January 2022", "February 2022"]


@pytest.mark.parametrize("signal", ["shift", "trend", "near_limit", "outside"])
def test_a_month_that_stands_out_is_named_with_its_rule(signal):
    values, points = months_of(12)
    figure = only_figure(*values, points=[*points[:-1], {**points[-1], "signal": signal}])
    assert figure.title == "Warm welcome by month: 1 of 12 stand out from usual variation"
    (marked,) = figure.marked
    assert marked.startswith("December 2021: 80% of 50, ")
