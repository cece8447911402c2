"""The demonstration is the case study: published figures come out, and sessions differ."""

from __future__ import annotations

import pytest

from ccds_pipeline.synthetic.decks import Deck, mood_of
from ccds_pipeline.synthetic.demonstration import write_sessions
from ccds_pipeline.synthetic.draws import Draws
from ccds_pipeline_tests.truth.evaluate import evaluate
from ccds_pipeline_tests.truth.figures import kpis
from ccds_pipeline_tests.truth.tally import Tally

# Published figure, with the half of its last place that belongs to it.
PUBLISHED = {
    ("K04", "share"): (0.95, 0.005),
    ("K07", "share"): (0.93, 0.005),
    ("K08", "share"): (0.95, 0.005),
    ("K09", "share"): (0.95, 0.005),
    ("K11", "share"): (0.96, 0.005),
    ("K12", "share"): (0.96, 0.005),
    ("K13", "mean"): (8.7, 0.05),
    ("K14", "mean"): (8.8, 0.05),
    ("K15", "E1"): (0.247, 0.0005),
    ("K16", "share"): (0.87, 0.005),
}


def test_every_published_figure_comes_out_of_the_default_demonstration(tmp_path):
    tally = Tally()
    for people in write_sessions(tmp_path, participants=2412, seed=4):
        tally.add(evaluate(people))
    found = {
        (row["kpi_id"], row["estimand"]): float(str(row["value"]))
        for row in kpis(tally)
        if row["breakdown"] == "all"
    }
    for reading, (value, slack) in PUBLISHED.items():
        assert found[reading] == pytest.approx(value, abs=slack), reading
    assert found["K01", "persons"] > 2400
    assert found["K02", "persons"] > 2000
    assert found["K10", "share"] > 0.93


@pytest.mark.parametrize("leaning", [0.0, 0.7, 1.0])
def test_a_deck_keeps_its_shares_whatever_the_moods(leaning):
    deck = Deck({0: 10, 1: 90}, goodness=int, leaning=leaning, draws=Draws(1))
    dealt = [deck.deal(mood_of(number // 20)) for number in range(2000)]
    assert sum(dealt) == pytest.approx(1800, abs=20)


def test_good_sessions_are_dealt_better_cards():
    deck = Deck({0: 10, 1: 90}, goodness=int, leaning=1.0, draws=Draws(1))
    good, bad = [], []
    for _ in range(50):
        good += [deck.deal(1) for _ in range(20)]
        bad += [deck.deal(-1) for _ in range(20)]
    assert sum(good) > sum(bad) + 50


def test_of_two_sessions_in_a_row_one_is_in_a_good_mood():
    assert all(mood_of(number) + mood_of(number + 1) == 0 for number in range(2, 200, 2))
