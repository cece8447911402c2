"""Who answers later and who does not, from core tables to weighted shares and their bounds."""

from __future__ import annotations

from datetime import date

import pytest

from ccds_pipeline.kpi.non_response import non_response_rows
from ccds_pipeline_tests.support.core_content import Attendance, Core, Response, welcome_programme
from ccds_pipeline_tests.support.core_tables import kpi_rows, kpi_tables

PEOPLE = 40


@pytest.fixture(scope="module")
def core() -> Core:
    """Of 20 people with a low score 5 answer, one favourably; of 20 with a high one 15, twelve of them."""
    responses = []
    for number in range(PEOPLE):
        is_low = number < PEOPLE // 2
        place = number % (PEOPLE // 2)
        responses.append(Response(f"p{number}", "s1", "before", {"sure": 2 if is_low else 4}, -1))
        if place < (5 if is_low else 15):
            is_favourable = place < (1 if is_low else 12)
            answers = {"clear": "agree" if is_favourable else "disagree"}
            responses.append(Response(f"p{number}", "s1", "later", answers, 45))
    attendances = [Attendance(f"p{number}", "s1") for number in range(PEOPLE)]
    return Core(sessions={"s1": date(2022, 3, 10)}, attendances=attendances, responses=responses)


def test_the_weighted_share_is_that_of_all_who_were_due(core):
    rows = kpi_rows(core).query("kpi_id == 'W11' and breakdown == 'all'").set_index("estimand")
    value = rows["value"].to_dict()
    assert value["share"] == 13 / 20
    # Half of those due have a low score: one in five of them is favourable, and four in five of the others.
    assert value["share_weighted"] == pytest.approx((1 / 5 + 12 / 15) / 2)
    assert (value["share_worst_case"], value["share_best_case"]) == (13 / 40, 33 / 40)
    assert rows["ci_low"].to_dict()["share_weighted"] < 0.5 < rows["ci_high"].to_dict()["share_weighted"]
    n = rows["denominator"].to_dict()
    assert (n["share_weighted"], n["share_worst_case"], n["share_best_case"]) == (20, 40, 40)


def test_responders_stand_beside_those_who_did_not_answer(core):
    rows = non_response_rows(welcome_programme(), kpi_tables(core)["non_response_cell"])
    is_before = (rows["kpi_id"] == "W11") & (rows["characteristic"] == "score_before")
    (before,) = rows[is_before].to_dict(orient="records")
    assert (before["responders_n"], before["non_responders_n"]) == (20, 20)
    assert before["responders_value"] == (5 * 2 + 15 * 4) / 20
    assert before["non_responders_value"] == (15 * 2 + 5 * 4) / 20
    assert before["standardised_difference"] > 1


def test_without_anybody_due_there_is_no_weighted_share():
    rows = kpi_rows(Core(sessions={})).query("estimand in ('share_weighted', 'share_worst_case')")
    assert rows["status"].tolist() == ["no_answers"] * 4


@pytest.mark.parametrize(("day", "in_window"), [(27, False), (28, True), (70, True), (71, False)])
def test_one_rule_says_which_follow_ups_count_in_share_weights_and_bounds(core, day, in_window):
    """Whoever answers outside the window counts as one who did not; a share with them stands beside."""
    moved = core.responses[1]
    responses = [
        Response(one.person, one.session, one.wave, one.answers, day) if one is moved else one
        for one in core.responses
    ]
    rows = kpi_rows(Core(sessions=core.sessions, attendances=core.attendances, responses=responses))
    found = rows.query("kpi_id == 'W11' and breakdown == 'all'").set_index("estimand")
    n, hits = (dict(found[name].items()) for name in ("denominator", "numerator"))
    assert n["share"] == n["share_weighted"] == (20 if in_window else 19)
    assert hits["share"] == hits["share_worst_case"] == (13 if in_window else 12)
    assert (n["share_any_time"], hits["share_any_time"]) == (20, 13)


def test_those_who_attended_are_due_in_a_wave_without_window(core):
    """All 40 were there, 20 answered straight after, 13 favourably; no score is asked after that."""
    answered = [one for one in core.responses if one.wave == "later"]
    after = [Response(one.person, one.session, "after", one.answers, 0) for one in answered]
    before = [one for one in core.responses if one.wave == "before"]
    content = Core(sessions=core.sessions, attendances=core.attendances, responses=[*before, *after])
    rows = kpi_rows(content).query("kpi_id == 'W9' and breakdown == 'all'").set_index("estimand")
    found = {name: dict(rows[name].items()) for name in ("value", "numerator", "denominator")}
    assert found["value"]["share_weighted"] == pytest.approx((1 / 5 + 12 / 15) / 2)
    assert (found["numerator"]["share_worst_case"], found["denominator"]["share_worst_case"]) == (13, 40)
    compared = non_response_rows(welcome_programme(), kpi_tables(content)["non_response_cell"])
    assert set(compared[compared["kpi_id"] == "W9"]["characteristic"]) == {
        "score_before",
        "sector",
        "region_code",
    }
