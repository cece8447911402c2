"""Decide which cells of a release are withheld, and why; nothing is changed here.

A cell is one row of ``kpi.kpi``. Rounding and emptying belong in ``rounding``.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

import numpy as np
import pandas as pd

from ccds_pipeline.programme.model import ReleaseRules
from ccds_pipeline.schemas.readings import OUTCOMES, READINGS, SHARE, TOO_FEW_PAIRS, UNITS, WHOLE, units_of

SECONDARY = "secondary"
FEW_PEOPLE = "few_people"
CLASS_DISCLOSURE = "class_disclosure"

_COUNT_UNITS = units_of("count")
# In the unit of a mean, but never with a t interval, or of answers that are not paired.
_NO_MEANS = ("sd", "median", "hodges_lehmann", "E5")
_MEAN_UNITS = [unit.name for unit in UNITS.values() if unit.spread == "mean"]
_RESAMPLED_UNITS = [unit.name for unit in UNITS.values() if unit.spread == "resampled"]
_LEAVES_OUT_PAIRS = [reading.id for reading in READINGS.values() if reading.leaves_out_pairs]
_ONE_OF_SEVERAL = [reading.id for reading in READINGS.values() if reading.is_one_of_several]

# PRIVACY.md P14.
_DOMINANT_SHARE = 0.9
_DOMINANT_BELOW_N = 30
# PRIVACY.md P16: an interval narrower than this reveals a small count.
_LEAST_WIDTH = 3

_PART = ["kpi_id", "wave", "breakdown", "level"]
_TABLE = ["kpi_id", "estimand", "wave", "breakdown"]


def suppression_reasons(
    cells: pd.DataFrame, *, rules: ReleaseRules, sensitive: AbstractSet[str], nesting: pd.DataFrame
) -> pd.Series:
    """Return why each cell is withheld; missing where it may be released.

    Rules: a change needs enough pairs; PRIVACY.md P12 (small counts),
    P13 (few people, complement), P14 (class disclosure) and P18 (one population nearly inside another);
    then what would follow from the released readings of the part goes too, and the next smallest levels,
    as far as the total or the part around them would reveal a level (P16, one sum at a time). A cell
    of nobody is a true zero and is not withheld.

    Args:
        cells: Rows with the columns of ``kpi.kpi``.
        rules: Thresholds.
        sensitive: Identifiers of KPIs whose item is sensitive.
        nesting: Which parts lie inside which others, from ``nesting.nesting_of``.

    Returns:
        ``too_few_pairs``, ``few_people``, ``small_count``, ``small_complement``, ``class_disclosure`` or
        ``secondary``, and for cells that were withheld before, the reason from then; index of ``cells``.
    """
    is_count = cells["unit"].isin(_COUNT_UNITS)
    reasons = cells["suppression_reason"].where(cells["suppressed"]).astype("str")
    for reason, applies in (
        (TOO_FEW_PAIRS, cells["status"] == TOO_FEW_PAIRS),
        (FEW_PEOPLE, ~is_count & _has_few_people(cells, rules)),
        ("small_count", _has_small_count(cells, rules)),
        ("small_complement", _has_small_complement(cells, rules) | _leaves_out_few(cells, rules)),
        (CLASS_DISCLOSURE, _gives_answers_away(cells, sensitive)),
    ):
        reasons = reasons.mask(reasons.isna() & applies, reason)
    levels = _sized(cells, rules)
    # The levels of each table add up to a total that is known whatever is withheld.
    tables = levels.assign(sum=levels.groupby(_TABLE).ngroup(), total=-1)
    sums = pd.concat([tables, _sums_of_parts(levels, nesting)])
    while (covers := _covers(sums, reasons) | (reasons.isna() & _follows_from_others(cells, reasons))).any():
        reasons = reasons.mask(covers, SECONDARY)
    return reasons


def rounded_counts(counts: pd.Series, *, round_to: int) -> pd.Series:
    """Return counts to the nearest multiple of ``round_to``, halves upwards; missing stays missing."""
    multiples: pd.Series = np.floor(counts / round_to + 0.5)
    # control: counts are rounded
    return multiples * round_to


def are_small(counts: pd.Series, *, up_to: int) -> pd.Series:
    """Return which counts are too small to be shown; neither 0 nor a missing count is."""
    # control: small counts are withheld
    return (counts > 0) & (counts <= up_to)


def _has_few_people(cells: pd.DataFrame, rules: ReleaseRules) -> pd.Series:
    # Written so that a missing number of people counts as few.
    # control: measures need enough people
    return ~((cells["people_n"] == 0) | (cells["people_n"] >= rules.minimum_people))


def _has_small_count(cells: pd.DataFrame, rules: ReleaseRules) -> pd.Series:
    # The numerator of a mean is a sum of scores: not a count, and never released.
    has_counted_numerator = cells["unit"].isin([*_COUNT_UNITS, SHARE.name])
    numerator = cells["numerator"].where(has_counted_numerator)
    counted_value = cells["value"].where(cells["unit"].isin(_COUNT_UNITS))
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
    # control: complements need enough people
    return (cells["unit"] == SHARE.name) & (is_small[0] | is_small[1])


def _leaves_out_few(cells: pd.DataFrame, rules: ReleaseRules) -> pd.Series:
    """Return which readings leave out so few pairs that the rest says something about them."""
    pairs_n = cells["denominator"].where(cells["estimand"] == "E1")
    left_out = pairs_n.groupby([cells[name] for name in _PART]).transform("max") - cells["denominator"]
    # control: readings that leave out a few are withheld
    return cells["estimand"].isin(_LEAVES_OUT_PAIRS) & are_small(left_out, up_to=rules.minimum_people - 1)


def _follows_from_others(cells: pd.DataFrame, reasons: pd.Series) -> pd.Series:
    """Return which of the readings that add up have a withheld one beside them."""
    adds_up = cells["estimand"].isin(OUTCOMES)
    is_withheld = (adds_up & reasons.notna()).groupby([cells[name] for name in _PART]).transform("any")
    # control: readings that add up go together
    return adds_up & is_withheld


def _gives_answers_away(cells: pd.DataFrame, sensitive: AbstractSet[str]) -> pd.Series:
    """Return which cells say what (nearly) everybody answered; all readings of a part go together."""
    share = (cells["numerator"] / cells["denominator"].where(cells["denominator"] > 0)).where(
        (cells["unit"] == SHARE.name) & (cells["status"] != TOO_FEW_PAIRS)
    )
    others = (1 - share).mask(cells["estimand"].isin(_ONE_OF_SEVERAL))
    is_few = cells["denominator"] < _DOMINANT_BELOW_N
    is_sensitive = cells["kpi_id"].isin(sensitive)
    is_dominated = (share >= _DOMINANT_SHARE) | (others >= _DOMINANT_SHARE)
    is_unanimous = (share == 1) | (others == 1) | _has_no_spread(cells)
    # control: alike answers are withheld
    gives_away = (is_few & (is_dominated | is_unanimous)) | (is_sensitive & is_unanimous)
    return gives_away.groupby([cells[name] for name in _PART]).transform("any")


def _has_no_spread(cells: pd.DataFrame) -> pd.Series:
    """Return which means have no interval because all answers are alike (``intervals.t_interval``).

    Changes have none either where nothing was resampled; then the means beside them show it.
    """
    is_resampled = cells["unit"].isin(_RESAMPLED_UNITS) & (cells["status"] != TOO_FEW_PAIRS)
    is_mean = (cells["unit"].isin(_MEAN_UNITS) | is_resampled) & ~cells["estimand"].isin(_NO_MEANS)
    return is_mean & cells["value"].notna() & cells["ci_low"].isna()


def _sized(cells: pd.DataFrame, rules: ReleaseRules) -> pd.DataFrame:
    """Return the cells that have people, with their size and what counts as small, smallest first."""
    is_count = cells["unit"].isin(_COUNT_UNITS)
    levels = cells[[*_TABLE, "level"]].assign(
        size=cells["value"].where(is_count, cells["people_n"]),
        largest_small=np.where(is_count, rules.suppress_up_to, rules.minimum_people - 1),
        label=cells.index,
    )
    return levels[levels["size"] > 0].sort_values(["size", "level"])


def _sums_of_parts(levels: pd.DataFrame, nesting: pd.DataFrame) -> pd.DataFrame:
    """Return the levels that lie inside a part of another breakdown; ``total`` labels that part's cell."""
    inside = nesting[nesting["is_inside"].astype("bool") & (nesting["outer_breakdown"] != WHOLE)]
    outer = levels[[*_TABLE, "level", "label"]].rename(
        columns={"breakdown": "outer_breakdown", "level": "outer_level", "label": "total"}
    )
    sums = levels.merge(inside, on=["breakdown", "level"]).merge(
        outer, on=["kpi_id", "estimand", "wave", "outer_breakdown", "outer_level"]
    )
    number = sums.groupby(["breakdown", "total"]).ngroup() + len(levels)
    return sums.assign(sum=number).sort_values(["size", "level"])


