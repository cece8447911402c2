"""The files of ``deploy`` agree with the package: commands, settings, version, Dagster's configuration."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import typer
import yaml
from dotenv import dotenv_values

from ccds_pipeline import __version__
from ccds_pipeline.cli.main import app
from ccds_pipeline.settings import Settings
from ccds_pipeline_tests.support.paths import ROOT
from ccds_pipeline_tests.support.services import DEPLOY, UNITS, command_of

_COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
_VALUES = yaml.safe_load((DEPLOY / "kubernetes" / "values.yaml").read_text("utf-8"))
_SHIPPED = yaml.safe_load((ROOT / "ccds_pipeline" / "dagster.yaml").read_text("utf-8"))
_PARTS = {"code-server", "daemon", "web"}


def _containers() -> Iterator[dict[str, Any]]:
    for manifest in _VALUES["extraManifests"]:
        if manifest["kind"] == "Deployment":
            yield from manifest["spec"]["template"]["spec"]["containers"]


def _commands() -> list[list[str]]:
    """Return the commands of all files, from ``ccds`` on."""
    units = [["ccds", *command_of(file.name)[1:]] for file in sorted(UNITS.glob("*.service"))]
    composed = [one["command"] for one in _COMPOSE["services"].values() if "command" in one]
    return [*units, *composed, *(container["command"] for container in _containers())]


@pytest.mark.parametrize("words", _commands(), ids=" ".join)
def test_what_a_service_starts_is_a_command(words):
    command: Any = typer.main.get_command(app)
    assert words[0] == "ccds"
    for word in words[1:]:
        command = command.commands[word]
    assert not hasattr(command, "commands")


def test_every_part_of_the_ui_is_in_units_and_containers():
    assert {file.stem.removeprefix("ccds-") for file in UNITS.glob("*.service")} == _PARTS | {"run"}
    assert _COMPOSE["services"].keys() == _PARTS | {"postgres"}
    assert {container["command"][-1] for container in _containers()} == _PARTS - {
        "daemon"
    }  # the chart has it


def test_every_setting_of_a_deployment_is_one():
    composed = [
        _COMPOSE["x-ccds"]["environment"],
        *(one["environment"] for one in _COMPOSE["services"].values()),
    ]
    in_cluster = [{each["name"]: "" for each in container["env"]} for container in _containers()]
    named = set(dotenv_values(UNITS / "ccds.env")).union(*composed, *in_cluster)
    names = {name for name in named if name.startswith("CCDS_")}
    assert names <= {f"CCDS_{name.upper()}" for name in Settings.model_fields}


def test_images_bear_the_version_of_the_package():
    texts = "".join(
        file.read_text("utf-8") for file in (DEPLOY / "compose.yaml", DEPLOY / "kubernetes/values.yaml")
    )
    assert set(re.findall(r"ccds_pipeline(?::|, tag: )([0-9.]+)", texts)) == {__version__}


def test_storage_in_postgresql_is_the_shipped_configuration_with_another_storage():
    other = yaml.safe_load((DEPLOY / "dagster-postgres.yaml").read_text("utf-8"))
    assert other.pop("storage").keys() == {"postgres"}
    assert other == _SHIPPED


def test_the_cluster_keeps_what_the_shipped_configuration_does():
    daemon, retention = _VALUES["dagsterDaemon"], _VALUES["retention"]
    assert _VALUES["computeLogManager"]["type"] == _SHIPPED["compute_logs"]["class"]
    assert (
        daemon["runCoordinator"]["config"]["queuedRunCoordinator"]["maxConcurrentRuns"]
        == _SHIPPED["concurrency"]["runs"]["max_concurrent_runs"]
    )
    logs = _SHIPPED["python_logs"]
    assert _VALUES["pythonLogs"] == {
        "pythonLogLevel": logs["python_log_level"],
        "dagsterHandlerConfig": logs["dagster_handler_config"],
    }
    for name in ("schedule", "sensor"):
        assert retention[name]["purgeAfterDays"] == _SHIPPED["retention"][name]["purge_after_days"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_takes_the_units(tmp_path):
    for file in UNITS.rglob("ccds-*"):
        if file.is_file():
            (tmp_path / file.name).write_text(
                re.sub(r"/opt/ccds/bin/\w+", "/bin/true", file.read_text("utf-8"))
            )
    shutil.copytree(UNITS / "ccds-.service.d", tmp_path / "ccds-.service.d")
    units = sorted(map(str, tmp_path.glob("ccds-*.*")))
    verified = subprocess.run(
        ["systemd-analyze", "verify", *(unit for unit in units if not unit.endswith(".d"))],
        env={"SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (verified.returncode, verified.stderr) == (0, "")
