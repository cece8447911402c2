"""What is overdue or unlike the usual is a warning that says what to do, and what cannot be known is said."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import ValidationError

from ccds_pipeline.ingest.contract import CheckOutcome
from ccds_pipeline.ingest.expected import (
    NOT_MEASURED_YET,
    Delivered,
    judge_arrival,
    judge_usual,
    last_due,
    shortest_pause,
)
from ccds_pipeline.kpi.usual_rates import judge_link_rates, judge_response_rates
from ccds_pipeline.programme.model import Expected, Source
from ccds_pipeline.statistics.usual import Share

FIRST_DAY = date(2026, 3, 2)
SPREAD = {"sure": {"1": 20, "2": 30, "3": 150}}


def source(**expected: object) -> Source:
    return Source.model_validate(
        {
            "id": "forms",
            "label": "Forms",
            "format": "table",
            "record": "response",
            "wave": "post",
            "owner": "team:surveys",
            "expected": expected,
        }
    )


def delivered(number: int, **changed: object) -> Delivered:
    values = {"received": 200, "rejected": 2, "records": 200, "identified": 180, "answers": SPREAD}
    return Delivered(FIRST_DAY + timedelta(days=7 * number), **(values | changed))  # type: ignore[arg-type]  # a table of values


def judge_last(*, before: int, expected: dict[str, object] | None = None, **changed: object) -> CheckOutcome:
    history = [delivered(number) for number in range(before)]
    now = delivered(before, **changed)
    return judge_usual(source(**(expected or {})), [*history, now], [now.delivery_on])


def test_a_delivery_as_before_is_usual():
    outcome = judge_last(before=3)
    assert (outcome.passed, outcome.advice, outcome.rules) == (True, "", ())
    assert outcome.counts == {"received_rows": 200, "rejected_per_cent": 1.0, "identified_per_cent": 90.0}


def test_a_file_with_three_tenths_of_the_rows_is_a_warning_that_says_what_to_do():
    outcome = judge_last(before=3, received=60)
    assert (outcome.passed, outcome.is_warning) == (False, True)
    assert outcome.rules == ("rows_are_as_many_as_usual",)
    assert "has 60 rows, where 200 are usual: ask who exports it" in outcome.advice


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"received": 600}, "rows_are_as_many_as_usual"),
        ({"rejected": 60}, "few_rows_are_rejected"),
        ({"identified": 90}, "records_are_identified"),
        ({"answers": {"sure": {"1": 150, "2": 30, "3": 20}}}, "answers_are_spread_as_before (sure)"),
    ],
)
def test_each_kind_of_difference_is_a_rule_of_its_own(changed, rule):
    outcome = judge_last(before=4, **changed)
    assert (outcome.passed, outcome.is_warning, outcome.rules) == (False, True, (rule,))
    assert "look whether" in outcome.advice or "ccds rejects" in outcome.advice


@pytest.mark.parametrize("before", [0, 1, 2])
def test_the_first_three_deliveries_are_not_measured_and_do_not_pass(before):
    outcome = judge_last(before=before, received=5)
    assert (outcome.passed, outcome.is_warning, outcome.rules) == (False, True, (NOT_MEASURED_YET,))
    assert outcome.advice.startswith("Not measured yet")


def test_what_is_declared_measures_the_first_delivery():
    assert judge_last(before=0, expected={"rows": 200}).passed
    assert judge_last(before=0, expected={"rows": 200}, received=60).rules == ("rows_are_as_many_as_usual",)


def test_nothing_delivered_is_not_measured():
    outcome = judge_usual(source(), [], [])
    assert (outcome.passed, outcome.rules) == (False, (NOT_MEASURED_YET,))


def test_few_records_show_no_share():
    assert judge_last(before=3, received=99, records=99, identified=1).counts == {"received_rows": 99}


MONDAYS = Expected(due="0 9 * * MON")
AT_TEN = datetime(2026, 3, 30, 9, 0, tzinfo=UTC)  # ten in London, the day after the clocks went forward


@pytest.mark.parametrize(
    ("newest", "passed"),
    [(date(2026, 3, 30), True), (date(2026, 3, 24), True), (date(2026, 3, 23), False), (None, False)],
)
def test_by_each_time_of_the_calendar_something_newer_has_come(newest, passed):
    due = last_due(MONDAYS, AT_TEN, "Europe/London", None)
    outcome = judge_arrival(source(due="0 9 * * MON"), newest, due, AT_TEN)
    assert (outcome.passed, outcome.is_warning) == (passed, True)
    assert passed or "Ask team:surveys for the export, and put it into landing/forms/" in outcome.advice


def test_until_the_hour_the_delivery_before_is_enough():
    before_nine = AT_TEN - timedelta(hours=1, minutes=1)
    due = last_due(MONDAYS, before_nine, "Europe/London", None)
    assert judge_arrival(source(due="0 9 * * MON"), date(2026, 3, 23), due, before_nine).passed


@pytest.mark.parametrize(("newest", "passed"), [(date(2026, 3, 20), True), (date(2026, 3, 19), False)])
def test_a_session_is_followed_by_a_delivery(newest, passed):
    expected = Expected(days_after_session=5)
    due = last_due(expected, AT_TEN, "Europe/London", date(2026, 3, 20))
    outcome = judge_arrival(source(days_after_session=5), newest, due, AT_TEN)
    assert outcome.passed == passed
    assert outcome.counts["days_overdue"] == (0.0 if passed else 4.4)


def test_without_a_session_nothing_is_due_and_that_is_said():
    due = last_due(Expected(days_after_session=5), AT_TEN, "Europe/London", None)
    outcome = judge_arrival(source(days_after_session=5), None, due, AT_TEN)
    assert (outcome.passed, outcome.rules) == (False, (NOT_MEASURED_YET,))


def test_the_shortest_pause_of_working_days_is_a_day():
    assert shortest_pause("0 9 * * MON-FRI") == timedelta(days=1)


@pytest.mark.parametrize("cron", ["0 9 * *", "0 9 * * FUNDAY", "0 0 31 FEB *", "@daily", "0 25 * * *"])
def test_what_is_no_calendar_is_refused(cron):
    with pytest.raises(ValidationError):
        Expected(due=cron)


def test_a_source_has_one_rhythm():
    with pytest.raises(ValidationError):
        Expected(due="0 9 * * MON", days_after_session=3)


def rates(*values: int) -> dict[str, list[tuple[str, Share]]]:
    return {"post": [(f"2026-0{month}", Share(value, 200)) for month, value in enumerate(values, start=1)]}


@pytest.mark.parametrize("judge", [judge_link_rates, judge_response_rates])
def test_a_share_that_falls_is_a_warning_without_an_exact_figure(judge):
    assert judge(rates(161, 158, 163, 160)).passed
    fallen = judge(rates(161, 158, 163, 81))
    assert (fallen.passed, fallen.is_warning, fallen.rules) == (False, True, ("post",))
    assert "about 40 %" in fallen.advice
    assert "about 80 % is usual" in fallen.advice


@pytest.mark.parametrize("judge", [judge_link_rates, judge_response_rates])
def test_shares_that_nothing_can_be_compared_with_do_not_pass(judge):
    for unknown in ({}, rates(160, 160, 160)):
        outcome = judge(unknown)
        assert (outcome.passed, outcome.rules) == (False, (NOT_MEASURED_YET,))
