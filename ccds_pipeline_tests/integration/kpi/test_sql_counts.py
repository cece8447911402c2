"""The statements of ``sql/kpi`` on a scenario that is counted by hand, and their form."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa
import sqlglot
from sqlglot import exp

from ccds_pipeline.schemas.register import table_of, tables_of
from ccds_pipeline.warehouse.select_files import select_statement
from ccds_pipeline_tests.support.core_content import Attendance, Core, Response
from ccds_pipeline_tests.support.core_tables import kpi_tables
from ccds_pipeline_tests.support.welcome_scenario import (
    AFTER_S2_IS_DUE,
    BEFORE_S2_IS_DUE,
    S1_IS_DUE,
    SCENARIO,
)


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    return kpi_tables(SCENARIO, as_of=BEFORE_S2_IS_DUE)


def row_of(frame: pd.DataFrame, **key: str) -> dict[str, Any]:
    (row,) = frame[(frame[list(key)] == pd.Series(key)).all(axis=1)].to_dict(orient="records")
    return {str(name): value for name, value in row.items() if name not in key}


def cells_of(frame: pd.DataFrame, **key: str) -> dict[object, int]:
    rows = frame[(frame[list(key)] == pd.Series(key)).all(axis=1)].drop(columns=list(key))
    return {tuple(row[:-1]): row[-1] for row in rows.itertuples(index=False, name=None)}


@pytest.mark.parametrize("table", tables_of("kpi", "sql"), ids=lambda table: table.name)
def test_statement_gives_the_columns_of_the_register_in_their_order(table):
    statement = sqlglot.parse_one(select_statement(table), read="duckdb")
    assert isinstance(statement, exp.Query)
    assert statement.named_selects == table.column_names


@pytest.mark.parametrize("table", tables_of("kpi", "sql"), ids=lambda table: table.name)
@pytest.mark.parametrize("dialect", ["postgres", "spark"])
def test_statement_can_be_rendered_for_other_engines(table, dialect):
    text = select_statement(table)
    assert text.startswith("-- Grain: ")
    assert "\n-- Inputs: " in text
    assert "GROUP BY ALL" not in text.upper()
    (rendered,) = sqlglot.transpile(
        text, read="duckdb", write=dialect, unsupported_level=sqlglot.ErrorLevel.RAISE
    )
    assert rendered


@pytest.mark.parametrize(
    "table", [table for table in tables_of("kpi", "sql") if table.key], ids=lambda table: table.name
)
def test_key_of_the_register_is_unique_where_the_database_does_not_enforce_it(table, tables):
    assert len(tables[table.name]) or table is table_of("kpi.item_triple")
    assert not tables[table.name].duplicated(list(table.key)).any()


def test_persons_are_counted_once_and_places_each_time(tables):
    assert row_of(tables["reach_count"], breakdown="all", level="all") == {
        "persons_n": 4,
        "attendances_n": 5,
        "unidentified_attendances_n": 1,
        "bookings_n": 8,
        "booking_people_n": 6,
        "cancellations_n": 2,
        "cancellation_people_n": 2,
        "no_shows_n": 1,
        "no_show_people_n": 1,
    }


def test_parts_are_those_in_which_somebody_booked_or_attended(tables):
    parts = tables["reach_count"][["breakdown", "level"]].itertuples(index=False, name=None)
    assert sorted(parts) == [
        ("all", "all"),
        ("month", "2022-03"),
        ("month", "2022-04"),
        ("month", "2022-05"),
        ("month", "unknown"),
        ("region", "Y60"),
        ("region", "Y61"),
        ("region", "Y62"),
    ]


def test_a_part_has_its_own_persons_and_places(tables):
    april = row_of(tables["reach_count"], breakdown="month", level="2022-04")
    assert (april["persons_n"], april["attendances_n"], april["bookings_n"]) == (2, 2, 3)
    elsewhere = row_of(tables["reach_count"], breakdown="region", level="Y62")
    assert (elsewhere["persons_n"], elsewhere["bookings_n"], elsewhere["no_shows_n"]) == (0, 2, 1)


def test_a_response_counts_from_the_first_to_the_last_day_of_the_window_and_when_it_is_due(tables):
    assert row_of(tables["response_count"], wave="later", breakdown="all", level="all") == {
        "persons_n": 4,
        "attended_n": 5,
        "respondents_n": 3,
        "responses_n": 3,
        "attended_respondents_n": 3,
        "in_window_n": 1,
        "due_n": 2,
        "due_persons_n": 2,
    }


@pytest.mark.parametrize(("days_late", "due_n"), [(-1, 0), (0, 2)])
def test_an_answer_is_due_from_the_target_day_on(days_late, due_n):
    counts = kpi_tables(SCENARIO, as_of=S1_IS_DUE + timedelta(days=days_late))["response_count"]
    assert row_of(counts, wave="later", breakdown="all", level="all")["due_n"] == due_n


@pytest.mark.parametrize(("days_after", "in_window_n"), [(27, 0), (28, 1), (70, 1), (71, 0), (None, 0)])
def test_both_ends_of_the_window_belong_to_it(days_after, in_window_n):
    core = Core(
        sessions=SCENARIO.sessions,
        attendances=[Attendance("ann", "s1")],
        responses=[Response("ann", "s1", "later", {}, days_after=days_after)],
    )
    counts = kpi_tables(core, as_of=AFTER_S2_IS_DUE)["response_count"]
    assert row_of(counts, wave="later", breakdown="all", level="all")["in_window_n"] == in_window_n


def test_more_falls_due_as_time_goes_on():
    later = kpi_tables(SCENARIO, as_of=AFTER_S2_IS_DUE)["response_count"]
    whole = row_of(later, wave="later", breakdown="all", level="all")
    assert (whole["in_window_n"], whole["due_n"], whole["due_persons_n"]) == (2, 4, 3)


def test_a_wave_without_window_is_never_due(tables):
    after = row_of(tables["response_count"], wave="after", breakdown="all", level="all")
    assert (after["responses_n"], after["respondents_n"]) == (4, 3)
    assert (after["due_n"], after["in_window_n"]) == (0, 0)


def test_waves_and_parts_without_a_response_are_there_with_zeros(tables):
    assert len(tables["response_count"]) == 3 * 8
    empty = row_of(tables["response_count"], wave="later", breakdown="month", level="unknown")
    assert (empty["persons_n"], empty["responses_n"], empty["due_n"]) == (1, 0, 0)


def test_blank_and_not_applicable_are_counted_apart_and_are_no_valid_answer(tables):
    assert row_of(tables["answer_count"], kpi_id="W4", item="item", breakdown="all", level="all") == {
        "favourable_n": 1,
        "valid_n": 2,
        "people_n": 1,
        "blank_n": 1,
        "not_applicable_n": 1,
        "eligible_n": 4,
        "order_sum": 5,
        "order_square_sum": 13,
    }


def test_an_answer_that_was_not_reached_is_counted_with_the_blanks():
    responses = [Response("ann", "s1", "after", {"clear": "not reached"})]
    core = Core(sessions=SCENARIO.sessions, attendances=[Attendance("ann", "s1")], responses=responses)
    count = row_of(kpi_tables(core)["answer_count"], kpi_id="W4", item="item", breakdown="all", level="all")
    assert (count["eligible_n"], count["blank_n"], count["valid_n"], count["not_applicable_n"]) == (
        1,
        1,
        0,
        0,
    )


def test_two_kpis_may_take_different_answers_to_one_question_as_favourable(tables):
    lenient = row_of(tables["answer_count"], kpi_id="W9", item="item", breakdown="all", level="all")
    assert (lenient["favourable_n"], lenient["valid_n"]) == (2, 2)


def test_several_ticked_options_are_one_answer(tables):
    ticked = row_of(tables["answer_count"], kpi_id="W5", item="item", breakdown="all", level="all")
    assert (ticked["favourable_n"], ticked["valid_n"], ticked["people_n"], ticked["blank_n"]) == (2, 3, 2, 1)


def test_parts_count_the_answers_of_their_own_attendances(tables):
    region = row_of(tables["answer_count"], kpi_id="W5", item="item", breakdown="region", level="Y61")
    assert (region["favourable_n"], region["valid_n"], region["eligible_n"]) == (1, 1, 2)
    nobody = row_of(tables["answer_count"], kpi_id="W5", item="item", breakdown="region", level="Y62")
    assert (nobody["valid_n"], nobody["eligible_n"]) == (0, 0)


def test_scores_are_counted_by_item(tables):
    whole = {"kpi_id": "W6", "breakdown": "all", "level": "all"}
    assert cells_of(tables["score_count"], item="item", **whole) == {(3.0,): 1, (4.0,): 1, (5.0,): 1}
    assert cells_of(tables["score_count"], item="difference", **whole) == {(0.0,): 1, (2.0,): 1}
    assert row_of(tables["score_state"], item="difference", **whole) == {
        "people_n": 2,
        "blank_n": 2,
        "not_applicable_n": 0,
        "eligible_n": 4,
    }


def test_pairs_are_of_one_person_and_one_session_with_both_answers(tables):
    whole = {"kpi_id": "W7", "breakdown": "all", "level": "all"}
    assert cells_of(tables["pair_count"], **whole) == {(1.0, 3.0, False): 1, (2.0, 4.0, False): 1}
    assert row_of(tables["score_state"], item="pair", **whole) == {
        "people_n": 2,
        "blank_n": 1,
        "not_applicable_n": 0,
        "eligible_n": 3,
    }


@pytest.mark.parametrize(
    ("before", "after", "is_first_tier"),
    [
        ("reference", "reference", True),
        ("reference", "email", False),
        ("email", "reference", False),
        ("email", "email", False),
    ],
)
def test_a_pair_is_of_the_first_tier_when_the_reference_linked_both_responses(before, after, is_first_tier):
    core = Core(
        sessions=SCENARIO.sessions,
        attendances=[Attendance("ann", "s1")],
        responses=[
            Response("ann", "s1", "before", {"sure": 2}, tier=before),
            Response("ann", "s1", "after", {"sure": 4, "calm": 3}, tier=after),
        ],
    )
    tables = kpi_tables(core)
    assert set(tables["pair_count"]["is_first_tier"]) == {is_first_tier}
    pairs = tables["item_pair"].set_index("item")["is_first_tier"]
    assert pairs["pair"] == is_first_tier
    assert pd.isna(pairs["difference"])


def test_pairs_linked_differently_are_counted_apart():
    core = Core(
        sessions=SCENARIO.sessions,
        attendances=[Attendance(person, "s1") for person in ("ann", "bob", "cat")],
        responses=[
            Response(person, "s1", wave, {"sure": score}, tier=tier)
            for person, tier in (("ann", "reference"), ("bob", "reference"), ("cat", "email"))
            for wave, score in (("before", 2), ("after", 4))
        ],
    )
    counts = kpi_tables(core)["pair_count"]
    whole = cells_of(counts, kpi_id="W7", breakdown="all", level="all")
    assert whole == {(2.0, 4.0, True): 2, (2.0, 4.0, False): 1}


def test_sessions_have_the_sums_of_their_pairs_in_the_whole_alone():
    people = {"ann": ("s1", 2, 4), "bob": ("s1", 3, 5), "cat": ("s2", 1, 1), "dan": ("s2", None, 4)}
    core = Core(
        sessions=SCENARIO.sessions,
        attendances=[Attendance(person, session) for person, (session, _, _) in people.items()],
        responses=[
            Response(person, session, wave, {"sure": score})
            for person, (session, before, after) in people.items()
            for wave, score in (("before", before), ("after", after))
        ],
    )
    sessions = kpi_tables(core)["pair_session"]
    assert sessions.sort_values("session_code").to_numpy().tolist() == [
        ["W7", "all", "all", "s1", 2, 5.0, 9.0],
        ["W7", "all", "all", "s2", 1, 1.0, 1.0],
    ]


def test_sessions_have_the_sums_of_their_answers_and_who_names_none_is_alone():
    people = {"ann": ("s1", 2), "bob": ("s1", 4), "cat": ("s2", 4), "dan": ("s2", 2), "eve": ("s3", 3)}
    core = Core(
        sessions={code: date(2022, 3, 10) for code in ("s1", "s2", "s3")},
        attendances=[Attendance(person, session) for person, (session, _) in people.items()],
        responses=[
            *(Response(person, code, "after", {"sure": score}) for person, (code, score) in people.items()),
            *(Response(None, None, "after", {"sure": 3}, days_after=None) for _ in range(2)),
        ],
    )
    tables, whole = kpi_tables(core), {"kpi_id": "W6", "item": "item"}
    assert cells_of(tables["session_value"], **whole) == {(2, 6.0, 20.0): 2, (1, 3.0, 9.0): 3}
    assert row_of(tables["session_size"], breakdown="all", level="all", **whole) == {
        "answers_n": 7,
        "sessions_n": 5,
        "answers_square_sum": 11,
    }
    assert row_of(tables["session_size"], breakdown="month", level="2022-03", **whole) == {
        "answers_n": 5,
        "sessions_n": 3,
        "answers_square_sum": 9,
    }


def test_a_favourable_answer_is_a_number_too(tables):
    numbers = tables["item_value"][tables["item_value"]["kpi_id"].isin(["W4", "W9"])]
    assert sorted(zip(numbers["kpi_id"], numbers["item"], numbers["item_value"], strict=True)) == [
        ("W4", "favourable", 0.0),
        ("W4", "favourable", 1.0),
        ("W9", "favourable", 1.0),
        ("W9", "favourable", 1.0),
    ]


@pytest.mark.parametrize(("before", "after"), [(None, 4), (2, None), ("not reached", 4), (2, "not reached")])
def test_a_pair_with_a_blank_on_either_side_is_counted_as_blank(before, after):
    core = Core(
        sessions=SCENARIO.sessions,
        attendances=[Attendance("ann", "s1")],
        responses=[
            Response("ann", "s1", "before", {"sure": before}),
            Response("ann", "s1", "after", {"sure": after}),
        ],
    )
    tables = kpi_tables(core)
    assert tables["pair_count"].empty
    assert tables["pair_session"].empty
    pair = row_of(tables["score_state"], kpi_id="W7", item="pair", breakdown="all", level="all")
    assert (pair["eligible_n"], pair["blank_n"], pair["people_n"]) == (1, 1, 0)


def test_the_same_person_in_another_session_is_no_pair():
    apart = Core(
        sessions=SCENARIO.sessions,
        attendances=[Attendance("ann", "s1"), Attendance("ann", "s2")],
        responses=[Response("ann", "s1", "before", {"sure": 2}), Response("ann", "s2", "after", {"sure": 4})],
    )
    assert kpi_tables(apart)["pair_count"].empty


def test_a_missing_session_never_matches_another_missing_session():
    unplaced = Core(
        sessions={},
        responses=[
            Response("ann", None, wave, {"sure": score}, days_after=None)
            for wave, score in (("before", 2), ("after", 4), ("after", 5))
        ],
    )
    tables = kpi_tables(unplaced)
    assert tables["pair_count"].empty
    after = row_of(tables["score_state"], kpi_id="W7", item="after", breakdown="all", level="all")
    assert (after["eligible_n"], after["people_n"]) == (2, 1)


def test_responses_of_nobody_count_in_the_whole_and_are_never_paired():
    surveys = Core(
        sessions={},
        responses=[
            Response(None, None, "before", {"sure": 2}, days_after=None),
            Response(None, None, "after", {"sure": 4, "clear": "agree"}, days_after=None),
            Response(None, None, "after", {"sure": 5, "clear": "agree"}, days_after=None),
        ],
    )
    tables = kpi_tables(surveys)
    whole = {"breakdown": "all", "level": "all"}
    assert tables["pair_count"].empty
    assert len(tables["reach_count"]) == 1
    clear = row_of(tables["answer_count"], kpi_id="W4", item="item", **whole)
    assert (clear["favourable_n"], clear["valid_n"], clear["people_n"]) == (2, 2, 2)
    after = row_of(tables["response_count"], wave="after", **whole)
    assert (after["respondents_n"], after["attended_respondents_n"], after["persons_n"]) == (2, 0, 0)


def test_everything_is_counted_as_nothing_when_core_is_empty():
    tables = kpi_tables(Core(sessions={}))
    assert tables["reach_count"].drop(columns=["breakdown", "level"]).to_numpy().tolist() == [[0] * 9]
    assert len(tables["response_count"]) == 3
    assert tables["score_count"].empty


def test_as_of_is_the_only_parameter():
    names = {
        name
        for table in tables_of("kpi", "sql")
        for name in sa.text(select_statement(table)).compile().params
    }
    assert names == {"as_of"}
