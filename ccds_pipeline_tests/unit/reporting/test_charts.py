"""Drawings: what is drawn where, in the page's colours, and nothing of what is withheld."""

import re
from xml.etree import ElementTree as ET

import pytest

from ccds_pipeline.reporting.charts import Point, Target, change_axis, draw_points, score_axis, share_axis

MEASURED = Point("Warm welcome", "90% of 200", 0.9, 0.85, 0.95)
WITHHELD = Point("Night shift", "withheld")


@pytest.mark.parametrize(
    ("values", "low", "ticks"),
    [
        ([0.94, 0.7], 0.6, (0.6, 0.7, 0.8, 0.9, 1.0)),
        ([0.5], 0.4, (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)),
        ([0.36, 0.86], 0.0, (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)),
        ([], 0.0, (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)),
    ],
)
def test_an_axis_of_shares_starts_above_zero_only_past_a_half(values, low, ticks):
    axis = share_axis(values)
    assert (axis.low, axis.high, axis.ticks) == (low, 1.0, ticks)


@pytest.mark.parametrize(
    ("values", "ends"),
    [([8.7, 8.8], (5, 10)), ([2.0, 8.8], (0, 10)), ([3.5], (2.5, 5)), ([150.5], (75.5, 151)), ([], (0, 1))],
)
def test_an_axis_of_scores_ends_at_a_usual_end_of_a_scale(values, ends):
    axis = score_axis(values)
    assert (axis.low, axis.high) == ends


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([0.236, 0.258], (0.0, 0.1, 0.2, 0.3)),
        ([-0.12, 0.05], (-0.2, -0.1, 0.0, 0.1)),
        ([0.0], (0.0, 0.1)),
        ([1.25], (0.0, 0.3, 0.6, 0.9, 1.2)),
    ],
)
def test_an_axis_of_changes_holds_zero(values, ticks):
    assert change_axis(values).ticks == pytest.approx(ticks)


def test_both_sizes_write_every_label_and_figure():
    drawing = draw_points([MEASURED, WITHHELD], axis=share_axis([0.85]))
    for svg in (drawing.wide, drawing.narrow):
        text = " ".join(ET.fromstring(svg).itertext())  # noqa: S314  # drawn here
        for written in ("Warm welcome", "90% of 200", "Night shift", "withheld"):
            assert written in text


def test_the_narrow_drawing_fits_a_small_phone():
    drawing = draw_points([Point("A label " * 20, "90% of 200", 0.9)], axis=share_axis([0.9]))
    (width,) = re.findall(r'<svg[^>]* width="(\d+)"', drawing.narrow)
    assert int(width) <= 340


def test_a_withheld_point_leaves_no_mark():
    drawn = draw_points([MEASURED], axis=share_axis([0.85])).wide
    withheld_too = draw_points([MEASURED, WITHHELD], axis=share_axis([0.85])).wide
    assert drawn.count("<path transform") == withheld_too.count("<path transform") == 1


def test_the_target_is_drawn_and_named():
    with_target = draw_points([MEASURED], axis=share_axis([0.7]), target=Target(0.7, "Target: more than 70%"))
    assert "Target: more than 70%" in with_target.wide
    assert "var(--target)" in with_target.wide
    assert "var(--target)" not in draw_points([MEASURED], axis=share_axis([0.7])).wide


def test_colours_are_the_pages_own():
    svg = draw_points([MEASURED, WITHHELD], axis=share_axis([0.85])).wide
    colours = set(re.findall(r'(?:fill|stroke)="([^"]+)"', svg))
    assert colours <= {"none", "currentColor", "var(--series)", "var(--grid)", "var(--muted)"}


def test_parts_of_a_drawing_have_neither_role_nor_style_nor_identifier():
    svg = draw_points([MEASURED], axis=share_axis([0.85]), target=Target(0.7, "Target")).wide
    assert not re.findall(r'\b(?:role|style|id|aria-label|aria-roledescription)="', svg)


def test_a_label_cannot_leave_its_place():
    svg = draw_points([Point("<script>alert(1)</script>", "<b>90%</b>", 0.9)], axis=share_axis([0.9])).wide
    assert "<script" not in svg
    assert "<b>" not in svg


def test_the_same_points_give_the_same_drawing():
    assert draw_points([MEASURED], axis=share_axis([0.85])) == draw_points(
        [MEASURED], axis=share_axis([0.85])
    )
