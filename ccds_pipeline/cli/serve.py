"""The commands ``ccds serve …``: the parts of the UI as processes of their own, for services and containers.

Code server and daemon are Dagster's own commands, which take the place of this process; what is special to an
installation is their environment. All parts of one machine at once are ``ui``.
"""

from __future__ import annotations

import os
import signal
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from ccds_pipeline.cli.options import DataOption, settings_of

if TYPE_CHECKING:
    from ccds_pipeline.settings import Settings

serve_app = typer.Typer(
    name="serve", help="Run one part of the UI as a service, until SIGTERM.", no_args_is_help=True
)


@serve_app.command("code-server")
def code_server(data: DataOption = None) -> None:
    """Serve definitions at CCDS_CODE_SERVER, and run what the others ask for."""
    from ccds_pipeline.settings import host_and_port

    settings = settings_of(data=data)
    host, port = host_and_port(settings.code_server)
    module = ("-m", "ccds_pipeline.definitions", "--host", host, "--port", str(port))
    _become(settings, "dagster", "code-server", "start", *module)


@serve_app.command("daemon")
def daemon(data: DataOption = None) -> None:
    """Run schedules and sensors, and the queue of runs; there is one for an installation."""
    settings = settings_of(data=data)
    _become(settings, "dagster._daemon", "run", "-w", str(_workspace(settings)))


@serve_app.command("web")
def web(
    data: DataOption = None,
    read_only: Annotated[bool, typer.Option("--read-only", help="Refuse every change.")] = False,
) -> None:
    """Serve the UI at CCDS_UI_ADDRESS, behind its guard."""
    from ccds_pipeline.cli.stopping import stop_on_signals
    from ccds_pipeline.cli.ui import listen
    from ccds_pipeline.settings import host_and_port

    settings = settings_of(data=data)
    warnings.simplefilter("ignore")  # a code server that is not there yet: the UI says so
    host, port = host_and_port(settings.ui_address)
    workspace = _workspace(settings)
    with stop_on_signals(), listen(host, port) as listener:
        from ccds_pipeline.defs.web_guard import own_hosts
        from ccds_pipeline.defs.web_server import serve_apart

        serve_apart(
            listener,
            own_hosts(port, settings.ui_hosts),
            workspace,
            read_only=read_only,
            settings=settings,
            ready=lambda: typer.echo(f"Dagster UI: http://{settings.ui_address}", err=True),
        )


def _workspace(settings: Settings) -> Path:
    """Set the environment, and return Dagster's file that names the code server."""
    from ccds_pipeline.cli.dagster_home import environment, services_file

    os.environ.update(environment(settings) | {"PYTHONWARNINGS": "ignore"})
    return services_file(settings)


def _become(settings: Settings, *command: str) -> NoReturn:
    _workspace(settings)
    is_for_people = not settings.writes_lines(is_terminal=sys.stderr.isatty())
    logs = ("--log-level", settings.log_level.lower(), "--log-format", "colored" if is_for_people else "json")
    # Dagster takes SIGTERM as it does SIGINT, which is ignored where a shell started this in the background.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.execv(sys.executable, [sys.executable, "-m", *command, *logs])  # noqa: S606  # fixed words
