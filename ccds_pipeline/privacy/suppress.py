"""Decide which cells of a release are withheld, and why; nothing is changed here.

A cell is one row of ``kpi.kpi``. Rounding and emptying belong in ``privacy.release``.
"""

from __future__ import annotations

from collections.abc import Hashable
from collections.abc import Set as AbstractSet

import numpy as np
import pandas as pd

from ccds_pipeline.programme.model import ReleaseRules

COUNT_UNITS = ("persons", "places", "records")
SHARE = "share"

# Privacy page, P14.
_DOMINANT_SHARE = 0.9
_DOMINANT_BELOW_N = 30
# Privacy page, P16: an interval narrower than this gives a small count away.
_LEAST_WIDTH = 3

_PART = ["kpi_id", "wave", "breakdown", "level"]
_TABLE = ["kpi_id", "estimand", "wave", "breakdown"]


def suppression_reasons(
    cells: pd.DataFrame, *, rules: ReleaseRules, sensitive: AbstractSet[str]
) -> pd.Series:
    """Return why each cell is withheld; missing where it may be released.

    Rules: privacy page, P12 (small counts), P13 (few people, complement) and P14 (class disclosure);
    then the next smallest levels of the breakdown go with what is withheld, as far as the total would
    give it away (P16, for one total and its levels). A cell of nobody is a true zero and is not
    withheld.

    Args:
        cells: Rows with the columns of ``kpi.kpi``.
        rules: Thresholds.
        sensitive: Identifiers of KPIs whose item is sensitive.

    Returns:
        ``few_people``, ``small_count``, ``small_complement``, ``class_disclosure`` or ``secondary``,
        and for cells that were withheld before, the reason from then; index of ``cells``.
    """
    is_count = cells["unit"].isin(COUNT_UNITS)
    reasons = cells["suppression_reason"].where(cells["suppressed"]).astype("str")
    for reason, applies in (
        ("few_people", ~is_count & _has_few_people(cells, rules)),
        ("small_count", _has_small_count(cells, rules)),
        ("small_complement", _has_small_complement(cells, rules)),
        ("class_disclosure", _gives_answers_away(cells, sensitive)),
    ):
        reasons = reasons.mask(reasons.isna() & applies, reason)
    return reasons.mask(_covers(cells, reasons, rules), "secondary")


def rounded_counts(counts: pd.Series, *, round_to: int) -> pd.Series:
    """Return counts to the nearest multiple of ``round_to``, halves upwards; missing stays missing."""
    multiples: pd.Series = np.floor(counts / round_to + 0.5)
    return multiples * round_to


def are_small(counts: pd.Series, *, up_to: int) -> pd.Series:
    """Return which counts are too small to be shown; neither 0 nor a missing count is."""
    return (counts > 0) & (counts <= up_to)


def _has_few_people(cells: pd.DataFrame, rules: ReleaseRules) -> pd.Series:
    # Said so that a missing number of people counts as few.
    return ~((cells["people_n"] == 0) | (cells["people_n"] >= rules.minimum_people))


def _has_small_count(cells: pd.DataFrame, rules: ReleaseRules) -> pd.Series:
    # The numerator of a mean is a sum of scores: no count, and never released.
    has_counted_numerator = cells["unit"].isin((*COUNT_UNITS, SHARE))
    numerator = cells["numerator"].where(has_counted_numerator)
    counted_value = cells["value"].where(cells["unit"].isin(COUNT_UNITS))
    return pd.concat(
        [
            are_small(counts, up_to=rules.suppress_up_to)
            for counts in (cells["people_n"], cells["denominator"], numerator, counted_value)
        ],
        axis="columns",
    ).any(axis="columns")


def _has_small_complement(cells: pd.DataFrame, rules: ReleaseRules) -> pd.Series:
    # Of the rounded counts too: a reader subtracts those, and should never arrive at a small number.
    rounded = cells[["numerator", "denominator"]].apply(rounded_counts, round_to=rules.round_to)
    is_small = [
        are_small(counts["denominator"] - counts["numerator"], up_to=rules.suppress_up_to)
        for counts in (cells, rounded)
    ]
    return (cells["unit"] == SHARE) & (is_small[0] | is_small[1])


def _gives_answers_away(cells: pd.DataFrame, sensitive: AbstractSet[str]) -> pd.Series:
    """Return which cells say what (nearly) everybody answered; all readings of a part go together."""
    share = (cells["numerator"] / cells["denominator"].where(cells["denominator"] > 0)).where(
        cells["unit"] == SHARE
    )
    is_few = cells["denominator"] < _DOMINANT_BELOW_N
    is_sensitive = cells["kpi_id"].isin(sensitive)
    is_dominated = (share >= _DOMINANT_SHARE) | (1 - share >= _DOMINANT_SHARE)
    is_unanimous = share.isin((0.0, 1.0)) | _has_no_spread(cells)
    gives_away = (is_few & (is_dominated | is_unanimous)) | (is_sensitive & is_unanimous)
    return gives_away.groupby([cells[name] for name in _PART]).transform("any")


def _has_no_spread(cells: pd.DataFrame) -> pd.Series:
    """Return which means have no interval because all answers are alike (``intervals.t_interval``)."""
    is_mean = ~cells["unit"].isin((*COUNT_UNITS, SHARE)) & cells["numerator"].notna()
    return is_mean & cells["value"].notna() & cells["ci_low"].isna()


def _covers(cells: pd.DataFrame, reasons: pd.Series, rules: ReleaseRules) -> pd.Series:
    """Return the cells to withhold so that no withheld level follows from its total."""
    is_count = cells["unit"].isin(COUNT_UNITS)
    levels = cells[_TABLE].assign(
        level=cells["level"],
        size=cells["value"].where(is_count, cells["people_n"]),
        largest_small=np.where(is_count, rules.suppress_up_to, rules.minimum_people - 1),
        is_withheld=reasons.notna(),
    )
    with_people = levels[levels["size"] > 0]
    tables = with_people.sort_values(["size", "level"]).groupby(_TABLE)
    covers = [label for _, table in tables if table["is_withheld"].any() for label in _covers_of(table)]
    return pd.Series(cells.index.isin(covers), index=cells.index)


def _covers_of(table: pd.DataFrame) -> list[Hashable]:
    """Return the labels of the smallest shown levels that have to go with the withheld ones."""
    largest_small = float(table["largest_small"].iloc[0])
    withheld = table.loc[table["is_withheld"], "size"].tolist()
    covers: list[Hashable] = []
    for label, size in table.loc[~table["is_withheld"], "size"].items():
        if _are_hidden(withheld, largest_small):
            break
        withheld.append(size)
        covers.append(label)
    return covers


def _are_hidden(withheld: list[float], largest_small: float) -> bool:
    """Return whether subtraction leaves every small level uncertain enough, even without rounding.

    A reader knows the sum of the withheld levels, that a small one is 1 to ``largest_small``, and that
    any other is larger. What is above those least values in the others could be in this one, and so on.
    """
    if len(withheld) == 1:
        return False
    small = [size for size in withheld if size <= largest_small]
    if not small:
        return True
    large = [size for size in withheld if size > largest_small]
    above_least = sum(size - 1 for size in small) + sum(size - largest_small - 1 for size in large)
    below_most = np.inf if large else sum(largest_small - size for size in small)
    highest = min(largest_small, 1 + above_least)
    lowest = max(1, largest_small - below_most)
    return bool(highest - lowest >= _LEAST_WIDTH)
