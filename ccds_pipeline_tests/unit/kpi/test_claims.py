"""Published figures: which values bear them out."""

from __future__ import annotations

import pytest

from ccds_pipeline.kpi.claims import is_supported
from ccds_pipeline.programme.model import Claim


def claim(**changes: object) -> Claim:
    return Claim.model_validate({"id": "one", "text": "A sentence", "kpi": "W4", "value": 0.95} | changes)


@pytest.mark.parametrize(
    ("value", "stands_so"), [(0.945, True), (0.9549, True), (0.955, True), (0.9449, False), (0.956, False)]
)
def test_a_rounded_per_cent_stands_within_half_of_its_last_place(value, stands_so):
    assert is_supported(claim(), value, unit="share") is stands_so


@pytest.mark.parametrize(("value", "stands_so"), [(8.65, True), (8.749, True), (8.76, False)])
def test_a_score_is_rounded_in_points(value, stands_so):
    assert is_supported(claim(value=8.7, decimals=1), value, unit="score") is stands_so


@pytest.mark.parametrize(
    ("comparator", "value", "stands_so"),
    [(">", 2400, False), (">", 2400.5, True), (">=", 2400, True), ("<", 2400, False), ("<=", 2400, True)],
)
def test_more_than_is_strict(comparator, value, stands_so):
    assert is_supported(claim(value=2400, comparator=comparator), value, unit="persons") is stands_so
