"""Links of a demonstration against the planted ones: as the evaluator has them, precise, and most of them."""

import json
from collections import Counter
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from ccds_pipeline.deidentify.pseudonym import Pseudonymiser
from ccds_pipeline.programme.load import default_programme_file
from ccds_pipeline_tests.support.commands import kpis_without_dagster
from ccds_pipeline_tests.support.keys import KEY
from ccds_pipeline_tests.support.linkage import link_scores, measured_links, pair_scores
from ccds_pipeline_tests.truth.planted import write_with_truth

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("linkage") / "landing"
    write_with_truth(folder, participants=900, seed=11)
    return folder


@pytest.fixture(scope="module")
def warehouse(landing: Path) -> Path:
    kpis_without_dagster(landing, landing.parent / "data", default_programme_file())
    return landing.parent / "data" / "warehouse.duckdb"


@pytest.fixture(scope="module")
def links(landing: Path, warehouse: Path) -> pd.DataFrame:
    return measured_links(landing, warehouse, Pseudonymiser(bytes.fromhex(KEY)))


def table(warehouse: Path, statement: str) -> pd.DataFrame:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(statement).df()


def test_link_quality_equals_the_evaluators(landing, warehouse):
    planted = pd.DataFrame(json.loads((landing.parent / "truth.json").read_text())["link_quality"])
    found = table(warehouse, "SELECT * FROM kpi.link_quality").set_index("wave")[list(planted)[1:]]
    pd.testing.assert_frame_equal(
        found.sort_index().astype("Float64"), planted.set_index("wave").sort_index().astype("Float64")
    )


def test_links_by_tier_and_state_equal_the_evaluators_with_who_is_right(landing, links):
    rows = json.loads((landing.parent / "truth.json").read_text())["links"]
    planted = Counter(
        {(row["wave"], row["tier"], row["state"], row["is_right"]): row["responses_n"] for row in rows}
    )
    found = Counter(links[["wave", "link_tier", "state", "is_right"]].itertuples(index=False, name=None))
    assert found == planted


def test_links_are_precise_and_most_are_found(links):
    overall = link_scores(links).loc["overall"]
    assert overall["precision"] >= 0.995
    assert overall["recall"] >= 0.95


def test_pairs_are_precise_and_most_are_found(links):
    overall = pair_scores(links).loc["overall"]
    assert overall["precision"] >= 0.995
    assert overall["recall"] >= 0.93


def test_every_tier_is_planted_and_codes_alone_identify_some(links):
    assert set(links["link_tier"]) == {"reference", "email", "code", "near_code", "none"}
    only_code = links[links["carries"] == "code"].groupby("wave").size() / links.groupby("wave").size()
    assert 0.06 < only_code["pre"] < 0.14
    assert 0.02 < only_code["post"] < 0.08
    assert only_code["follow_up"] < 0.08


def test_two_people_of_one_name_in_a_session_stay_two(landing, warehouse, links):
    """Names are in no column that is kept; whoever shares one is told apart by the address."""
    bookings = pd.concat(
        pd.read_csv(path, dtype=str, keep_default_na=False)
        for path in (landing / "pretix_bookings").rglob("*.csv")
    )
    booked = bookings[["Event slug", "Attendee name", "Attendee email"]].drop_duplicates()
    booked = booked[booked["Attendee email"] != ""]
    namesakes = booked[booked.duplicated(["Event slug", "Attendee name"], keep=False)]
    assert len(namesakes) >= 2
    written = links.merge(namesakes, left_on="email", right_on="Attendee email")
    linked = written[written["is_to_attended"]]
    assert linked["is_right"].all()
    assert linked.groupby("email")["participant_key"].nunique().max() == 1
    assert linked["participant_key"].nunique() == linked["email"].nunique()
