"""When demonstration sessions are held, and which delivery brings what."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest

from ccds_pipeline.synthetic.draws import Draws, Weights
from ccds_pipeline.synthetic.records import Booking, BookingState, Employment
from ccds_pipeline.synthetic.timetable import Timetable, deliveries_of, split_people, state_at


@pytest.mark.parametrize("participants", [1, 60, 2400, 50_000])
def test_sessions_are_held_in_order_on_working_days_of_the_programme(participants):
    sessions = list(Timetable(participants))
    assert all(a.starts <= b.starts for a, b in pairwise(sessions))
    assert {s.starts.time() for s in sessions} <= {time(9, 30), time(13, 30)}
    assert all(date(2021, 10, 4) <= s.starts.date() <= date(2022, 6, 17) for s in sessions)
    assert all(s.starts.isoweekday() <= 5 and s.ends - s.starts == timedelta(hours=3) for s in sessions)


def test_session_codes_grow_past_four_digits():
    assert Timetable(200_000).session(10_001).code == "CCDS-10001"


@pytest.mark.parametrize("participants", [1, 7, 60, 2400, 20_001])
def test_participants_are_divided_without_remainder(participants):
    reported = Timetable(participants).reported_n
    sizes = list(split_people(participants, reported, Draws(1)))
    assert (sum(sizes), len(sizes)) == (participants, reported)
    assert all(0 <= size <= 27 for size in sizes)


@pytest.mark.parametrize(
    ("day", "deliveries"),
    [
        (date(2021, 8, 20), (0,)),
        (date(2021, 12, 23), (0,)),
        (date(2021, 12, 24), (0, 1)),
        (date(2021, 12, 31), (1,)),
        (date(2022, 8, 30), (4,)),
        (date(2022, 8, 31), ()),
    ],
)
def test_a_delivery_repeats_the_week_before_the_last_one(day, deliveries):
    assert deliveries_of((datetime.combine(day, time(12)),)) == deliveries


def test_a_cancelled_booking_is_delivered_again_with_its_new_status():
    booked, cancelled = (datetime.fromisoformat(day) for day in ("2021-12-01T09:00", "2022-01-20T09:00"))
    session = Timetable(60).session(2)
    job = Employment("", "", True, "", "", "")
    states: list[tuple[datetime, BookingState]] = [(booked, "booked"), (cancelled, "cancelled")]
    booking = Booking("pretix", 1, "A", 1, "A 1", session, booked, states, job, "", "")
    deliveries = deliveries_of((booked, cancelled))
    assert [(number, state_at(booking, number)) for number in deliveries] == [(0, "booked"), (1, "cancelled")]


def test_weights_draw_each_value_as_often_as_they_say():
    draws, weights = Draws(3), Weights({"a": 1, "b": 2, "c": 7})
    drawn = [draws.weighted(weights) for _ in range(20_000)]
    assert [round(drawn.count(value) / 20_000, 1) for value in "abc"] == [0.1, 0.2, 0.7]
