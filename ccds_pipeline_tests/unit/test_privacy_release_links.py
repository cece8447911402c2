"""How responses were linked, as it may be published."""

from __future__ import annotations

import pandas as pd
import pytest

from ccds_pipeline.privacy.release_links import release_link_quality
from ccds_pipeline.programme.model import ReleaseRules
from ccds_pipeline.schemas.kpi import LINK_QUALITY, REPORTING_LINK_QUALITY


@pytest.mark.parametrize(
    ("count", "shown"), [(0, 0), (1, None), (7, None), (8, 10), (12, 10), (13, 15), (1002, 1000)]
)
def test_counts_are_rounded_and_small_ones_empty(count, shown):
    row = dict.fromkeys(LINK_QUALITY.column_names, 100) | {"wave": "post", "phase": "all", "code_n": count}
    released = release_link_quality(pd.DataFrame([row]), rules=ReleaseRules())
    assert list(released.columns) == REPORTING_LINK_QUALITY.column_names
    value = released["code_n"].iloc[0]
    assert pd.isna(value) if shown is None else value == shown


def test_pairs_are_not_released():
    assert "pairs_n" not in REPORTING_LINK_QUALITY.column_names
