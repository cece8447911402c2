"""The services of ``deploy`` start, know each other, run a job and stop, as real processes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import duckdb
import pytest
import sqlalchemy as sa
import yaml

from ccds_pipeline_tests.integration.cli.test_bad_input import write_survey
from ccds_pipeline_tests.support.paths import ROOT
from ccds_pipeline_tests.support.postgres import connected, new_database
from ccds_pipeline_tests.support.services import DEPLOY, Services, command_of, services

pytestmark = [pytest.mark.slow, pytest.mark.heavy]

_UNITS = ("ccds-code-server.service", "ccds-daemon.service", "ccds-web.service")
_ENDED = {0, 130, 143}  # SuccessExitStatus of the units
_LOCATIONS = """{ workspaceOrError { ... on Workspace { locationEntries {
    name locationOrLoadError { __typename } } } } }"""
_DAEMONS = "{ instance { daemonHealth { allDaemonStatuses { daemonType required healthy } } } }"
_RUNS = "{ runsOrError { ... on Runs { results { runId jobName status startTime endTime } } } }"
_LAUNCH = """mutation { launchRun(executionParams: {
    selector: {repositoryLocationName: "ccds_pipeline", repositoryName: "__repository__", jobName: "ingest"},
    runConfigData: {},
    executionMetadata: {tags: [{key: "ccds/first_day", value: "2019-07-01"}]} })
    { __typename ... on PythonError { message } } }"""


@contextmanager
def _postgres() -> Iterator[str]:
    """Yield a database in the words that Dagster takes."""
    with new_database() as url:
        yield sa.make_url(url).set(drivername="postgresql+psycopg2").render_as_string(hide_password=False)


@pytest.fixture(scope="module", params=["embedded", "postgres"])
def installation(request, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """Start the three services at once, over the warehouse of the timer's run."""
    folder = tmp_path_factory.mktemp("services")
    write_survey(folder / "landing")
    is_postgres = request.param == "postgres"
    with _postgres() if is_postgres else nullcontext("") as url:
        with services(folder, {"DAGSTER_POSTGRES_URL": url} if is_postgres else {}) as installation:
            if is_postgres:
                home = folder / "data" / "dagster"
                home.mkdir()
                shutil.copy(DEPLOY / "dagster-postgres.yaml", home / "dagster.yaml")
            assert installation.run(*command_of("ccds-run.service")) == 0, installation.log("run")
            lines = [json.loads(line) for line in installation.log("run").splitlines()]
            for unit in _UNITS:
                installation.start(unit)
            (run_id,) = {line["run_id"] for line in lines}
            yield installation
            runs = installation.ask(_RUNS)["runsOrError"]["results"]
            assert runs[-1]["runId"] == run_id  # one throughout
            assert {line.get("event") for line in lines} >= {"STEP_START", "STEP_SUCCESS", "PIPELINE_SUCCESS"}
            assert {unit: installation.stop(unit) in _ENDED for unit in _UNITS} == dict.fromkeys(_UNITS, True)
        if is_postgres:
            with connected(url.replace("psycopg2", "psycopg", 1)) as connection:
                assert connection.scalar(sa.text("SELECT count(*) FROM runs")) >= 2
            assert not (home / "history").exists()


def test_the_web_server_reaches_the_code_server_and_the_daemon_is_healthy(installation):
    (location,) = installation.wait_until(_LOCATIONS, _is_loaded)["workspaceOrError"]["locationEntries"]
    assert location["name"] == "ccds_pipeline"
    installation.wait_until(_DAEMONS, _are_healthy)
    runs = installation.ask(_RUNS)["runsOrError"]["results"]
    assert [(run["jobName"], run["status"]) for run in runs] == [("refresh", "SUCCESS")]


def test_the_health_checks_of_the_containers_pass(installation):
    installation.wait_until(_DAEMONS, _are_healthy)
    home = f"DAGSTER_HOME={installation.data / 'dagster'}"  # which the image sets
    content = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]
    found = {
        name: installation.run("env", home, *_here(content[name]["healthcheck"]["test"], installation))
        for name in ("code-server", "daemon", "web")
    }
    assert found == {"code-server": 0, "daemon": 0, "web": 0}


def test_a_backfill_that_is_asked_for_twice_is_queued_and_run_where_the_data_is(installation):
    write_survey(ROOT / installation.environment["CCDS_LANDING"], day="2019-07-31", rows=2)
    installation.wait_until(_LOCATIONS, _is_loaded)
    for _ in range(2):
        launched = installation.ask(_LAUNCH)["launchRun"]
        assert launched["__typename"] == "LaunchRunSuccess", launched
    runs = installation.wait_until(_RUNS, _are_done)["runsOrError"]["results"]
    second, first, _ = runs
    assert [run["status"] for run in runs] == ["SUCCESS"] * 3
    assert first["endTime"] <= second["startTime"]
    with duckdb.connect(str(installation.data / "warehouse.duckdb"), read_only=True) as connection:
        days = connection.execute("SELECT DISTINCT delivery_on::TEXT FROM ops.delivery ORDER BY 1").fetchall()
    assert days == [("2019-06-30",), ("2019-07-31",)]


def _is_loaded(data) -> bool:
    entries = data["workspaceOrError"]["locationEntries"]
    return all(
        (entry["locationOrLoadError"] or {}).get("__typename") == "RepositoryLocation" for entry in entries
    )


def _are_done(data) -> bool:
    results = data["runsOrError"]["results"]
    return not {run["status"] for run in results} & {"QUEUED", "NOT_STARTED", "STARTING", "STARTED"}


def _are_healthy(data) -> bool:
    statuses = data["instance"]["daemonHealth"]["allDaemonStatuses"]
    return bool(statuses) and all(status["healthy"] for status in statuses if status["required"])


def _here(test: list[str], installation: Services) -> list[str]:
    """Return a health check of a container as it is on this machine."""
    programs = Path(command_of("ccds-web.service")[0]).parent
    words = [word.replace("3000", str(installation.port)) for word in test[1:]]
    words = [word.replace("4266", str(installation.code_port)) for word in words]
    return [str(programs / words[0]), *words[1:]]
