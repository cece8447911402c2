"""Published figures against the KPIs of a warehouse."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from ccds_pipeline.kpi.claims import claim_rows
from ccds_pipeline.programme.model import Claim, Programme
from ccds_pipeline_tests.support.core_content import Core, welcome_programme
from ccds_pipeline_tests.support.core_tables import kpi_rows
from ccds_pipeline_tests.support.welcome_scenario import BEFORE_S2_IS_DUE, SCENARIO


def programme_with(*claims: Claim) -> Programme:
    return welcome_programme().model_copy(update={"claims": claims})


def state_of(one: Claim, kpis: dict[date | None, pd.DataFrame]) -> str:
    (state,) = claim_rows(programme_with(one), kpis, run_id="run")["state"]
    return str(state)


@pytest.fixture(scope="module")
def kpis() -> dict[date | None, pd.DataFrame]:
    return {None: kpi_rows(SCENARIO, as_of=BEFORE_S2_IS_DUE)}


def test_a_claim_is_judged_by_the_headline_of_the_whole(kpis):
    value = kpis[None].query("kpi_id == 'W4' and breakdown == 'all' and is_headline")["value"].iloc[0]
    assert state_of(claim(value=value, version="2"), kpis) == "reproduced"
    assert state_of(claim(value=value + 0.5, version="2"), kpis) == "lower"


def test_a_claim_under_another_definition_is_not_compared(kpis):
    assert state_of(claim(version="1"), kpis) == "definition_changed"


@pytest.mark.parametrize(
    "changes",
    [{"as_of": date(2020, 1, 1)}, {"phase": "phase_9"}, {"estimand": "E9"}],
    ids=["nothing delivered by then", "no such part", "no such reading"],
)
def test_a_claim_without_a_value_is_not_computable(kpis, changes):
    assert state_of(claim(version="2", **changes), kpis) == "not_computable"


def test_a_claim_on_a_kpi_that_nobody_answered_is_not_computable():
    nothing: dict[date | None, pd.DataFrame] = {None: kpi_rows(Core(sessions={}))}
    assert state_of(claim(version="2"), nothing) == "not_computable"


def test_a_withheld_value_is_not_judged(kpis):
    withheld = kpis[None].assign(suppressed=True, value=float("nan"))
    assert state_of(claim(version="2"), {None: withheld}) == "withheld"


def test_a_sentence_without_a_figure_says_what_is_measured(kpis):
    assert state_of(claim(value=None, version="2"), kpis) == "measured_as"
    assert state_of(claim(value=None, kpi=None), kpis) == "not_measured"


def test_a_rounding_has_no_value_of_its_own(kpis):
    rows = claim_rows(programme_with(claim(rounding_of="other", version="2")), kpis, run_id="run")
    assert rows[["state", "rounding_of"]].to_numpy().tolist() == [["rounding", "other"]]
    assert rows["value"].isna().all()


@pytest.mark.parametrize(("unidentified_n", "state"), [(0.0, "not_met"), (40.0, "not_decidable")])
def test_people_are_judged_with_those_who_were_not_identified(kpis, unidentified_n, state):
    reach = kpis[None].query("breakdown == 'all' and estimand in ['persons', 'unidentified_attendances']")
    reach = reach.assign(value=reach["value"].where(reach["estimand"] == "persons", unidentified_n))
    persons = reach.query("estimand == 'persons'").iloc[0]
    people = claim(
        kpi=persons["kpi_id"], value=persons["value"], comparator=">", version=persons["definition_version"]
    )
    (row,) = claim_rows(programme_with(people), {None: reach}, run_id="run").itertuples()
    assert row.state == state
    assert (row.ci_low, row.ci_high) == (persons["value"], persons["value"] + unidentified_n)


def claim(**changes: object) -> Claim:
    return Claim.model_validate({"id": "one", "text": "A sentence", "kpi": "W4", "value": 0.95} | changes)
