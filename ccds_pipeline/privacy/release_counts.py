"""Turn counts beside the KPIs, of links and of those who did not answer, into what may be published."""

from __future__ import annotations

import pandas as pd

from ccds_pipeline.privacy.suppress import are_small, rounded_counts
from ccds_pipeline.programme.model import ReleaseRules
from ccds_pipeline.schemas.kpi import REPORTING_LINK_QUALITY, REPORTING_NON_RESPONSE

_GROUPS = ("responders", "non_responders")
_WHOLE = "all"


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


def release_non_response(rows: pd.DataFrame, *, rules: ReleaseRules) -> pd.DataFrame:
    """Return how those who answered differ from those who did not, as it may be published.

    Privacy page, P12 and P13: a part needs the minimum of people in both groups, counts are rounded,
    shares are whole per cents made from the rounded counts, means and differences have one decimal.

    Args:
        rows: Rows of ``kpi.non_response``.
        rules: Thresholds.

    Returns:
        The columns of ``reporting.non_response``.
    """
    is_few = pd.concat([rows[f"{group}_n"] < rules.minimum_people for group in _GROUPS], axis=1).any(axis=1)
    shown = {
        name: values.mask(is_few) for group in _GROUPS for name, values in _group(rows, group, rules).items()
    }
    difference = rows["standardised_difference"].round(1).mask(is_few)
    released = rows.assign(**shown, standardised_difference=difference, suppressed=is_few)
    return released[REPORTING_NON_RESPONSE.column_names]


def _group(rows: pd.DataFrame, group: str, rules: ReleaseRules) -> dict[str, pd.Series]:
    n = rounded_counts(rows[f"{group}_n"], round_to=rules.round_to)
    is_score = rows["level"] == _WHOLE
    everybody = n.mask(is_score).groupby([rows["kpi_id"], rows["characteristic"]]).transform("sum")
    share = (n / everybody.where(everybody > 0)).round(2)
    value = rows[f"{group}_value"].round(1).where(is_score, share)
    return {f"{group}_n": n.astype("Int64"), f"{group}_value": value}
