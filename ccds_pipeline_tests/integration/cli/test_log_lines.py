"""Where nobody reads along, a run says what it says in lines of JSON, how it ended included."""

from __future__ import annotations

import json

import pytest

from ccds_pipeline_tests.support.commands import ccds
from ccds_pipeline_tests.support.keys import KEY

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("log_format", ["auto", "json"])
def test_a_run_that_cannot_begin_says_so_in_a_line(tmp_path, log_format):
    folders = ("--landing", tmp_path / "landing", "--data", tmp_path / "data")
    done = ccds("run", *folders, key=KEY, log_format=log_format)
    assert (done.returncode, done.stdout) == (3, "")
    (line,) = [json.loads(text) for text in done.stderr.splitlines()]
    assert line.keys() == {"at", "level", "logger", "run_id", "message"}
    assert (line["level"], line["message"].split(":")[0]) == ("ERROR", "Error")
    assert "What to do" in line["message"]
