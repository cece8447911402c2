"""The contract card: met and assured are two different promises, and neither is made of nothing."""

from ccds_pipeline.reporting.contract import contract_views, unmeasured_targets
from ccds_pipeline.reporting.page import ContractView
from ccds_pipeline.reporting.released import Value
from ccds_pipeline_tests.support.released_rows import share_columns, withheld_columns
from ccds_pipeline_tests.support.released_values import release_of, released_value

TARGET = {"target": 0.7, "comparator": ">"}


def card(**columns: object) -> ContractView:
    (view,) = contract_views(release_of(released_value(**TARGET, **columns)))
    return view


def test_a_value_and_interval_past_the_target_are_met_and_assured():
    view = card(**share_columns(1900, 2000), met=True, assured=True)
    assert (view.value, view.population, view.interval) == (
        "95.0%",
        "of 2,000 valid answers",
        "94.0% to 96.0%",
    )
    assert (view.target, view.verdict, view.tone) == (
        "more than 70%",
        "Target met, with statistical confidence",
        "good",
    )
    assert (view.met, view.assured) == ("yes", "yes")


def test_a_value_past_the_target_with_a_wide_interval_is_not_assured():
    view = card(**share_columns(72, 100, reach=0.09), met=True, assured=False)
    assert (view.verdict, view.tone, view.assured) == (
        "Target met, not with statistical confidence",
        "caution",
        "no",
    )
    assert "also holds values that are not" in view.sentence


def test_a_value_that_shows_as_the_target_but_is_not_past_it_is_not_met():
    view = card(**share_columns(70, 100), met=False, assured=False)
    assert (view.value, view.verdict, view.tone) == ("70%", "Target not met", "bad")


def test_a_met_target_without_interval_promises_nothing_more():
    view = card(**share_columns(8, 10), met=True, assured=None)
    assert (view.verdict, view.tone, view.assured) == ("Target met", "caution", "not known")


def test_a_withheld_value_says_why_and_judges_nothing():
    view = card(**withheld_columns())
    assert (view.value, view.population, view.tone) == ("Withheld", "", "unknown")
    assert (view.met, view.assured) == ("not known", "not known")
    assert view.sentence == "The value is withheld: to protect people."


def test_no_answers_leave_the_target_open():
    view = card(status="no_answers", denominator=0)
    assert (view.value, view.verdict) == ("No answers yet", "Not yet known")


def worst_case_sentence(*others: Value, favourable: int = 1900, **columns: object) -> str:
    value = released_value(
        **TARGET | columns, **share_columns(favourable, 2000), met=True, assured=True, wave="after"
    )
    (view,) = contract_views(release_of(value, *others))
    return view.sentence


def rate_of(expected: int) -> Value:
    return released_value(
        "A2", 2, "Response rate", estimand="rate", wave="after", **share_columns(1, expected)
    )


def test_the_contract_is_one_sentence_with_value_interval_and_worst_case():
    assert worst_case_sentence(rate_of(2400)) == (
        "95.0% of 2,000 valid answers (95% interval 94.0% to 96.0%): more than 70%, as agreed, and so is the "
        "whole interval; met even if every participant who gave no feedback had been dissatisfied (79%)."
    )


def test_a_worst_case_that_misses_the_target_is_said_as_well():
    assert "; it would not be met if every participant who gave no feedback had been dissatisfied (47%)" in (
        worst_case_sentence(rate_of(4000))
    )


def test_the_worst_case_is_of_the_attendances_where_they_are_more():
    attendances = released_value("A3", 3, "Came", estimand="attendances", unit="places", value=3000,
                                 denominator=3000, is_headline=False)  # fmt: skip
    assert "(63%)" in worst_case_sentence(rate_of(2400), attendances)


def test_a_worst_case_that_was_estimated_stands():
    worst = released_value(estimand="share_worst_case", unit="share_estimated", value=0.8, denominator=2400,
                           is_headline=False)  # fmt: skip
    assert "met even if every participant who gave no feedback had been dissatisfied (80%)" in (
        worst_case_sentence(worst, rate_of(4000))
    )


def test_a_worst_case_that_meets_the_target_by_rounding_alone_does_not_meet_it():
    assert "not be met" in worst_case_sentence(rate_of(2000), favourable=1400)


def test_without_a_count_of_those_who_should_have_answered_there_is_no_worst_case():
    assert "dissatisfied" not in worst_case_sentence()


def test_each_kpi_with_a_target_has_a_card_and_no_other():
    release = release_of(
        released_value(**share_columns(50, 100)),
        released_value("A2", 2, "Safe", **TARGET, **share_columns(80, 100), met=True, assured=True),
        released_value("A3", 3, "Fed", **TARGET, **share_columns(60, 100), met=False, assured=False),
        released_value("A3", 3, "Fed", **TARGET, breakdown="region", level="north", met=True),
    )
    assert [view.kpi_label for view in contract_views(release)] == ["Safe", "Fed"]


def test_a_target_of_what_nobody_measures_has_no_card():
    missing = released_value(
        "A9", 9, "Setting up", **TARGET, status="not_measurable", status_reason="no date", denominator=0
    )
    assert contract_views(release_of(missing)) == ()
    assert unmeasured_targets(release_of(missing)) == (
        "Setting up, target more than 70%: not measurable, because no date.",
    )
