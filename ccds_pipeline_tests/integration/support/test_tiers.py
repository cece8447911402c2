"""A test in the wrong tier is refused when tests are collected, with what it touches."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FIXTURES = """
import pytest
import sqlalchemy as sa


@pytest.fixture
def warehouse():
    return sa.create_engine("duckdb://")
"""
BY_FIXTURE = """
def test_one(warehouse):
    assert warehouse
"""
BY_IMPORT = """
def test_one():
    import duckdb
    assert duckdb
"""
BY_SUPPORT = """
from ccds_pipeline_tests.support.opened import warehouse
def test_one():
    assert warehouse
"""
BY_DAGSTER = """
from ccds_pipeline.definitions import defs
def test_one():
    assert defs
"""
PURE = """
from ccds_pipeline.kpi.claims import verdict
def test_one():
    assert verdict
"""
LAW = """
import pytest
import duckdb
@pytest.mark.slow
def test_one():
    assert duckdb
"""


def collect(root: Path, tier: str, test: str) -> subprocess.CompletedProcess[str]:
    """Collect one test of a tier in a checkout of its own, with the rules of this one."""
    tests = root / "ccds_pipeline_tests"
    files = {
        "support/tiers.py": (Path(__file__).parents[2] / "support" / "tiers.py").read_text(encoding="utf-8"),
        "support/paths.py": "from pathlib import Path\nROOT = Path(__file__).parents[2]\n",
        "support/opened.py": FIXTURES,
        "conftest.py": 'pytest_plugins = ["ccds_pipeline_tests.support.tiers"]\n',
        f"{tier}/conftest.py": "from ccds_pipeline_tests.support.opened import warehouse\n",
        f"{tier}/test_it.py": test,
    }
    for name, text in files.items():
        file = tests / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        for folder in (tests, file.parent):
            (folder / "__init__.py").touch()
    (root / "pytest.ini").write_text("[pytest]\nmarkers =\n    slow: slow\n", encoding="utf-8")
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "--collect-only",
            "-q",
            "-p",
            "no:cacheprovider",
            "ccds_pipeline_tests",
        ],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("tier", "test", "touched"),
    [
        (
            "unit",
            BY_FIXTURE,
            "touches a database engine (ccds_pipeline_tests.support.opened imports sqlalchemy)",
        ),
        ("unit", BY_IMPORT, "touches a database engine (ccds_pipeline_tests.unit.test_it imports duckdb)"),
        (
            "unit",
            BY_SUPPORT,
            "touches a database engine (ccds_pipeline_tests.support.opened imports sqlalchemy)",
        ),
        ("unit", "import subprocess\n" + PURE, "touches a child process"),
        ("unit", "import playwright.sync_api\n" + PURE, "touches a browser"),
        ("integration", BY_DAGSTER, "touches Dagster"),
        ("property", LAW.replace("@pytest.mark.slow\n", ""), "it belongs in a test that is marked slow"),
        ("somewhere", PURE, "lies in none of the tiers"),
    ],
)
def test_a_test_in_the_wrong_tier_is_refused_with_what_it_touches(tier, test, touched, tmp_path):
    refused = collect(tmp_path, tier, test)
    assert refused.returncode == pytest.ExitCode.USAGE_ERROR
    assert f"ccds_pipeline_tests/{tier}/test_it.py::test_one: " in refused.stderr
    assert touched in refused.stderr


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("tier", "test"),
    [("unit", PURE), ("property", LAW), ("integration", BY_FIXTURE), ("pipeline", BY_DAGSTER)],
)
def test_a_test_in_its_tier_is_collected(tier, test, tmp_path):
    collected = collect(tmp_path, tier, test)
    assert collected.returncode == 0, collected.stdout + collected.stderr
    assert "1 test collected" in collected.stdout
