"""The attacker's linear programs: what somebody who knows the rules can work out from a release.

A release is a system: unknown whole counts, each within what is shown of it, and relations between
them (PRIVACY.md P16). Which unknowns and relations a release has belongs in ``equations``.
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Flags = NDArray[np.bool_]

LEAST_WIDTH = 3
"""A small count that is known within less than this counts as found (PRIVACY.md P16)."""

_SHARED_PROGRAMS = 24
_PRIMAL_SIMPLEX = 4
# A bound that no count of people reaches keeps a program from running away.
_BEYOND = 1e6
# What a program adds to or takes from whole numbers.
_SLACK = 1e-6


class UnsolvedError(Exception):
    """A program has no solution, so what is known contradicts itself."""


@dataclass(frozen=True)
class System:
    """What a reader knows of unknown counts, and what they truly are.

    Args:
        exact: True value of each unknown: one state that agrees with everything else here.
        low: Least value of each unknown that agrees with what is shown of it.
        high: Greatest such value; infinite where nothing bounds it.
        relations: One row per relation, one column per unknown.
        least: Least value of each relation's sum.
        most: Greatest value of it.
    """

    exact: Floats
    low: Floats
    high: Floats
    relations: csr_array
    least: Floats
    most: Floats

    def part(self, unknowns: Indices, rows: Indices) -> System:
        """Return the system of some unknowns and the relations between them."""
        inner = csr_array(self.relations[rows][:, unknowns])
        values = (self.exact[unknowns], self.low[unknowns], self.high[unknowns])
        return System(*values, inner, self.least[rows], self.most[rows])


@dataclass(frozen=True)
class Finding:
    """One unknown that is known too well: it lies between two whole numbers, which may be the same."""

    unknown: int
    lowest: int
    highest: int


def findings(system: System, unknowns: Indices, *, width: int = LEAST_WIDTH) -> list[Finding]:
    """Return those of the unknowns whose range is narrower than ``width``, by their numbers.

    Every solution of a program is one possible state of everything, as the truth is. So a few programs
    that push many unknowns away from the truth at once show of most that they can take values far
    enough apart; only what is left is minimised and maximised by itself.

    Args:
        system: What is known.
        unknowns: Whose ranges matter.
        width: How far apart the ends of a range have to be.

    Raises:
        UnsolvedError: If what is known contradicts itself.
    """
    found: list[Finding] = []
    for names, rows in _blocks(system, unknowns):
        wanted = np.flatnonzero(np.isin(names, unknowns))
        ranges = _Ranges(system.part(names, rows), wanted, width)
        ranges.look_together()
        ranges.look_singly()
        found += [Finding(int(names[position]), *ends) for position, ends in ranges.narrow()]
    return sorted(found, key=lambda finding: finding.unknown)


def _blocks(system: System, unknowns: Indices) -> list[tuple[Indices, Indices]]:
    """Return unknowns and relations of each connected part of the system that matters."""
    entries, size = system.relations.tocoo(), sum(system.relations.shape)
    # A node is an unknown, or a relation, which are numbered after them.
    ends = (entries.row + len(system.low), entries.col)
    _, part_of = connected_components(coo_array((np.ones(entries.nnz), ends), shape=(size, size)))
    of_unknown, of_relation = np.split(part_of, [len(system.low)])
    return [
        (np.flatnonzero(of_unknown == part), np.flatnonzero(of_relation == part))
        for part in np.unique(of_unknown[unknowns])
    ]


class _Ranges:
    """The ranges of some unknowns of one system, as far as the states seen so far show them."""

    def __init__(self, system: System, wanted: Indices, width: int) -> None:
        self._system, self._wanted, self._width = system, wanted, width
        self._lowest, self._highest = system.exact[wanted].copy(), system.exact[wanted].copy()
        self._solver = _solver(system)

    def look_together(self) -> None:
        """Push all open unknowns away from the truth at once, each only as far as matters."""
        signs = np.random.default_rng(len(self._wanted))
        self._bound(self._width)
        for number in range(_SHARED_PROGRAMS):
            is_open = self._is_open()
            if not is_open.any():
                return
            alike = np.full(is_open.sum(), -1.0 if number else 1.0)
            mixed = signs.choice((-1.0, 1.0), is_open.sum())
            self._solve(self._wanted[is_open], alike if number < 2 else mixed)  # the first two of each

    def look_singly(self) -> None:
        """Minimise and maximise every unknown that is still open, as far as the relations let it go."""
        self._bound(np.inf)
        for position in np.flatnonzero(self._is_open()):
            for sign in (1.0, -1.0):
                if self._is_open()[position]:
                    self._solve(self._wanted[[position]], np.array([sign]))

    def narrow(self) -> list[tuple[int, tuple[int, int]]]:
        """Return position and range of each unknown that is open after all."""
        return [
            (int(self._wanted[position]), (int(self._least()[position]), int(self._greatest()[position])))
            for position in np.flatnonzero(self._is_open())
        ]

    def _is_open(self) -> Flags:
        return ~(self._greatest() - self._least() >= self._width)

    def _least(self) -> Floats:
        least: Floats = np.ceil(self._lowest - _SLACK)
        return least

    def _greatest(self) -> Floats:
        greatest: Floats = np.floor(self._highest + _SLACK)
        return greatest

    def _bound(self, reach: float) -> None:
        """Keep the wanted unknowns within ``reach`` of the truth: what is possible then is possible."""
        system, wanted = self._system, self._wanted
        low, high = system.low.copy(), np.minimum(system.high, _BEYOND)
        low[wanted] = np.maximum(low[wanted], system.exact[wanted] - reach)
        high[wanted] = np.minimum(high[wanted], system.exact[wanted] + reach)
        self._solver.changeColsBounds(len(low), np.arange(len(low), dtype=np.int32), low, high)

    def _solve(self, positions: Indices, costs: Floats) -> None:
        """Solve one program, from where the last one ended, and take in what its state shows."""
        columns = positions.astype(np.int32)
        self._solver.changeColsCost(len(columns), columns, costs)
        self._solver.run()
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise UnsolvedError
        values = np.array(self._solver.getSolution().col_value)[self._wanted]
        self._solver.changeColsCost(len(columns), columns, np.zeros(len(columns)))
        self._lowest, self._highest = np.minimum(self._lowest, values), np.maximum(self._highest, values)


def _solver(system: System) -> highspy.Highs:
    """Return HiGHS with the relations; one basis serves all programs, since only objectives change."""
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = len(system.low), len(system.least)
    program.col_cost_ = np.zeros(len(system.low))
    program.col_lower_ = system.low.tolist()
    program.col_upper_ = np.minimum(system.high, _BEYOND).tolist()
    program.row_lower_, program.row_upper_ = system.least.tolist(), system.most.tolist()
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_ = system.relations.indptr.tolist()
    program.a_matrix_.index_ = system.relations.indices.tolist()
    program.a_matrix_.value_ = system.relations.data.tolist()
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("solver", "simplex")
    solver.passModel(program)
    solver.run()
    solver.setOptionValue("simplex_strategy", _PRIMAL_SIMPLEX)
    solver.setOptionValue("presolve", "off")
    return solver
