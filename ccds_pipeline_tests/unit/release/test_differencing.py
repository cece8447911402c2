"""Parts that hold nearly everybody of another part."""

from __future__ import annotations

import pandas as pd
import pytest

from ccds_pipeline.release.differencing import parts_open_to_differencing


@pytest.mark.parametrize(("outside", "is_close"), [(0, False), (1, True), (10, True), (11, False)])
def test_parts_that_differ_by_one_to_ten_people_are_close(outside, is_close):
    people = range(30 + outside)
    members = pd.DataFrame(
        [("all", "all", person) for person in people] + [("region", "Y60", person) for person in range(30)],
        columns=["breakdown", "level", "person"],
    )
    found = parts_open_to_differencing(members, minimum_people=11)
    assert found.to_numpy().tolist() == ([["region", "Y60"]] if is_close else [])
