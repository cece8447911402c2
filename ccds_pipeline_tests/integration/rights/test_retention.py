"""Nothing is kept longer than the programme file says, and nothing too old is loaded again (P28)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline.ingest.installation import open_ingest
from ccds_pipeline.programme.load import parse_programme
from ccds_pipeline.programme.model import Retention
from ccds_pipeline.rights.retention import apply_retention
from ccds_pipeline.settings import Settings
from ccds_pipeline_tests.support.rights_scenario import FIRST, KEY, PROGRAMME_TEXT, Scenario, new_scenario

DAYS = Retention(source="Schedule 3", comments=100, records=200, ledger=300)
COUNTS = "SELECT count(*) FROM staging."


def days_after(days: int) -> date:
    """Return a day so long after the first delivery; the later one came 30 days after it."""
    return date(2022, 4, 1) + timedelta(days=days)


def applied(scenario: Scenario, days: int, *, dry_run: bool = False) -> dict[str, int]:
    return apply_retention(scenario.settings, DAYS, today=days_after(days), dry_run=dry_run)


def test_nothing_goes_before_its_day(scenario):
    assert applied(scenario, 100) == {"records": 0, "comments": 0, "ledger": 0}
    assert applied(scenario, 200, dry_run=True)["records"] == 0
    assert applied(scenario, 300, dry_run=True)["ledger"] == 0


@pytest.mark.attack("A17")
def test_comments_go_first_and_their_responses_stay(scenario):
    scenario.settings.as_of_folder.mkdir()
    assert applied(scenario, 101) == {"records": 0, "comments": 4, "ledger": 0}
    assert scenario.rows(f"{COUNTS}comment") == [(0,)]
    assert not scenario.settings.as_of_folder.exists()
    assert scenario.rows(f"{COUNTS}response") == [(5,)]
    assert b"hedgehogs" not in scenario.settings.warehouse_file.read_bytes()


@pytest.mark.attack("A17")
def test_a_record_goes_with_its_last_delivery(scenario):
    assert applied(scenario, 201)["records"] == 12
    assert scenario.rows(f"{COUNTS}booking") == [(4,)], "the later delivery still shows them"
    assert scenario.rows(f"{COUNTS}response") == [(0,)]
    sums = "sum(received_n), sum(loaded_n), sum(excluded_n)"
    assert scenario.rows(f"SELECT {sums} FROM ops.delivery") == [(16, 4, 12)]
    assert scenario.rows("SELECT DISTINCT reason FROM ops.excluded") == [("past_retention",)]


def test_a_run_of_deliveries_is_kept_from_its_first_day_that_is_kept(scenario):
    days = [days_after(10), days_after(20)]
    for day in days:
        scenario.deliver({"presence": FIRST["presence"]}, day=day.isoformat())
        scenario.load(day=day.isoformat())
    runs = "SELECT DISTINCT delivery_on, until_on FROM staging.sighting WHERE source_id = 'presence'"
    assert scenario.rows(runs) == [(days_after(0), days[1])]
    assert applied(scenario, 201)["records"] == 12
    assert scenario.rows(runs) == [tuple(days)]
    accounts = (
        "SELECT loaded_n, excluded_n FROM ops.delivery WHERE source_id = 'presence' ORDER BY delivery_on"
    )
    assert scenario.rows(accounts) == [(0, 3), (3, 0), (3, 0)]


def test_the_accounts_go_last_and_the_audit_trail_stays(scenario):
    assert applied(scenario, 301)["ledger"] > 0
    assert scenario.rows("SELECT DISTINCT delivery_on FROM ops.delivery") == [(date(2022, 5, 1),)]
    actions = [action for (action,) in scenario.rows("SELECT action FROM ops.audit ORDER BY sequence_n")]
    assert actions == ["key_use", "configuration", "retention"]


def test_a_dry_run_counts_and_changes_nothing(scenario):
    assert applied(scenario, 201, dry_run=True)["records"] == 12
    assert scenario.rows(f"{COUNTS}response") == [(5,)]


@pytest.mark.attack("A17")
def test_a_delivery_that_is_too_old_is_counted_and_not_loaded(tmp_path):
    days = (datetime.now(UTC).date() - date(2022, 4, 15)).days
    text = f"retention: {{source: Schedule 3, records: {days}, comments: 1, ledger: {days}}}\n"
    scenario = new_scenario(tmp_path, rules=text)
    scenario.load()
    counts = scenario.rows(
        "SELECT delivery_on, sum(loaded_n), sum(excluded_n) FROM ops.delivery GROUP BY 1 ORDER BY 1"
    )
    assert counts == [(date(2022, 4, 1), 0, 12), (date(2022, 5, 1), 4, 0)]


@pytest.mark.attack("A17")
def test_real_data_without_retention_is_refused(tmp_path):
    programme = tmp_path / "programme.yaml"
    programme.write_text(PROGRAMME_TEXT, encoding="utf-8")
    settings = Settings.model_validate(
        {"data_dir": tmp_path, "programme": programme, "pseudonym_key": KEY.hex()}
    )
    with pytest.raises(ConfigurationError, match="retention_set"):
        open_ingest(settings)


@pytest.mark.parametrize(
    "text",
    [
        "{records: 10, comments: 5, ledger: 20}",
        "{source: S, records: 10, comments: 11, ledger: 20}",
        "{source: S, records: 0, comments: 0, ledger: 20}",
    ],
)
def test_a_retention_without_source_or_out_of_order_is_refused(text):
    with pytest.raises(ConfigurationError, match="retention"):
        parse_programme(f"{PROGRAMME_TEXT}retention: {text}\n", place="programme.yaml")


@pytest.mark.parametrize("reason", ["erased", "past_retention"])
def test_a_programme_excludes_nothing_for_a_reason_of_the_pipeline(reason):
    exclude = f"    exclude: [{{reason: {reason}, column: note, equals: [x]}}]\n  - id: presence\n"
    text = PROGRAMME_TEXT.replace("  - id: presence\n", exclude, 1)
    with pytest.raises(ConfigurationError, match="reason of the pipeline's own"):
        parse_programme(text, place="programme.yaml")
