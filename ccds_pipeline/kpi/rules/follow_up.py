"""Rules of a wave some weeks after the session: coverage, what is sustained, and who did not answer.

Kpis page, K16 to K18. The regression behind the weights belongs in ``non_response``.
"""

from __future__ import annotations

import pandas as pd

from ccds_pipeline.kpi.estimates import (
    NOT_MEASURABLE,
    Population,
    asked_population,
    count_rows,
    mean_rows,
    share_rows,
)
from ccds_pipeline.kpi.rules.means import spread
from ccds_pipeline.kpi.rules.operations import absent_rows
from ccds_pipeline.programme.model import Kpi, Sustained
from ccds_pipeline.statistics.counts import Aggregates, item_scores, part_rows

_STATES = (
    "responded_in_window",
    "responded_late",
    "due",
    "not_yet_due",
    "lapsed",
    "withdrawn",
    "overdue",
)


def coverage_estimates(kpi: Kpi, aggregates: Aggregates) -> pd.DataFrame:
    """Return the share of attendances due that were answered in the window, and how many are in each state.

    Overdue are those past the target day without a response, whether their window is open or closed.
    """
    wave = str(kpi.wave)
    counts = part_rows(aggregates["response_count"], wave=wave)
    rate = share_rows(
        Population(counts, eligible_n=counts["attended_n"], people_n=counts["due_persons_n"], wave=wave),
        "rate",
        hits=counts["in_window_n"],
        n=counts["due_n"],
        is_headline=True,
    )
    return pd.concat([rate, *(_state_rows(wave, state, aggregates) for state in _STATES)])


def sustained_estimates(kpi: Kpi, rule: Sustained, aggregates: Aggregates, *, is_asked: bool) -> pd.DataFrame:
    """Return the mean change since before and since straight after, on those who answered three times.

    Args:
        kpi: The KPI; its wave is the third one.
        rule: Names the item and the other two waves.
        aggregates: Count tables by name.
        is_asked: Whether any source asks the item in the KPI's wave. If none does, the KPI is not
            measurable; nothing else stands in for it.
    """
    wave = str(kpi.wave)
    if not is_asked:
        reason = f"no source asks {rule.question} in the wave {wave}"
        return absent_rows("since_before", unit="score", status=NOT_MEASURABLE, reason=reason).assign(
            wave=wave
        )
    rows = []
    for item in ("since_before", "since_after"):
        asked, given = item_scores(aggregates, kpi.id, item)
        rows.append(
            mean_rows(
                asked_population(asked, wave),
                item,
                total=given.total(),
                n=given.n,
                standard_deviation=spread(given),
                is_headline=item == "since_before",
            )
        )
    return pd.concat(rows)


def _state_rows(wave: str, state: str, aggregates: Aggregates) -> pd.DataFrame:
    counts = part_rows(aggregates["follow_up_count"], wave=wave, state=state)
    return count_rows(
        Population(counts, eligible_n=counts["attendances_n"], people_n=counts["people_n"], wave=wave),
        state,
        unit="places",
        counts=counts["places_n"],
    )
