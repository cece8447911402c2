"""KPI rows depend on what was counted, not on how the counts are laid out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccds_pipeline.kpi.rows import build_kpi_rows
from ccds_pipeline.schemas.register import table_of, tables_of
from ccds_pipeline_tests.property.kpi.test_sql_counts import cores
from ccds_pipeline_tests.support.core_content import welcome_programme
from ccds_pipeline_tests.support.core_tables import AS_OF, kpi_tables
from ccds_pipeline_tests.support.welcome_scenario import SCENARIO

pytestmark = pytest.mark.slow


PLACES = {"persons", "places", "records"}
SPLIT = {"score_count": "answers_n", "pair_count": "pairs_n"}


def rows_of(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    aggregates = {table.name: tables[table.name] for table in tables_of("kpi", "aggregate")}
    return build_kpi_rows(
        welcome_programme(),
        aggregates,
        as_of=AS_OF,
        data_version="data-1",
        code_version="9.9.9",
        run_id="run-1",
    )


def cut_up(frame: pd.DataFrame, n: str, random: np.random.Generator) -> pd.DataFrame:
    """The same counts as more rows, in another order."""
    first = random.integers(0, frame[n].to_numpy() + 1) if len(frame) else frame[n]
    pieces = pd.concat([frame.assign(**{n: first}), frame.assign(**{n: frame[n] - first})])
    return pieces.iloc[random.permutation(len(pieces))]


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    return kpi_tables(SCENARIO)


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_permuting_and_splitting_counts_changes_nothing(tables, seed):
    random = np.random.default_rng(seed)
    others = {
        name: cut_up(frame, SPLIT[name], random)
        if name in SPLIT
        else frame.iloc[random.permutation(len(frame))]
        for name, frame in tables.items()
    }
    pd.testing.assert_frame_equal(rows_of(tables), rows_of(others), check_exact=True)


@settings(max_examples=6, deadline=None)
@given(core=cores())
def test_rows_keep_their_promises_whatever_was_answered(core):
    rows = rows_of(kpi_tables(core))
    answered = rows["value"].notna()
    assert not rows.duplicated(list(table_of("kpi.kpi").key)).any()
    assert ((rows["denominator"] == 0) == (rows["status"] == "no_answers"))[~rows["unit"].isin(PLACES)].all()
    assert (answered == (rows["status"] == "measured"))[rows["status"] != "too_few_pairs"].all()
    shares = rows[rows["unit"].isin(["share", "score_share"]) & answered]
    assert shares["value"].between(0, 1).all()
    intervals = rows[rows["ci_low"].notna()]
    assert (intervals["ci_low"] <= intervals["ci_high"]).all()
    proportions = intervals[intervals["ci_method"] == "wilson"]
    assert (proportions["ci_low"] <= proportions["value"]).all()
    assert (proportions["value"] <= proportions["ci_high"]).all()
    places = rows["unit"].isin(PLACES)
    of_one_wave = ~places & (rows["estimand"] != "E5")
    assert (rows.loc[of_one_wave, "denominator"] <= rows.loc[of_one_wave, "eligible_n"]).all()
    # One person may stand behind several answers, never the other way round.
    assert (rows.loc[~places, "people_n"] <= rows.loc[~places, "denominator"]).all()
