"""What participants said: answers as bars, in the order of the KPIs, the target at its own KPI alone."""

import re

from ccds_pipeline.reporting.page import Card
from ccds_pipeline.reporting.released import Value
from ccds_pipeline.reporting.said import said_section
from ccds_pipeline.reporting.subjects import Answer, Kpi
from ccds_pipeline_tests.support.released_rows import share_columns, withheld_columns
from ccds_pipeline_tests.support.released_values import release_of, released_value, row_of

OPTIONS = ("Poor", "Fair", "Good", "Very good", "Excellent")
TARGET = {"target": 0.7, "comparator": ">"}


def kpi(kpi_id: str, question: str | None) -> Kpi:
    return row_of(
        Kpi, kpi_id=kpi_id, question_id=question, question_text=question and f"How was {question}?",
        scale_text=", ".join(OPTIONS), favourable_text="Very good or Excellent",
    )  # fmt: skip


def answers(question: str, *shares: float | None) -> list[Answer]:
    return [
        row_of(Answer, wave="after", question_id=question, option_label=label, option_order=n, share=share,
               of_answers_n=100)
        for n, (label, share) in enumerate(zip(OPTIONS, shares, strict=True), start=1)
    ]  # fmt: skip


def cards_of(*values: Value, kpis: list[Kpi], given: list[Answer]) -> list[Card]:
    section = said_section(release_of(*values, kpis=kpis, answers=given))
    return [card for card in section.cards if isinstance(card, Card)]


def picture(card: Card, row: int = 0) -> str:
    return str(card.table.rows[row][1].picture)


def test_favourable_answers_stand_right_of_the_line_and_all_others_left():
    value = released_value("A1", 1, "Food", **share_columns(90, 100))
    (card,) = cards_of(value, kpis=[kpi("A1", "food")], given=answers("food", 0.01, 0.03, 0.06, 0.4, 0.5))
    drawn = picture(card)
    assert 'aria-label="Poor 1%, Fair 3%, Good 6%, Very good 40%, Excellent 50%"' in drawn
    tones = re.findall(r'<rect class="([\w-]+)" x="([\d.]+)%', drawn)
    ordered = sorted(tones, key=lambda tone: float(tone[1]))
    assert [tone for tone, _ in ordered] == ["against-2", "against-1", "between", "for-1", "for-2"]
    assert [key.label for key in card.keys] == list(OPTIONS)
    assert card.title == "Food: 90% said Very good or Excellent"


def test_the_target_is_drawn_at_the_kpi_that_has_one():
    values = [
        released_value("A1", 1, "Food", **share_columns(90, 100)),
        released_value("A2", 2, "Beds", **share_columns(80, 100), **TARGET, met=True),
    ]
    given = answers("food", 0.0, 0.0, 0.1, 0.4, 0.5) + answers("beds", 0.0, 0.0, 0.2, 0.4, 0.4)
    (card,) = cards_of(*values, kpis=[kpi("A1", "food"), kpi("A2", "beds")], given=given)
    assert card.title == "Very good or Excellent: 80% to 90% of valid answers"
    assert ['class="target"' in picture(card, row) for row in (0, 1)] == [False, True]


def test_kpis_of_one_question_are_one_row_that_names_them_and_has_the_target():
    values = [
        released_value("A1", 1, "Food", **share_columns(90, 100)),
        released_value("A2", 2, "Agreed", **share_columns(90, 100), **TARGET, met=True),
    ]
    given = answers("food", 0.0, 0.0, 0.1, 0.4, 0.5)
    (card,) = cards_of(*values, kpis=[kpi("A1", "food"), kpi("A2", "food")], given=given)
    ((question, *_),) = card.table.rows
    assert (question.text, question.note) == ("Agreed", "“How was food?” Also reported as: Food.")


def test_where_an_option_is_withheld_the_share_alone_is_drawn():
    value = released_value("A1", 1, "Food", **share_columns(90, 100))
    (card,) = cards_of(value, kpis=[kpi("A1", "food")], given=answers("food", None, 0.0, 0.1, 0.4, 0.5))
    assert 'class="dot"' in picture(card)
    assert card.keys == ()


def test_a_band_is_no_share_and_is_called_a_range():
    value = released_value("A1", 1, "Food", ci_low=0.8, ci_high=1.0, denominator=40)
    (card,) = cards_of(value, kpis=[kpi("A1", "food")], given=[])
    assert card.title == "Very good or Excellent: so few answers that shares are ranges"
    assert 'class="whisker"' in picture(card)


def test_a_withheld_share_has_no_picture_and_says_why():
    value = released_value("A1", 1, "Food", **withheld_columns())
    (card,) = cards_of(value, kpis=[kpi("A1", "food")], given=[])
    assert card.table.rows[0][1].picture is None
    assert card.table.rows[0][1].note == "to protect people"


def test_a_kpi_without_a_question_says_so():
    (card,) = cards_of(released_value(**share_columns(9, 10)), kpis=[kpi("A1", None)], given=[])
    assert card.table.rows[0][0].note == "no question"


def test_without_any_definition_the_share_is_still_shown():
    (card,) = cards_of(released_value(**share_columns(90, 100)), kpis=[], given=[])
    assert card.title == "Warm welcome: 90% said Favourable"
