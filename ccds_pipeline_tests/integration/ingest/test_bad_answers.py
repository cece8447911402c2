"""Bad answers have a defined outcome, seen in the ledger or in a KPI's status, and never a silent number.

Each case is a session of its own, so that one run shows them all, each in its part of the breakdown.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pandas as pd
import pytest

from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline.programme.load import parse_programme
from ccds_pipeline_tests.support.small_delivery import (
    AFTER,
    BEFORE,
    PROGRAMME_TEXT,
    first_answer,
    kpis_of_rows,
    presence,
    second_answer,
)

OUT_OF_SCALE = ("11", "-1", "7.5", "seven", "=7")
DRIFTED = ("Agree", "agree ", " AGREE", "Einverstanden", "Agree\u00a0")
CURLY = ("Don\u2019t agree", "Don't agree")
OTHER_WORDS = ("Zustimmung", "Agreed", "Strongly agree")
CHANGES: dict[str, tuple[Sequence[int], Sequence[int], str, float | None]] = {
    "all pairs missing": ([], [], "no_answers", None),
    "one pair": ([3], [5], "too_few_pairs", 2 / 3),
    "too few pairs": ([4] * 29, [6] * 29, "too_few_pairs", 0.5),
    "zero variance": ([4] * 35, [6] * 35, "measured", 0.5),
    "all began at zero": ([0] * 35, [6] * 35, "undefined", None),
    "nothing changed": ([7] * 35, [7] * 35, "measured", 0.0),
}
WRONG_SIDE, TWICE = "wrong side", "twice"
CASES = (*OUT_OF_SCALE, *DRIFTED, *CURLY, *OTHER_WORDS, *CHANGES, WRONG_SIDE, TWICE)
SESSION = {case: f"S-{number}" for number, case in enumerate(CASES, start=1)}


class Outcome(NamedTuple):
    """The KPIs, and the warehouse that they are from."""

    kpis: pd.DataFrame
    warehouse: Path

    def value(self, kpi_id: str, estimand: str, case: str) -> dict[str, Any]:
        key = {"kpi_id": kpi_id, "estimand": estimand, "level": SESSION[case]}
        (row,) = self.kpis[(self.kpis[list(key)] == pd.Series(key)).all(axis=1)].to_dict(orient="records")
        return {str(name): value for name, value in row.items()}

    def query(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(statement, parameters).fetchall()


@pytest.fixture(scope="module")
def lines() -> dict[str, list[str]]:
    """The lines of every case, by source."""
    people = dict.fromkeys(CASES, 1)
    first: list[str] = []
    second = [second_answer("p0", answer, session=SESSION[answer]) for answer in OUT_OF_SCALE]
    labels = (*DRIFTED, *CURLY, *OTHER_WORDS)
    second += [second_answer("p0", 5, label, session=SESSION[label]) for label in labels]
    for case, (before, after, _, _) in CHANGES.items():
        people[case] = max(len(before), 1)
        first += [first_answer(f"p{n}", score, session=SESSION[case]) for n, score in enumerate(before)]
        second += [second_answer(f"p{n}", score, session=SESSION[case]) for n, score in enumerate(after)]
    first.append(first_answer("p0", 3, sent=AFTER, session=SESSION[WRONG_SIDE]))
    second.append(second_answer("p0", 8, sent=BEFORE, session=SESSION[WRONG_SIDE]))
    second.append(second_answer("p0", 2, sent="2022-03-10 13:00", session=SESSION[TWICE]))
    second.append(second_answer("p0", 9, sent="2022-03-10 14:00", session=SESSION[TWICE]))
    there = [presence(f"p{n}", session=SESSION[case]) for case in CASES for n in range(people[case])]
    return {"presence": there, "first": first, "second": second}


@pytest.fixture(scope="module")
def outcome(lines: dict[str, list[str]], tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder = tmp_path_factory.mktemp("bad_answers")
    return Outcome(kpis_of_rows(folder, lines), folder / "data" / "warehouse.duckdb")


def unread_questions(outcome: Outcome, case: str) -> list[str]:
    rows = outcome.query(
        "SELECT question_id FROM core.fact_answer INNER JOIN core.fact_response USING (response_key) "
        "WHERE fact_answer.state = 'not_understood' AND session_code = ?",
        SESSION[case],
    )
    return [question for (question,) in rows]


@pytest.mark.parametrize("answer", OUT_OF_SCALE)
def test_an_answer_outside_its_scale_is_set_aside_and_the_response_counts_all_the_same(outcome, answer):
    assert unread_questions(outcome, answer) == ["sure"]
    mean = outcome.value("S3", "mean", answer)
    assert (mean["status"], mean["eligible_n"], mean["blank_n"]) == ("no_answers", 1, 1)
    assert outcome.value("S2", "share", answer)["denominator"] == 1


@pytest.mark.parametrize("label", [*DRIFTED, *CURLY])
def test_a_label_that_drifted_in_spelling_is_the_same_answer(outcome, label):
    share = outcome.value("S2", "share", label)
    assert (share["denominator"], share["value"]) == (1, 0.0 if label in CURLY else 1.0)
    assert unread_questions(outcome, label) == []


@pytest.mark.parametrize("label", OTHER_WORDS)
def test_a_label_in_another_language_or_wording_is_set_aside_and_not_guessed(outcome, label):
    assert unread_questions(outcome, label) == ["clear"]
    assert outcome.value("S2", "share", label)["status"] == "no_answers"


def test_no_row_is_rejected_for_an_answer(outcome):
    assert outcome.query("SELECT sum(rejected_n) FROM ops.delivery") == [(0,)]
    rejected = outcome.kpis.query("kpi_id == 'S5' and estimand == 'rejected'")
    assert rejected["value"].tolist() == [0]


def test_a_survey_on_the_wrong_side_of_the_session_is_kept_and_not_counted(outcome):
    states = "SELECT state FROM core.fact_response WHERE session_code = ?"
    assert outcome.query(states, SESSION[WRONG_SIDE]) == [("wrong_time",)] * 2
    assert outcome.value("S3", "mean", WRONG_SIDE)["status"] == "no_answers"
    assert outcome.value("S4", "E1", WRONG_SIDE)["status"] == "no_answers"


def test_of_two_answers_by_one_person_the_later_counts_and_the_earlier_is_kept(outcome):
    mean = outcome.value("S3", "mean", TWICE)
    assert (mean["value"], mean["denominator"], mean["people_n"]) == (9.0, 1, 1)
    states = "SELECT state FROM core.fact_response WHERE session_code = ? ORDER BY state"
    assert outcome.query(states, SESSION[TWICE]) == [("superseded",), ("valid",)]


@pytest.mark.parametrize("case", CHANGES)
def test_a_change_of_degenerate_pairs_has_a_status_and_no_invented_interval(outcome, case):
    before, _, status, value = CHANGES[case]
    change = outcome.value("S4", "E1", case)
    assert (change["status"], change["denominator"]) == (status, len(before))
    assert pd.isna(change["ci_low"])
    assert pd.isna(change["value"]) if value is None else change["value"] == pytest.approx(value)


def test_two_scales_in_one_kpi_block_the_programme():
    mixed = PROGRAMME_TEXT.replace(
        "questions: {sure: Sure}", "questions: {sure: {column: Sure, scale: five}}"
    )
    with pytest.raises(ConfigurationError, match="two scales cannot meet in one KPI"):
        parse_programme(mixed, place="mixed.yaml")


def test_a_comparison_of_two_scales_blocks_the_programme():
    calm = '  - {id: calm, text: "How calm?", scale: five}\nsources:'
    mixed = (
        PROGRAMME_TEXT.replace("sure, high: 8}", "sure, high: 8, minus: calm}")
        .replace("maximum: 10}\n", "maximum: 10}\n  five: {minimum: 1, maximum: 5}\n", 1)
        .replace("sources:", calm, 1)
    )
    with pytest.raises(ConfigurationError, match="different scales"):
        parse_programme(mixed, place="mixed.yaml")
