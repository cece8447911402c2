"""Attacks on releases (PRIVACY.md A8 to A14 and A27); each first succeeds where its control is missing.

On which control each attack rests stands in ``mutations``, which switches them off one by one.
"""

from __future__ import annotations

import csv
import io
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_array, lil_array

from ccds_pipeline.cli.kpis import as_csv
from ccds_pipeline.programme.model import ReleaseRules
from ccds_pipeline.release.protection import protect
from ccds_pipeline.release.rounding import exact_cells, release_kpis
from ccds_pipeline_tests.support.core_content import Attendance, Core, Response
from ccds_pipeline_tests.support.cross_tables import CrossTables, cross_tables
from ccds_pipeline_tests.support.kpi_cells import cells, count_cell, mean_cell, share_cell
from ccds_pipeline_tests.support.successive_releases import by_key, releases

RULES = ReleaseRules()
SESSIONS = {"s-1": pd.Timestamp("2022-04-04").date(), "s-2": pd.Timestamp("2022-05-09").date()}
DERIVED = ["numerator", "denominator", "eligible_n", "blank_n", "not_applicable_n", "people_n", "value",
           "ci_low", "ci_high", "ci_method", "met", "assured"]  # fmt: skip


# A8: reconstruction by linear programs.


def published(tables: CrossTables) -> pd.DataFrame:
    """Release the tables as the product does, and return part, exact count and what is shown."""
    released = release_kpis(tables.kpis, rules=RULES, nesting=tables.nesting)
    exact = exact_cells(tables.kpis)
    shown = protect(exact, released, rules=RULES, nesting=tables.nesting).released
    return exact[["breakdown", "level"]].assign(exact=exact["value"], shown=shown["value"])


def without_rounding(tables: CrossTables) -> pd.DataFrame:
    """Blank 1 to 7 and leave the rest exact, as many do."""
    exact = exact_cells(tables.kpis)
    shown = exact["value"].mask(exact["value"].between(1, 7))
    return exact[["breakdown", "level"]].assign(exact=exact["value"], shown=shown)


def solved(objective: np.ndarray, sums: csr_array, bounds: np.ndarray) -> float:
    """Return the least value of the objective that agrees with the sums."""
    zeros = np.zeros(sums.shape[0])
    answer = linprog(objective, A_eq=sums, b_eq=zeros, bounds=bounds)  # type: ignore[call-overload]  # sparse
    return float(answer.fun)


def widths(table: pd.DataFrame, nesting: pd.DataFrame, *, sample: int | None = None) -> list[int]:
    """Return how wide the sums leave each small count: an attacker who sees the published table alone."""
    place: dict[tuple[object, ...], int] = {
        part: at for at, part in enumerate(zip(table["breakdown"], table["level"], strict=True))
    }
    outer_parts = nesting.groupby(["breakdown", "outer_breakdown", "outer_level"])
    sums = lil_array((outer_parts.ngroups, len(table)))
    for row, ((_, *outer), inner) in enumerate(outer_parts):
        sums[row, place[tuple(outer)]] = -1
        for part in zip(inner["breakdown"], inner["level"], strict=True):
            sums[row, place[part]] = 1
    shown = table["shown"].to_numpy(dtype=float, na_value=np.nan)
    slack = 2 if (shown[~np.isnan(shown)] % 5 == 0).all() else 0
    low = np.where(np.isnan(shown), 1, np.where(shown > 0, shown - slack, 0))
    high = np.where(np.isnan(shown), 10_000_000, np.where(shown > 0, shown + slack, 0))
    targets = np.flatnonzero(np.isnan(shown) & table["exact"].between(1, 7).to_numpy())
    if sample is not None:
        targets = np.random.default_rng(1).choice(targets, min(sample, len(targets)), replace=False)
    matrix, ends = csr_array(sums), []
    for target in targets:
        objective = np.zeros(len(table))
        objective[target] = 1
        bounds = np.column_stack((low, high))
        least, most = (sign * solved(sign * objective, matrix, bounds) for sign in (1, -1))
        ends.append(int(np.floor(most + 1e-6) - np.ceil(least - 1e-6)))
    return ends


@pytest.mark.attack("A8")
def test_linear_programs_find_small_counts_where_totals_are_exact():
    tables = cross_tables(1_000)
    found = widths(without_rounding(tables), tables.nesting, sample=120)
    assert sum(width == 0 for width in found) >= 5


@pytest.mark.attack("A8")
@pytest.mark.parametrize(
    ("people_n", "sample"),
    [
        (1_000, None),
        (2_500, 120),
        pytest.param(2_500, None, marks=pytest.mark.heavy),
        pytest.param(12_000, 400, marks=pytest.mark.heavy),
        pytest.param(20_000, 400, marks=pytest.mark.heavy),
    ],
)
def test_linear_programs_find_no_small_count_in_a_release(people_n, sample):
    tables = cross_tables(people_n)
    found = widths(published(tables), tables.nesting, sample=sample)
    assert len(found) > 100
    assert min(found) >= 3


