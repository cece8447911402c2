"""What a release perturbs, derives, coarsens and withholds, cell by cell."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ccds_pipeline.errors import CheckFailedError
from ccds_pipeline.programme.model import ReleaseRules
from ccds_pipeline.release.cell_keys import CellKeys
from ccds_pipeline.release.protection import BAND, release_kpis
from ccds_pipeline_tests.support.kpi_cells import cells, count_cell, mean_cell, share_cell
from ccds_pipeline_tests.support.kpi_release import ALIKE, invented, quiet, release

DERIVED = ["numerator", "denominator", "eligible_n", "blank_n", "not_applicable_n", "people_n",
           "value", "ci_low", "ci_high", "ci_method", "met", "assured"]  # fmt: skip


def released(*rows: dict[str, Any], sensitive: Set[str] = frozenset()) -> pd.DataFrame:
    """Release rows without noise, by level."""
    return release(cells(*rows), keys=quiet, sensitive=sensitive).set_index("level")


def reason(row: dict[str, Any], *, sensitive: Set[str] = frozenset()) -> str | None:
    """Return why a row that stands alone is withheld; None where it is released."""
    answer = released(row, sensitive=sensitive)["suppression_reason"].iloc[0]
    return None if pd.isna(answer) else str(answer)


def reasons(*rows: dict[str, Any], sensitive: Set[str] = frozenset()) -> dict[str, str]:
    answer = release(cells(*rows), keys=quiet, sensitive=sensitive)
    withheld = answer[answer["suppressed"]]
    return dict(zip(withheld["estimand"], withheld["suppression_reason"], strict=True))


@pytest.mark.attack("A8")
def test_counts_are_perturbed_and_their_parts_with_them():
    rows = [count_cell("all" if not at else f"Y{at}", 40 + at) for at in range(60)]
    answer = release(cells(*rows), keys=invented).set_index("level")
    exact = cells(*rows).set_index("level")["value"].reindex(answer.index)
    noise = answer["value"] - exact
    assert noise.abs().max() <= 5
    assert (noise != 0).mean() > 0.5
    assert answer["value"].equals(answer["denominator"])
    assert answer["value"].astype("Int64").equals(answer["people_n"])


def test_what_people_answered_again_is_perturbed_by_itself():
    rows = cells(*(count_cell(f"Y{at}", 63, people=60) for at in range(200)))
    keyed = rows.assign(population=[f"attended/{at}" for at in range(200)])
    answer = release(keyed, keys=invented)
    again = answer["value"] - answer["people_n"]
    assert set(again.unique()) > {3.0}  # else the difference of two cells would give an exact small count
    assert not again.between(1, 2).any()


def test_the_same_people_get_the_same_noise_wherever_they_are_counted():
    rows = cells(
        *(share_cell("all", 40, 60, estimand=name, kpi_id="K13") for name in ("share_high", "share"))
    )
    answer = release(rows, keys=invented)
    assert len(set(answer["denominator"])) == 1


@pytest.mark.parametrize("count", [1, 4, 7])
def test_a_count_of_one_to_seven_is_withheld_and_never_zero(count):
    cell = released(count_cell("all", count)).loc["all"]
    assert cell["suppressed"]
    assert cell["suppression_reason"] == "small_count"
    assert cell[DERIVED].isna().all()


@pytest.mark.attack("A8")
def test_a_count_that_the_noise_makes_small_is_withheld_too():
    rows = cells(*(count_cell(f"Y{at}", 8) for at in range(60)))
    answer = release(rows, keys=invented)
    assert answer["suppressed"].any()
    assert not answer["suppressed"].all()
    assert (answer["value"].dropna() >= 8).all()


def test_people_are_counted_and_not_places():
    assert reason(count_cell("all", 40, people=7)) == "small_count"
    assert reason(count_cell("all", 40, people=8)) is None


def test_a_survey_measure_needs_eleven_people_whatever_it_has_of_answers():
    assert reason(share_cell("all", 20, 60, people=10)) == "few_people"
    assert reason(share_cell("all", 20, 60, people=11)) is None
    assert reason(mean_cell("all", 8.1, 60, people=10)) == "few_people"
    assert reason(mean_cell("all", 8.1, 60, people=11)) is None


def test_a_survey_measure_of_an_unknown_number_of_people_is_withheld():
    assert reason(mean_cell("all", 8.1, 60) | {"people_n": np.nan}) == "few_people"


def test_a_cell_of_nobody_is_a_true_zero():
    cell = released(share_cell("all", 0, 0)).loc["all"]
    assert not cell["suppressed"]
    assert (cell["denominator"], cell["people_n"], cell["status"]) == (0, 0, "no_answers")
    assert pd.isna(cell["value"])


def test_a_share_and_its_interval_come_from_the_shown_counts():
    cell = released(share_cell("all", 1_949, 2_052)).loc["all"]
    assert (cell["numerator"], cell["denominator"]) == (1_949, 2_052)
    assert (cell["value"], cell["ci_low"], cell["ci_high"]) == (0.95, 0.939, 0.959)
    assert cell["ci_method"] == "wilson"


def test_a_share_of_fewer_than_a_thousand_is_shown_in_whole_per_cents():
    assert released(share_cell("all", 949, 999)).loc["all", "value"] == 0.95


def test_the_interval_of_a_share_holds_the_noise():
    exact = share_cell("all", 80, 100)
    cell = released(exact)
    assert (cell["ci_low"] <= exact["ci_low"]).all()
    assert (cell["ci_high"] >= exact["ci_high"]).all()


def test_a_share_that_noise_would_move_too_far_is_a_band():
    few, enough = (released(share_cell("all", 4 * n // 5, n)) for n in (50, 60))
    assert enough["value"].tolist() == [0.8]
    assert few[["value", "numerator"]].isna().all(axis=None)
    assert few[["suppressed", "denominator", "ci_method"]].to_numpy().tolist() == [[False, 50, BAND]]
    assert (few["ci_low"] < 0.8).all()
    assert (few["ci_high"] > 0.8).all()


@pytest.mark.parametrize(
    ("hits", "target", "met", "assured"),
    [(48, 0.7, True, True), (42, 0.84, None, False), (20, 0.9, False, False)],
)
def test_a_band_meets_a_target_if_all_of_it_does(hits, target, met, assured):
    row = share_cell("all", hits, 50, target=target, comparator=">")
    judged = released(row)[["met", "assured"]].astype("object")
    assert judged.where(judged.notna(), None).to_numpy().tolist() == [[met, assured]]


@pytest.mark.attack("A9")
def test_a_mean_is_shown_to_one_decimal_and_its_sum_is_not_shown():
    cell = released(mean_cell("all", 8.6667, 1_203)).loc["all"]
    assert (cell["value"], cell["ci_low"], cell["ci_high"]) == (8.7, 8.1, 9.2)
    assert pd.isna(cell["numerator"])
    assert cell["denominator"] == 1_203


def test_ends_of_intervals_are_rounded_outward_and_none_is_without_width():
    narrow = mean_cell("all", 8.7, 1_203, ci_low=8.653, ci_high=8.757)
    assert released(narrow)[["ci_low", "ci_high"]].to_numpy().tolist() == [[8.6, 8.8]]
    none = released(mean_cell("all", 1.5, 1_695, ci_low=1.5, ci_high=1.5))
    assert none[["ci_low", "ci_high", "ci_method"]].isna().all(axis=None)


@pytest.mark.attack("A8")
@pytest.mark.parametrize(
    ("unit", "n", "shown"),
    [
        ("relative_change", 2_000, 0.247),
        ("relative_change", 130, 0.25),
        ("relative_change", 35, 0.25),
        ("share_of_range", 2_000, 0.247),
        ("share_of_range", 400, 0.25),
        ("share_change", 2_000, 0.247),
        ("share_change", 400, 0.245),
        ("share_change", 40, 0.25),
        ("score_share", 400, 0.25),
        ("score", 400, 0.2),
        ("standard_deviations", 400, 0.2),
        ("p_value", 400, 0.247),
    ],
)
def test_steps_follow_the_unit_and_how_many_answered(unit, n, shown):
    assert released(mean_cell("all", 0.24678, n, unit=unit)).loc["all", "value"] == pytest.approx(shown)


@pytest.mark.parametrize(("p", "shown"), [(1e-30, 0.001), (0.0, 0.001), (0.0004, 0.001), (0.0016, 0.002)])
def test_no_p_value_is_shown_as_zero(p, shown):
    row = mean_cell("all", p, 400, unit="p_value", numerator=np.nan, ci_low=np.nan, ci_high=np.nan)
    assert released(row).loc["all", "value"] == shown


def change_cells(n: int, *, level: str = "all", **status: str) -> list[dict[str, Any]]:
    """E1 and what stands beside it for ``n`` pairs of as many people."""
    of_part: dict[str, Any] = {"kpi_id": "K15", **status}
    return [
        mean_cell(level, 0.25, n, estimand="E1", unit="relative_change", **of_part),
        mean_cell(level, 5.5, n, estimand="mean_before", **of_part),
        share_cell(level, n * 6 // 10, n, estimand="E6_improved", **of_part),
        share_cell(level, n * 3 // 10, n, estimand="E6_same", **of_part),
        share_cell(level, n // 10, n, estimand="E6_worse", **of_part),
        share_cell(level, 0, n, estimand="zero_before", **of_part),
    ]


def test_a_change_of_too_few_pairs_is_withheld_whole_and_says_so():
    rows = change_cells(25, status="too_few_pairs")
    answer = release(cells(*rows))
    assert set(answer["suppression_reason"]) == {"too_few_pairs"}
    assert set(answer["status"]) == {"measured"}
    assert answer[DERIVED].isna().all(axis=None)


def test_readings_of_enough_pairs_are_released():
    assert reasons(*change_cells(200)) == {}


@pytest.mark.attack("A10")
def test_a_reading_of_a_part_that_leaves_out_a_few_pairs_is_withheld():
    def kept(n: int, level: str) -> str | None:
        partial = mean_cell(level, 0.3, n, kpi_id="K15", estimand="E2", unit="relative_change")
        return reasons(*change_cells(200, level=level), partial).get("E2")

    assert [kept(n, "Y56") for n in (200, 199, 190, 189)] == [None, "few_left_out", "few_left_out", None]
    assert kept(199, "all") is None


@pytest.mark.attack("A10")
def test_the_pairs_that_began_above_0_are_those_that_the_share_at_0_leaves():
    rows = [*change_cells(200)[:5], share_cell("all", 12, 200, estimand="zero_before", kpi_id="K15")]
    partial = mean_cell("all", 0.3, 188, kpi_id="K15", estimand="E2", unit="relative_change")
    answer = release(cells(*rows, partial), keys=invented).set_index("estimand")
    at_zero = answer.loc["zero_before"]
    assert answer.loc["E2", "denominator"] == at_zero["denominator"] - at_zero["numerator"]


def test_people_who_began_above_0_are_never_more_than_their_pairs():
    def of_level(number: int) -> list[dict[str, Any]]:
        part: dict[str, Any] = {"kpi_id": "K15", "population": f"K15/pair/{number}", "level": f"Y{number}"}
        at_zero = share_cell("", 12, 200, estimand="zero_before", people=199) | part
        return [
            mean_cell("", 0.25, 200, people=199, estimand="E1", unit="relative_change") | part,
            mean_cell("", 0.3, 188, people=187, estimand="E2", unit="relative_change") | part,
            at_zero,
        ]

    rows = cells(*(row for number in range(40) for row in of_level(number)))
    answer = release(rows, keys=invented).set_index(["estimand", "level"])
    again = answer["denominator"] - answer["people_n"].astype("float64")
    assert (again.loc["E2"] >= 0).all(axis=None)
    assert again.loc["E2"].tolist() == again.loc["E1"].tolist()


def test_that_nobody_had_one_outcome_of_several_does_not_withhold_a_sensitive_change():
    assert reasons(*change_cells(200), sensitive={"K15"}) == {}
    everybody = [*change_cells(200)[:-1], share_cell("all", 200, 200, estimand="zero_before", kpi_id="K15")]
    assert set(reasons(*everybody, sensitive={"K15"}).values()) == {"class_disclosure"}


def test_who_was_asked_are_those_who_answered_and_those_who_did_not():
    row = share_cell("all", 30, 60, blank_n=5, not_applicable_n=12, eligible_n=77)
    for keys in (quiet, invented):
        shown = release(cells(row), keys=keys)
        asked = shown["denominator"] + shown["blank_n"] + shown["not_applicable_n"]
        assert (shown["eligible_n"] == asked).all()


def test_a_count_that_stands_in_a_cell_of_its_own_is_not_shown_again():
    assert released(share_cell("all", 40, 60, eligible_n=90))["eligible_n"].isna().all()


@pytest.mark.parametrize(("hits", "n"), [(0, 29), (29, 29), (27, 29), (2, 29)])
def test_what_nearly_everybody_answered_is_withheld_when_few_answered(hits, n):
    assert reason(share_cell("all", hits, n)) == "class_disclosure"
    assert reason(share_cell("all", hits, n + 1) if hits < n else share_cell("all", n + 1, n + 1)) is None


@pytest.mark.attack("A11")
@pytest.mark.parametrize("hits", [0, 400])
def test_what_everybody_answered_is_withheld_when_the_item_is_sensitive(hits):
    assert reason(share_cell("all", hits, 400), sensitive={"K04"}) == "class_disclosure"
    assert reason(share_cell("all", 200, 400), sensitive={"K04"}) is None


@pytest.mark.attack("A11")
@pytest.mark.parametrize(
    ("most", "n", "expected"), [(16, 17, True), (15, 17, False), (27, 30, False), (27, 29, True)]
)
def test_a_mean_of_few_alike_answers_is_withheld_with_every_other_reading_of_the_part(most, n, expected):
    alike = pd.DataFrame([("K13", "difference", "all", "all", n, most)], columns=ALIKE.columns)
    rows = cells(mean_cell("all", 0.1, n), mean_cell("all", 0.4, n, estimand="sd", numerator=np.nan))
    answer = release(rows, keys=quiet, alike=alike)
    assert answer["suppressed"].tolist() == [expected] * 2


def test_all_readings_of_a_part_are_withheld_when_one_gives_the_answers_away():
    everybody = share_cell("all", 20, 20, kpi_id="K13", estimand="share_maximum")
    answer = release(cells(mean_cell("all", 9.9, 20), everybody), keys=quiet)
    assert answer["suppression_reason"].tolist() == ["class_disclosure"] * 2


def test_what_is_shown_is_judged_and_what_is_withheld_is_not():
    target: dict[str, Any] = {"target": 0.7, "comparator": ">", "met": True, "assured": True}
    answer = released(share_cell("Y56", 800, 900, **target), share_cell("Y58", 3, 5, **target),
                      share_cell("Y59", 3, 6, **target))  # fmt: skip
    assert answer["met"].tolist()[0] is True
    assert answer.loc[["Y58", "Y59"], ["met", "assured"]].isna().all(axis=None)
    assert answer["target"].tolist() == [0.7] * 3


def test_status_of_a_withheld_cell_does_not_tell_how_many_answered():
    one_answer = mean_cell("all", np.nan, 1, estimand="sd", status="no_answers")
    assert released(one_answer).loc["all", "status"] == "measured"


def test_rows_and_keys_stay_and_the_order_says_nothing():
    rows = [count_cell(level, count) for level, count in (("Y59", 50), ("Y56", 40), ("Y58", 4), ("Y60", 9))]
    answer = release(cells(*rows))
    assert answer.columns.tolist() == cells(*rows).columns.tolist()
    assert answer["level"].tolist() == ["Y56", "Y58", "Y59", "Y60"]
    pd.testing.assert_frame_equal(answer, release(cells(*reversed(rows))))


def test_stricter_rules_of_the_programme_are_followed():
    strict = ReleaseRules(suppress_up_to=10, minimum_people=20)
    answer = release(
        cells(count_cell("all", 10), share_cell("all", 12, 40, people=19)), rules=strict, keys=quiet
    ).set_index("kpi_id")["suppression_reason"]
    assert answer.to_dict() == {"K01": "small_count", "K04": "few_people"}


@pytest.mark.attack("A8")
def test_counts_of_records_that_no_person_is_behind_are_rounded():
    row = count_cell("all", 1_203, unit="records", estimand="received", kpi_id="K21")
    answer = release(cells(row).assign(population=""), keys=invented)
    assert answer["value"].tolist() == [1_205]


def test_nothing_is_released_when_no_rule_knows_the_unit():
    with pytest.raises(CheckFailedError, match="furlongs"):
        released(mean_cell("all", 3.0, 100, unit="furlongs"))


def test_nothing_is_released_when_nobody_knows_whom_a_cell_counts():
    rows = cells(count_cell("all", 40)).assign(population="attended")
    nobody = pd.Series(dtype="UInt64", index=pd.MultiIndex.from_arrays([[], [], []]))
    with pytest.raises(CheckFailedError, match="cell_has_a_key"):
        release_kpis(rows, CellKeys(nobody, nobody), rules=ReleaseRules(), alike=ALIKE)


def test_nothing_is_released_when_nobody_knows_whom_a_share_counts():
    rows = cells(share_cell("all", 20, 60)).assign(population="K04/item")
    everybody = pd.Series([7], pd.MultiIndex.from_tuples([("K04/item", "all", "all")]), dtype="UInt64")
    nobody = pd.Series(dtype="UInt64", index=pd.MultiIndex.from_arrays([[], [], [], []]))
    with pytest.raises(CheckFailedError, match="cell_has_a_key"):
        release_kpis(rows, CellKeys(everybody, nobody), rules=ReleaseRules(), alike=ALIKE)


def test_an_empty_table_is_released_empty():
    assert release(cells()).empty
