"""Attacks that run in a changed copy of the checkout."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ccds_pipeline_tests.support.controls import CONTROLS
from ccds_pipeline_tests.support.mutations import without

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