@pytest.mark.attack("A8")
def test_what_the_rules_of_single_cells_leave_open_is_closed_by_the_attack():
    counts = {"Y56": 8, "Y58": 1, "Y59": 1}
    rows = cells(*(count_cell(*item) for item in counts.items()), count_cell("all", 10))
    nesting = pd.DataFrame(
        [("region", level, "all", "all", True) for level in counts],
        columns=["breakdown", "level", "outer_breakdown", "outer_level", "is_inside"],
    )
    each_by_itself = pd.concat(
        [release_kpis(rows[rows["level"] == level], rules=RULES) for level in ("Y56", "Y58", "Y59", "all")]
    )
    exact = exact_cells(rows)
    alone = exact[["level"]].merge(each_by_itself, on="level").assign(level=exact["level"])
    answer = protect(exact, alone[exact.columns], rules=RULES, nesting=nesting)
    table = exact[["breakdown", "level"]].assign(exact=exact["value"])
    assert min(widths(table.assign(shown=alone["value"]), nesting)) < 3
    assert min(widths(table.assign(shown=answer.released["value"]), nesting)) >= 3
    assert answer.covers_n > 0


# A9: successive releases.


def people(
    number: int, region: str, *, first: int = 0, score: int = 4
) -> tuple[list[Attendance], list[Response]]:
    """Return people who attended and answered; every third of them disagreed."""
    names = [f"{region}-{first + at}" for at in range(number)]
    answers = [
        Response(name, "s-1", "after", {"clear": "agree" if at % 3 else "disagree", "sure": score - at % 3})
        for at, name in enumerate(names, start=first)
    ]
    return [Attendance(name, "s-1", region) for name in names], answers


def happened(*groups: tuple[list[Attendance], list[Response]]) -> Core:
    """Return what groups of people did."""
    return Core(
        sessions=SESSIONS,
        attendances=[attendance for attended, _ in groups for attendance in attended],
        responses=[response for _, answered in groups for response in answered],
    )


def changed_by(kind: str, number: int) -> Core:
    """Return the base with so many people added, removed, moved, or with another answer."""
    rest = people(60 - number, "Y61", first=number)
    match kind:
        case "added":
            return happened(people(60, "Y60"), people(60 + number, "Y61"))
        case "removed":
            return happened(people(60, "Y60"), rest)
        case "moved":
            attended, answered = people(number, "Y61")
            moved = [Attendance(attendance.person, attendance.session, "Y60") for attendance in attended]
            return happened(people(60, "Y60"), rest, (moved, answered))
        case _:
            return happened(people(60, "Y60"), rest, people(number, "Y61", score=5))


BASE = happened(people(60, "Y60"), people(60, "Y61"))


@pytest.mark.attack("A9")
@pytest.mark.parametrize(
    "kind",
    [
        "added",
        pytest.param("removed", marks=pytest.mark.heavy),
        pytest.param("moved", marks=pytest.mark.heavy),
        pytest.param("answered otherwise", marks=pytest.mark.heavy),
    ],
)
def test_nothing_changes_before_eleven_people_did(kind):
    with releases() as warehouse:
        first = warehouse.publish(BASE)
        for number in (1, 10):
            pd.testing.assert_frame_equal(by_key(warehouse.build(changed_by(kind, number)).released), first)
        exact = [warehouse.exact(content) for content in (BASE, changed_by(kind, 1))]
        later = by_key(warehouse.build(changed_by(kind, 12)).released)
    means = [release_kpis(rows, rules=RULES)["value"] for rows in exact]
    assert not means[0].equals(means[1])  # one person shows where nothing holds the values back
    assert (later["data_version"] != first["data_version"]).any()


@pytest.mark.attack("A9")
@pytest.mark.heavy
def test_people_who_come_one_by_one_are_counted_together():
    with releases() as warehouse:
        first = warehouse.publish(BASE)
        for number in (1, 2, 5, 9, 10):
            pd.testing.assert_frame_equal(warehouse.publish(changed_by("added", number)), first)
        eleventh = warehouse.publish(changed_by("added", 11))
        again = warehouse.publish(changed_by("added", 12))
    key = ("W1", "persons", "all", "all", "all")
    assert (first.loc[key, "value"], eleventh.loc[key, "value"]) == ("120.0", "130.0")
    pd.testing.assert_frame_equal(again, eleventh)


@pytest.mark.attack("A9")
def test_a_part_that_a_few_people_leave_empty_stays_as_it_was():
    with_third = happened(people(60, "Y60"), people(60, "Y61"), people(10, "Y59"))
    with releases() as warehouse:
        first = warehouse.publish(with_third)
        pd.testing.assert_frame_equal(warehouse.publish(BASE), first)


