"""A claim about an earlier day tells of that day, and never of the few who came, changed or went since."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from ccds_pipeline.core.basis import current_basis
from ccds_pipeline.core.build import refresh_core
from ccds_pipeline.kpi.build import refresh_kpis, refresh_themes
from ccds_pipeline.programme.load import parse_programme
from ccds_pipeline.release.build import build_candidate, publish_candidate
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline_tests.support.loaded_deliveries import Loaded
from ccds_pipeline_tests.support.small_delivery import HEADERS, PROGRAMME_TEXT, presence, second_answer

pytestmark = pytest.mark.attack("A9")

APRIL, MAY, JUNE = "2022-04-01", "2022-05-01", "2022-06-01"
CLAIMS = f"""
claims:
  - {{id: sure, text: They were sure in April, kpi: S3, estimand: mean, value: 6, as_of: {APRIL}}}
"""
PROGRAMME = PROGRAMME_TEXT + CLAIMS
PEOPLE = [f"p{number}" for number in range(60)]


class SuccessiveReleases(Loaded):
    """A warehouse whose releases are published, one after the other."""

    def answers(self, day: str, people: Sequence[str], *, sure: int = 6) -> None:
        """Deliver and load all that is known on a day."""
        self.deliver("presence", day, HEADERS["presence"], [presence(person) for person in people])
        # Not everybody is equally sure: what all say would be withheld.
        rows = [second_answer(person, sure + position % 3 - 1) for position, person in enumerate(people)]
        self.deliver("second", day, HEADERS["second"], rows)
        for source in ("presence", "second"):
            self.load(source, day)

    def claim(self, *, programme_text: str = PROGRAMME) -> pd.Series:
        """Release what is known now and return the claim as readers see it."""
        with open_warehouse(self.publish(programme_text), read_only=True) as engine:
            return pd.read_sql("SELECT * FROM reporting.claim", engine).iloc[0]

    def publish(self, programme_text: str) -> Path:
        """Release what is known now and return the file."""
        programme = parse_programme(programme_text, place="small.yaml")
        folder = self.landing.parent
        candidate, target = folder / "release.candidate.duckdb", folder / "release.duckdb"
        with open_warehouse(self.warehouse) as engine:
            basis = current_basis(engine)
            refresh_core(engine, programme, basis)
            refresh_kpis(engine, programme, basis, run_id="test")
            refresh_themes(engine, programme)
            build_candidate(engine, programme, candidate, note="Synthetic")
            publish_candidate(engine, programme, candidate, target, inputs="test")
        return target


@pytest.fixture
def releases(tmp_path: Path) -> SuccessiveReleases:
    warehouse = SuccessiveReleases(tmp_path)
    warehouse.answers(APRIL, PEOPLE[:30])
    return warehouse


@pytest.mark.parametrize(
    ("more", "state"), [(10, "withheld"), pytest.param(11, "reproduced", marks=pytest.mark.heavy)]
)
def test_it_is_withheld_where_the_present_differs_by_a_few_people(releases, more, state):
    releases.answers(MAY, PEOPLE[: 30 + more])
    claim = releases.claim()
    assert claim["state"] == state
    assert pd.isna(claim["value"]) == (state == "withheld")


@pytest.mark.heavy
def test_it_is_withheld_where_an_earlier_release_differs_by_a_few_people(releases):
    releases.answers(MAY, PEOPLE[:33])
    releases.publish(PROGRAMME_TEXT)
    releases.answers(JUNE, PEOPLE[:55])
    assert releases.claim()["state"] == "withheld"


def test_once_released_it_stands_whoever_is_corrected_or_goes(releases):
    releases.answers(MAY, PEOPLE[:50])
    first = releases.claim()
    # April as it would look had one of its people been erased, and another been corrected.
    releases.answers(APRIL, PEOPLE[1:30], sure=7)
    again = releases.claim()
    pd.testing.assert_series_equal(again, first)
    assert first["state"] == "reproduced"


@pytest.mark.heavy
def test_another_sentence_about_the_same_figure_is_judged_on_what_was_released(releases):
    releases.answers(MAY, PEOPLE[:50])
    first = releases.claim()
    other = releases.claim(programme_text=PROGRAMME.replace("value: 6,", "value: 9,"))
    assert (other["value"], other["claimed"], other["state"]) == (first["value"], 9, "lower")
