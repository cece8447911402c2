"""What a release withholds, rounds and derives, cell by cell."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ccds_pipeline.errors import CheckFailedError
from ccds_pipeline.programme.model import ReleaseRules
from ccds_pipeline.release.rounding import release_kpis
from ccds_pipeline_tests.support.kpi_cells import cells, count_cell, mean_cell, share_cell

RULES = ReleaseRules()
DERIVED = ["numerator", "denominator", "eligible_n", "blank_n", "not_applicable_n", "people_n",
           "value", "ci_low", "ci_high", "ci_method", "met", "assured"]  # fmt: skip


def released(*rows: dict[str, Any], sensitive: Set[str] = frozenset()) -> pd.DataFrame:
    return release_kpis(cells(*rows), rules=RULES, sensitive=sensitive).set_index("level")


def reason(row: dict[str, Any], *, sensitive: Set[str] = frozenset()) -> str | None:
    """Return why a row that stands alone is withheld; None where it is released."""
    answer = released(row, sensitive=sensitive)["suppression_reason"].iloc[0]
    return None if pd.isna(answer) else str(answer)


@pytest.mark.parametrize(("count", "shown"), [(0, 0), (8, 10), (12, 10), (13, 15), (2_402, 2_400)])
def test_a_count_is_shown_to_the_nearest_five(count, shown):
    cell = released(count_cell("all", count)).loc["all"]
    assert (cell["value"], cell["denominator"], cell["people_n"]) == (shown, shown, shown)
    assert not cell["suppressed"]


@pytest.mark.parametrize("count", [1, 4, 7])
def test_a_count_of_one_to_seven_is_withheld_and_never_zero(count):
    cell = released(count_cell("all", count)).loc["all"]
    assert cell["suppressed"]
    assert cell["suppression_reason"] == "small_count"
    assert cell[DERIVED].isna().all()


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


@pytest.mark.attack("A11")
@pytest.mark.parametrize(
    ("hits", "n", "expected"),
    [
        (7, 60, "small_count"),
        (53, 60, "small_complement"),
        (52, 59, "small_complement"),
        (10, 60, None),
        (50, 60, None),
        (0, 60, None),
    ],
)
def test_a_share_is_withheld_when_few_people_are_on_either_side(hits, n, expected):
    assert reason(share_cell("all", hits, n)) == expected


def test_a_share_is_withheld_when_its_rounded_counts_leave_a_small_complement():
    # 14 of 22 would be shown as 15 of 20.
    assert reason(share_cell("all", 14, 22)) == "small_complement"


def test_a_share_and_its_interval_come_from_the_rounded_counts():
    cell = released(share_cell("all", 1_949, 2_052)).loc["all"]
    assert (cell["numerator"], cell["denominator"]) == (1_950, 2_050)
    assert (cell["value"], cell["ci_low"], cell["ci_high"]) == (0.95, 0.94, 0.96)
    assert cell["ci_method"] == "wilson"


@pytest.mark.attack("A9")
def test_a_mean_is_shown_to_one_decimal_and_its_sum_is_not_shown():
    cell = released(mean_cell("all", 8.6667, 1_203)).loc["all"]
    assert (cell["value"], cell["ci_low"], cell["ci_high"]) == (8.7, 8.2, 9.2)
    assert pd.isna(cell["numerator"])
    assert cell["denominator"] == 1_205


@pytest.mark.parametrize(
    ("unit", "shown"),
    [
        ("relative_change", 0.247),
        ("share_of_range", 0.247),
        ("share_change", 0.247),
        ("score_share", 0.25),
        ("score", 0.2),
        ("standard_deviations", 0.2),
        ("p_value", 0.247),
    ],
)
def test_decimals_follow_the_unit(unit, shown):
    assert released(mean_cell("all", 0.24678, 400, unit=unit)).loc["all", "value"] == shown


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


def reasons(*rows: dict[str, Any], sensitive: Set[str] = frozenset()) -> dict[str, str]:
    answer = release_kpis(cells(*rows), rules=RULES, sensitive=sensitive)
    withheld = answer[answer["suppressed"]]
    return dict(zip(withheld["estimand"], withheld["suppression_reason"], strict=True))


def test_a_change_of_too_few_pairs_is_withheld_whole_and_says_so():
    rows = change_cells(25, status="too_few_pairs")
    answer = release_kpis(cells(*rows), rules=RULES)
    assert set(answer["suppression_reason"]) == {"too_few_pairs"}
    assert set(answer["status"]) == {"measured"}
    assert answer[DERIVED].isna().all(axis=None)


def test_readings_of_enough_pairs_are_released():
    assert reasons(*change_cells(200)) == {}


def unpaired_cell(n: int) -> dict[str, Any]:
    return mean_cell("all", 0.2, n, kpi_id="K15", estimand="E5", unit="relative_change", numerator=np.nan)


def test_what_is_withheld_for_too_few_pairs_does_not_take_the_unpaired_change_with_it():
    rows = change_cells(25, status="too_few_pairs")
    rows[0] |= {"ci_low": np.nan, "ci_high": np.nan}
    assert "E5" not in reasons(*rows, unpaired_cell(80))


def test_like_answers_take_the_unpaired_change_with_them_even_where_pairs_are_few():
    rows = change_cells(25, status="too_few_pairs")
    rows[1] |= {"ci_low": np.nan, "ci_high": np.nan}
    assert reasons(*rows, unpaired_cell(80))["E5"] == "class_disclosure"


@pytest.mark.attack("A8")
def test_what_follows_from_two_readings_that_are_shown_is_not_left_to_follow():
    rows = change_cells(92)
    rows[2:5] = [
        share_cell("all", hits, 92, estimand=estimand, kpi_id="K15")
        for estimand, hits in (("E6_improved", 58), ("E6_same", 33), ("E6_worse", 1))
    ]
    assert reasons(*rows) == {
        "E6_improved": "secondary", "E6_same": "secondary", "E6_worse": "small_count",
    }  # fmt: skip


@pytest.mark.attack("A10")
def test_a_reading_that_leaves_out_a_few_pairs_is_withheld():
    def kept(n: int) -> str | None:
        partial = mean_cell("all", 0.3, n, kpi_id="K15", estimand="E2", unit="relative_change")
        return reasons(*change_cells(200), partial).get("E2")

    assert [kept(n) for n in (200, 199, 190, 189)] == [None, "small_complement", "small_complement", None]


def test_that_nobody_had_one_outcome_of_several_does_not_withhold_a_sensitive_change():
    assert reasons(*change_cells(200), sensitive={"K15"}) == {}
    everybody = [*change_cells(200)[:-1], share_cell("all", 200, 200, estimand="zero_before", kpi_id="K15")]
    assert set(reasons(*everybody, sensitive={"K15"}).values()) == {"class_disclosure"}


def test_a_small_count_beside_a_released_value_takes_along_what_it_follows_from():
    cell = released(share_cell("all", 30, 60, blank_n=3, not_applicable_n=12, eligible_n=75)).loc["all"]
    assert not cell["suppressed"]
    assert cell[["blank_n", "not_applicable_n", "eligible_n"]].isna().all()
    assert (cell["numerator"], cell["denominator"]) == (30, 60)


@pytest.mark.parametrize(("hits", "n"), [(0, 29), (29, 29)])
def test_what_everybody_answered_is_withheld_when_few_answered(hits, n):
    assert reason(share_cell("all", hits, n)) == "class_disclosure"
    assert reason(share_cell("all", hits and n + 1, n + 1)) is None


@pytest.mark.attack("A11")
@pytest.mark.parametrize("hits", [0, 400])
def test_what_everybody_answered_is_withheld_when_the_item_is_sensitive(hits):
    assert reason(share_cell("all", hits, 400), sensitive={"K04"}) == "class_disclosure"
    assert reason(share_cell("all", 200, 400), sensitive={"K04"}) is None


def test_a_mean_of_like_answers_is_withheld_with_every_other_reading_of_the_part():
    unanimous = mean_cell("all", 10.0, 20, ci_low=np.nan, ci_high=np.nan, ci_method=None)
    spread = mean_cell("all", 0.0, 20, estimand="sd", numerator=np.nan, ci_low=np.nan, ci_high=np.nan)
    answer = release_kpis(cells(unanimous, spread), rules=RULES)
    assert answer["suppression_reason"].tolist() == ["class_disclosure"] * 2


def test_all_readings_of_a_part_are_withheld_when_one_gives_the_answers_away():
    everybody = share_cell("all", 20, 20, kpi_id="K13", estimand="share_maximum")
    answer = release_kpis(cells(mean_cell("all", 9.9, 20), everybody), rules=RULES)
    assert answer["suppression_reason"].tolist() == ["class_disclosure"] * 2


def test_the_next_smallest_level_goes_with_a_level_that_is_withheld_alone():
    answer = released(
        count_cell("all", 200), count_cell("Y56", 4), count_cell("Y58", 90), count_cell("Y59", 30),
        count_cell("Y60", 76), count_cell("Y61", 0),
    )  # fmt: skip
    assert answer["suppression_reason"].dropna().to_dict() == {"Y56": "small_count", "Y59": "secondary"}
    assert answer.loc["Y59", DERIVED].isna().all()


def test_no_further_level_goes_when_two_are_withheld_already():
    answer = released(count_cell("Y56", 4), count_cell("Y58", 6), count_cell("Y59", 30))
    assert answer["suppressed"].to_dict() == {"Y56": True, "Y58": True, "Y59": False}


@pytest.mark.parametrize(
    ("small", "covers"),
    [((7, 7), 1), ((1, 1), 1), ((4,), 1), ((3, 5), 0)],
    ids=["sum is the most that two can be", "sum is the least", "alone", "sum leaves room"],
)
def test_levels_go_as_long_as_the_sum_of_the_withheld_says_what_they_are(small, covers):
    counts = dict(zip(("Y56", "Y58", "Y59", "Y60", "Y61"), (*small, 30, 40, 50), strict=False))
    answer = released(*(count_cell(level, count) for level, count in counts.items()))
    assert (answer["suppression_reason"] == "secondary").sum() == covers


def test_a_cover_that_is_barely_larger_than_small_does_not_do_alone():
    answer = released(*(count_cell(f"Y{n}", n) for n in (1, 8, 9, 40, 50)))
    assert answer["suppression_reason"].dropna().to_dict() == {
        "Y1": "small_count", "Y8": "secondary", "Y9": "secondary", "Y40": "secondary"
    }  # fmt: skip


def test_each_wave_reading_and_breakdown_is_protected_for_itself():
    rows = [
        share_cell(level, 40 + size, 100 + size, wave=wave, people=people)
        for wave in ("post", "follow_up")
        for level, size, people in (
            ("Y56", 0, 5 if wave == "post" else 99),
            ("Y58", 30, 130),
            ("Y59", 60, 160),
        )
    ]
    answer = release_kpis(cells(*rows), rules=RULES).set_index(["wave", "level"])["suppression_reason"]
    assert answer.dropna().to_dict() == {("post", "Y56"): "few_people", ("post", "Y58"): "secondary"}


def test_met_and_assured_stay_where_the_value_is_released_and_go_where_it_is_not():
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
    answer = release_kpis(cells(*rows), rules=RULES)
    assert answer.columns.tolist() == cells(*rows).columns.tolist()
    assert answer["level"].tolist() == ["Y56", "Y58", "Y59", "Y60"]
    pd.testing.assert_frame_equal(answer, release_kpis(cells(*reversed(rows)), rules=RULES))


def test_stricter_rules_of_the_programme_are_followed():
    strict = ReleaseRules(suppress_up_to=10, round_to=10, minimum_people=20)
    answer = release_kpis(
        cells(count_cell("all", 10), share_cell("all", 12, 40, people=19)), rules=strict
    ).set_index("kpi_id")["suppression_reason"]
    assert answer.to_dict() == {"K01": "small_count", "K04": "few_people"}
    assert released(count_cell("all", 24)).loc["all", "value"] == 25
    assert release_kpis(cells(count_cell("all", 24)), rules=strict)["value"].tolist() == [20]


def test_nothing_is_released_when_no_rule_knows_the_unit():
    with pytest.raises(CheckFailedError, match="furlongs"):
        released(mean_cell("all", 3.0, 100, unit="furlongs"))


def test_an_empty_table_is_released_empty():
    assert release_kpis(cells(), rules=RULES).empty
