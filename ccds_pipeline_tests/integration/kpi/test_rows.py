"""From core tables to KPI rows: values, populations, statuses and targets of a scenario counted by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from ccds_pipeline.kpi.rows import build_kpi_rows
from ccds_pipeline.programme.model import Programme, Target
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.warehouse.bulk import append, read_frame
from ccds_pipeline.warehouse.tables import create_tables
from ccds_pipeline_tests.support.core_content import Attendance, Core, Response, welcome_programme
from ccds_pipeline_tests.support.core_tables import AS_OF, kpi_rows, kpi_tables
from ccds_pipeline_tests.support.pair_counts import session_tables
from ccds_pipeline_tests.support.welcome_scenario import AFTER_S2_IS_DUE, BEFORE_S2_IS_DUE, SCENARIO

SEEDED = "bca 2000 draws seed 20210901"


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    return kpi_rows(SCENARIO, as_of=BEFORE_S2_IS_DUE)


def value_of(rows: pd.DataFrame, kpi_id: str, estimand: str, /, **part: str) -> dict[str, Any]:
    key = {"kpi_id": kpi_id, "estimand": estimand, "breakdown": "all", "level": "all", **part}
    (row,) = rows[(rows[list(key)] == pd.Series(key)).all(axis=1)].to_dict(orient="records")
    return {str(name): value for name, value in row.items()}


def population_of(row: dict[str, Any]) -> tuple[object, ...]:
    return tuple(
        row[name] for name in ("denominator", "eligible_n", "blank_n", "not_applicable_n", "people_n")
    )


def paired_scenario(pairs: Sequence[tuple[int | None, int | None]]) -> Core:
    """One attendance per pair; None leaves that answer out."""
    people = [f"p{number:03}" for number in range(len(pairs))]
    return Core(
        sessions={"s1": date(2022, 3, 10)},
        attendances=[Attendance(person, "s1") for person in people],
        responses=[
            Response(person, "s1", wave, {"sure": score})
            for person, scores in zip(people, pairs, strict=True)
            for wave, score in zip(("before", "after"), scores, strict=True)
            if score is not None
        ],
    )


@pytest.mark.parametrize(
    ("estimand", "unit", "count", "people"),
    [
        ("persons", "persons", 4, 4),
        ("attendances", "places", 5, 4),
        ("unidentified_attendances", "places", 1, 1),
        ("bookings", "places", 8, 6),
        ("cancellations", "places", 2, 2),
        ("no_shows", "places", 1, 1),
    ],
)
def test_reach_counts_people_and_places(rows, estimand, unit, count, people):
    row = value_of(rows, "W1", estimand)
    assert (row["value"], row["numerator"], row["denominator"]) == (count, count, count)
    assert (row["unit"], row["people_n"], row["eligible_n"], row["wave"]) == (unit, people, 4, "all")
    assert row["is_headline"] == (estimand == "persons")
    assert math.isnan(row["ci_low"])


def test_returned_counts_persons_not_responses(rows):
    row = value_of(rows, "W2", "persons")
    assert (row["value"], row["eligible_n"], row["wave"], row["unit"]) == (3, 4, "after", "persons")


@pytest.mark.parametrize("wave", ["after", "later"])
def test_response_rate_is_of_those_who_attended(rows, wave):
    row = value_of(rows, "W3", "rate", wave=wave)
    assert (row["value"], row["numerator"], population_of(row)[0]) == (3 / 4, 3, 4)
    assert (row["unit"], row["is_headline"]) == ("share", True)


@pytest.mark.parametrize(("kpi_id", "wave"), [("W3", "after"), ("W8", "later")])
def test_counts_of_a_known_list_have_no_interval(rows, kpi_id, wave):
    row = value_of(rows, kpi_id, "rate", wave=wave)
    assert pd.isna([row["ci_low"], row["ci_high"], row["ci_method"]]).all()


def test_a_share_has_wilsons_interval():
    row = value_of(_rows_with_target(">", 0.5, agreeing=80, others=20), "W4", "share")
    expected = proportion_confint(80, 100, method="wilson")
    assert (row["ci_low"], row["ci_high"]) == pytest.approx(expected, rel=1e-12)
    assert row["ci_method"] == "wilson"


def test_what_sessions_have_in_common_takes_the_assurance_away():
    """80 of 100 in ten sessions: of two everybody, of the others three in four."""
    scores = [[1] * 10] * 2 + [[1] * 8 + [0] * 2] * 4 + [[1] * 7 + [0] * 3] * 4
    plain = _rows_with_target(">", 0.7, agreeing=80, others=20)
    alike = _rows_with_target(">", 0.7, agreeing=80, others=20, sessions=[[1] * 10] * 8 + [[0] * 10] * 2)
    mixed = _rows_with_target(">", 0.7, agreeing=80, others=20, sessions=scores)
    for rows, assured, method in (
        (plain, True, "wilson"),
        (mixed, True, "wilson"),
        (alike, False, "wilson by session"),
    ):
        row = value_of(rows, "W4", "share")
        assert (row["met"], row["assured"], row["ci_method"]) == (True, assured, method)
    assert value_of(alike, "W4", "icc")["value"] == 1
    assert value_of(alike, "W4", "design_effect")["value"] == 10
    assert value_of(mixed, "W4", "design_effect")["value"] < 1
    assert pd.isna(value_of(plain, "W4", "icc")["value"])


def test_top_share_leaves_out_blank_and_not_applicable_but_publishes_both(rows):
    row = value_of(rows, "W4", "share")
    assert (row["value"], row["numerator"]) == (0.5, 1)
    assert population_of(row) == (2, 4, 1, 1, 1)


def test_mean_of_maximum_is_stored_under_its_own_name(rows):
    row = value_of(rows, "W4", "mean_of_maximum")
    assert row["value"] == (5 / 2) / 3
    low, high = stats.t.interval(0.95, 1, loc=5 / 6, scale=np.std([1, 2 / 3], ddof=1) / np.sqrt(2))
    assert (low, high) != (row["ci_low"], row["ci_high"])  # the t interval passes both ends of the scale
    assert (row["ci_low"], row["ci_high"]) == (0, 1)
    assert (row["unit"], row["ci_method"], row["is_headline"]) == ("score_share", "t", False)


def test_mean_of_maximum_has_the_t_interval_of_the_places_as_shares_of_the_greatest():
    places = np.array([3] * 80 + [1] * 20) / 3
    row = value_of(_rows_with_target(">", 0.5, agreeing=80, others=20), "W4", "mean_of_maximum")
    expected = stats.t.interval(0.95, 99, loc=places.mean(), scale=stats.sem(places))
    assert (row["ci_low"], row["ci_high"]) == pytest.approx(expected, rel=1e-12)


def test_mean_has_spread_median_and_shares_beside_it(rows):
    scores = np.array([4.0, 5.0, 3.0])
    mean = value_of(rows, "W6", "mean")
    assert (mean["value"], mean["numerator"], mean["unit"], mean["is_headline"]) == (
        12 / 3,
        12,
        "score",
        True,
    )
    assert population_of(mean) == (3, 4, 1, 0, 2)
    expected = stats.t.interval(0.95, 2, loc=scores.mean(), scale=stats.sem(scores))
    assert (mean["ci_low"], mean["ci_high"]) == pytest.approx(expected, rel=1e-12)
    assert value_of(rows, "W6", "sd")["value"] == pytest.approx(np.std(scores, ddof=1), rel=1e-12)
    assert value_of(rows, "W6", "median")["value"] == 4
    assert value_of(rows, "W6", "share_high")["value"] == 2 / 3
    assert value_of(rows, "W6", "share_maximum")["value"] == 1 / 3


def test_paired_difference_takes_both_items_of_one_response(rows):
    row = value_of(rows, "W6", "paired_difference")
    assert (row["value"], row["numerator"]) == (1, 2)
    assert population_of(row) == (2, 4, 2, 0, 2)


def test_change_is_of_pairs_and_names_too_few_of_them(rows):
    relative, ranged = value_of(rows, "W7", "E1"), value_of(rows, "W7", "E3")
    assert relative["value"] == (7 - 3) / 3
    assert ranged["value"] == (7 - 3) / 2 / 4
    for row in (relative, ranged):
        assert (row["status"], row["wave"]) == ("too_few_pairs", "after")
        assert pd.isna(row["numerator"])
        assert population_of(row) == (2, 5, 1, 0, 2)
    assert (relative["unit"], ranged["unit"]) == ("relative_change", "share_of_range")
    assert (relative["is_headline"], ranged["is_headline"]) == (True, False)


def test_unpaired_change_takes_every_answer_of_both_waves(rows):
    row = value_of(rows, "W7", "E5")
    assert row["value"] == (12 / 3 - 6 / 3) / (6 / 3)
    assert population_of(row) == (6, 5, 1, 0, 2)
    assert (row["status"], row["unit"]) == ("measured", "relative_change")
    assert pd.isna([row["ci_low"], row["ci_method"]]).all()  # nothing is drawn from three answers


def test_coverage_is_of_those_attended_and_due(rows):
    row = value_of(rows, "W8", "rate")
    assert (row["value"], row["numerator"]) == (1 / 2, 1)
    assert (row["denominator"], row["eligible_n"], row["people_n"]) == (2, 5, 2)


def test_coverage_counts_persons_behind_the_person_sessions_that_are_due():
    row = value_of(kpi_rows(SCENARIO, as_of=AFTER_S2_IS_DUE), "W8", "rate")
    assert (row["value"], row["denominator"], row["people_n"]) == (2 / 4, 4, 3)


def test_each_reading_has_a_row_for_each_part(rows):
    sizes = rows.groupby(["kpi_id", "estimand", "wave"]).size()
    is_of_the_whole_alone = sizes.index.get_level_values("kpi_id") == "W12"
    of_the_whole = {"E1_clustered", "share_weighted", "share_worst_case", "share_best_case", "share_any_time"}
    for estimand in of_the_whole | {"icc", "design_effect", "paired_t_p", "wilcoxon_p"}:
        is_of_the_whole_alone |= sizes.index.get_level_values("estimand") == estimand
    assert (sizes[is_of_the_whole_alone] == 1).all()
    assert (sizes[~is_of_the_whole_alone] == 8).all()
    assert not rows.duplicated(list(table_of("kpi.kpi").key)).any()


def test_a_part_without_answers_has_rows_without_values(rows):
    empty = rows[(rows["breakdown"] == "month") & (rows["level"] == "2022-05")]
    counted = empty["unit"].isin(["persons", "places"])
    assert (empty.loc[counted, "status"] == "measured").all()
    assert empty.loc[counted, "value"].notna().all()
    assert (empty.loc[~counted, "status"] == "no_answers").all()
    assert empty.loc[~counted, ["value", "ci_low", "ci_high", "ci_method"]].isna().all(axis=None)
    assert (empty.loc[~counted, "denominator"] == 0).all()


def test_a_value_and_its_status_never_contradict_each_other(rows):
    is_known = rows["status"] != "too_few_pairs"
    is_missing = rows["status"].isin(["no_answers", "undefined"])
    assert (rows["value"].isna() == is_missing)[is_known].all()
    assert (rows["ci_low"].isna() == rows["ci_method"].isna()).all()
    assert (rows["ci_low"].isna() == rows["ci_high"].isna()).all()


def test_a_strict_target_is_missed_by_the_target_itself(rows):
    row = value_of(rows, "W4", "share")
    assert (row["value"], row["comparator"], row["target"]) == (0.5, ">", 0.5)
    assert (row["met"], row["assured"]) == (False, False)


@pytest.mark.parametrize(
    ("comparator", "target", "met", "assured"),
    [
        (">", 0.69, True, True),
        (">", 0.75, True, False),
        (">", 0.8, False, False),
        (">=", 0.8, True, False),
        ("<", 0.8, False, False),
        ("<=", 0.8, True, False),
        ("<", 0.9, True, True),
        ("<=", 0.82, True, False),
    ],
)
def test_met_compares_the_value_and_assured_the_end_of_the_interval_on_the_targets_side(
    comparator, target, met, assured
):
    """80 of 100: the Wilson interval is 71.1 to 86.7 %."""
    row = value_of(_rows_with_target(comparator, target, agreeing=80, others=20), "W4", "share")
    assert (row["met"], row["assured"]) == (met, assured)


def test_only_the_headline_is_judged(rows):
    judged = rows[rows["target"].notna()]
    assert set(judged["kpi_id"] + judged["estimand"]) == {"W4share"}
    assert rows.loc[rows["target"].isna(), ["comparator", "met", "assured"]].isna().all(axis=None)


def test_a_value_that_could_not_be_measured_meets_no_target_and_misses_none():
    row = value_of(_rows_with_target(">", 0.7, agreeing=0, others=0), "W4", "share")
    assert row["target"] == 0.7
    assert pd.isna([row["met"], row["assured"]]).all()


def test_too_few_pairs_meet_no_target_and_miss_none():
    change = next(one for one in welcome_programme().kpis if one.id == "W7")
    judged = change.model_copy(update={"target": Target(comparator=">", value=0.1)})
    programme = welcome_programme().model_copy(update={"kpis": (judged,)})
    enough, short = (
        value_of(_build(programme, kpi_tables(paired_scenario([(2, 3)] * pairs_n))), "W7", "E1")
        for pairs_n in (30, 29)
    )
    assert enough["met"]
    assert pd.isna(short["met"])


def test_thirty_pairs_are_enough_and_carry_a_seeded_interval():
    pairs = [(2, 3), (3, 3), (1, 4)] * 10
    rows = kpi_rows(paired_scenario(pairs))
    for estimand, value in (("E1", 40 / 60), ("E3", 40 / 30 / 4)):
        row = value_of(rows, "W7", estimand)
        assert (row["status"], row["value"], row["ci_method"]) == ("measured", value, SEEDED)
        assert row["ci_low"] < row["value"] < row["ci_high"]
    short = value_of(kpi_rows(paired_scenario(pairs[:-1])), "W7", "E1")
    assert (short["status"], short["denominator"]) == ("too_few_pairs", 29)
    assert short["value"] is not None


@pytest.mark.parametrize(
    ("pairs", "value", "status"),
    [
        pytest.param([(2, 4)], 1.0, "too_few_pairs", id="one pair"),
        pytest.param([(2, 4)] * 40, 1.0, "measured", id="zero variance"),
        pytest.param([(0, 4)] * 40, None, "undefined", id="all began at zero"),
        pytest.param([(0, 4)], None, "too_few_pairs", id="one pair that began at zero"),
        pytest.param([(2, None), (None, 3)], None, "no_answers", id="no pair"),
        pytest.param([], None, "no_answers", id="nobody"),
    ],
)
def test_change_without_an_interval_has_a_defined_outcome(pairs, value, status):
    row = value_of(kpi_rows(paired_scenario(pairs)), "W7", "E1")
    assert row["status"] == status
    assert pd.isna(row["value"]) if value is None else row["value"] == value
    assert pd.isna([row["ci_low"], row["ci_high"], row["ci_method"]]).all()


def test_unpaired_change_stands_in_where_nobody_can_be_linked():
    surveys = Core(
        sessions={},
        responses=[
            Response(None, None, wave, {"sure": score}, days_after=None)
            for wave, scores in (("before", [1, 2, 3, 2]), ("after", [4, 3, 5]))
            for score in scores * 10
        ],
    )
    rows = kpi_rows(surveys)
    assert value_of(rows, "W7", "E1")["status"] == "no_answers"
    unpaired = value_of(rows, "W7", "E5")
    assert unpaired["value"] == (4 - 2) / 2
    assert (unpaired["people_n"], unpaired["denominator"]) == (30, 70)
    assert unpaired["ci_low"] < 1 < unpaired["ci_high"]


def test_equal_answers_have_a_mean_but_no_interval():
    core = paired_scenario([(None, 4)] * 12)
    row = value_of(kpi_rows(core), "W6", "mean")
    assert (row["value"], row["status"]) == (4, "measured")
    assert pd.isna([row["ci_low"], row["ci_method"]]).all()


def test_rows_carry_definition_versions_and_run(rows):
    row = value_of(rows, "W4", "share")
    assert (row["definition_version"], row["definition_status"]) == ("2", "confirmed")
    assert value_of(rows, "W6", "mean")["definition_status"] == "assumed"
    assert (rows["programme"].unique(), rows["phase"].unique()) == (["welcome"], ["all"])
    assert set(rows["as_of"]) == {BEFORE_S2_IS_DUE}
    assert (row["data_version"], row["code_version"], row["run_id"]) == ("data-1", "9.9.9", "run-1")
    assert not rows["suppressed"].any()


def test_rows_fit_the_table_of_the_register_and_come_back_as_they_were(rows):
    engine = sa.create_engine("duckdb:///:memory:", poolclass=sa.pool.StaticPool)
    with engine.begin() as connection:
        create_tables(connection, [table_of("kpi.kpi")])
        append(connection, table_of("kpi.kpi"), rows)
        stored = read_frame(connection, table_of("kpi.kpi"))
        nulls = connection.execute(sa.text("SELECT count(*) FROM kpi.kpi WHERE value IS NULL")).scalar_one()
    engine.dispose()
    assert list(rows.columns) == table_of("kpi.kpi").column_names
    assert nulls == rows["value"].isna().sum() > 0
    key = list(table_of("kpi.kpi").key)
    numbers = ["numerator", "denominator", "value", "ci_low", "ci_high"]
    pd.testing.assert_frame_equal(
        stored.sort_values(key, ignore_index=True)[key + numbers],
        rows.sort_values(key, ignore_index=True)[key + numbers],
        check_exact=True,
    )


def test_a_programme_without_kpis_has_no_rows():
    programme = welcome_programme().model_copy(update={"kpis": ()})
    rows = _build(programme, kpi_tables(Core(sessions={})))
    assert list(rows.columns) == table_of("kpi.kpi").column_names
    assert rows.empty


def _rows_with_target(
    comparator: Literal[">", ">=", "<", "<="],
    target: float,
    *,
    agreeing: int,
    others: int,
    sessions: Sequence[Sequence[int]] | None = None,
) -> pd.DataFrame:
    """Rows of the share alone, with so many favourable and other answers; each in a session of its own.

    ``sessions`` says which are in one: 1 is a favourable answer.
    """
    (share,) = (one for one in welcome_programme().kpis if one.id == "W4")
    judged = share.model_copy(update={"target": Target(comparator=comparator, value=target)})
    n, total = agreeing + others, 3 * agreeing + others
    counts = {
        "kpi_id": "W4", "item": "item", "breakdown": "all", "level": "all",
        "favourable_n": agreeing, "valid_n": n, "people_n": n, "eligible_n": n,
        "blank_n": 0, "not_applicable_n": 0,
        "order_sum": total, "order_square_sum": 9 * agreeing + others,
    }  # fmt: skip
    spread = sessions if sessions is not None else [[1]] * agreeing + [[0]] * others
    numbers = [
        {"kpi_id": "W4", "item": "favourable", "breakdown": "all", "level": "all", "session_code": code,
         "item_value": answer}
        for code, answers in enumerate(spread)
        for answer in answers
    ]  # fmt: skip
    columns = ["kpi_id", "item", "breakdown", "level", "session_code", "item_value"]
    programme = welcome_programme().model_copy(update={"kpis": (judged,)})
    return _build(
        programme,
        {"answer_count": pd.DataFrame([counts])} | session_tables(pd.DataFrame(numbers, columns=columns)),
    )


def _build(programme: Programme, aggregates: dict[str, pd.DataFrame]) -> pd.DataFrame:
    return build_kpi_rows(
        programme, aggregates, as_of=AS_OF, data_version="data-1", code_version="9.9.9", run_id="run-1"
    )
