"""The report in a real browser: silent, self-contained, and no wider than a phone."""

from pathlib import Path

import pytest

from ccds_pipeline.reporting.report import write_report
from ccds_pipeline_tests.integration.reporting.test_page import CHARTS, write_full_release
from ccds_pipeline_tests.support.browser import CHROMIUM, DESK, PHONE, browser

pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")]
__all__ = ["browser"]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder: Path = tmp_path_factory.mktemp("browser")
    target = folder / "report.html"
    write_report(write_full_release(folder / "release.duckdb"), target)
    return target.as_uri()


@pytest.fixture
def open_page(browser, address):
    opened = []

    def open_at(viewport, **context):
        page = browser.new_page(viewport=viewport, **context)
        opened.append(page)
        page.heard, page.requested = [], []
        page.on("console", lambda message: page.heard.append(message.text))
        page.on("pageerror", lambda error: page.heard.append(str(error)))
        page.on("request", lambda request: page.requested.append(request.url))
        page.goto(address)
        return page

    yield open_at
    for page in opened:
        page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_silent_and_asks_the_network_for_nothing(open_page, address, scheme):
    page = open_page(DESK, color_scheme=scheme)
    assert page.heard == []
    assert [url for url in page.requested if not url.startswith("data:")] == [address]


def test_the_policy_lets_the_style_through(open_page):
    page = open_page(DESK)
    assert page.evaluate("getComputedStyle(document.querySelector('.card')).borderRadius") == "4px"


@pytest.mark.parametrize("are_tables_open", [False, True])
@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_never_scrolls_sideways(open_page, width, are_tables_open):
    page = open_page(PHONE | {"width": width})
    if are_tables_open:
        page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("viewport", "shown"), [(PHONE, "narrow"), (DESK, "wide")])
def test_one_size_of_each_chart_is_shown(open_page, viewport, shown):
    page = open_page(viewport)
    visible = page.evaluate(
        "[...document.querySelectorAll('figure > svg')]"
        ".filter(svg => svg.getBoundingClientRect().width > 0).map(svg => svg.getAttribute('class'))"
    )
    assert visible == [shown] * CHARTS


def test_the_dark_page_changes_paper_ink_and_chart(open_page):
    seen = []
    for scheme in ("light", "dark"):
        page = open_page(DESK, color_scheme=scheme)
        seen.append(
            page.evaluate(
                "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color,"
                " getComputedStyle(document.querySelector('.mark-symbol path')).fill]"
            )
        )
    assert all(light != dark for light, dark in zip(*seen, strict=True))


def test_paper_shows_the_table_behind_each_chart(open_page):
    page = open_page(DESK)
    seen = "[...document.querySelectorAll('details table')].map(table => table.checkVisibility())"
    assert not any(page.evaluate(seen))
    page.emulate_media(media="print")
    assert all(page.evaluate(seen))


def test_a_chart_is_one_named_image_to_a_screen_reader(open_page):
    page = open_page(DESK)
    names = (
        page.locator("figure")
        .get_by_role("img")
        .evaluate_all(
            "images => images.map("
            "image => document.getElementById(image.getAttribute('aria-labelledby')).textContent)"
        )
    )
    assert "Warm welcome by room: 1 of 15 lie outside the 95% limits" in names
    assert len(names) == CHARTS
