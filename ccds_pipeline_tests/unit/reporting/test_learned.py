"""What participants learned: how scores were given before and after, high scores right of the line."""

import re

import pytest

from ccds_pipeline.reporting.learned import learned_section
from ccds_pipeline.reporting.page import Card
from ccds_pipeline.reporting.score_bars import bands_of
from ccds_pipeline.reporting.subjects import Answer, Change, Kpi, Wave
from ccds_pipeline_tests.support.released_values import release_of, released_value, row_of

WAVES = [
    row_of(Wave, wave="before", wave_order=1, wave_label="Before"),
    row_of(Wave, wave="after", wave_order=2, wave_label="Straight after"),
]
MOVED = row_of(
    Change, kpi_id="A4", kpi_label="Calm", breakdown="all", before_label="Before",
    after_label="Straight after", mean_before=6.5, mean_after=8.0, pairs_n=80, scale_minimum=0,
    scale_maximum=10,
)  # fmt: skip


def kpi(kpi_id: str = "A4", question: str = "calm", *, high: str | None = "7 or more", most: int = 10) -> Kpi:
    return row_of(
        Kpi, kpi_id=kpi_id, kpi_label="Calm", question_id=question, question_text=f"How {question}?",
        scale_text=f"0 to {most}", scale_minimum=0, scale_maximum=most, favourable_text=high,
    )  # fmt: skip


def scores(question: str, wave: str, *counts: int | None) -> list[Answer]:
    of = sum(count or 0 for count in counts)
    return [
        row_of(Answer, wave=wave, question_id=question, option_label=str(score), option_order=score + 1,
               answers_n=count, of_answers_n=of)
        for score, count in enumerate(counts)
    ]  # fmt: skip


BEFORE = scores("calm", "before", 0, 0, 0, 10, 10, 20, 20, 20, 10, 10, 0)
AFTER = scores("calm", "after", 0, 0, 0, 0, 0, 10, 10, 20, 20, 20, 20)


def cards(*values, **rows) -> list[Card]:
    section = learned_section(release_of(*values, waves=WAVES, **rows))
    return [card for card in section.cards if isinstance(card, Card)]


def picture(card: Card, row: int) -> str:
    return str(card.table.rows[row][1].picture)


@pytest.mark.parametrize(
    ("high", "most", "labels"),
    [
        ("7 or more", 10, ["0 to 1", "2 to 4", "5 to 6", "7 to 8", "9 to 10"]),
        ("10 or more", 10, ["0 to 2", "3 to 6", "7 to 9", "10"]),
        ("1 or more", 2, ["0", "1", "2"]),
        ("0 or more", 3, ["0 to 1", "2 to 3"]),
        ("2 or more", 2, ["0", "1", "2"]),
        (None, 10, []),
    ],
)
def test_bands_cover_the_scale_once_and_part_where_scores_become_high(high, most, labels):
    bands = bands_of(kpi(high=high, most=most))
    assert [band.label for band in bands] == labels
    if high is not None:
        assert [score for band in bands for score in band.scores] == list(range(most + 1))
        first = int(high.split()[0])
        assert all(band.tone.startswith("for") == (band.scores[0] >= first) for band in bands)
    assert len({band.tone for band in bands}) == len(bands)


def test_answers_before_and_after_are_bars_and_the_title_says_how_many_are_high():
    _, card = cards(changes=[MOVED], kpis=[kpi()], answers=BEFORE + AFTER)
    assert card.title == "Scores of 7 or more: 40% before, 80% straight after"
    assert [row[0].text for row in card.table.rows] == ["Before", "Straight after"]
    assert [(row[2].text, row[3].text) for row in card.table.rows] == [("40%", "100"), ("80%", "100")]
    assert 'aria-label="0 to 1: 0%, 2 to 4: 20%, 5 to 6: 40%, 7 to 8: 30%, 9 to 10: 10%"' in picture(card, 0)
    line = re.search(r'class="zero" x1="([\d.]+)%"', picture(card, 0))
    starts = dict(re.findall(r'<rect class="([\w-]+)" x="([\d.]+)%', picture(card, 0)))
    assert line is not None
    assert starts["for-1"] == line[1]
    assert float(starts["against-1"]) < float(starts["between"]) < float(line[1]) < float(starts["for-2"])
    assert [key.label for key in card.keys] == ["0 to 1", "2 to 4", "5 to 6", "7 to 8", "9 to 10"]


def test_a_wave_with_a_score_that_is_withheld_has_no_bar_and_no_share():
    hidden = scores("calm", "after", None, None, *[10] * 9)
    _, card = cards(changes=[MOVED], kpis=[kpi()], answers=BEFORE + hidden)
    assert card.title == "Scores of 7 or more: 40% before"
    after = card.table.rows[1]
    assert after[1].picture is None
    assert (after[1].text, after[1].note, after[2].text) == ("withheld", "to protect people", "withheld")


def test_without_answers_the_change_stands_alone():
    (card,) = cards(changes=[MOVED], kpis=[kpi()])
    assert card.title == "Calm: 6.5 before, 8.0 after, on a scale up to 10"


def test_means_of_one_scale_stand_beside_their_answers():
    values = [
        released_value(f"A{n}", n, f"Calm {n}", estimand="mean", unit="score", value=8.0, denominator=100)
        for n in (5, 6)
    ]
    given = AFTER + scores("rest", "after", *[0] * 6, 20, 20, 20, 20, 20)
    (card,) = cards(*values, kpis=[kpi("A5"), kpi("A6", "rest")], answers=given)
    assert 'aria-label="0 to 1: 0%' in picture(card, 0)
    assert "right of the line are scores of 7 or more" in card.table.caption


def test_means_of_other_high_scores_are_another_card():
    values = [
        released_value(f"A{n}", n, f"Calm {n}", estimand="mean", unit="score", value=8.0, denominator=100)
        for n in (5, 6)
    ]
    found = cards(*values, kpis=[kpi("A5"), kpi("A6", "rest", high="8 or more")], answers=AFTER)
    assert [card.table.columns[1].label for card in found] == ["Answers", "On the scale"]
