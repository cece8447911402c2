"""A command that prepares something names the command that comes next."""

from __future__ import annotations

import re
from typing import Any

import pytest
import typer

from ccds_pipeline.cli.main import app
from ccds_pipeline_tests.support.commands import ccds
from ccds_pipeline_tests.support.paths import ROOT

_HINT = re.compile(r"Now: ccds (\w[\w-]*)")


@pytest.mark.slow
def test_the_demonstration_says_how_it_is_loaded(tmp_path):
    done = ccds("demo", "--participants", "10", "--data", tmp_path / "data")
    assert done.returncode == 0
    assert f"Now: ccds run --data {tmp_path / 'data'}, which loads them" in done.stderr


def test_what_comes_next_is_a_command():
    command: Any = typer.main.get_command(app)
    sources = [file.read_text("utf-8") for file in (ROOT / "ccds_pipeline" / "cli").glob("*.py")]
    named = {name for source in sources for name in _HINT.findall(source)}
    assert named == {"run", "report"}
    assert named <= command.commands.keys()
