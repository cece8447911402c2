"""What happens in runs is told as lines and as lineage: names and states, and never a reason to fail."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from ccds_pipeline.cli.dagster_home import prepare_home
from ccds_pipeline.cli.ui import LOCAL, listen
from ccds_pipeline.defs.run_events import COMMAND_RUN
from ccds_pipeline.settings import Settings

_COMMAND_RUN = "11111111-1111-4111-8111-111111111111"


@dg.asset(key=["staging", "first"])
def first() -> None:
    pass


@dg.asset(key=["core", "second"], deps=[first])
def second(context: dg.AssetExecutionContext) -> None:
    if "fails" in context.run.tags:
        raise dg.Failure("3 rows break the rule")


@pytest.fixture
def received() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield the address of a receiver, and what it received."""
    events: list[dict[str, Any]] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            events.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(201)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    with HTTPServer((LOCAL, 0), Receiver) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://{LOCAL}:{server.server_port}", events
        server.shutdown()
        thread.join()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return Dagster's home as it is shipped."""
    home = prepare_home(Settings(data_dir=tmp_path))
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    return home


def run(*, fails: bool = False) -> tuple[str, bool]:
    """Run a job of two assets; return the run's id, and whether it succeeded."""
    defs = dg.Definitions(assets=[first, second], jobs=[dg.define_asset_job("both", [first, second])])
    with dg.DagsterInstance.get() as instance:
        done = defs.resolve_job_def("both").execute_in_process(
            instance=instance,
            tags={COMMAND_RUN: _COMMAND_RUN} | ({"fails": "yes"} if fails else {}),
            raise_on_error=False,
        )
    return done.run_id, done.success


def told(event: dict[str, Any]) -> tuple[str, str, list[str], list[str]]:
    """Return state and job of an event, with the names of what was read and made."""
    read, made = ([each["name"] for each in event[side]] for side in ("inputs", "outputs"))
    return event["eventType"], event["job"]["name"], read, made


def test_runs_and_steps_are_sent_with_what_they_read_and_made(home, received, monkeypatch):
    url, events = received
    monkeypatch.setenv("OPENLINEAGE_URL", url)
    run_id, _ = run()
    assert [told(event) for event in events] == [
        ("START", "both", [], []),
        ("START", "both.staging__first", [], []),
        ("COMPLETE", "both.staging__first", [], ["staging.first"]),
        ("START", "both.core__second", [], []),
        ("COMPLETE", "both.core__second", ["staging.first"], ["core.second"]),
        ("COMPLETE", "both", [], []),
    ]
    assert {events[0]["run"]["runId"], events[-1]["run"]["runId"]} == {run_id}
    steps = [event["run"] for event in events[1:-1]]
    assert {step["facets"]["parent"]["run"]["runId"] for step in steps} == {run_id}
    assert len({step["runId"] for step in steps}) == 2
    assert {event["job"]["namespace"] for event in events} == {"ccds_pipeline"}


def test_a_step_that_fails_is_sent_so(home, received, monkeypatch):
    url, events = received
    monkeypatch.setenv("OPENLINEAGE_URL", url)
    run(fails=True)
    states = [told(event)[:2] for event in events]
    assert ("FAIL", "both.core__second") in states
    assert states[-1] == ("FAIL", "both")


def test_a_receiver_that_is_away_is_said_once_and_the_run_goes_on(home, monkeypatch, caplog):
    with listen(LOCAL, 0) as nobody:
        port = nobody.getsockname()[1]
    monkeypatch.setenv("OPENLINEAGE_URL", f"http://{LOCAL}:{port}")
    _, is_success = run()
    assert is_success
    assert len([record for record in caplog.records if "Lineage cannot be sent" in record.message]) == 1


def test_a_line_names_run_step_and_event_and_the_rule_of_a_failure(home, capfd, monkeypatch):
    run_id, _ = run(fails=True)
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert {(line["run_id"], line["dagster_run_id"], line["job"]) for line in lines} == {
        (_COMMAND_RUN, run_id, "both")
    }
    assert [(line["level"], line.get("step"), line["event"]) for line in lines] == [
        ("INFO", None, "PIPELINE_START"),
        ("INFO", "staging__first", "STEP_START"),
        ("INFO", "staging__first", "STEP_SUCCESS"),
        ("INFO", "core__second", "STEP_START"),
        ("ERROR", "core__second", "STEP_FAILURE"),
        ("ERROR", None, "PIPELINE_FAILURE"),
    ]
    assert lines[4]["message"] == "3 rows break the rule"


@pytest.mark.parametrize(
    ("setting", "levels"),
    [
        (("CCDS_LOG_FORMAT", "text"), set()),
        (("CCDS_LOG_LEVEL", "WARNING"), {"ERROR"}),
        (("CCDS_LOG_LEVEL", "DEBUG"), {"DEBUG", "INFO", "ERROR"}),
    ],
)
def test_settings_say_whether_there_are_lines_and_of_what(home, capfd, monkeypatch, setting, levels):
    monkeypatch.setenv(*setting)
    run(fails=True)
    assert {json.loads(line)["level"] for line in capfd.readouterr().err.splitlines()} == levels
