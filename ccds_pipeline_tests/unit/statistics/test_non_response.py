"""Weights, intervals and bounds against statsmodels, resampling and populations whose truth is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from ccds_pipeline.statistics.non_response import compare_groups, weighted_share

COVARIATES = ["region", "before"]


def surveyed(seed: int = 5, *, due: int = 12_000) -> pd.DataFrame:
    """Invented cells in which low scores respond less and are favourable less."""
    random = np.random.default_rng(seed)
    cells = pd.DataFrame({"region": np.repeat(["north", "south", "west"], 5), "before": np.tile(range(5), 3)})
    cells["due_n"] = random.multinomial(due, random.dirichlet(np.full(15, 20)))
    chance = 0.25 + 0.1 * cells["before"] + 0.05 * (cells["region"] == "west")
    cells["responded_n"] = random.binomial(cells["due_n"], chance)
    cells["valid_n"] = random.binomial(cells["responded_n"], 0.9)
    return cells.assign(favourable_n=random.binomial(cells["valid_n"], 0.3 + 0.12 * cells["before"]))


def design_of(cells: pd.DataFrame) -> Any:
    dummies = pd.get_dummies(cells["region"], drop_first=True).to_numpy(dtype=float)
    return sm.add_constant(np.column_stack([dummies, cells["before"]]))


def expanded(cells: pd.DataFrame) -> tuple[np.ndarray, ...]:
    """One row per person due: row of the design, responded, valid, favourable."""
    design = np.repeat(design_of(cells), cells["due_n"], axis=0)
    counts = cells[["due_n", "responded_n", "valid_n", "favourable_n"]].itertuples(index=False)
    flags = [
        (place < responded, place < valid, place < favourable)
        for due, responded, valid, favourable in counts
        for place in range(due)
    ]
    return design, *(np.array(flag, dtype=float) for flag in zip(*flags, strict=True))


def test_weights_come_from_the_regression_that_statsmodels_fits():
    cells = surveyed()
    tried = np.concatenate([cells["responded_n"], cells["due_n"] - cells["responded_n"]])
    fitted = sm.GLM(
        np.repeat([1.0, 0.0], len(cells)),
        np.tile(design_of(cells), (2, 1)),
        family=sm.families.Binomial(),
        freq_weights=tried,
    ).fit(tol=1e-14, maxiter=100)
    weights = 1 / fitted.predict(design_of(cells))
    valid, favourable = cells["valid_n"].to_numpy(), cells["favourable_n"].to_numpy()
    found = weighted_share(cells, COVARIATES)
    assert found.value == pytest.approx((weights @ favourable) / (weights @ valid), rel=1e-9)
    assert found.effective_n == pytest.approx((weights @ valid) ** 2 / (weights**2 @ valid), rel=1e-9)
    assert found.uncovered_n == 0


def test_interval_is_that_of_the_stacked_equations_person_by_person():
    """The influence of each person, with derivatives taken numerically instead of by formula."""
    cells = surveyed(due=700)
    design, responded, valid, favourable = expanded(cells)
    fit = sm.GLM(responded, design, family=sm.families.Binomial()).fit(tol=1e-14, maxiter=100)

    def equations(parameters: np.ndarray) -> np.ndarray:
        chance = 1 / (1 + np.exp(-design @ parameters[:-1]))
        share = responded * valid * (favourable - parameters[-1]) / chance
        return np.column_stack([design * (responded - chance)[:, np.newaxis], share])

    found = weighted_share(cells, COVARIATES)
    at = np.append(fit.params, found.value)
    steps = 1e-5 * np.eye(len(at))
    slope = np.column_stack(
        [(equations(at + step) - equations(at - step)).sum(axis=0) / 2e-5 for step in steps]
    )
    bread, scores = np.linalg.inv(slope), equations(at)
    error = np.sqrt((bread @ (scores.T @ scores) @ bread.T)[-1, -1])
    reach = stats.norm.ppf(0.975) * error / (found.value * (1 - found.value))
    expected = 1 / (1 + np.exp(-(np.log(found.value / (1 - found.value)) + np.array([-reach, reach]))))
    assert (found.ci_low, found.ci_high) == pytest.approx(tuple(expected), rel=1e-6)


def test_weighting_takes_the_bias_away_that_the_covariates_explain():
    cells = surveyed(due=2_000_000)
    truth = ((0.3 + 0.12 * cells["before"]) * cells["due_n"]).sum() / cells["due_n"].sum()
    found = weighted_share(cells, COVARIATES)
    unweighted = cells["favourable_n"].sum() / cells["valid_n"].sum()
    assert abs(unweighted - truth) > 0.03
    assert found.value == pytest.approx(truth, abs=0.003)
    assert found.worst < truth < found.best


def test_interval_covers_the_truth_about_as_often_as_it_says():
    hits = 0
    for seed in range(300):
        cells = surveyed(seed, due=1_500)
        # The truth for the mix of people that is due in this draw.
        truth = ((0.3 + 0.12 * cells["before"]) * cells["due_n"]).sum() / cells["due_n"].sum()
        found = weighted_share(cells, COVARIATES)
        hits += found.ci_low <= truth <= found.ci_high
    assert 0.92 <= hits / 300 <= 0.985


def test_without_covariates_every_answer_weighs_the_same():
    cells = surveyed()
    found = weighted_share(cells, [])
    valid, favourable = cells["valid_n"].sum(), cells["favourable_n"].sum()
    assert found.value == pytest.approx(favourable / valid, rel=1e-12)
    assert found.effective_n == pytest.approx(valid, rel=1e-12)
    error = np.sqrt(1 / (valid * found.value * (1 - found.value)))
    reach = np.log(found.ci_high / (1 - found.ci_high)) - np.log(found.value / (1 - found.value))
    assert reach == pytest.approx(stats.norm.ppf(0.975) * error, rel=1e-9)


def test_bounds_take_everybody_without_a_valid_answer_as_unfavourable_or_favourable():
    cells = surveyed()
    due, valid, favourable = (cells[name].sum() for name in ("due_n", "valid_n", "favourable_n"))
    found = weighted_share(cells, COVARIATES)
    assert found.worst == pytest.approx(favourable / due, rel=1e-12)
    assert found.best == pytest.approx((favourable + due - valid) / due, rel=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_order_and_splitting_of_cells_change_nothing(seed):
    cells, random = surveyed(seed), np.random.default_rng(seed)
    counts = ["favourable_n", "valid_n", "responded_n", "due_n"]
    steps = cells[counts].diff(axis=1).fillna(cells[["favourable_n"]]).astype("int64")
    taken = pd.DataFrame(random.binomial(steps, 0.4), columns=counts)
    pieces = [cells[COVARIATES].join(part.cumsum(axis=1)) for part in (taken, steps - taken)]
    mixed = pd.concat(pieces).sample(frac=1, random_state=seed, ignore_index=True)
    found, expected = weighted_share(mixed, COVARIATES), weighted_share(cells, COVARIATES)
    assert vars(found) == pytest.approx(vars(expected), rel=1e-8)


def test_a_missing_category_is_a_level_and_a_missing_number_too():
    cells = surveyed()
    named = cells.assign(region=cells["region"].where(cells["region"] != "west"))
    assert vars(weighted_share(named, COVARIATES)) == pytest.approx(
        vars(weighted_share(cells, COVARIATES)), rel=1e-9
    )
    numbered = cells.assign(before=cells["before"].where(cells["region"] != "west"))
    found = weighted_share(numbered, ["before"])
    assert 0 < found.ci_low < found.value < found.ci_high < 1


def test_a_level_in_which_nobody_responded_is_left_to_the_bounds():
    cells = surveyed()
    nobody = {"responded_n": 0, "valid_n": 0, "favourable_n": 0}
    silent = pd.DataFrame({"region": "islands", "before": [1, 3], "due_n": [40, 60], **nobody})
    found = weighted_share(pd.concat([cells, silent], ignore_index=True), COVARIATES)
    without = weighted_share(cells, COVARIATES)
    assert found.uncovered_n == 100
    assert found.value == pytest.approx(without.value, rel=1e-6)
    assert (found.ci_low, found.ci_high) == pytest.approx((without.ci_low, without.ci_high), rel=1e-6)
    assert found.worst < without.worst
    assert found.best > without.best


def test_a_level_in_which_everybody_responded_weighs_one():
    cells = surveyed()
    keen = cells.assign(responded_n=cells["responded_n"].mask(cells["region"] == "west", cells["due_n"]))
    found = weighted_share(keen, ["region"])
    assert 0 < found.ci_low < found.value < found.ci_high < 1
    shares = keen.groupby("region")[["due_n", "responded_n", "valid_n", "favourable_n"]].sum()
    weights = shares["due_n"] / shares["responded_n"]
    expected = (weights * shares["favourable_n"]).sum() / (weights * shares["valid_n"]).sum()
    assert found.value == pytest.approx(expected, rel=1e-6)


def one_cell(due: int, responded: int, valid: int, favourable: int) -> pd.DataFrame:
    counts = {"due_n": due, "responded_n": responded, "valid_n": valid, "favourable_n": favourable}
    return pd.DataFrame([{"region": "north", "before": 4.0, **counts}])


def test_nobody_due_has_no_share_and_no_bounds():
    for cells in (one_cell(0, 0, 0, 0), one_cell(0, 0, 0, 0).iloc[:0]):
        found = weighted_share(cells, COVARIATES)
        assert np.isnan([found.value, found.ci_low, found.worst, found.best, found.effective_n]).all()
        assert found.uncovered_n == 0


def test_when_nobody_responded_only_the_bounds_are_known():
    found = weighted_share(one_cell(50, 0, 0, 0), COVARIATES)
    assert np.isnan([found.value, found.ci_low, found.ci_high, found.effective_n]).all()
    assert (found.worst, found.best, found.uncovered_n) == (0, 1, 50)


@pytest.mark.parametrize("favourable", [0, 30])
def test_like_answers_have_a_share_and_no_interval(favourable):
    found = weighted_share(one_cell(50, 40, 30, favourable), COVARIATES)
    assert found.value == favourable / 30
    assert np.isnan([found.ci_low, found.ci_high]).all()


def test_a_number_that_separates_responders_perfectly_does_not_crash():
    cells = pd.concat([one_cell(50, 0, 0, 0), one_cell(50, 50, 45, 20).assign(before=9.0)], ignore_index=True)
    found = weighted_share(cells, ["before"])
    assert found.value == pytest.approx(20 / 45)
    assert found.uncovered_n == 50


@pytest.mark.parametrize(
    "counts", [(10, 11, 5, 2), (10, 8, 9, 2), (10, 8, 5, 6), (10, 8, 5, -1), (np.nan, 8, 5, 2)]
)
def test_counts_that_cannot_be_are_refused(counts):
    with pytest.raises(ValueError, match="counts must be known"):
        weighted_share(one_cell(*counts), COVARIATES)


def test_groups_are_compared_by_mean_and_by_share():
    cells = surveyed()
    compared: Any = compare_groups(cells, ["before", "region"]).set_index(["covariate", "level"])
    first = np.repeat(cells["before"], cells["responded_n"])
    other = np.repeat(cells["before"], cells["due_n"] - cells["responded_n"])
    number = compared.loc["before"].iloc[0]
    assert (number["responder_n"], number["other_n"]) == (len(first), len(other))
    assert number["responder_value"] == pytest.approx(first.mean())
    assert number["other_sd"] == pytest.approx(other.std(ddof=1))
    spread = np.sqrt((first.var(ddof=1) + other.var(ddof=1)) / 2)
    assert number["difference"] == pytest.approx((first.mean() - other.mean()) / spread)
    levels = compared.loc["region"]
    assert levels.index.tolist() == ["north", "south", "west"]
    assert levels["responder_value"].sum() == pytest.approx(1)
    north = cells[cells["region"] == "north"]
    assert levels.loc["north", "responder_n"] == north["responded_n"].sum()
    p, q = north["responded_n"].sum() / len(first), levels.loc["north", "other_value"]
    expected = (p - q) / np.sqrt((p * (1 - p) + q * (1 - q)) / 2)
    assert levels.loc["north", "difference"] == pytest.approx(expected)
    assert levels["responder_sd"].isna().all()


def test_missing_values_are_left_out_of_a_mean_and_are_a_level_of_a_category():
    cells: Any = surveyed()
    cells.loc[0, ["region", "before"]] = None
    compared = compare_groups(cells, ["before", "region"])
    number = compared.iloc[0]
    assert number["responder_n"] == cells["responded_n"].sum() - cells.loc[0, "responded_n"]
    assert compared["level"].iloc[-1] is None or pd.isna(compared["level"].iloc[-1])
    assert compared["responder_n"].iloc[-1] == cells.loc[0, "responded_n"]


def test_a_group_of_nobody_has_nothing_to_compare():
    compared = compare_groups(one_cell(50, 50, 40, 20), ["before", "region"])
    assert compared["other_n"].tolist() == [0, 0]
    assert compared[["other_value", "difference"]].isna().all(axis=None)
    assert compared["responder_value"].tolist() == [4, 1]
