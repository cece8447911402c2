"""Plots: values at their place, what stands out numbered, and nothing outside of a phone."""

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccds_pipeline.reporting.plots import Curve, Dot, Plot, Tick, draw_plot, size_ticks, snug_axis

LIMIT = Curve(((10, 0.9), (40, 0.85)), "95%", (7, 4))


def plot(*dots: Dot, curves: tuple[Curve, ...] = (LIMIT,)) -> Plot:
    return Plot(dots, curves, snug_axis([0.5, 1.0], is_share=True), (0, 50), size_ticks(50), "Number")


def texts(svg: str) -> list[str]:
    return [text for text in ET.fromstring(svg).itertext() if text.strip()]  # noqa: S314  # drawn here


@pytest.mark.parametrize(
    ("most", "values"),
    [
        (1, (0, 1)),
        (5, (0, 1, 2, 3, 4, 5)),
        (85, (0, 20, 40, 60, 80, 100)),
        (500, (0, 100, 200, 300, 400, 500)),
    ],
)
def test_sizes_are_ticked_in_usual_whole_steps(most, values):
    assert tuple(tick.value for tick in size_ticks(most)) == values


@pytest.mark.parametrize(
    ("values", "is_share", "ends"),
    [
        ([0.71, 0.96], True, (0.7, 1.0)),
        ([-0.2, 1.3], True, (0.0, 1.0)),
        ([8.1, 9.3], False, (8.0, 9.4)),
        ([8.0, 8.0], False, (8.0, 8.05)),
        ([1.0], True, (0.99, 1.0)),
        ([0.0], True, (0.0, 0.01)),
    ],
)
def test_an_axis_around_limits_is_snug_and_keeps_shares_possible(values, is_share, ends):
    axis = snug_axis(values, is_share=is_share)
    assert (axis.low, axis.high) == pytest.approx(ends)


@given(values=st.lists(st.floats(0, 1), min_size=1), is_share=st.booleans())
def test_an_axis_holds_its_values_and_has_few_ticks(values, is_share):
    axis = snug_axis(values, is_share=is_share)
    assert axis.low <= min(values) + 1e-6
    assert axis.high >= max(values) - 1e-6
    assert axis.low < axis.high
    assert 2 <= len(axis.ticks) <= 9


def test_a_dot_that_stands_out_is_a_diamond_with_its_number():
    usual, marked = (draw_plot(plot(Dot(20, 0.8, number))).wide for number in (None, 1))
    assert "var(--target)" not in usual
    assert "var(--target)" in marked
    assert "1" in texts(marked)
    assert "1" not in texts(usual)


@pytest.mark.parametrize(("x", "label"), [(20, "1, 2"), (21, "1, 2"), (40, "2")])
def test_dots_close_together_share_their_label(x, label):
    assert label in texts(draw_plot(plot(Dot(20, 0.8, 1), Dot(x, 0.8, 2))).wide)


def test_names_of_curves_do_not_stand_on_each_other():
    curves = tuple(Curve(((10, 0.8), (40, 0.8)), name) for name in ("one", "two", "three"))
    svg = draw_plot(plot(Dot(20, 0.8), curves=curves)).wide
    tops = re.findall(r'translate\([\d.]+,([\d.]+)\)"[^>]*>(?:one|two|three)<', svg)
    assert len({float(top) for top in tops}) == 3


def test_the_narrow_plot_fits_a_small_phone_and_says_only_what_fits():
    months = tuple(Tick(n, f"Month {n}") for n in range(24))
    axis = snug_axis([0.5, 1.0], is_share=True)
    drawn = draw_plot(
        Plot((Dot(3, 0.7),), (Curve(((0, 0.9), (23, 0.9)), "all 100%"),), axis, (0, 23), months, "Month")
    )
    (width,) = re.findall(r'<svg[^>]* width="(\d+)"', drawn.narrow)
    assert int(width) <= 340
    narrow_n, wide_n = (
        sum(text.startswith("Month ") for text in texts(svg)) for svg in (drawn.narrow, drawn.wide)
    )
    assert 1 < narrow_n < wide_n <= 24


def test_colours_are_the_pages_own():
    svg = draw_plot(plot(Dot(20, 0.8), Dot(30, 0.9, 1))).wide
    colours = set(re.findall(r'(?:fill|stroke)="([^"]+)"', svg))
    allowed = {
        "none",
        "transparent",
        "currentColor",
        *(f"var(--{c})" for c in ("series", "target", "grid", "muted")),
    }
    assert colours <= allowed


def test_parts_of_a_plot_have_neither_role_nor_style_nor_identifier():
    svg = draw_plot(plot(Dot(20, 0.8, 1))).wide
    assert not re.findall(r'\b(?:role|style|id|aria-label|aria-roledescription)="', svg)


def test_a_name_cannot_leave_its_place():
    assert "<script" not in draw_plot(plot(Dot(1, 0.8), curves=(Curve(LIMIT.points, "<script>"),))).wide
