"""Dagster's home in the data folder, and its UI on this machine only."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import NoReturn

import typer
from filelock import FileLock, Timeout

from ccds_pipeline.errors import BusyError
from ccds_pipeline.settings import Settings

_HOST = "127.0.0.1"
_WORKSPACE = "workspace.yaml"
_LOCATION = """\
load_from:
  - python_module: {module_name: ccds_pipeline.definitions, location_name: ccds_pipeline}
"""


def prepare_home(settings: Settings) -> Path:
    """Make Dagster's home with the shipped configuration, and return it.

    A configuration that is there already is the user's and stays.
    """
    home = settings.dagster_home.absolute()
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    shipped = resources.files("ccds_pipeline") / "dagster.yaml"
    for name, text in {"dagster.yaml": shipped.read_text(encoding="utf-8"), _WORKSPACE: _LOCATION}.items():
        if not (home / name).exists():
            (home / name).write_text(text, encoding="utf-8")
    return home


def environment(settings: Settings) -> dict[str, str]:
    """Return what Dagster's processes must find in their environment, absolute paths throughout."""
    landing = settings.landing_url
    return {
        "CCDS_DATA_DIR": str(settings.data_dir.absolute()),
        "CCDS_LANDING": landing if "://" in landing else str(Path(landing).absolute()),
        "CCDS_PROGRAMME": str(settings.programme_file.absolute()),
        "DAGSTER_HOME": str(prepare_home(settings)),
        "DAGSTER_DISABLE_TELEMETRY": "yes",
        "DAGSTER_REDACT_USER_CODE_ERRORS": "1",
    }


@contextmanager
def only_command(settings: Settings) -> Iterator[None]:
    """Let no other ``ccds run`` work on this Dagster home until the block ends, or this process dies.

    Raises:
        BusyError: If one does.
    """
    lock = FileLock(prepare_home(settings) / "run.lock", mode=0o600, blocking=False)
    try:
        held = lock.acquire()
    except Timeout:
        raise BusyError(
            "another run works on this data folder",
            rule="one_run",
            remedy="Wait until it is done, or stop it, and run the command again.",
        ) from None
    with held:
        yield


def serve_ui(settings: Settings, *, port: int) -> NoReturn:
    """Replace this process by Dagster's web server and daemon.

    Raises:
        BusyError: If the port is taken.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError:
            raise BusyError(
                f"port {port} is in use",
                rule="port_free",
                remedy=f"Stop what listens there, or choose another port: ccds ui --port {port + 1}",
            ) from None
    typer.echo(f"Dagster UI: http://{_HOST}:{port} (stop it with Ctrl+C)", err=True)
    command = [sys.executable, "-m", "dagster", "dev", "-h", _HOST, "-p", str(port)]
    command += ["-w", str(prepare_home(settings) / _WORKSPACE), "--log-level", "error"]
    # "dagster dev" advertises its successor on every start, which is of no use here.
    os.execve(sys.executable, command, os.environ | environment(settings) | {"PYTHONWARNINGS": "ignore"})  # noqa: S606  # no shell is wanted
