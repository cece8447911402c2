"""Attacks that run in a changed copy of the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from ccds_pipeline_tests.support.controls import CONTROLS
from ccds_pipeline_tests.support.mutations import without
from ccds_pipeline_tests.support.paths import ROOT

QUOTED = next(
    control for control in CONTROLS if control.name == "errors of libraries are reported by their type"
)
HARMLESS = replace(QUOTED, instead='f"an unexpected {type(error).__name__} has occurred",')
CRASH = replace(QUOTED, instead="nobody_defines_this,")


@pytest.mark.heavy
@pytest.mark.attack("A28")
@pytest.mark.parametrize("change", [HARMLESS, CRASH], ids=["another wording", "a crash"])
def test_a_change_that_no_attack_sees_is_told_as_not_noticed(change):
    assert without(change).attacks == ()


def test_every_attack_that_a_control_names_is_there():
    named = sorted({f"ccds_pipeline_tests/{test}" for control in CONTROLS for test in control.tests})
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--collect-only", *named]
    collected = subprocess.run(
        command,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert collected.returncode == 0, collected.stderr
