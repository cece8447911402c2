"""A new rule is one module and its definition in the programme model: ``data/new_rule.diff`` adds one.

The diff is the example of CONTRIBUTING.md. It is applied to a copy of the package, and everything that treats
rules alike has to know the new one: the programme file, definitions, rows, populations and the release.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from ccds_pipeline_tests.support.paths import DATA, ROOT

DIFF = DATA / "new_rule.diff"
USE = """
import json, sys
from datetime import date
import pandas as pd
from ccds_pipeline.core.definitions import definition_frames
from ccds_pipeline.kpi.rows import build_kpi_rows
from ccds_pipeline.programme.load import parse_programme
from ccds_pipeline.release.cells import populations_of
from ccds_pipeline_tests.support.kpi_release import quiet, release

programme = parse_programme(sys.stdin.read(), place="bookings.yaml")
counts = {"persons_n": 300, "attendances_n": 300, "unidentified_attendances_n": 0, "bookings_n": 440,
          "booking_people_n": 400, "cancellations_n": 40, "cancellation_people_n": 40, "no_shows_n": 100,
          "no_show_people_n": 100}
reach = pd.DataFrame([{"breakdown": "all", "level": "all"} | counts])
rows = build_kpi_rows(programme, {"reach_count": reach}, as_of=date(2022, 6, 30), data_version="d",
                      code_version="c", run_id="r")
released = release(rows, keys=quiet, rules=programme.release)
print(json.dumps({
    "value": rows["value"].iloc[0], "of": rows["denominator"].iloc[0], "met": bool(rows["met"].iloc[0]),
    "population": populations_of(rows, programme).iloc[0], "released": float(released["value"].iloc[0]),
    "rule": definition_frames(programme)["dim_kpi"]["rule"].iloc[0],
}))
"""
PROGRAMME = """
id: bookings
name: Bookings alone
version: "1"
waves: [{id: post, label: After, timing: after}]
sources:
  - id: survey
    label: Survey
    format: table
    record: response
    wave: post
    timestamp_formats: ["%d/%m/%Y %H:%M"]
kpis:
  - id: K1
    label: Did not come
    level: reach
    rule: {type: no_show_rate}
    target: {comparator: "<", value: 0.3}
"""


def patched_package(folder: Path) -> Path:
    """Copy the package and apply the diff to it; return the folder that holds the copy."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "ccds_pipeline", folder / "ccds_pipeline", ignore=ignored)
    subprocess.run(["git", "apply", str(DIFF)], cwd=folder, check=True)
    return folder


def test_the_diff_of_a_new_rule_touches_one_module_and_the_programme_model():
    touched = set(re.findall(r"^\+\+\+ b/(\S+)", DIFF.read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert touched == {"ccds_pipeline/kpi/rules/no_show_rate.py", "ccds_pipeline/programme/model.py"}


def test_a_new_rule_is_computed_defined_and_released_like_the_others(tmp_path):
    used = subprocess.run(
        [sys.executable, "-c", USE],
        input=PROGRAMME,
        cwd=patched_package(tmp_path),
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert used.returncode == 0, used.stderr
    assert json.loads(used.stdout) == {
        "value": 0.25,
        "of": 400,
        "met": True,
        "population": "no_show",
        "released": 0.25,
        "rule": "no_show_rate",
    }
