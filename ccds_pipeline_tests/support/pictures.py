"""Take the pictures of report and Dagster UI that stand in README and documentation.

``make pictures``, from the data of a run. Those of the Superset dashboards are taken by ``make superset``.
"""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from ccds_pipeline.cli.options import settings_of
from ccds_pipeline_tests.support.browser import ARGUMENTS, CHROMIUM
from ccds_pipeline_tests.support.paths import ROOT

_PICTURES = ROOT / "docs" / "images"
_CHECK = "assets/reporting/candidate?view=checks&checkDetail=answer_expectations"
_PATIENCE_MS = 120_000
_WITHOUT_FOLDER = """document.querySelectorAll('a[href^="file:"]').forEach(
  link => { link.textContent = link.textContent.replace(/^.*(?=data_docs)/, 'file:///…/') }
)"""


def main() -> None:
    """Take both pictures of the data folder that is named."""
    data = Path(sys.argv[1])
    with sync_playwright() as playwright, _served(data) as address:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, "--hide-scrollbars"])
        _picture_of_report(browser, settings_of(data=data).report_file.absolute())
        _picture_of_check(browser, address)
        browser.close()


def _picture_of_report(browser: Browser, report: Path) -> None:
    page = browser.new_page(viewport={"width": 1200, "height": 1050})
    page.goto(report.as_uri())
    page.screenshot(path=_PICTURES / "report.png")


def _picture_of_check(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.set_default_timeout(_PATIENCE_MS)
    page.goto(f"{address}/{_CHECK}")
    page.get_by_text("Latest execution").wait_for()
    page.get_by_text("broken_rules").wait_for()
    page.evaluate(_WITHOUT_FOLDER)
    page.screenshot(path=_PICTURES / "check.png")


@contextmanager
def _served(data: Path) -> Iterator[str]:
    """Serve the Dagster UI of a data folder for a while, and yield its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [
        sys.executable,
        "-m",
        "ccds_pipeline",
        "ui",
        "--data",
        str(data),
        "--port",
        port,
        "--read-only",
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            if not any("Dagster UI:" in line for line in server.stderr):
                sys.exit("the Dagster UI did not start")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
