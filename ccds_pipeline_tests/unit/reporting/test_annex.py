"""The annex: definitions, every answer, who answered, and what the figures rest on."""

from __future__ import annotations

from ccds_pipeline.reporting.annex import annex_sections
from ccds_pipeline.reporting.page import Card, Section
from ccds_pipeline.reporting.released import Release
from ccds_pipeline.reporting.subjects import Answer, Kpi, Response
from ccds_pipeline_tests.support.released_values import release_of, released_value, row_of

LINKS = {
    "wave": "after", "wave_label": "After", "eligible_n": 200, "reference_n": 150, "email_n": 20,
    "code_n": 10, "near_code_n": None, "ambiguous_n": 0, "collided_n": None, "unmatched_n": 15,
}  # fmt: skip


def section(name: str, release: Release) -> Section:
    return next(part for part in annex_sections(release) if part.id == name)


def last_card(name: str, release: Release) -> Card:
    card = section(name, release).cards[-1]
    assert isinstance(card, Card)
    return card


def texts(card: Card) -> list[list[str]]:
    return [[cell.text for cell in row] for row in card.table.rows]


def test_links_are_reported_by_wave_and_small_counts_are_withheld():
    links = last_card("data-quality", release_of(links=[LINKS]))
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


def kpi(status: str, **columns: object) -> Kpi:
    return row_of(
        Kpi, kpi_id="A1", kpi_label="Warm welcome", definition_text="Yes, of all.", definition_version="1",
        definition_status=status, **columns,
    )  # fmt: skip


def test_that_definitions_are_assumed_is_said_once():
    part = section("definitions", release_of(kpis=[kpi("assumed"), kpi("assumed")]))
    (card,) = part.cards
    assert card.title == "2 of 2 definitions are assumed"
    assert "Status" not in [column.label for column in card.table.columns]
    assert part.lead == "A definition is assumed until the evaluation lead has confirmed it."


def test_where_only_some_are_confirmed_each_says_its_status():
    card = last_card("definitions", release_of(kpis=[kpi("assumed"), kpi("confirmed")]))
    assert [row[-1].text for row in card.table.rows] == ["assumed", "confirmed"]


def test_a_definition_has_its_question_scale_and_favourable_answers():
    asked = {"question_text": "Were you welcome?", "scale_text": "No, Yes", "favourable_text": "Yes"}
    asking, counting = texts(
        last_card("definitions", release_of(kpis=[kpi("assumed", **asked), kpi("assumed")]))
    )
    assert asking == ["Warm welcome", "Yes, of all.", "“Were you welcome?”", "Yes"]
    assert counting[2:] == ["asks no question", "none"]


def test_every_answer_is_one_row_per_question_and_says_what_is_withheld():
    options = [
        row_of(
            Answer, wave="after", wave_label="After", question_id="q", question_text="Welcome?",
            option_label=label, answers_n=n, of_answers_n=n and 200, share=n and n / 200,
        )
        for label, n in (("No", None), ("Yes", 190))
    ]  # fmt: skip
    card = last_card("readings", release_of(released_value(), answers=options))
    assert texts(card) == [["Welcome?", "No: withheld; Yes: 190 (95%)", "200"]]


def test_response_rates_say_how_many_answered_of_how_many():
    rates = [
        row_of(Response, kpi_id="A3", kpi_label="Answer rate", definition_text="All.", wave_label="After",
               answered_n=300, due_n=1200, rate=0.25),
        row_of(Response, kpi_id="A3", kpi_label="Answer rate", definition_text="All.", wave_label="Later"),
    ]  # fmt: skip
    first, second = texts(last_card("answered", release_of(responses=rates)))
    assert first == ["Answer rate", "After", "300", "1,200", "25.0%"]
    assert second[2:] == ["withheld", "withheld", "withheld"]


def test_a_release_of_nothing_says_so_in_every_section():
    said = {part.id: part.lead for part in annex_sections(release_of())}
    assert said["claims"] == "This programme lists no published claim."
    assert said["groups"] == "Nothing has been released by group."
    assert said["readings"] == said["definitions"] == "No KPI has been released yet."
    assert said["answered"] == "No KPI of this programme is a response rate."
