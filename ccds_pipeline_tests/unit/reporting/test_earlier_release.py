"""What changed since the last release: as each was released, and nothing computed anew."""

from datetime import date, datetime

from ccds_pipeline.reporting.earlier_release import earlier_release_card
from ccds_pipeline.reporting.page import Card
from ccds_pipeline.reporting.subjects import Headline
from ccds_pipeline_tests.support.released_values import release_of, row_of

NOW, BEFORE = datetime(2022, 10, 3, 5, 30), datetime(2022, 7, 3)  # noqa: DTZ001  # UTC


def headline(release_id: str, released_at: datetime, value: str, **columns: object) -> Headline:
    return row_of(
        Headline, release_id=release_id, released_at=released_at, as_of=date(2022, 7, 3), kpi_id="A1",
        kpi_label="Warm welcome", wave="after", wave_label="Straight after", value_text=value,
        interval_text="90% to 96%", base_n=310, base_label="valid answers",
        **{"definition_version": "1"} | columns,
    )  # fmt: skip


def card_of(*history: Headline) -> Card:
    card = earlier_release_card(release_of(history=history))
    assert card is not None
    return card


def test_a_headline_that_changed_stands_beside_what_it_was():
    card = card_of(headline("release-6", BEFORE, "93%"), headline("release-7", NOW, "95%"))
    assert card.title == "Since the release with deliveries up to 3 July 2022: 1 of 1 headlines changed"
    ((kpi, then, now),) = card.table.rows
    assert (kpi.text, kpi.note) == ("Warm welcome", "Straight after")
    assert (then.text, then.note) == ("93%", "of 310 valid answers; 90% to 96%")
    assert now.text == "95%"


def test_what_did_not_change_has_no_row():
    card = card_of(headline("release-6", BEFORE, "95%"), headline("release-7", NOW, "95%"))
    assert card.title.endswith("none of 1 headlines changed")
    assert card.table.rows == ()


def test_another_definition_is_said():
    card = card_of(
        headline("release-6", BEFORE, "95%"), headline("release-7", NOW, "95%", definition_version="2")
    )
    assert card.table.rows[0][0].note == "Straight after; definition changed"


def test_the_first_release_has_nothing_to_be_compared_with():
    assert earlier_release_card(release_of(history=[headline("release-7", NOW, "95%")])) is None


def test_after_a_rollback_a_later_release_is_no_earlier_one():
    later = headline("release-8", datetime(2022, 12, 1), "97%")  # noqa: DTZ001  # UTC
    assert earlier_release_card(release_of(history=[headline("release-7", NOW, "95%"), later])) is None
