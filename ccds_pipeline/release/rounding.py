"""Turn exact KPIs into what may be published: suppress, round, derive, in this order.

What is withheld is decided in ``suppression``. Writing the published tables belongs in
``warehouse``.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

import pandas as pd

from ccds_pipeline.errors import CheckFailedError
from ccds_pipeline.programme.model import ReleaseRules
from ccds_pipeline.release.nesting import UNNESTED
from ccds_pipeline.release.suppression import are_small, rounded_counts, suppression_reasons
from ccds_pipeline.schemas.readings import LEAST_P_VALUE, MEASURED, P_VALUE, SHARE, UNITS, units_of
from ccds_pipeline.statistics.intervals import wilson

KEY = ["kpi_id", "estimand", "wave", "breakdown", "level"]
"""What names a cell."""

_COUNTS = ["numerator", "denominator", "eligible_n", "blank_n", "not_applicable_n", "people_n"]
_STATES = ["eligible_n", "blank_n", "not_applicable_n"]
_MEASURES = ["value", "ci_low", "ci_high"]
_DERIVED = [*_COUNTS, *_MEASURES, "ci_method", "met", "assured"]
_EXACT_TYPES = dict.fromkeys([*_COUNTS, *_MEASURES], "float64") | {"suppressed": "bool"}
_RELEASED_TYPES = (
    dict.fromkeys(["numerator", "denominator", *_MEASURES], "Float64")
    | dict.fromkeys(["eligible_n", "blank_n", "not_applicable_n", "people_n"], "Int64")
    | dict.fromkeys(["met", "assured"], "boolean")
)


def release_kpis(
    kpis: pd.DataFrame,
    *,
    rules: ReleaseRules,
    sensitive: AbstractSet[str] = frozenset(),
    nesting: pd.DataFrame = UNNESTED,
) -> pd.DataFrame:
    """Return the KPIs as they may be published.

    Rules: PRIVACY.md P12 to P15. Withheld cells are empty, never zero. Released counts are
    rounded, whatever the breakdown, since an exact total would reveal the counts beside it; shares
    and their intervals come from the rounded counts. A sum of scores is never released.

    Args:
        kpis: Exact rows with the columns of ``kpi.kpi``.
        rules: Thresholds.
        sensitive: Identifiers of KPIs whose item is sensitive.
        nesting: Which parts lie inside which others, from ``nesting.nesting_of``.

    Returns:
        The same rows and columns, ordered by key, so that the order says nothing; ``suppressed`` and
        ``suppression_reason`` say what is withheld and why.

    Raises:
        CheckFailedError: If the rules do not cover a unit; nothing is released then.
    """
    _refuse_unknown_units(kpis)
    cells = exact_cells(kpis)
    reasons = suppression_reasons(cells, rules=rules, sensitive=sensitive, nesting=nesting)
    released = cells.assign(**_rounded(cells, rules)).astype(_RELEASED_TYPES)
    return withhold(released, reasons)


def exact_cells(kpis: pd.DataFrame) -> pd.DataFrame:
    """Return the KPIs in the order of their release, with the types that its rules work on."""
    # control: order says nothing
    return kpis.sort_values(KEY, ignore_index=True).astype(_EXACT_TYPES)


def withhold(released: pd.DataFrame, reasons: pd.Series) -> pd.DataFrame:
    """Empty the cells that have a reason, with all that derives from them (PRIVACY.md P15)."""
    is_withheld = reasons.notna()
    released = released.copy()
    # control: what derives from a withheld cell is emptied
    released[_DERIVED] = released[_DERIVED].mask(is_withheld)
    # Which formula was undefined shows how many answered (a spread needs two), so that goes too.
    released["status"] = released["status"].mask(is_withheld, MEASURED)
    return released.assign(suppressed=is_withheld, suppression_reason=reasons)


def _refuse_unknown_units(kpis: pd.DataFrame) -> None:
    unknown = sorted(set(kpis["unit"]) - set(UNITS))
    if unknown:
        raise CheckFailedError(
            f"no rule says how values in {', '.join(unknown)} are released",
            rule="unit_has_release_rule",
            remedy="Declare the unit in schemas/readings.py, with the decimals that may be released.",
        )


def _rounded(cells: pd.DataFrame, rules: ReleaseRules) -> dict[str, pd.Series]:
    """Return the counts and measures of each cell as they would be shown."""
    counts = {name: _released_counts(cells[name], rules) for name in _COUNTS}
    # Each of the three follows from the other two and the answers, so a small one takes them along.
    is_small = pd.concat([counts[name].isna() & cells[name].notna() for name in _STATES], axis="columns")
    for name in _STATES:
        counts[name] = counts[name].mask(is_small.any(axis="columns"))
    is_share, is_count = cells["unit"] == SHARE.name, cells["unit"].isin(units_of("count"))
    counts["numerator"] = counts["numerator"].where(is_share | is_count)
    measures = {name: cells[name] for name in _MEASURES}
    measures["value"] = measures["value"].mask(is_count, _released_counts(cells["value"], rules))
    for name, of_share in _share_measures(counts, is_share).items():
        measures[name] = of_share.where(is_share & cells[name].notna(), measures[name])
    decimals = {name: unit.stored_decimals for name, unit in UNITS.items()}
    scale = 10.0 ** cells["unit"].map(decimals).astype("float64")
    # Adding 0 turns a rounded -0.0 into 0.0.
    rounded = {name: (numbers * scale).round() / scale + 0.0 for name, numbers in measures.items()}
    # No p-value is 0: one that small is shown as the least that three decimals can say.
    is_p_value = cells["unit"] == P_VALUE.name
    rounded["value"] = rounded["value"].mask(is_p_value, rounded["value"].clip(lower=LEAST_P_VALUE))
    return counts | rounded


def _released_counts(counts: pd.Series, rules: ReleaseRules) -> pd.Series:
    is_small = are_small(counts, up_to=rules.suppress_up_to)
    return rounded_counts(counts, round_to=rules.round_to).mask(is_small)


def _share_measures(counts: dict[str, pd.Series], is_share: pd.Series) -> dict[str, pd.Series]:
    hits = counts["numerator"].where(is_share)
    n = counts["denominator"].where(is_share & (counts["denominator"] > 0))
    low, high = wilson(hits, n)
    return {
        "value": hits / n,
        "ci_low": pd.Series(low, index=hits.index),
        "ci_high": pd.Series(high, index=hits.index),
    }
