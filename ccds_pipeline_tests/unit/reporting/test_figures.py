"""Which values are charted, in which order, and the table behind each chart."""

import re

from ccds_pipeline.reporting.figures import (
    change_views,
    later_figures,
    response_figure,
    scores_figure,
    shares_figure,
)
from ccds_pipeline.reporting.page import FigureView
from ccds_pipeline.reporting.released import Value
from ccds_pipeline_tests.support.released_rows import share_columns, withheld_columns
from ccds_pipeline_tests.support.released_values import release_of, released_value


def drawn(figure: FigureView | None) -> FigureView:
    assert figure is not None
    return figure


def row_labels(figure: FigureView) -> list[str]:
    return [row[0].text for row in figure.table.rows]


def test_shares_stand_from_greatest_to_least_and_withheld_ones_last():
    figure = drawn(
        shares_figure(
            release_of(
                released_value("A1", 1, "Zeal", **withheld_columns()),
                released_value("A2", 2, "Fed", **share_columns(60, 100)),
                released_value("A3", 3, "Safe", **share_columns(90, 100)),
                released_value("A4", 4, "Awake", **withheld_columns()),
            )
        )
    )
    assert row_labels(figure) == ["Safe", "Fed", "Zeal", "Awake"]


def test_a_withheld_cell_says_why_and_shows_no_count():
    figure = drawn(shares_figure(release_of(released_value(**withheld_columns()))))
    _, value, *others = figure.table.rows[0]
    assert (value.text, value.note, value.muted) == ("withheld", "to protect people", True)
    assert {cell.text for cell in others} == {"withheld"}


def change(estimand: str, **columns: object) -> Value:
    row = {"unit": "relative_change", "value": 0.25, "denominator": 500, "is_headline": estimand == "E1"}
    return released_value("A1", 1, "Calm", estimand=estimand, **(row | columns))


def test_a_change_is_shown_before_and_after_and_in_every_reading():
    (view,) = change_views(
        release_of(
            change("E1"),
            change("E3", unit="share_of_range", value=0.17),
            change("E4", unit="share_change", value=0.26),
            change("mean_before", unit="score", value=6.6),
            change("mean_after", unit="score", value=8.2),
            change("paired_t_p", unit="p_value", value=0.0),
        )
    )
    before_after, readings = view.figures
    assert before_after.title == "Mean score: 6.6 before, 8.2 after"
    assert row_labels(before_after) == ["Mean before", "Mean after"]
    assert row_labels(readings) == [
        "Relative change of paired means",
        "Change as a share of the scale's range",
        "Change in the share that is confident",
    ]
    assert [row[1].text for row in view.table.rows] == [
        "+25.0%", "+17%", "+26.0 percentage points", "6.6", "8.2", "≤ 0.001",
    ]  # fmt: skip
    assert all(row[2].text == "of 500 matched pairs" for row in view.table.rows)


def test_a_withheld_mean_leaves_no_half_a_finding():
    (view,) = change_views(
        release_of(
            change("E1"),
            change("mean_before", unit="score", value=None, **withheld_columns()),
            change("mean_after", unit="score", value=8.2),
        )
    )
    assert view.figures[0].title == "No mean before and after is shown"


def test_a_later_share_stands_beside_its_bounds():
    later = {"wave": "later", "is_headline": False, "unit": "share_estimated"}
    (figure,) = later_figures(
        release_of(
            released_value("A1", 1, "Calm", wave="later", **share_columns(408, 480)),
            released_value("A1", 1, "Calm", estimand="share_weighted", value=0.86, denominator=480, **later),
            released_value(
                "A1", 1, "Calm", estimand="share_worst_case", value=0.34, denominator=1215, **later
            ),
            released_value(
                "A1", 1, "Calm", estimand="share_best_case", value=0.94, denominator=1215, **later
            ),
        )
    )
    assert figure.title == "85% of answers were favourable; 34% to 94% if all answered"
    assert [row[3].text for row in figure.table.rows] == [
        "of 480 valid answers",
        "of 480 valid answers",
        "of 1,215 attendances due",
        "of 1,215 attendances due",
    ]


def test_response_rates_name_their_wave():
    figure = drawn(
        response_figure(
            release_of(
                released_value("A1", 1, "Rate", estimand="rate", wave="six_months", **share_columns(3, 6))
            )
        )
    )
    assert row_labels(figure) == ["Rate, six months"]


def test_the_caption_says_where_the_axis_starts_unless_it_is_zero():
    high = drawn(shares_figure(release_of(released_value(**share_columns(90, 100)))))
    low = drawn(shares_figure(release_of(released_value(**share_columns(20, 100)))))
    assert "The axis starts at 80%." in high.caption
    assert "axis starts" not in low.caption


def test_kpis_with_different_targets_share_no_line():
    figure = drawn(
        shares_figure(
            release_of(
                released_value("A1", 1, "Fed", **share_columns(90, 100), target=0.7, comparator=">"),
                released_value("A2", 2, "Safe", **share_columns(90, 100), target=0.8, comparator=">"),
            )
        )
    )
    assert "Contract target" not in figure.wide


def test_a_picture_is_one_image_named_by_its_title():
    figure = drawn(
        scores_figure(release_of(released_value(estimand="mean", unit="score", value=8.7, denominator=200)))
    )
    for svg in (figure.wide, figure.narrow):
        assert re.findall(r'role="(\w+)"', svg) == ["img"]
        assert 'aria-labelledby="scores-title" aria-describedby="scores-caption"' in svg


def test_nothing_to_chart_gives_no_figure():
    empty = release_of()
    assert [figure(empty) for figure in (shares_figure, scores_figure, response_figure)] == [None] * 3
    assert not change_views(empty)
    assert not later_figures(empty)
