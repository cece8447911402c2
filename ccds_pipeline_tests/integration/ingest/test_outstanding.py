"""A delivery is loaded if the ledger proves it: by its files' content, and by what it was loaded with."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ccds_pipeline.deidentify.pseudonym import Pseudonymiser
from ccds_pipeline.ingest.outstanding import outstanding
from ccds_pipeline.programme.load import parse_programme
from ccds_pipeline.sources.landing import find_deliveries
from ccds_pipeline.warehouse.engine import open_present
from ccds_pipeline_tests.support.rights_scenario import (
    FIRST_DAY,
    LATER_DAY,
    OTHER_KEY,
    PROGRAMME_TEXT,
    Scenario,
)


def found(scenario: Scenario, **changes: Any) -> dict[str, str]:
    """Return why each delivery of the landing is outstanding, with an ingest that is changed so."""
    ingest = replace(scenario.ingest, **changes)
    deliveries = find_deliveries(scenario.settings.landing_url, ingest.programme.sources_by_id).deliveries
    with open_present(scenario.settings.warehouse_file) as connection:
        return {str(left.delivery): left.reason for left in outstanding(connection, ingest, deliveries)}


def programme(old: str, new: str) -> dict[str, Any]:
    assert old in PROGRAMME_TEXT
    return {"programme": parse_programme(PROGRAMME_TEXT.replace(old, new), place="rights.yaml")}


def file_of(scenario: Scenario, source: str, day: str) -> Path:
    return Path(scenario.settings.landing_url) / source / day / "export.csv"


def test_what_was_loaded_is_not_outstanding(scenario):
    assert found(scenario) == {}


def test_a_delivery_that_came_late_is_outstanding_whatever_its_date(scenario):
    scenario.deliver({"bookings": ["R-BO,bo@example.org,S-1,booked"]}, day="2022-01-15")
    assert found(scenario) == {"bookings/2022-01-15": "new"}


def test_other_content_is_seen_at_the_same_size_and_time(scenario):
    file = file_of(scenario, "presence", FIRST_DAY)
    state, text = file.stat(), file.read_text(encoding="utf-8")
    file.write_text(text.replace("S-1", "S-2", 1), encoding="utf-8")
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert (file.stat().st_size, found(scenario)) == (state.st_size, {f"presence/{FIRST_DAY}": "other files"})


def test_a_file_that_is_put_back_is_loaded_again_only_if_another_was_loaded_since(scenario):
    file = file_of(scenario, "presence", FIRST_DAY)
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("S-1", "S-2", 1), encoding="utf-8")
    scenario.load(day=FIRST_DAY)
    assert found(scenario) == {}
    file.write_text(text, encoding="utf-8")
    assert found(scenario) == {f"presence/{FIRST_DAY}": "other files"}


def test_a_file_more_and_a_file_less_are_seen(scenario):
    file_of(scenario, "bookings", FIRST_DAY).with_name("more.csv").write_text("ref,mail,session,state\n")
    assert found(scenario) == {f"bookings/{FIRST_DAY}": "other files"}


def test_a_refused_file_is_done(scenario):
    file_of(scenario, "presence", FIRST_DAY).write_text("no,known,header\n1,2,3\n", encoding="utf-8")
    scenario.load(day=FIRST_DAY)
    assert scenario.rows("SELECT count(*) FROM ops.delivery WHERE status = 'refused'") == [(1,)]
    assert found(scenario) == {}


def test_another_key_makes_everything_outstanding(scenario):
    reasons = found(scenario, pseudonymiser=Pseudonymiser(OTHER_KEY))
    assert set(reasons.values()) == {"other key"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('label: Sure, level: "2"', 'label: Surer, level: "1"'),
        ("high: 8", "high: 9"),
        ("name: A small programme", "name: Another name"),
        ('text: "Why?"', 'text: "Why so?"'),
        ("label: Before", "label: Beforehand"),
        ("key: [ref]", "key: [ref]\n    complete: true"),
    ],
    ids=["a KPI", "a threshold", "the name", "a question's text", "a wave's label", "completeness"],
)
def test_what_loading_does_not_use_loads_nothing_again(scenario, old, new):
    assert found(scenario, **programme(old, new)) == {}


def test_a_changed_scale_loads_again_what_asks_it_and_nothing_else(scenario):
    reasons = found(scenario, **programme("maximum: 10", "maximum: 9"))
    assert set(reasons.values()) == {"other contract"}
    assert {name.split("/")[0] for name in reasons} == {"survey"}


def test_reference_tables_that_no_source_uses_load_nothing_again(scenario):
    assert found(scenario, reference_digest="0" * 64) == {}


def test_a_load_that_did_not_end_left_no_proof(scenario):
    scenario.deliver({"bookings": ["R-BO,bo@example.org,S-1,booked"]}, day="2022-06-01")
    runs = scenario.ingest.runs_folder.with_name("no_folder")
    runs.write_text("", encoding="utf-8")
    stopped = replace(scenario, ingest=replace(scenario.ingest, runs_folder=runs))
    with pytest.raises(OSError, match="no_folder"):
        stopped.load(day="2022-06-01")
    assert "bookings/2022-06-01" in found(scenario)
    assert f"bookings/{LATER_DAY}" not in found(scenario)
