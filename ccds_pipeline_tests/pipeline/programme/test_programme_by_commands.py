"""A programme of other tools and scales is set up by the commands alone, on README's way to real data."""

from __future__ import annotations

import json
import re
import shutil
from itertools import chain
from pathlib import Path

import pytest

from ccds_pipeline_tests.support.commands import ccds
from ccds_pipeline_tests.support.hybrid_exports import write_exports
from ccds_pipeline_tests.support.keys import KEY

pytestmark = [pytest.mark.slow, pytest.mark.heavy]

QUESTION = "how_sure_are_you_in_meetings_of_two_plac"
# What the draft asks for, in its order, and what a person answers.
NAMED = (
    ("{minimum: TO BE NAMED, maximum: TO BE NAMED}", "{minimum: 1, maximum: 7}"),
    ("session_code: {column: TO BE NAMED}", "session_code: {column: Topic, extract: '(LHT-[0-9]+)'}"),
    ("wave: TO BE NAMED", "wave: pre"),
    ("email: {column: TO BE NAMED}", "email: {column: Your work e-mail}"),
    ("wave: TO BE NAMED", "wave: post"),
)
RETENTION = "retention: {source: Privacy notice 3, records: 36500, comments: 36500, ledger: 36500}"
KPIS = f"""
attendance: {{minimum_minutes: 30}}
kpis:
  - {{id: T1, label: Participants, level: reach, rule: {{type: reach}}}}
  - {{id: T2, label: Answered afterwards, level: "1", rule: {{type: response_rate, waves: [post]}}}}
  - id: T3
    label: Very useful
    level: "1"
    wave: post
    rule: {{type: top_share, question: how_useful_was_it, favourable: [very_useful]}}
  - id: T4
    label: Surer
    level: "2"
    wave: post
    rule: {{type: change, question: {QUESTION}, before: pre, confident: 5}}
"""


def completed(draft: str) -> str:
    """Return the draft as a person completes it; surveys of no session of their own lose that line."""
    for asked, named in NAMED:
        assert asked in draft
        draft = draft.replace(asked, named, 1)
    draft = re.sub(r" +session_code: \{column: TO BE NAMED\}.*\n", "", draft)
    for known in ("Topic", "Your work e-mail"):
        draft = draft.replace(f"      - {known}\n", "")
    return re.sub(r"# retention: .*", RETENTION, draft) + KPIS


def test_a_programme_is_drafted_checked_tried_and_run(tmp_path: Path):
    exports, landing, file = write_exports(tmp_path), tmp_path / "landing", tmp_path / "programme.yaml"
    data: list[str | Path] = ["--data", tmp_path / "data"]
    drafted = ccds("programme", "new", "--from", *chain(*exports.values()), *data)
    assert drafted.returncode == 0, drafted.stderr
    assert "lastpage, text" not in drafted.stdout
    file.write_text(drafted.stdout)
    unread = ccds("programme", "check", file, *data)
    assert unread.returncode == 3
    assert unread.stdout.count("to be named by hand") == len(NAMED) + 2  # the surveys' sessions

    file.write_text(completed(drafted.stdout))
    checked = ccds("programme", "check", file, *data, key=KEY)
    assert (checked.returncode, checked.stdout) == (0, "No fault.\n")
    for source, files in exports.items():
        tried = ccds("inspect", files[0], "--source", source, "--programme", file, *data)
        assert "No row is rejected" in tried.stdout, tried.stdout + tried.stderr
        folder = landing / source / "2023-05-20"
        folder.mkdir(parents=True)
        for export in files:
            shutil.copy(export, folder)

    ran = ccds("run", "--landing", landing, "--programme", file, *data, key=KEY)
    assert ran.returncode == 0, ran.stderr
    assert "Warning" not in ran.stderr
    found = ccds("kpis", "--exact", "--programme", file, *data, "--format", "json")
    counts = {
        (row["kpi_id"], row["estimand"]): (row["numerator"], row["denominator"])
        for row in json.loads(found.stdout)
        if (row["breakdown"], row["phase"]) == ("all", "all")
    }
    # 60 people less six who stayed away and two who left at once; the two guests are nobody known.
    assert counts["T1", "persons"] == (52, 52)
    assert counts["T1", "unidentified_attendances"] == (2, 2)
    # Of the 48 who answered, 7 and 37 were not there long enough.
    assert counts["T2", "rate"] == (46, 52)
    # Every fourth found it of some use: 4, 8, … 56 but for the silent 20, 40 and 60 are twelve people.
    assert counts["T3", "share"] == (34, 46)
    # Forty of the first fifty answered afterwards, 7 and 37 among them; everybody is surer by 2.
    assert counts["T4", "difference"] == (76, 38)
