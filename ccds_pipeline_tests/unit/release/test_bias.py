"""Whether the noise moves shares up or down."""

from __future__ import annotations

import pytest

from ccds_pipeline.release.bias import ShareError


@pytest.mark.parametrize(
    ("error", "is_by_chance"),
    [
        (ShareError(0, None, None), True),
        (ShareError(900, 0.0009, 0.0001), True),
        (ShareError(900, -0.003, 0.001), True),
        (ShareError(900, -0.005, 0.001), False),
        (ShareError(3, 0.02, None), False),
    ],
)
def test_shares_are_off_by_chance_or_not(error, is_by_chance):
    assert error.is_by_chance is is_by_chance
