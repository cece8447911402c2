"""Decide which cells of a release are withheld, and why; nothing is changed here.

A cell is one row of ``kpi.kpi``. Perturbing and emptying belong in ``protection``.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

import pandas as pd
import sqlalchemy as sa

from ccds_pipeline.programme.model import ReleaseRules
from ccds_pipeline.release.pinned import pinning
from ccds_pipeline.schemas.readings import READINGS, SHARE, TOO_FEW_PAIRS, WHOLE, units_of
from ccds_pipeline.warehouse.bulk import frame_of
from ccds_pipeline.warehouse.select_files import run_statement

WITHHELD = "withheld"
"""The only public reason: which rule it was would itself say something of the answers (PRIVACY.md P14)."""

FEW_PEOPLE = "few_people"
CLASS_DISCLOSURE = "class_disclosure"

_COUNT_UNITS = units_of("count")
_LEAVES_OUT_PAIRS = [reading.id for reading in READINGS.values() if reading.leaves_out_pairs]
_ONE_OF_SEVERAL = [reading.id for reading in READINGS.values() if reading.is_one_of_several]

# PRIVACY.md P14.
_DOMINANT_SHARE = 0.9
_DOMINANT_BELOW_N = 30

_PART = ["kpi_id", "wave", "breakdown", "level"]


def alike_answers(connection: sa.Connection) -> pd.DataFrame:
    """Return how many gave the most frequent score to each item of a KPI in each part.

    Returns:
        ``kpi_id``, ``item``, ``breakdown``, ``level``, ``answers_n`` and ``most_frequent_n``.
    """
    return frame_of(run_statement(connection, "release/alike_answers"))


def suppression_reasons(
    cells: pd.DataFrame,
    shown: pd.DataFrame,
    *,
    rules: ReleaseRules,
    alike: pd.DataFrame,
    sensitive: AbstractSet[str],
) -> pd.Series:
    """Return why each cell is withheld; missing where it may be released.

    Rules: a change needs enough pairs; PRIVACY.md P12 (small counts), P13 (few people) and P14 (alike
    answers). What is shown is held to the thresholds too, or a reader would know that the noise went down.
    A cell of nobody is a true zero and is not withheld.

    Args:
        cells: Exact rows with the columns of ``kpi.kpi``.
        shown: The same rows as they would be shown.
        rules: Thresholds.
        alike: Rows of ``alike_answers``.
        sensitive: Identifiers of KPIs whose item is sensitive.

    Returns:
        ``too_few_pairs``, ``few_people``, ``small_count``, ``few_left_out``, ``pins_a_count`` or
        ``class_disclosure``, and for cells that were withheld before, the reason from then; index of
        ``cells``.
    """
    is_count = cells["unit"].isin(_COUNT_UNITS)
    reasons = cells["suppression_reason"].where(cells["suppressed"]).astype("str")
    for reason, applies in (
        (TOO_FEW_PAIRS, cells["status"] == TOO_FEW_PAIRS),
        (FEW_PEOPLE, ~is_count & (_has_few_people(cells, rules) | _has_few_people(shown, rules))),
        ("small_count", _has_small_count(cells, rules) | (is_count & _has_small_count(shown, rules))),
        ("few_left_out", _leaves_out_few(cells, rules)),
        ("pins_a_count", pinning(cells, shown)),
        (CLASS_DISCLOSURE, _gives_answers_away(cells, alike, sensitive)),
    ):
        reasons = reasons.mask(reasons.isna() & applies, reason)
    return reasons


def are_small(counts: pd.Series, *, up_to: int) -> pd.Series:
    """Return which counts are too small to be shown; neither 0 nor a missing count is."""
    # control: small counts are withheld
    return ((counts > 0) & (counts <= up_to)).fillna(value=False).astype("bool")


def _has_few_people(cells: pd.DataFrame, rules: ReleaseRules) -> pd.Series:
    # Written so that a missing number of people counts as few.
    people_n = cells["people_n"].astype("float64")
    # control: measures need enough people
    return ~((people_n == 0) | (people_n >= rules.minimum_people))


def _has_small_count(cells: pd.DataFrame, rules: ReleaseRules) -> pd.Series:
    counted_value = cells["value"].where(cells["unit"].isin(_COUNT_UNITS))
    return pd.concat(
        [
            are_small(counts, up_to=rules.suppress_up_to)
            for counts in (cells["people_n"], cells["denominator"], counted_value)
        ],
        axis="columns",
    ).any(axis="columns")


def _leaves_out_few(cells: pd.DataFrame, rules: ReleaseRules) -> pd.Series:
    """Return which readings of parts leave out so few pairs that the rest says something about them.

    Of the whole, where steps of the measures are as coarse as what a few pairs can move, all are shown.
    """
    pairs_n = cells["denominator"].where(cells["estimand"] == "E1")
    left_out = pairs_n.groupby([cells[name] for name in _PART]).transform("max") - cells["denominator"]
    is_of_part = cells["estimand"].isin(_LEAVES_OUT_PAIRS) & (cells["breakdown"] != WHOLE)
    # control: readings that leave out a few are withheld
    return is_of_part & are_small(left_out, up_to=rules.minimum_people - 1)


def _gives_answers_away(cells: pd.DataFrame, alike: pd.DataFrame, sensitive: AbstractSet[str]) -> pd.Series:
    """Return which cells say what (nearly) everybody answered; all readings of a part go together."""
    share = (cells["numerator"] / cells["denominator"].where(cells["denominator"] > 0)).where(
        (cells["unit"] == SHARE.name) & (cells["status"] != TOO_FEW_PAIRS)
    )
    others = (1 - share).mask(cells["estimand"].isin(_ONE_OF_SEVERAL))
    is_few = cells["denominator"] < _DOMINANT_BELOW_N
    is_sensitive = cells["kpi_id"].isin(sensitive)
    is_dominated = is_few & ((share >= _DOMINANT_SHARE) | (others >= _DOMINANT_SHARE))
    is_unanimous = is_sensitive & ((share == 1) | (others == 1))
    # control: alike answers are withheld
    gives_away = is_dominated | is_unanimous | _has_alike_scores(cells, alike, sensitive)
    return gives_away.groupby([cells[name] for name in _PART]).transform("any")


def _has_alike_scores(cells: pd.DataFrame, alike: pd.DataFrame, sensitive: AbstractSet[str]) -> pd.Series:
    """Return which cells are of a part where nearly all gave one score to one of the KPI's items."""
    is_few = alike["answers_n"] < _DOMINANT_BELOW_N
    is_dominated = alike["most_frequent_n"] >= _DOMINANT_SHARE * alike["answers_n"]
    is_unanimous = alike["most_frequent_n"] == alike["answers_n"]
    found = alike[(is_few & is_dominated) | (is_unanimous & alike["kpi_id"].isin(sensitive))]
    part = ["kpi_id", "breakdown", "level"]
    is_of_answers = ~cells["unit"].isin(_COUNT_UNITS)
    return is_of_answers & pd.MultiIndex.from_frame(cells[part]).isin(pd.MultiIndex.from_frame(found[part]))
