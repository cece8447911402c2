"""Turn exact KPIs into what may be published: perturb the counts, derive the rest of them, withhold.

The noise itself belongs in ``perturbation``, what is withheld is decided in ``suppression``. Writing the
published tables belongs in ``build``.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

import numpy as np
import pandas as pd
from scipy.special import ndtri

from ccds_pipeline.errors import CheckFailedError
from ccds_pipeline.kpi.rows import COMPARISONS
from ccds_pipeline.programme.model import ReleaseRules
from ccds_pipeline.release.cell_keys import CellKeys
from ccds_pipeline.release.perturbation import VARIANCE, mixed, perturbed
from ccds_pipeline.release.suppression import suppression_reasons
from ccds_pipeline.schemas.readings import (
    LEAST_P_VALUE,
    MEASURED,
    P_VALUE,
    SHARE,
    UNITS,
    released_step,
    units_of,
)
from ccds_pipeline.statistics.intervals import CONFIDENCE, wilson

KEY = ["kpi_id", "estimand", "wave", "breakdown", "level"]
"""What names a cell."""

BAND = "band"
"""Method of an interval that stands without a value, since noise alone would move the value too far."""

_COUNTS = ["numerator", "denominator", "eligible_n", "blank_n", "not_applicable_n", "people_n"]
_MEASURES = ["value", "ci_low", "ci_high"]
_DERIVED = [*_COUNTS, *_MEASURES, "ci_method", "met", "assured"]
_EXACT_TYPES = dict.fromkeys([*_COUNTS, *_MEASURES, "target"], "float64") | {"suppressed": "bool"}
_RELEASED_TYPES = (
    dict.fromkeys(["numerator", "denominator", *_MEASURES], "Float64")
    | dict.fromkeys(["eligible_n", "blank_n", "not_applicable_n", "people_n"], "Int64")
    | dict.fromkeys(["met", "assured"], "boolean")
)
_MOST_NOISE = 0.05
"""A share is shown as a value if the noise moves it by no more than this, 19 times of 20."""
_RECORDS_TO = 5
_Z = float(ndtri((1 + CONFIDENCE) / 2))


def release_kpis(
    kpis: pd.DataFrame,
    keys: CellKeys,
    *,
    rules: ReleaseRules,
    alike: pd.DataFrame,
    sensitive: AbstractSet[str] = frozenset(),
) -> pd.DataFrame:
    """Return the KPIs as they may be published.

    Rules: PRIVACY.md P12 to P16. Withheld cells are empty, never zero. Every count of people is perturbed,
    whatever the breakdown; shares and their intervals come from perturbed counts, other measures are
    coarsened until they agree with many counts. A sum of scores is never released.

    Args:
        kpis: Exact rows with the columns of ``kpi.kpi``, and ``population``.
        keys: Keys of the cells.
        rules: Thresholds.
        alike: How many gave the same answer, from ``suppression.alike_answers``.
        sensitive: Identifiers of KPIs whose item is sensitive.

    Returns:
        The same rows, ordered by key, so that the order says nothing, with the columns of ``kpi.kpi``;
        ``suppressed`` and ``suppression_reason`` say what is withheld and why.

    Raises:
        CheckFailedError: If the rules do not cover a unit, or a cell of people has no key; nothing is
            released then.
    """
    _refuse_unknown_units(kpis)
    cells = exact_cells(kpis)
    _refuse_missing_keys(cells, keys)
    shown = _with_measures(cells, _perturbed_counts(cells, keys)).astype(_RELEASED_TYPES)
    reasons = suppression_reasons(cells, shown, rules=rules, alike=alike, sensitive=sensitive)
    return withhold(shown, reasons).drop(columns="population")


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


def _refuse_missing_keys(cells: pd.DataFrame, keys: CellKeys) -> None:
    is_of_people = (cells["population"] != "") & (cells["denominator"] > 0) & (cells["people_n"] > 0)
    has_hits = (cells["unit"] == SHARE.name) & (cells["numerator"] > 0)
    lacks_key = keys.of(cells).isna() | (has_hits & keys.of_hits(cells, _outcomes(cells)).isna())
    without = sorted(set(cells.loc[is_of_people & lacks_key, "kpi_id"]))
    if without:
        raise CheckFailedError(
            f"nobody knows who is counted in {', '.join(without)}, so their noise cannot be decided",
            rule="cell_has_a_key",
            remedy="Name whom the reading, and its share, are of in sql/ops/contribution.sql.",
        )


def _perturbed_counts(cells: pd.DataFrame, keys: CellKeys) -> pd.DataFrame:
    """Return the counts of each cell as they would be shown.

    What is counted twice is perturbed once: all answers are the people and what they answered again, so
    that neither difference gives a count away.
    """
    everybody = _keys_of(cells, keys)
    counted = _answers_and_people(cells, everybody)
    n, people = (_without_zero_before(cells, keys, counts) for counts in counted)
    numerator = _numerators(cells, keys, n)
    blank, other = (
        perturbed(cells[name], mixed(everybody, name)) for name in ("blank_n", "not_applicable_n")
    )
    asked = n + blank.fillna(0) + other.fillna(0)
    left = cells["blank_n"].fillna(0) + cells["not_applicable_n"].fillna(0)
    is_sum = cells["eligible_n"] == cells["denominator"] + left
    is_theme = cells["estimand"] == "theme"
    repeated = perturbed((cells["numerator"] - cells["people_n"]).where(is_theme), mixed(everybody, "again"))
    counts = pd.DataFrame(
        {
            "numerator": numerator,
            "denominator": n,
            # Another count, such as that of all attendances, stands in a cell of its own.
            "eligible_n": asked.where(is_sum),
            "blank_n": blank,
            "not_applicable_n": other,
            "people_n": people.mask(is_theme, (numerator - repeated).clip(lower=0)),
        }
    )
    return counts.mask(cells["population"] == "", _rounded(cells[_COUNTS]))


def _rounded(counts: pd.DataFrame) -> pd.DataFrame:
    """Return counts of records, which are of no person, to the nearest five."""
    # control: counts of records are rounded
    return (counts / _RECORDS_TO + 0.5).apply(np.floor) * _RECORDS_TO


def _keys_of(cells: pd.DataFrame, keys: CellKeys) -> pd.Series:
    """Return the key of whom each cell counts; ways of linking are counted in one population."""
    found = keys.of(cells)
    for estimand in cells.loc[cells["population"].str.startswith("links/"), "estimand"].unique():
        of_way = (cells["estimand"] == estimand) & cells["population"].str.startswith("links/")
        found = found.mask(of_way, mixed(found, estimand))
    return found


def _answers_and_people(cells: pd.DataFrame, everybody: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return both counts: the people perturbed, and on top of it what some of them gave again."""
    people_n = cells["people_n"].where(cells["estimand"] != "theme", cells["denominator"])
    people = perturbed(people_n, everybody)
    return people + perturbed(cells["denominator"] - people_n, mixed(everybody, "again")), people


