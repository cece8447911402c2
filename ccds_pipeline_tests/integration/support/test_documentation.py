"""The documentation is built from what is there: pages from the code, no link that leads nowhere."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from ccds_pipeline_tests.support.paths import ROOT
from ccds_pipeline_tests.support.reference_pages import PAGES, rendered
from ccds_pipeline_tests.support.released_database import write_released_database
from ccds_pipeline_tests.support.samples import Step


def test_the_reference_pages_are_what_the_code_says():
    written = {path.name: path.read_text(encoding="utf-8") for path in PAGES.iterdir()}
    assert written == rendered(), "run make docs"


def test_the_site_is_built_without_a_warning_and_loads_nothing_from_elsewhere(tmp_path):
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    for name in ("mkdocs.yml", "PRIVACY.md"):
        shutil.copy(ROOT / name, tmp_path)
    built = subprocess.run(
        [Path(sys.executable).with_name("zensical"), "build", "--strict", "--config-file", "mkdocs.yml"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert built.returncode == 0, built.stdout + built.stderr
    pages = list((tmp_path / "site").rglob("*.html"))
    assert len(pages) > 30
    fetched = re.compile(r"<(?:script|img|link|iframe)[^>]*(?:src|href)=\"?https?://[^\">]+")
    assert [found for page in pages for found in fetched.findall(page.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    ("output", "printed", "is_described"),
    [
        ("a\nb", "a\nb\n", True),
        ("a\nb", "a\nc\n", False),
        ("a …", "a 17", True),
        ("a\n… (two more lines)\nd", "a\nb\nc\nd", True),
        ("a\n…\nd", "a\nb\nc\ne", False),
    ],
)
def test_a_sample_leaves_out_what_it_says(output, printed, is_described):
    assert Step("ccds", output).describes(printed) == is_described


def test_the_readme_is_short_and_its_links_lead_somewhere():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.split()) <= 700
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", text)
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_query_of_readme_and_quick_start_runs(tmp_path):
    database = write_released_database(tmp_path / "release.duckdb")
    for page in ("README.md", "docs/quick-start.md"):
        (query,) = re.findall(r'release\.duckdb "(SELECT[^"]+)"', (ROOT / page).read_text(encoding="utf-8"))
        with duckdb.connect(str(database), read_only=True) as connection:
            connection.execute(query)
