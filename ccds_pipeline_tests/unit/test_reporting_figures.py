"""Which values are charted, in which order, and the table behind each chart."""

import re

from ccds_pipeline.reporting.figures import (
    breakdown_figures,
    breakdown_subject,
    changes_figure,
    response_figure,
    scores_figure,
    shares_figure,
)
from ccds_pipeline.reporting.page import FigureView
from ccds_pipeline.reporting.released import Value
from ccds_pipeline_tests.released_database import share_columns, withheld_columns
from ccds_pipeline_tests.released_values import release_of, released_value

TARGET = {"target": 0.7, "comparator": ">"}


def drawn(figure: FigureView | None) -> FigureView:
    assert figure is not None
    return figure


def row_labels(figure: FigureView) -> list[str]:
    return [row[0].text for row in figure.table.rows]


def part(breakdown: str, level: str, label: str, **columns: object) -> Value:
    return released_value("A1", 1, breakdown=breakdown, level=level, level_label=label, **TARGET, **columns)


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


def test_the_place_of_a_withheld_part_tells_nothing_about_its_value():
    parts = [
        part("region", "a", "North", **withheld_columns()),
        part("region", "b", "East", **withheld_columns()),
        part("region", "c", "West", **share_columns(0, 100)),
    ]
    release = release_of(released_value(**share_columns(60, 100), **TARGET), *parts)
    (figure,) = breakdown_figures(release, release.headlines[0])
    assert row_labels(figure) == ["West", "East", "North"]


def test_a_withheld_cell_says_why_and_shows_no_count():
    figure = drawn(shares_figure(release_of(released_value(**withheld_columns()))))
    _, value, *others = figure.table.rows[0]
    assert (value.text, value.note, value.muted) == ("withheld", "to protect people", True)
    assert {cell.text for cell in others} == {"withheld"}


def test_the_subject_by_group_is_the_kpi_with_a_target():
    release = release_of(
        released_value(**share_columns(60, 100)),
        released_value("A2", 2, "Safe", **TARGET, **share_columns(80, 100)),
    )
    assert breakdown_subject(release) == release.values[1]


def test_the_subject_by_group_without_a_target_is_the_first_share_of_answers():
    release = release_of(
        released_value("A1", 1, "Rate", estimand="rate", **share_columns(60, 100)),
        released_value("A2", 2, "Safe", **share_columns(80, 100)),
    )
    assert breakdown_subject(release) == release.values[1]


def test_months_stand_in_their_order():
    months = [
        part("month", "2022-02", "February 2022", **share_columns(90, 100)),
        part("month", "2022-01", "January 2022", **share_columns(60, 100)),
    ]
    release = release_of(released_value(**TARGET, **share_columns(75, 100)), *months)
    (figure,) = breakdown_figures(release, release.headlines[0])
    assert row_labels(figure) == ["January 2022", "February 2022"]


def test_every_reading_of_a_change_is_charted():
    figure = drawn(
        changes_figure(
            release_of(
                released_value(
                    "A1", 1, "Calm", estimand="E1", unit="relative_change", value=0.25, denominator=500
                ),
                released_value(
                    "A1",
                    1,
                    "Calm",
                    estimand="E3",
                    unit="share_of_range",
                    value=0.17,
                    is_headline=False,
                    denominator=500,
                ),
            )
        )
    )
    assert row_labels(figure) == ["Calm, relative change of paired means", "Calm, share of the scale's range"]


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
    figures = [shares_figure, scores_figure, changes_figure, response_figure]
    assert [figure(empty) for figure in figures] == [None] * 4
    assert breakdown_subject(empty) is None
