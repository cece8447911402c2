"""What participants wrote: themes in the programme's order, and where quotations are."""

from __future__ import annotations

from ccds_pipeline.reporting.page import Card
from ccds_pipeline.reporting.wrote import wrote_section
from ccds_pipeline_tests.support.released_rows import Row
from ccds_pipeline_tests.support.released_values import release_of


def theme(label: str, comments: int | None, *, question: str = "What will you do?") -> dict[str, object]:
    share = None if comments is None else comments / 200
    return {
        "question_id": question, "question_text": question, "wave": "after", "wave_label": "After",
        "theme_label": label, "theme_order": 1, "comments_n": comments,
        "of_comments_n": None if comments is None else 200,
        "share": share, "suppressed": comments is None,
    }  # fmt: skip


def cards_of(*themes: Row) -> list[Card]:
    return [card for card in wrote_section(release_of(themes=themes)).cards if isinstance(card, Card)]


def test_themes_stand_by_question_in_the_order_of_the_programme_and_not_by_number():
    first, second = cards_of(theme("Listening", 40), theme("Calm", 90), theme("Online", 30, question="Why?"))
    assert [[cell.text for cell in row] for row in first.table.rows] == [
        ["Listening", "", "40", "20%"],
        ["Calm", "", "90", "45%"],
    ]
    assert first.title == "After, “What will you do?”: 200 comments"
    assert "“Why?”" in second.title


def test_a_theme_in_no_comment_has_no_row_and_is_counted():
    (card,) = cards_of(theme("Listening", 40), theme("Calm", 0))
    assert len(card.table.rows) == 1
    assert card.note == "Themes in no comment on this question: 1."


def test_a_withheld_theme_says_so_in_every_cell():
    (card,) = cards_of(theme("Listening", None), theme("Calm", 90))
    assert [cell.text for cell in card.table.rows[0][2:]] == ["withheld", "withheld"]
    assert card.note.startswith("Withheld, never zero")


def test_where_every_theme_is_withheld_that_is_said_once():
    (card,) = cards_of(theme("Listening", None), theme("Calm", None))
    assert card.title == "After, “What will you do?”: withheld"
    assert card.table.rows == ()
    assert card.note.startswith("Withheld, never zero")


def test_quotations_are_not_in_the_release_and_the_page_says_where_they_are():
    lead = wrote_section(release_of()).lead
    assert lead.startswith("This programme counts no themes of comments.")
    assert "ccds comments quotations" in lead
