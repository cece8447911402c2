"""Distributions of answers are released as shares are: perturbed, and of enough people."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from ccds_pipeline.release.answers import answer_cells, released_answers
from ccds_pipeline.release.companion_cells import as_cells
from ccds_pipeline_tests.support.core_content import welcome_programme
from ccds_pipeline_tests.support.kpi_release import invented, quiet, release

PROGRAMME = welcome_programme()


def released(counts: dict[str, int], *, people: int, keys=quiet) -> pd.DataFrame:
    """Release how often options of the question were given."""
    rows = pd.DataFrame(
        [("after", "clear", option, n, people, people) for option, n in counts.items()],
        columns=["wave", "question_id", "option_code", "answers_n", "of_answers_n", "of_people_n"],
    )
    cells = as_cells(
        answer_cells(rows), programme_id="w", as_of=date(2022, 6, 1), data_version="d", run_id="r"
    )
    return released_answers(release(cells, keys=keys), PROGRAMME).set_index("option_code")


def test_each_option_has_its_share_of_the_answers():
    rows = released({"agree": 60, "disagree": 40}, people=100)
    assert rows["share"].to_dict() == {"agree": 0.6, "disagree": 0.4}
    assert set(rows["of_answers_n"]) == {100}


def test_all_options_are_shares_of_one_perturbed_number():
    rows = released({"agree": 60, "disagree": 40}, people=100, keys=invented)
    assert len(set(rows["of_answers_n"])) == 1


@pytest.mark.attack("A12")
@pytest.mark.parametrize("people", [10, 40])
def test_of_few_people_nothing_is_shown(people):
    rows = released({"agree": people // 2, "disagree": people - people // 2}, people=people)
    assert rows["suppressed"].all()
    assert rows[["answers_n", "of_answers_n", "share"]].isna().all(axis=None)
