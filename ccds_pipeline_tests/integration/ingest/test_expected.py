"""What the warehouse says of deliveries: their rows, whose they are, and which session was the last."""

from __future__ import annotations

from datetime import UTC, datetime

from ccds_pipeline.ingest.expected import judge_usual, last_session, read_delivered
from ccds_pipeline.programme.load import parse_programme
from ccds_pipeline.programme.model import Expected
from ccds_pipeline_tests.support.loaded_deliveries import Loaded
from ccds_pipeline_tests.support.small_delivery import HEADERS, PROGRAMME_TEXT, first_answer

FIRST = parse_programme(PROGRAMME_TEXT, place="small.yaml").sources_by_id["first"]


def test_a_small_file_after_four_large_ones_is_a_warning(tmp_path):
    loaded = Loaded(tmp_path)
    for number, people in enumerate([60, 60, 60, 60, 18], start=1):
        day = f"2022-04-0{number}"
        rows = [first_answer(f"p{number}x{one}", 5) for one in range(people)]
        loaded.deliver("first", day, HEADERS["first"], rows)
        loaded.load("first", day)
    with loaded.connection() as connection:
        delivered = read_delivered(connection, "first")
        assert last_session(connection, Expected(), datetime.now(UTC), "Europe/London") is None
    assert [one.received for one in delivered] == [60, 60, 60, 60, 18]
    assert [one.identified for one in delivered] == [60, 60, 60, 60, 18]
    assert [sum(one.answers["sure"].values()) for one in delivered] == [60, 60, 60, 60, 18]
    days = [one.delivery_on for one in delivered]
    assert judge_usual(FIRST, delivered[:4], days[3:4]).passed
    found = judge_usual(FIRST, delivered, days)
    assert (found.passed, found.days, found.rules) == (False, (days[4],), ("rows_are_as_many_as_usual",))