# A10: overlap.


@pytest.mark.attack("A10")
def test_parts_that_hold_nearly_everybody_of_another_are_not_shown_beside_it():
    content = happened(people(60, "Y60"), people(9, "Y61"))
    groups = {("all", "all"): 69, ("region", "Y60"): 60, ("region", "Y61"): 9}
    with releases() as warehouse:
        shown = warehouse.publish(content).query("suppressed == 'False'")
    for (outer, inner), (_, _) in zip(permutations(groups, 2), permutations(groups.values(), 2), strict=True):
        if 0 < groups[outer] - groups[inner] < 11:
            beside = {key[:3] for key in shown.index if key[3:] == outer} & {
                key[:3] for key in shown.index if key[3:] == inner
            }
            counted = {key for key in beside if shown.loc[(*key, *inner), "people_n"] != "0"}
            assert not counted, counted


# A11 and A12: alike answers, few people.


@pytest.mark.attack("A11")
@pytest.mark.parametrize("hits", [0, 20])
def test_what_everybody_said_is_not_shown(hits):
    mean = mean_cell("all", 10.0, 20, ci_low=np.nan, ci_high=np.nan, ci_method=None)
    answer = release_kpis(cells(share_cell("all", hits, 20), mean), rules=RULES)
    assert answer["value"].isna().all()


@pytest.mark.attack("A11")
@pytest.mark.parametrize("hits", [3, 37])
def test_what_all_but_a_few_said_is_not_shown(hits):
    answer = release_kpis(cells(share_cell("all", hits, 40)), rules=RULES)
    assert answer[["value", "numerator", "denominator"]].isna().all(axis=None)


@pytest.mark.attack("A12")
@pytest.mark.parametrize("people_n", [3, 10])
def test_twelve_responses_of_few_people_are_not_shown(people_n):
    answer = release_kpis(cells(mean_cell("all", 8.0, 12, people=people_n)), rules=RULES)
    assert answer["value"].isna().all()


@pytest.mark.attack("A12")
def test_twelve_attendances_of_three_people_are_not_shown():
    assert release_kpis(cells(count_cell("all", 12, people=3)), rules=RULES)["value"].isna().all()


# A14: side channels.


@pytest.mark.attack("A14")
def test_no_column_and_no_order_reveals_a_withheld_cell():
    rows = [
        count_cell("Y56", 4), count_cell("Y58", 90), count_cell("Y59", 6), count_cell("Y60", 76),
        share_cell("Y56", 3, 5, target=0.7, comparator=">", met=False, assured=False),
    ]  # fmt: skip
    answer = release_kpis(cells(*rows), rules=RULES)
    assert answer.loc[answer["suppressed"], DERIVED].isna().all(axis=None)
    assert answer["level"].tolist() == [*sorted(answer["level"][:4]), "Y56"]


@pytest.mark.attack("A14")
@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_text_that_is_a_formula_for_a_spreadsheet_is_written_as_text(start):
    rows = pd.DataFrame({"level_label": [f"{start}1+1"], "value": [-0.5], "kpi_label": ["Plain"]})
    written = next(csv.DictReader(io.StringIO(as_csv(rows), newline="")))
    assert written == {"level_label": f"'{start}1+1", "value": "-0.5", "kpi_label": "Plain"}


# A27: the motivated intruder.


def matched(directory: pd.DataFrame, shown: pd.DataFrame) -> set[str]:
    """Return whom a reader of the counts knows to have attended, with the staff directory beside them.

    Everybody listed in a part attended if at least so many people did; nobody else could have.
    """
    known: set[str] = set()
    for breakdown in ("region", "session"):
        for level, listed in directory.groupby(breakdown):
            here = (shown["breakdown"] == breakdown) & (shown["level"] == level)
            counts = shown.loc[here, "value"].dropna()
            if len(counts) and counts.max() - 2 >= len(listed):
                known |= set(listed["name"])
    return known


@pytest.mark.attack("A27")
def test_a_staff_directory_matches_nobody_in_a_release():
    levels = {"Y56": 2, "Y58": 3, "Y59": 30, "Y60": 400}
    attended = cells(*(count_cell(level, count) for level, count in levels.items()), count_cell("all", 435))
    # The directory lists everybody of the two small regions, and many more than attended elsewhere.
    listed = {"Y56": 2, "Y58": 3, "Y59": 90, "Y60": 900}
    directory = pd.DataFrame(
        [
            (f"{level} person {number}", level, "s-1")
            for level, count in listed.items()
            for number in range(count)
        ],
        columns=["name", "region", "session"],
    )
    exact = attended.assign(value=attended["value"] + 2)  # as many as exactly counted, for the same rule
    assert len(matched(directory, exact)) == 5
    assert matched(directory, release_kpis(attended, rules=RULES)) == set()
