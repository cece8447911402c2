"""Dagster's web server behind the guard, with the daemon and the code server that it needs, or beside them.

With it, they are processes of their own, which end with the one that serves; as services, nothing here starts
them. Settings and Dagster's home belong in ``cli.dagster_home``.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import dagster as dg
import uvicorn
import yaml

# Dagster has a command for its web server, and no public way to put anything in front of it.
from dagster._core.workspace.context import WorkspaceProcessContext, WorkspaceRequestContext
from dagster._core.workspace.load_target import WorkspaceFileTarget
from dagster._grpc.client import DagsterGrpcClient
from dagster_webserver.version import __version__
from dagster_webserver.webserver import DagsterWebserver
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from ccds_pipeline.defs.web_guard import WebGuard
from ccds_pipeline.defs.web_pages import page_routes
from ccds_pipeline.errors import CcdsError
from ccds_pipeline.settings import Settings

_MODULE, _LOCATION = "ccds_pipeline.definitions", "ccds_pipeline"
_STARTING_SECONDS, _PAUSE_SECONDS = 600, 0.2  # a busy machine is slow, and a child that ended is seen
_ENDING_SECONDS = 2.0
_OPEN_REQUESTS_SECONDS = 1


def serve(
    listener: socket.socket,
    hosts: frozenset[str],
    *,
    read_only: bool,
    settings: Settings,
    ready: Callable[[], None],
) -> None:
    """Serve the UI until a signal ends this process; no child process is left then.

    Args:
        listener: Where requests arrive.
        hosts: Names, with port, that the server goes by.
        read_only: Refuse every change, and run no daemon.
        settings: Say where report and Data Docs are.
        ready: Called once requests are answered.

    Raises:
        CcdsError: If the daemon or the code server ended, or the latter does not start.
    """
    with tempfile.TemporaryDirectory(prefix="ccds-ui-") as folder, closing(_Children()) as children:
        code_server, workspace = Path(folder, "code"), Path(folder, "workspace.yaml")
        location = {"grpc_server": {"socket": str(code_server), "location_name": _LOCATION}}
        workspace.write_text(yaml.safe_dump({"load_from": [location]}), encoding="utf-8")
        children.start("dagster", "code-server", "start", "-m", _MODULE, "--socket", str(code_server))
        _wait_for(code_server, children)
        if not read_only:
            children.start("dagster._daemon", "run", "-w", str(workspace))
        _serve(listener, hosts, workspace, children, read_only=read_only, settings=settings, ready=ready)


def serve_apart(
    listener: socket.socket,
    hosts: frozenset[str],
    workspace: Path,
    *,
    read_only: bool,
    settings: Settings,
    ready: Callable[[], None],
) -> None:
    """Serve the UI as ``serve`` does, with a code server and a daemon that others start, stop and watch.

    Args:
        listener: As for ``serve``, and so are the other arguments that it has.
        hosts: As for ``serve``.
        workspace: Dagster's file of code locations. One that is not reached is asked again, and shown so.
        read_only: As for ``serve``.
        settings: As for ``serve``.
        ready: As for ``serve``.
    """
    with closing(_Children()) as children:
        _serve(listener, hosts, workspace, children, read_only=read_only, settings=settings, ready=ready)


def _serve(
    listener: socket.socket,
    hosts: frozenset[str],
    workspace: Path,
    children: _Children,
    *,
    read_only: bool,
    settings: Settings,
    ready: Callable[[], None],
) -> None:
    with (
        dg.DagsterInstance.get() as instance,
        WorkspaceProcessContext(
            instance, WorkspaceFileTarget([str(workspace)]), version=__version__, read_only=read_only
        ) as context,
        closing(children),  # before Dagster's own, which may take longer than a stop waits
    ):
        _Server(_GuardedWebserver(context, hosts, settings), children, ready).run([listener])
        children.refuse_ended()


class _Children:
    """Python modules that run as child processes; none is left, nor any of theirs, once they are closed."""

    def __init__(self) -> None:
        self._started: list[subprocess.Popen[bytes]] = []

    def start(self, *command: str) -> None:
        """Start a command of Dagster in a session of its own, where Ctrl+C does not interrupt it."""
        words = [sys.executable, "-m", *command, "--log-level", "error"]
        self._started.append(subprocess.Popen(words, start_new_session=True))  # noqa: S603  # fixed words

    def has_ended(self) -> bool:
        """Whether any of them ended by itself."""
        return any(child.poll() is not None for child in self._started)

    def refuse_ended(self) -> None:
        """Make sure that all of them run.

        Raises:
            CcdsError: Rule ``ui_is_whole``.
        """
        if self.has_ended():
            raise CcdsError(
                "the daemon or the code server of Dagster ended, and so the UI does",
                rule="ui_is_whole",
                remedy="Look at what it printed above. A second ccds ui on a data folder needs --read-only.",
            )

    def close(self) -> None:
        """Ask every process of their sessions to end, and end those that have not done so soon."""
        for child in self._started:
            _signal_group(child, signal.SIGTERM)
        deadline = time.monotonic() + _ENDING_SECONDS
        while time.monotonic() < deadline and any(_has_group(child) for child in self._started):
            time.sleep(_PAUSE_SECONDS)
        for child in self._started:
            _signal_group(child, signal.SIGKILL)
            child.wait()
        self._started.clear()


class _GuardedWebserver(DagsterWebserver[WorkspaceProcessContext, WorkspaceRequestContext]):
    """Dagster's web server, which sees only what the guard lets through; report and Data Docs beside it."""

    def __init__(self, context: WorkspaceProcessContext, hosts: frozenset[str], settings: Settings) -> None:
        super().__init__(context)
        self._hosts, self._settings = hosts, settings

    def build_routes(self) -> list[BaseRoute]:
        """Put the pages before Dagster's, which take every other address."""
        of_dagster = super().build_routes()  # type: ignore[no-untyped-call]  # Dagster's has no types
        return [*page_routes(self._settings), *of_dagster]

    def build_middleware(self) -> list[Middleware]:
        """Put the guard before all else."""
        return [Middleware(WebGuard, hosts=self._hosts), *super().build_middleware()]


class _Server(uvicorn.Server):
    """Says when it answers, and ends when a child process did."""

    def __init__(self, server: _GuardedWebserver, children: _Children, ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                server.create_asgi_app(),
                log_level="critical",
                timeout_graceful_shutdown=_OPEN_REQUESTS_SECONDS,
            )
        )
        self._children, self._ready = children, ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    async def on_tick(self, counter: int) -> bool:
        return await super().on_tick(counter) or self._children.has_ended()


def _has_group(child: subprocess.Popen[bytes]) -> bool:
    child.poll()  # a process that ended and was not waited for still counts
    return _signal_group(child, 0)


def _signal_group(child: subprocess.Popen[bytes], number: int) -> bool:
    """Signal the process group of a child; return whether there is one."""
    try:
        os.killpg(child.pid, number)
    except ProcessLookupError:
        return False
    return True


def _wait_for(code_server: Path, children: _Children) -> None:
    client = DagsterGrpcClient(socket=str(code_server))
    deadline = time.monotonic() + _STARTING_SECONDS
    while time.monotonic() < deadline:
        children.refuse_ended()
        try:
            client.ping("")
        except dg.DagsterError:
            time.sleep(_PAUSE_SECONDS)
        else:
            return
    raise CcdsError(
        "the code server does not answer",
        rule="code_server_answers",
        remedy="Start it again; if it fails again, look at what it printed above.",
    )
