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

from ccds_pipeline.cli.kpis import as_csv
from ccds_pipeline.programme.model import ReleaseRules
from ccds_pipeline.release.candidate import released_columns
from ccds_pipeline.release.perturbation import REACH
from ccds_pipeline.release.protection import exact_cells
from ccds_pipeline_tests.support.core_content import Attendance, Core, Response
from ccds_pipeline_tests.support.cross_tables import CrossTables, cross_tables
from ccds_pipeline_tests.support.kpi_cells import cells, count_cell, mean_cell, share_cell
from ccds_pipeline_tests.support.kpi_release import ALIKE, release
from ccds_pipeline_tests.support.reconstruction import equations
from ccds_pipeline_tests.support.reconstruction.attack import Attack, attack, found_n, places
from ccds_pipeline_tests.support.reconstruction.equations import system_of, unknowns_of
from ccds_pipeline_tests.support.reconstruction.programs import findings
from ccds_pipeline_tests.support.successive_releases import Releases, by_key, releases

RULES = ReleaseRules()
SESSIONS = {"s-1": pd.Timestamp("2022-04-04").date(), "s-2": pd.Timestamp("2022-05-09").date()}
DERIVED = ["numerator", "denominator", "eligible_n", "blank_n", "not_applicable_n", "people_n", "value",
           "ci_low", "ci_high", "ci_method", "met", "assured"]  # fmt: skip


# A8: reconstruction by linear programs.


def attacked(tables: CrossTables, shown: pd.Series) -> Attack:
    """Attack counts of crossed tables of which this is shown."""
    exact = exact_cells(tables.kpis)
    released = exact.assign(
        value=shown, denominator=shown, people_n=shown, numerator=np.nan, eligible_n=np.nan
    )
    system = system_of(unknowns_of(exact, released, RULES), tables.nesting)
    small = np.flatnonzero((system.exact > 0) & (system.exact <= RULES.suppress_up_to))
    return Attack(len(small), findings(system, small), 0, [])


@pytest.mark.attack("A8")
def test_linear_programs_find_small_counts_where_totals_are_exact(monkeypatch):
    monkeypatch.setattr(equations, "REACH", 0)
    tables = cross_tables(1_000)
    exact = exact_cells(tables.kpis)["value"]
    assert found_n(attacked(tables, exact.mask(exact.between(1, 7))).small) >= 5


@pytest.mark.attack("A8")
@pytest.mark.parametrize(
    "people_n",
    [1_000, pytest.param(2_500, marks=pytest.mark.heavy), pytest.param(12_000, marks=pytest.mark.heavy)],
)
def test_linear_programs_find_no_small_count_in_a_release(people_n):
    tables = cross_tables(people_n)
    found = attacked(tables, release(tables.kpis)["value"].astype("float64"))
    assert found.small_n > 100
    assert found.small == []


@pytest.mark.attack("A8")
def test_linear_programs_find_neither_small_counts_nor_sizes_in_a_whole_release():
    content = crowd(400)
    with releases() as warehouse:
        exact = warehouse.cells(content)
        shown = warehouse.build(content)
        where = places(warehouse.connection)
    found = attack(exact_cells(exact), shown, where, RULES, large=200)
    assert (found.small_n, found.sizes_n) > (20, 20)
    assert (found.small, found.sizes) == ([], [])


def crowd(number: int) -> Core:
    """Return people of six regions, the last of few, who attended and answered in every way."""
    draw = np.random.default_rng(7)
    regions = draw.choice(
        ["Y56", "Y58", "Y59", "Y60", "Y61", "Y62"], number, p=[0.3, 0.3, 0.2, 0.1, 0.08, 0.02]
    )
    sessions = draw.choice(list(SESSIONS), number)
    happened = list(zip(range(number), regions, sessions, strict=True))
    return Core(
        sessions=SESSIONS,
        attendances=[Attendance(f"p{at}", session, region) for at, region, session in happened],
        responses=[
            Response(
                f"p{at}", session, "after",
                {"clear": "agree" if draw.random() < 0.9 else "disagree", "sure": int(draw.integers(0, 6))},
            )
            for at, _, session in happened
            if draw.random() < 0.9
        ],
    )  # fmt: skip


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


def built(warehouse: Releases, content: Core) -> pd.DataFrame:
    """Return what readers would see of the content, by key."""
    return by_key(released_columns(warehouse.build(content)))


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
            pd.testing.assert_frame_equal(built(warehouse, changed_by(kind, number)), first)
        exact = [warehouse.exact(content) for content in (BASE, changed_by(kind, 1))]
        later = built(warehouse, changed_by(kind, 12))
    values = [release(rows)["value"] for rows in exact]
    assert not values[0].equals(values[1])  # one person shows where nothing holds the values back
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
    assert str(first.loc[key, "data_version"]) != str(eleventh.loc[key, "data_version"])
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
    alike = pd.DataFrame([("K13", "item", "all", "all", 20, 20)], columns=ALIKE.columns)
    answer = release(cells(share_cell("all", hits, 20), mean_cell("all", 10.0, 20)), alike=alike)
    assert answer[["value", "ci_low"]].isna().all(axis=None)


@pytest.mark.attack("A12")
@pytest.mark.parametrize("people_n", [3, 10])
def test_twelve_responses_of_few_people_are_not_shown(people_n):
    answer = release(cells(mean_cell("all", 8.0, 12, people=people_n)))
    assert answer["value"].isna().all()


@pytest.mark.attack("A12")
def test_twelve_attendances_of_three_people_are_not_shown():
    assert release(cells(count_cell("all", 12, people=3)))["value"].isna().all()


# A14: side channels.


@pytest.mark.attack("A14")
def test_no_column_and_no_order_reveals_a_withheld_cell():
    rows = [
        count_cell("Y56", 4), count_cell("Y58", 90), count_cell("Y59", 6), count_cell("Y60", 76),
        share_cell("Y56", 3, 5, target=0.7, comparator=">", met=False, assured=False),
    ]  # fmt: skip
    answer = release(cells(*rows))
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
            if len(counts) and counts.max() - REACH >= len(listed):
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
    exact = attended.assign(value=attended["value"] + REACH)  # as many as exactly counted, for the same rule
    assert len(matched(directory, exact)) == 5
    assert matched(directory, release(attended)) == set()
