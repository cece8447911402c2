"""Link and response rates are counted by delivery, and by month of sessions whose answers were delivered."""

from __future__ import annotations

from ccds_pipeline.kpi.usual_rates import read_link_rates, read_response_rates
from ccds_pipeline.statistics.usual import Share
from ccds_pipeline_tests.support.loaded_deliveries import Loaded
from ccds_pipeline_tests.support.small_delivery import HEADERS, first_answer, presence, second_answer

DAY, LATER = "2022-03-12", "2022-04-01"


def test_rates_are_of_those_who_came_and_of_what_each_delivery_brought_first(tmp_path):
    loaded = Loaded(tmp_path)
    people = [f"p{number}" for number in range(4)]
    loaded.deliver("presence", DAY, HEADERS["presence"], [presence(one) for one in people])
    # Somebody who was not there answers too; the later delivery repeats one answer and brings another.
    first = [first_answer(one, 5) for one in (*people[:2], "stranger")]
    loaded.deliver("first", DAY, HEADERS["first"], first)
    loaded.deliver("first", LATER, HEADERS["first"], [first[0], first_answer(people[2], 5)])
    loaded.deliver("second", DAY, HEADERS["second"], [second_answer(people[0], 5)])
    for source, day in (("presence", DAY), ("first", DAY), ("first", LATER), ("second", DAY)):
        loaded.load(source, day)
    loaded.current_scores([*people, "stranger"])
    with loaded.connection() as connection:
        links, rates = read_link_rates(connection), read_response_rates(connection)
    assert links["first"] == [(DAY, Share(2, 3)), (LATER, Share(1, 1))]
    assert links["second"] == [(DAY, Share(1, 1))]
    # Two days after the session the later answers of its month may still come.
    assert rates == {"before": [("2022-03", Share(3, 4))]}
