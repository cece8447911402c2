"""Turn the counts of linked responses into what may be published of them."""

from __future__ import annotations

import pandas as pd

from ccds_pipeline.privacy.suppress import are_small, rounded_counts
from ccds_pipeline.programme.model import ReleaseRules
from ccds_pipeline.schemas.kpi import REPORTING_LINK_QUALITY


def release_link_quality(counts: pd.DataFrame, *, rules: ReleaseRules) -> pd.DataFrame:
    """Return how responses were linked, as it may be published.

    Privacy page, P12: counts up to the threshold are empty, the others rounded. Every part of a wave's
    responses is rounded by itself, so none follows from the others by subtraction.

    Args:
        counts: Rows of ``kpi.link_quality``.
        rules: Thresholds.

    Returns:
        The columns of ``reporting.link_quality``.
    """
    names = [column.name for column in REPORTING_LINK_QUALITY.columns if column.type == "integer"]
    shown = {
        name: rounded_counts(counts[name], round_to=rules.round_to)
        .mask(are_small(counts[name], up_to=rules.suppress_up_to))
        .astype("Int64")
        for name in names
    }
    return counts.assign(**shown)[REPORTING_LINK_QUALITY.column_names]
