"""A release as a system of equations: its counts as unknowns, and how they add up.

The same count is often shown in several rows (the valid answers of an item are shown with its mean and with
its share): what is equal in every part is one unknown, and an attacker is taken to know that and
every sum that holds. Solving the system belongs in ``programs``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import coo_array, csr_array

from ccds_pipeline.programme.model import ReleaseRules
from ccds_pipeline.release.perturbation import REACH
from ccds_pipeline.schemas.readings import FOLLOW_UP_STATES, SHARE, units_of
from ccds_pipeline_tests.support.reconstruction.programs import Floats, Indices, System

_READING = ["kpi_id", "estimand", "wave"]

_PART = ["breakdown", "level"]
_STATES = ("eligible_n", "blank_n", "not_applicable_n")
_COLUMNS = ("numerator", "misses", "denominator", "people_n", "again", *_STATES)

_TIE = 4 * REACH
# What adds up between the readings of a KPI, by reading and column: the whole, then its parts.
_OUTCOMES = ("E6_improved", "E6_same", "E6_worse")
_WAYS_OF_LINKING = (
    "reference_n", "email_n", "code_n", "near_code_n", "ambiguous_n", "collided_n", "unmatched_n",
)  # fmt: skip
_SUMS_OF_READINGS = (
    (("E6_same", "denominator"), tuple((outcome, "numerator") for outcome in _OUTCOMES)),
    (("due", "eligible_n"), tuple((state, "denominator") for state in FOLLOW_UP_STATES)),
    (("overdue", "denominator"), (("due", "denominator"), ("lapsed", "denominator"))),
    (("bookings", "denominator"), (("cancellations", "denominator"), ("no_shows", "denominator"))),
    (("theme", "numerator"), (("theme", "people_n"),)),
    (("E1", "denominator"), (("E2", "denominator"), ("zero_before", "numerator"))),
    (("eligible_n", "denominator"), tuple((way, "denominator") for way in _WAYS_OF_LINKING)),
)
# What adds up within a row.
_SUMS_OF_A_ROW = (
    ("denominator", ("numerator", "misses")),
    ("eligible_n", ("denominator", "blank_n", "not_applicable_n")),
    ("denominator", ("people_n", "again")),
    ("eligible_n", ("denominator",)),
)


@dataclass(frozen=True)
class Unknowns:
    """The counts of a release: one row per quantity, one column per part.

    Args:
        parts: ``breakdown`` and ``level`` of each column.
        quantity: Number of the quantity (row) by reading and column; several may share one.
        exact: The true counts; missing where the release has no such cell.
        low: Least value that agrees with what is shown.
        high: Greatest value that agrees with it.
    """

    parts: pd.MultiIndex
    quantity: pd.Series
    exact: Floats
    low: Floats
    high: Floats

    def number(self, quantity: int, parts: Indices) -> Indices:
        """Return the numbers of one quantity's unknowns in the given columns."""
        return quantity * len(self.parts) + parts

    def small(self, up_to: int) -> Indices:
        """Return the numbers of the unknowns that are small and not shown: those to protect."""
        is_small = (self.exact > 0) & (self.exact <= up_to)
        return np.flatnonzero(is_small.ravel())

    def wrongly_bounded_n(self) -> int:
        """Return how many counts lie outside of the bounds that the rules give."""
        return int(((self.exact < self.low) | (self.exact > self.high)).sum())

    def of_columns(self, columns: list[str], *, below: int) -> Indices:
        """Return the numbers of the unknowns that are such counts, above the small ones and below a size."""
        is_wanted = self.quantity.index.get_level_values("column").isin(columns)
        is_quantity = np.isin(np.arange(len(self.exact)), self.quantity[is_wanted])
        is_within = (self.exact > 0) & (self.exact < below) & np.isfinite(self.high) & (self.high > 0)
        return np.flatnonzero((is_within & is_quantity[:, np.newaxis]).ravel())


