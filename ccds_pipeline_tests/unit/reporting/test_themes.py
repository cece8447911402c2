"""What the report says of comments and of how responses were linked."""

from __future__ import annotations

from ccds_pipeline.reporting.report import render_report
from ccds_pipeline.reporting.sections import data_quality_tables, theme_views
from ccds_pipeline_tests.support.released_values import release_of


def theme(label: str, comments: int | None, *, question: str = "What will you do?") -> dict[str, object]:
    share = None if comments is None else comments / 200
    return {
        "question_id": question, "question_text": question, "wave": "after", "wave_label": "After",
        "theme_label": label, "theme_order": 1, "comments_n": comments,
        "of_comments_n": None if comments is None else 200,
        "share": share, "suppressed": comments is None,
    }  # fmt: skip


LINKS = {
    "wave": "after", "wave_label": "After", "eligible_n": 200, "reference_n": 150, "email_n": 20,
    "code_n": 10, "near_code_n": None, "ambiguous_n": 0, "collided_n": None, "unmatched_n": 15,
}  # fmt: skip


def test_themes_stand_by_question_and_the_most_frequent_comes_first():
    release = release_of(
        themes=[theme("Listening", 40), theme("Staying calm", 90), theme("Online", 30, question="Why?")]
    )
    first, second = theme_views(release)
    assert [row[0].text for row in first.titled.table.rows] == ["Staying calm", "Listening"]
    assert first.titled.title == "Most often: staying calm"
    assert second.question == "Why?"
    assert first.titled.table.rows[0][2].text == "45%"
    assert first.titled.table.rows[0][2].note == "of 200 comments"


def test_a_withheld_theme_says_so_in_every_cell():
    (view,) = theme_views(release_of(themes=[theme("Listening", None)]))
    assert [cell.text for cell in view.titled.table.rows[0][1:]] == ["withheld", "withheld"]
    assert view.titled.title == "No theme is shown"


def test_links_are_reported_by_wave_and_small_counts_are_withheld():
    *_, links = data_quality_tables(release_of(links=[LINKS]))
    assert links.title == "90% of 200 responses were linked"
    (row,) = links.table.rows
    assert [cell.text for cell in row] == [
        "After",
        "200",
        "150",
        "20",
        "10",
        "withheld",
        "0",
        "withheld",
        "15",
    ]


def test_the_page_holds_both_and_says_when_there_are_none():
    page = render_report(release_of(themes=[theme("Listening", 40)], links=[LINKS]))
    assert "Most often: listening" in page
    assert "90% of 200 responses were linked" in page
    assert "counts no themes of comments" in render_report(release_of())
