"""A run may be killed or stopped at any moment: the next one ends where an undisturbed one does.

A run is halted again and again and its files are copied; a copy is what a kill at that moment leaves.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from ccds_pipeline_tests.integration.cli.test_bad_input import PROGRAMME, write_survey
from ccds_pipeline_tests.support.commands import ccds
from ccds_pipeline_tests.support.keys import KEY
from ccds_pipeline_tests.support.paths import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.heavy]
SEED = 20261130
RELEASED = ("kpi", "data_status", "link_quality", "non_response", "theme", "claim", "control_chart")
LEDGER = "SELECT * EXCLUDE (loaded_at) FROM ops.delivery ORDER BY ALL"


@contextmanager
def running(landing: Path, data: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Start ``ccds run`` as a user does."""
    words = ["run", "--landing", str(landing), "--data", str(data), "--programme", str(PROGRAMME)]
    environment = os.environ | {"CCDS_PSEUDONYM_KEY": KEY, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "ccds_pipeline", *words]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
        while not data.exists() and process.poll() is None:
            time.sleep(0.01)
        yield process


def outcome(data: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return released tables and ledger, without times and identifiers of runs."""
    with duckdb.connect(str(data / "release.duckdb"), read_only=True) as released:
        found = {
            name: released.sql(f"SELECT * EXCLUDE (run_id) FROM reporting.{name} ORDER BY ALL").fetchall()
            if name == "kpi"
            else released.sql(f"FROM reporting.{name} ORDER BY ALL").fetchall()
            for name in RELEASED
        }
        (release,) = released.sql("SELECT release_id FROM reporting.release").fetchall()
    with duckdb.connect(str(data / "warehouse.duckdb"), read_only=True) as warehouse:
        found["ledger"] = warehouse.sql(LEDGER).fetchall()
        known = warehouse.sql("SELECT release_id FROM ops.release").fetchall()
        unsettled = warehouse.sql("FROM ops.publication WHERE outcome = 'intended'").fetchall()
    assert release in known
    assert unsettled == []
    return found


def finish(landing: Path, data: Path) -> dict[str, list[tuple[object, ...]]]:
    """Run the command anew and return what it leaves."""
    result = ccds("run", "--landing", landing, "--data", data, "--programme", PROGRAMME, key=KEY)
    assert (result.returncode, result.stderr if result.returncode else "") == (0, "")
    return outcome(data)


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("killed") / "landing"
    for month in range(1, 7):
        write_survey(folder, day=f"2019-0{month}-01", rows=12)
    return folder


@pytest.fixture(scope="module")
def undisturbed(landing, tmp_path_factory) -> dict[str, list[tuple[object, ...]]]:
    return finish(landing, tmp_path_factory.mktemp("undisturbed") / "data")


def copies_of_a_run(landing: Path, folder: Path, moments: int) -> list[Path]:
    """Run the command, halted at random moments; return what its files were at each."""
    chance = random.Random(SEED)  # noqa: S311  # no secret: the same moments each time
    data, copies = folder / "data", list[Path]()
    with running(landing, data) as process:
        # The work begins some seconds after the start and takes as long again; later copies find it done.
        while len(copies) < moments and process.poll() is None:
            time.sleep(chance.uniform(0, 12 / moments))
            process.send_signal(signal.SIGSTOP)
            copies.append(folder / f"copy-{len(copies)}")
            shutil.copytree(data, copies[-1])
            process.send_signal(signal.SIGCONT)
        assert process.wait() == 0
    return copies


def test_runs_killed_at_forty_moments_are_gone_on_with(landing, undisturbed, tmp_path):
    copies = copies_of_a_run(landing, tmp_path, 40)
    assert len(copies) > 30
    assert [finish(landing, copy) == undisturbed for copy in copies] == [True] * len(copies)


def test_runs_stopped_at_twenty_moments_are_gone_on_with(landing, undisturbed, tmp_path):
    chance = random.Random(SEED)  # noqa: S311  # no secret: the same moments each time
    for number in range(20):
        data = tmp_path / f"data-{number}"
        with running(landing, data) as process:
            time.sleep(chance.uniform(0, 12))
            process.send_signal(signal.SIGTERM)
            sent = time.monotonic()
            # Before the work begins, and after it, the signal ends the process itself: a shell says 143, too.
            assert process.wait() in {0, 143, -signal.SIGTERM}
            assert time.monotonic() - sent < 10
        assert finish(landing, data) == undisturbed