def unknowns_of(
    cells: pd.DataFrame, released: pd.DataFrame, rules: ReleaseRules, *, moved: int = 0
) -> Unknowns:
    """Return the counts of a release with what is shown of them.

    Args:
        cells: Exact rows.
        released: The same rows as they are shown, in the same order.
        rules: Known to the attacker.
        moved: How many people may have come or gone since a cell was released.
    """
    counts = _counts(cells, released, rules, moved)
    table = counts.pivot(  # noqa: PD010  # a part has each count once
        index=[*_READING, "column"], columns=_PART, values=["exact", "low", "high"]
    )
    exact, low, high = table["exact"], table["low"], table["high"]
    # Nobody knows that two counts of the whole alone happen to be equal: those are told apart by a number.
    is_of_whole_alone = exact.notna().to_numpy().sum(axis=1) == 1
    told_apart = np.where(is_of_whole_alone, np.arange(1, len(exact) + 1), 0)
    named = np.column_stack([exact.fillna(-1).to_numpy(), told_apart])
    distinct, quantity = np.unique(named, axis=0, return_inverse=True)
    distinct = distinct[:, :-1]
    lows, highs = np.zeros(distinct.shape), np.full(distinct.shape, np.inf)
    np.maximum.at(lows, quantity, low.fillna(0).to_numpy())
    np.minimum.at(highs, quantity, high.fillna(np.inf).to_numpy())
    return Unknowns(
        parts=pd.MultiIndex.from_tuples(exact.columns, names=_PART),
        quantity=pd.Series(quantity, index=exact.index),
        exact=np.where(distinct < 0, np.nan, distinct),
        low=lows,
        high=highs,
    )


def system_of(unknowns: Unknowns, nesting: pd.DataFrame) -> System:
    """Return everything that a reader knows of the counts.

    Args:
        unknowns: The counts.
        nesting: Which part holds which: breakdown, level, outer_breakdown, outer_level, and
            ``is_inside``, false where only some of the part lies in the outer one.
    """
    relations = _Relations(unknowns)
    relations.add_sums_of_rows()
    relations.add_sums_of_parts(nesting)
    return relations.system()


def _counts(cells: pd.DataFrame, released: pd.DataFrame, rules: ReleaseRules, moved: int) -> pd.DataFrame:
    """Return one row per count that a row has: its reading, part, ``column``, exact, low and high."""
    exact, shown = _with_parts(cells), _with_parts(released)
    counts = [
        cells[[*_READING, *_PART, "unit"]].assign(
            column=name,
            exact=exact[name],
            shown=shown[name],
            # Where both sides are about as large, nobody knows which of them was perturbed.
            is_smaller=shown[name] + _TIE <= shown["denominator"] - shown[name],
        )
        for name in _COLUMNS
    ]
    return _with_bounds(pd.concat(counts, ignore_index=True).dropna(subset="exact"), rules, moved)