def _without_zero_before(cells: pd.DataFrame, keys: CellKeys, counts: pd.Series) -> pd.Series:
    """Return counts of answers or people, E2's as those of all pairs without what the share at 0 shows."""
    part = ["kpi_id", "wave", "breakdown", "level"]
    pairs = cells.assign(shown=counts).loc[cells["estimand"] == "E1", [*part, "denominator", "shown"]]
    beside = cells[part].merge(pairs, on=part, how="left").set_axis(cells.index)
    left_out = perturbed(
        beside["denominator"] - cells["denominator"],
        keys.of_hits(cells, pd.Series("zero_before", cells.index)),
    )
    return counts.mask(cells["estimand"] == "E2", (beside["shown"] - left_out).clip(lower=0))


def _numerators(cells: pd.DataFrame, keys: CellKeys, n: pd.Series) -> pd.Series:
    """Return what is counted: all of a count, and of a share the hits, whose smaller side is perturbed."""
    outcomes = _outcomes(cells)
    hits, misses = cells["numerator"], cells["denominator"] - cells["numerator"]
    few_hits = perturbed(hits, keys.of_hits(cells, outcomes)).clip(upper=n)
    few_misses = perturbed(misses, keys.of_others(cells, outcomes)).clip(upper=n)
    of_share = few_hits.where(hits <= misses, n - few_misses)
    is_share = cells["unit"] == SHARE.name
    return of_share.where(is_share, n.where(cells["unit"].isin(units_of("count"))))


def _outcomes(cells: pd.DataFrame) -> pd.Series:
    """Return what the share of each cell counts, as ``sql/ops/contribution.sql`` names it."""
    return cells["estimand"].mask(cells["estimand"] == "theme", cells["kpi_id"].str.rsplit("/", n=1).str[-1])


