"""How rows are delivered changes no KPI: not their order, nor their files, nor a second delivery."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccds_pipeline_tests.support.small_delivery import (
    Rows,
    deliver,
    first_answer,
    kpis_of,
    kpis_of_rows,
    presence,
    second_answer,
)

pytestmark = pytest.mark.slow


KEY = ["kpi_id", "estimand", "wave", "breakdown", "level"]
# The day and the account of records follow the delivery; no other value may.
OF_THE_DELIVERY = ["as_of", "data_version", "run_id"]
SCORES = st.one_of(st.none(), st.integers(0, 10))


@st.composite
def scenarios(draw: st.DrawFn) -> Rows:
    people = [f"person{number}" for number in range(draw(st.integers(1, 8)))]
    given = [(person, draw(SCORES), draw(SCORES), draw(st.booleans())) for person in people]
    return {
        "presence": [presence(person) for person, *_, is_there in given if is_there] or [presence("other")],
        "first": [first_answer(person, _text(before)) for person, before, _, _ in given],
        "second": [second_answer(person, _text(after)) for person, _, after, _ in given],
    }


def _text(score: int | None) -> str:
    return "" if score is None else str(score)


def values(kpis: pd.DataFrame) -> pd.DataFrame:
    of_answers = kpis[kpis["kpi_id"] != "S5"]
    return of_answers.drop(columns=OF_THE_DELIVERY).set_index(KEY).sort_index()


@settings(max_examples=2, deadline=None)
@given(scenarios(), st.randoms(use_true_random=False))
def test_order_files_and_repetition_of_rows_change_no_kpi(rows, random):
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        plain = kpis_of_rows(Path(one), rows)
        for source, lines in rows.items():
            shuffled = random.sample(list(lines), len(lines))
            cut = random.randint(0, len(lines))
            for number, part in enumerate((shuffled[:cut], shuffled[cut:]), start=1):
                deliver(Path(other) / "landing", source, part, file=number)
            deliver(Path(other) / "landing", source, lines, day="2022-05-01")
        redelivered = kpis_of(Path(other))
    pd.testing.assert_frame_equal(values(redelivered), values(plain))
