"""Pages that people read have no barrier that axe finds: light, dark, on a phone and on paper."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ccds_pipeline.reporting.case_study_files import FORMATS
from ccds_pipeline.reporting.report import write_report
from ccds_pipeline_tests.integration.reporting.test_page import write_full_release
from ccds_pipeline_tests.support.browser import CHROMIUM, DESK, PHONE, browser
from ccds_pipeline_tests.unit.reporting.test_case_study_files import STUDY

pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")]
__all__ = ["browser"]

SITUATIONS: dict[str, dict[str, Any]] = {
    "light": {"viewport": DESK},
    "dark": {"viewport": DESK, "color_scheme": "dark"},
    "phone": {"viewport": PHONE},
    "paper": {"viewport": DESK},
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder: Path = tmp_path_factory.mktemp("pages")
    write_report(write_full_release(folder / "release.duckdb"), folder / "report.html")
    (folder / "case-study.html").write_bytes(FORMATS[".html"](STUDY))
    return folder


def barriers(page) -> Iterator[str]:
    """Yield what axe finds, a line each: the rule, and where it is broken."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    for violation in axe.run(page).response["violations"]:
        places = ", ".join(str(node["target"][0]) for node in violation["nodes"])
        yield f"{violation['id']}: {places}"


def opened(browser, address: str, situation: str):
    page = browser.new_page(**SITUATIONS[situation])
    page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    if situation == "paper":
        page.emulate_media(media="print")
    return page


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("name", ["report", "case-study"])
def test_axe_finds_no_barrier(browser, pages, name, situation):
    page = opened(browser, (pages / f"{name}.html").as_uri(), situation)
    assert list(barriers(page)) == []
    page.close()


def test_axe_would_find_one(browser, pages):
    page = opened(browser, (pages / "case-study.html").as_uri(), "light")
    page.evaluate("document.documentElement.removeAttribute('lang')")
    assert list(barriers(page)) == ["html-has-lang: html"]
    page.close()


@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_case_study_is_silent_and_no_wider_than_its_page(browser, pages, situation):
    heard: list[str] = []
    page = browser.new_page(**SITUATIONS[situation])
    page.on("console", lambda message: heard.append(message.text))
    page.goto((pages / "case-study.html").as_uri())
    assert heard == []
    width = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert width[0] <= width[1]
    page.close()


def test_the_number_of_a_note_stays_on_the_line_of_its_figure(browser, pages):
    page = browser.new_page()
    page.goto((pages / "case-study.html").as_uri())
    for width in range(80, 240, 4):
        page.set_viewport_size({"width": width, "height": 844})
        together = page.evaluate("""[...document.querySelectorAll('sup a')].map(note => {
            const before = document.createRange(), text = note.parentElement.previousSibling;
            before.setStart(text, text.length - 1);
            before.setEnd(text, text.length);
            return note.getBoundingClientRect().left >= before.getBoundingClientRect().right - 1;
        })""")
        assert all(together), f"at {width} pixels"
    page.close()
