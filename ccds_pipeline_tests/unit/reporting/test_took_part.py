"""Who took part: people in the order of each breakdown, and what is not in the release."""

from datetime import date

from ccds_pipeline.reporting.page import Card
from ccds_pipeline.reporting.subjects import Reach, Sessions
from ccds_pipeline.reporting.took_part import took_part_section
from ccds_pipeline_tests.support.released_values import release_of, released_value, row_of

PEOPLE = released_value(
    "A1", 1, "Staff", estimand="persons", unit="persons", wave="all", value=100, denominator=100
)


def parts(breakdown: str, *people: int | None) -> list[Reach]:
    return [
        row_of(
            Reach, kpi_id="A1", breakdown=breakdown, breakdown_label=breakdown, level=str(n),
            level_label=str(n), is_unknown=False, people_n=number, of_people_n=100,
            share=number and number / 100,
        )
        for n, number in enumerate(people)
    ]  # fmt: skip


def held(breakdown: str, level: str, mode: str = "Online") -> Sessions:
    days = {"first_session_on": date(2022, 1, 4), "last_session_on": date(2022, 9, 30)}
    return row_of(Sessions, breakdown=breakdown, level=level, sessions_n=20, delivery_modes=mode, **days)


def test_months_come_last_with_their_sessions():
    release = release_of(
        PEOPLE,
        reach=[*parts("month", 40, 60), *parts("region", 70, 30)],
        sessions=[held("all", "all"), held("month", "0")],
    )
    region, month = took_part_section(release).cards
    assert region.title == "By region: 30 to 70 people in each of 2"
    assert [row[-1].text for row in month.table.rows] == ["20", "none known"]
    assert [row[0].text for row in region.table.rows] == ["0", "1"]


def test_a_withheld_part_is_counted_and_explained():
    (card,) = took_part_section(release_of(PEOPLE, reach=parts("region", 70, None))).cards
    assert card.title == "By region: 70 people in each of 1; 1 of 2 withheld"
    assert isinstance(card, Card)
    assert "fewer than eight people" in card.note


def test_without_bookings_it_says_what_is_not_there():
    release = release_of(
        PEOPLE, reach=parts("month", 40, 60), sessions=[held("all", "all", "Unknown"), held("month", "0")]
    )
    lead = took_part_section(release).lead
    assert "about 20 sessions from 4 January 2022" in lead
    assert "Where they work and in which staff group is not in this release." in lead


def test_without_a_number_of_people_it_says_so():
    assert took_part_section(release_of()).lead == "How many people attended is not shown in this release."
