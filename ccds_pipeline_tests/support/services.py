"""The services of ``deploy/systemd`` as real processes: their very commands, with their environment."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import psutil
from dotenv import dotenv_values

from ccds_pipeline.cli.ui import LOCAL, listen
from ccds_pipeline_tests.support.keys import KEY
from ccds_pipeline_tests.support.paths import DATA, ROOT

DEPLOY = ROOT / "deploy"
UNITS = DEPLOY / "systemd"
_COMMON = UNITS / "ccds-.service.d" / "installation.conf"
_INSTALLED = "/opt/ccds/bin/"
PATIENCE_SECONDS = 400  # on a machine that does other things too


def settings_of_unit(file: Path, name: str) -> list[str]:
    """Return what a unit sets by that name, as often as it does."""
    lines = (line.partition("=") for line in file.read_text("utf-8").splitlines())
    return [value for key, _, value in lines if key == name]


def command_of(unit: str) -> list[str]:
    """Return the words that a service starts, from where this checkout has them."""
    (line,) = settings_of_unit(UNITS / unit, "ExecStart")
    return line.replace(_INSTALLED, f"{Path(sys.executable).parent}/").split()


class Services:
    """The services of one installation in a folder, on free ports of this machine.

    Args:
        folder: Where landing (``landing``) and data (``data``) are.
        further: Environment of the installation besides that of ``ccds.env``.
    """

    def __init__(self, folder: Path, further: Mapping[str, str]) -> None:
        with listen(LOCAL, 0) as web, listen(LOCAL, 0) as code:
            self.port, self.code_port = web.getsockname()[1], code.getsockname()[1]
        self.data = folder / "data"
        self.data.mkdir(exist_ok=True)
        self._folder = folder
        (folder / "pseudonym.key").write_text(KEY)
        set_here = {
            "CCDS_DATA_DIR": str(self.data),
            "CCDS_LANDING": str(folder / "landing"),
            "CCDS_PROGRAMME": str(DATA / "workshop.yaml"),
            "CCDS_BACKUP_FOLDER": str(folder / "backups"),
            "CCDS_UI_ADDRESS": f"{LOCAL}:{self.port}",
            "CCDS_CODE_SERVER": f"{LOCAL}:{self.code_port}",
        }
        named = dotenv_values(UNITS / "ccds.env")
        assert set_here.keys() <= named.keys()
        by_unit = dict(each.split("=", 1) for each in settings_of_unit(_COMMON, "Environment"))
        by_unit = {name: value.replace("%d", str(folder)) for name, value in by_unit.items()}
        kept = {name: value for name, value in os.environ.items() if name in {"HOME", "LANG", "TZ"}}
        self.environment = {
            **kept,
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            **{name: value or "" for name, value in named.items()},
            **by_unit,
            **set_here,
            **further,
        }
        self._running: dict[str, psutil.Popen] = {}

    def run(self, *command: str) -> int:
        """Run a command with the settings of the services to its end, and return its exit code.

        What it says is in the log ``run``.
        """
        with (self._folder / "run.log").open("wb") as log:
            process = psutil.Popen(command, env=self.environment, cwd=self.data, stderr=log)
            code: int = process.wait(PATIENCE_SECONDS)
        return code

    def start(self, unit: str) -> None:
        """Start a service, as systemd does."""
        log = (self._folder / f"{unit}.log").open("wb")
        with log:
            self._running[unit] = psutil.Popen(
                command_of(unit), env=self.environment, cwd=self.data, stdout=log, stderr=log
            )

    def log(self, name: str) -> str:
        """Return what a service, or the last command, said."""
        return (self._folder / f"{name}.log").read_text("utf-8")

    def stop(self, unit: str) -> int:
        """Send SIGTERM to every process of a service, as systemd does, and return the exit code.

        No process of its own is left.
        """
        process = self._running.pop(unit)
        processes = [process, *process.children(recursive=True)]
        for each in processes:
            if each.is_running():
                each.send_signal(signal.SIGTERM)
        code: int = process.wait(PATIENCE_SECONDS)
        _, left = psutil.wait_procs(processes[1:], PATIENCE_SECONDS)
        assert left == []
        return code

    def kill(self) -> None:
        """End what a test that failed left."""
        for process in self._running.values():
            for each in (*process.children(recursive=True), process):
                each.kill()
            process.wait(PATIENCE_SECONDS)
        self._running.clear()

    def ask(self, query: str) -> Any:
        """Ask through the guard, and return the data; what is wrong is raised."""
        connection = HTTPConnection(LOCAL, self.port, timeout=60)
        try:
            headers = {"Content-Type": "application/json", "Origin": f"http://{LOCAL}:{self.port}"}
            connection.request("POST", "/graphql", json.dumps({"query": query}), headers)
            answer = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        assert "errors" not in answer, answer
        return answer["data"]

    def wait_until(self, query: str, holds: Any) -> Any:
        """Ask until the answer is as it should be, and return it."""
        deadline, data = time.monotonic() + PATIENCE_SECONDS, None
        while time.monotonic() < deadline:
            ended = [unit for unit, process in self._running.items() if process.poll() is not None]
            assert not ended, "\n".join(self.log(unit) for unit in ended)
            try:
                data = self.ask(query)
            except (OSError, HTTPException):
                data = None
            if data is not None and holds(data):
                return data
            time.sleep(1)
        raise AssertionError(data)


@contextmanager
def services(folder: Path, further: Mapping[str, str]) -> Iterator[Services]:
    """Yield the services of an installation; none is left running."""
    installation = Services(folder, further)
    try:
        yield installation
    finally:
        installation.kill()