def _covers(sums: pd.DataFrame, reasons: pd.Series) -> pd.Series:
    """Return the cells to withhold so that no withheld level follows from a sum whose total is shown."""
    is_withheld = reasons.notna().to_numpy()
    total = sums["total"].to_numpy()
    known = sums[(total < 0) | ~is_withheld[total]]
    withheld = pd.Series(is_withheld[known["label"].to_numpy()], index=known.index)
    share = withheld.groupby(known["sum"].to_numpy()).transform("mean")
    open_sums = known.assign(is_withheld=withheld)[(share > 0) & (share < 1)]
    covers = np.zeros(len(reasons), dtype=bool)
    for rows in open_sums.groupby("sum").indices.values():
        # control: the next smallest goes too
        covers[_covers_of(open_sums.iloc[rows])] = True
    return pd.Series(covers, index=reasons.index)


def _covers_of(table: pd.DataFrame) -> list[int]:
    """Return the labels of the smallest shown levels that have to go with the withheld ones."""
    size, is_withheld = table["size"].to_numpy(), table["is_withheld"].to_numpy()
    largest_small = float(table["largest_small"].iloc[0])
    withheld, covers = size[is_withheld].tolist(), []
    for label, shown in zip(table["label"].to_numpy()[~is_withheld], size[~is_withheld], strict=True):
        if _are_hidden(withheld, largest_small):
            break
        withheld.append(float(shown))
        covers.append(int(label))
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