def _with_parts(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the counts of rows, with what a reader subtracts: the other answers, and those given again."""
    counts = rows[[name for name in _COLUMNS if name in rows.columns]].astype("float64")
    counts["numerator"] = counts["numerator"].where(rows["unit"] == SHARE.name)
    return counts.assign(
        misses=counts["denominator"] - counts["numerator"], again=counts["denominator"] - counts["people_n"]
    )


def _with_bounds(counts: pd.DataFrame, rules: ReleaseRules, moved: int) -> pd.DataFrame:
    """Add the bounds that the rules give a reader.

    Perturbed are people, what they answered again, what was left blank, and the smaller side of a share; the
    rest are sums of these, and so are all counts of E2, which leaves those out that a share counts. A
    withheld count of people or records is at least one, since a true zero is shown.
    """
    shown = counts["shown"]
    is_side = counts["column"].isin(["numerator", "misses"])
    is_sum = counts["column"].isin(["denominator", "eligible_n"]) | (is_side & ~counts["is_smaller"])
    is_sum |= counts["estimand"] == "E2"
    is_count = counts["unit"].isin(units_of("count"))
    threshold = np.where(is_count, rules.suppress_up_to + 1, rules.minimum_people)
    least = np.where(counts["column"].isin(["denominator", "people_n"]), threshold, 0)
    low = (shown - REACH - moved).clip(lower=0 if moved else least).where(shown > 0, 0.0)
    high = (shown + REACH + moved).where(shown.notna())
    is_nobody = (shown == 0) & counts["column"].isin(["denominator", "people_n"])
    low, high = low.mask(is_sum & (shown > 0), 0 if moved else least), high.mask(is_sum)
    is_someone = shown.isna() & is_count & (counts["column"] == "denominator") & (counts["exact"] > 0)
    return counts.assign(low=low.mask(is_someone, 1).fillna(0), high=high.mask(is_nobody, moved))


@dataclass(frozen=True)
class _Part:
    """A part with the parts that lie inside it, and those of which only some do; columns of unknowns."""

    outer: int
    inside: Indices
    touching: Indices

    @property
    def is_whole(self) -> bool:
        """Whether the parts inside are all there is of it."""
        return not len(self.touching)


def _part(rows: pd.DataFrame) -> _Part:
    is_inside = rows["is_inside"].to_numpy(dtype=bool)
    inner = rows["inner"].to_numpy(dtype=np.intp)
    return _Part(int(rows["outer"].iloc[0]), inner[is_inside], inner[~is_inside])


class _Relations:
    """Collects relations between unknowns; an attacker knows each as far as it truly holds."""

    def __init__(self, unknowns: Unknowns) -> None:
        self._unknowns = unknowns
        self._every_part = np.arange(len(unknowns.parts))
        self._entries: list[tuple[Indices, Indices, Floats]] = []
        self._most: list[Floats] = []
        self._rows = 0

    def add_sums_of_rows(self) -> None:
        """Add what adds up within rows and between the readings of a KPI, once for each distinct sum."""
        for whole, parts in sorted(set(self._sums())):
            self._add_sum(whole, parts)

    def _sums(self) -> list[tuple[int, tuple[int, ...]]]:
        keys = self._unknowns.quantity.index.tolist()
        number = dict(zip(keys, self._unknowns.quantity.tolist(), strict=True))
        found = []
        for kpi_id, estimand, wave in {key[:3] for key in number}:
            sums = [
                tuple((kpi_id, estimand, wave, name) for name in (whole, *parts))
                for whole, parts in _SUMS_OF_A_ROW
            ] + [
                tuple((kpi_id, name, wave, column) for name, column in (whole, *parts))
                for whole, parts in _SUMS_OF_READINGS
                if whole[0] == estimand
            ]
            for whole, *parts in sums:
                if whole in number and all(part in number for part in parts):
                    numbers = (number[part] for part in parts)
                    found.append((number[whole], tuple(sorted(numbers))))
        return [(whole, parts) for whole, parts in found if parts != (whole,)]

    def _add_sum(self, whole: int, parts: tuple[int, ...]) -> None:
        exact = self._unknowns.exact
        known = np.flatnonzero(~np.isnan(exact[[whole, *parts]]).any(axis=0))
        above = exact[whole, known] - exact[list(parts)][:, known].sum(axis=0)
        if not len(known) or (above < 0).any():
            return
        numbers = [self._unknowns.number(quantity, known) for quantity in (whole, *parts)]
        signs = [1.0, *[-1.0] * len(parts)]
        self._add(np.stack(numbers, axis=1), np.tile(signs, (len(known), 1)), is_equal=not above.any())

    def add_sums_of_parts(self, nesting: pd.DataFrame) -> None:
        """Add that each part is made of the parts inside it, for every quantity."""
        for sums in self._sums_of_parts(nesting):
            for quantity in range(len(self._unknowns.exact)):
                present = [found for outer in sums if (found := self._present(outer, quantity)) is not None]
                # People who are in several parts are counted once around them: then nothing adds up.
                is_additive = not any(self._left(part, quantity) for part in present if part.is_whole)
                for part in present:
                    self._add_part(part, quantity, is_additive=is_additive)

    def _sums_of_parts(self, nesting: pd.DataFrame) -> list[list[_Part]]:
        """Return, for each pair of breakdowns, the outer parts with the columns of what is in them."""
        positions = pd.Series(self._every_part, index=self._unknowns.parts)
        around = nesting[["outer_breakdown", "outer_level"]]
        known = nesting.assign(
            inner=positions.reindex(pd.MultiIndex.from_frame(nesting[_PART])).to_numpy(),
            outer=positions.reindex(pd.MultiIndex.from_frame(around)).to_numpy(),
        ).dropna(subset=["inner", "outer"])
        return [
            [_part(rows) for _, rows in pair.groupby("outer")]
            for _, pair in known.groupby(["breakdown", "outer_breakdown"])
        ]

    def _present(self, part: _Part, quantity: int) -> _Part | None:
        """Return the part without what has no such quantity; missing if nothing is left of it."""
        is_known = ~np.isnan(self._unknowns.exact[quantity])
        inside, touching = part.inside[is_known[part.inside]], part.touching[is_known[part.touching]]
        return _Part(part.outer, inside, touching) if is_known[part.outer] and len(inside) else None

    def _left(self, part: _Part, quantity: int) -> float:
        """Return what the parts inside leave of the outer one; below 0 where people are in several."""
        exact = self._unknowns.exact[quantity]
        return float(exact[part.outer] - exact[part.inside].sum())

    def _add_part(self, part: _Part, quantity: int, *, is_additive: bool) -> None:
        outer = self._unknowns.number(quantity, np.array([part.outer]))
        inside = self._unknowns.number(quantity, part.inside)
        touching = self._unknowns.number(quantity, part.touching)
        if self._left(part, quantity) >= 0:
            self._add_difference(outer, inside, is_equal=is_additive and part.is_whole)
        else:
            self._add_difference(inside, outer, is_equal=False)
            for unknown in inside:
                self._add_difference(outer, np.array([unknown]), is_equal=False)
        if self._unknowns.exact[quantity, part.touching].sum() >= self._left(part, quantity) >= 0:
            self._add_difference(np.concatenate([inside, touching]), outer, is_equal=False)

    def _add_difference(self, more: Indices, less: Indices, *, is_equal: bool) -> None:
        """Add that the sum of some unknowns is that of others, or at least that."""
        signs = np.concatenate([np.ones(len(more)), -np.ones(len(less))])
        self._add(np.concatenate([more, less])[np.newaxis], signs[np.newaxis], is_equal=is_equal)

    def _add(self, numbers: Indices, signs: Floats, *, is_equal: bool) -> None:
        """Add one relation per row: the signed sum is 0, or at least 0."""
        rows, width = numbers.shape
        row = np.repeat(np.arange(self._rows, self._rows + rows), width)
        self._entries.append((row, numbers.ravel(), signs.ravel()))
        self._most.append(np.full(rows, 0.0 if is_equal else np.inf))
        self._rows += rows

    def system(self) -> System:
        """Return the system of everything added."""
        size = self._unknowns.exact.size
        # A release of one question and one part has counts and nothing that relates them.
        nothing = np.zeros(0, dtype=int)
        entries = [(nothing, nothing, np.zeros(0)), *self._entries]
        row, column, sign = (np.concatenate(arrays) for arrays in zip(*entries, strict=True))
        matrix = csr_array(coo_array((sign, (row, column)), shape=(self._rows, size)))
        matrix.eliminate_zeros()
        return System(
            np.nan_to_num(self._unknowns.exact.ravel()),
            self._unknowns.low.ravel(),
            self._unknowns.high.ravel(),
            matrix,
            least=np.zeros(self._rows),
            most=np.concatenate([np.zeros(0), *self._most]),
        )