def _with_measures(cells: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """Return the cells with the counts, and with the measures that may stand beside them."""
    n = counts["denominator"]
    measures = cells[_MEASURES].assign(
        value=cells["value"].mask(cells["unit"].isin(units_of("count")), counts["numerator"])
    )
    is_share = (cells["unit"] == SHARE.name) & (n > 0)
    of_share, is_band = _share_measures(cells[is_share], counts[is_share])
    measures.loc[is_share] = of_share
    # control: measures are coarsened
    coarse = _coarsened(measures, released_step(cells["unit"], n))
    # An interval without width would claim a certainty that the data cannot give.
    coarse[_MEASURES[1:]] = coarse[_MEASURES[1:]].mask(coarse["ci_low"] == coarse["ci_high"])
    is_p_value = cells["unit"] == P_VALUE.name
    coarse["value"] = coarse["value"].mask(is_p_value, coarse["value"].clip(lower=LEAST_P_VALUE))
    method = cells["ci_method"].astype("str").where(coarse["ci_low"].notna())
    is_banded = is_band.reindex(cells.index, fill_value=False)
    shown = cells.assign(**counts, **coarse, ci_method=method.mask(is_banded, BAND))
    shown[["value", "numerator"]] = shown[["value", "numerator"]].mask(is_banded)
    return _judged(shown)


def _coarsened(measures: pd.DataFrame, step: pd.Series) -> pd.DataFrame:
    """Return values to the nearest step and the ends of intervals to the next one outward."""
    coarse = pd.DataFrame(
        {
            "value": (measures["value"] / step).round() * step,
            "ci_low": np.floor(measures["ci_low"] / step + 1e-9) * step,
            "ci_high": np.ceil(measures["ci_high"] / step - 1e-9) * step,
        }
    )
    return coarse.round(6) + 0.0  # which turns -0.0 into 0.0


def _share_measures(cells: pd.DataFrame, counts: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
    """Return value and interval of shares, with the noise in the interval, and which are bands alone."""
    hits, n = counts["numerator"], counts["denominator"]
    share = hits / n
    # Of the smaller side, and of all in proportion to it.
    noise = _Z * np.sqrt(VARIANCE * (1 + np.minimum(share, 1 - share) ** 2)) / n
    sampled = wilson(hits, n)
    has_interval = cells["ci_low"].notna()
    stretch = _stretch(cells)
    low, high = (
        (share + side * np.hypot((stretch * (share - end)).where(has_interval, 0), noise)).clip(0, 1)
        for side, end in zip((-1, 1), sampled, strict=True)
    )
    is_band = noise > _MOST_NOISE
    measures = pd.DataFrame({"value": share, "ci_low": low, "ci_high": high})
    measures[["ci_low", "ci_high"]] = measures[["ci_low", "ci_high"]].where(has_interval | is_band)
    return measures, is_band


def _stretch(cells: pd.DataFrame) -> pd.Series:
    """Return how many times as wide as plain Wilson intervals those are that allow for sessions, in tenths.

    Tenths say as little of the exact counts as the design effect of a KPI, which is no secret.
    """
    low, high = wilson(cells["numerator"], cells["denominator"])
    tenths: pd.Series = np.ceil(10 * (cells["ci_high"] - cells["ci_low"]) / (high - low) - 1e-6)
    return (tenths / 10).clip(lower=1).fillna(1)


def _judged(shown: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with whether what is shown meets the target; of a band that may not be known."""
    met, assured = (pd.Series(pd.NA, index=shown.index, dtype="boolean") for _ in range(2))
    for comparator, reaches in COMPARISONS.items():
        here = shown["comparator"] == comparator
        ends = shown[["ci_low", "ci_high"]] if comparator in {">", ">="} else shown[["ci_high", "ci_low"]]
        last, first = (ends.iloc[:, position] for position in (0, 1))
        by_value, by_last, by_first = (
            reaches(end, shown["target"]).astype("boolean").where(end.notna())
            for end in (shown["value"], last, first)
        )
        by_band = by_last.where(by_last == by_first)
        met = met.mask(here, by_value.fillna(by_band))
        assured = assured.mask(here, by_last)
    is_judged = shown["is_headline"].astype("bool") & (shown["status"] == MEASURED)
    return shown.assign(met=met.where(is_judged), assured=assured.where(is_judged))
