"""Parts that hold nearly everybody of another part."""

from __future__ import annotations

import pandas as pd
import pytest

from ccds_pipeline.release.differencing import parts_open_to_differencing


@pytest.mark.parametrize(("outside", "is_close"), [(0, False), (1, True), (10, True), (11, False)])
def test_parts_that_differ_by_one_to_ten_people_are_close(outside, is_close):
    people = range(30 + outside)
    members = pd.DataFrame(
        [(person, place_of(person)) for person in people] + [(0, 2)], columns=["person_code", "place_code"]
    )
    parts = pd.DataFrame([(0, 1), (0, 2), (0, 3), (1, 1), (1, 2)], columns=["part", "place_code"])
    found = parts_open_to_differencing(members, parts, minimum_people=11)
    assert found.tolist() == ([1] if is_close else [])


def place_of(person: int) -> int:
    """Thirty people are at two places of the second part, the others at one of the first alone."""
    return 1 + person % 2 if person < 30 else 3


def test_where_nobody_is_counted_no_part_is_near():
    nobody = pd.DataFrame(columns=["person_code", "place_code"], dtype="int64")
    parts = pd.DataFrame([(0, 1)], columns=["part", "place_code"])
    assert parts_open_to_differencing(nobody, parts, minimum_people=11).tolist() == []
