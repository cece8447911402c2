"""``ccds case-study`` on a released database: what it writes, and what it says where it writes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from docx import Document

from ccds_pipeline_tests.support.commands import ccds
from ccds_pipeline_tests.support.programmes import TEXT
from ccds_pipeline_tests.support.released_database import write_released_database
from ccds_pipeline_tests.support.released_rows import claim_row, kpi_row, share_columns

STORY = """
claims:
  - {id: clear, text: "90% found it clear", kpi: K1, value: 0.9}
  - {id: safe, text: They felt safe}
case_study:
  title: A clear course
  sections:
    - heading: What they said
      sentences:
        - {text: It was cold., context: true}
        - text: "Of all, {clear} found it clear."
        - {text: They were at ease., claim: safe}
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    (tmp_path / "tiny.yaml").write_text(TEXT + STORY)
    return folder


def write_release(data: Path, **columns: object) -> None:
    safe = {"state": "not_measured", "claimed": None, "value": None, "denominator": None, "ci_low": None}
    write_released_database(
        data / "release.duckdb",
        [kpi_row("K1", 1, "Clear", **share_columns(180, 200))],
        name="A tiny programme",
        note="Synthetic: nobody is real.",
        claims=[claim_row("clear", "", "K1", **columns), claim_row("safe", "", "", **safe)],
    )


def case_study(data: Path, to: Path, *options: str):
    return ccds("case-study", "--to", to, "--data", data, "--programme", data.parent / "tiny.yaml", *options)


@pytest.mark.parametrize("suffix", [".md", ".html", ".docx"])
def test_the_case_study_is_written_in_the_format_of_its_name(data, suffix):
    write_release(data)
    target = data.parent / f"story{suffix}"
    written = case_study(data, target)
    assert (written.returncode, written.stdout) == (0, ""), written.stderr
    if suffix == ".docx":
        text = "\n".join(paragraph.text for paragraph in Document(str(target)).paragraphs)
    else:
        text = target.read_text(encoding="utf-8")
    for words in (
        "A clear course",
        "It was cold.",
        "found it clear.",
        "(not measured)",
        "Synthetic",
        "of 200 valid",
    ):
        assert words in text


def test_nothing_is_written_of_a_story_that_the_data_no_longer_bears_out(data):
    write_release(data, state="lower", claimed=0.95)
    target = data.parent / "story.md"
    target.write_text("old")
    refused = case_study(data, target)
    assert refused.returncode == 1
    assert "“Of all, {clear} found it clear.” (clear: lower than published by 5.0 points)" in refused.stderr
    assert target.read_text() == "old"

    written = case_study(data, target, "--leave-out")
    assert written.returncode == 0, written.stderr
    assert "One sentence is left out" in written.stderr
    assert "One sentence is left out" in target.read_text()
    assert "found it clear" not in target.read_text()


def test_what_is_missing_is_said(data):
    unreleased = case_study(data, data.parent / "story.md")
    assert (unreleased.returncode, "nothing was released yet" in unreleased.stderr) == (3, True)
    assert "Traceback" not in unreleased.stderr
    unknown = case_study(data, data.parent / "story.pdf")
    assert (unknown.returncode, "there is no such format" in unknown.stderr) == (2, True)
    (data.parent / "tiny.yaml").write_text(TEXT)
    without = case_study(data, data.parent / "story.md")
    assert (without.returncode, "the programme has no case study" in without.stderr) == (3, True)
    assert not (data.parent / "story.md").exists()
