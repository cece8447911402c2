"""The command ``ccds ui``; what it serves is in ``ccds_pipeline.defs.web_server``."""

from __future__ import annotations

import os
import socket
from typing import Annotated

import typer

from ccds_pipeline.cli.options import DataOption, settings_of
from ccds_pipeline.errors import BusyError

HOST, PORT = "127.0.0.1", 3000


def ui(
    data: DataOption = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port on this machine.")] = PORT,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Refuse every change, and run no schedule or sensor.")
    ] = False,
) -> None:
    """Serve the Dagster UI on this machine, with schedules and sensors, until Ctrl+C."""
    from ccds_pipeline.cli.dagster_home import environment
    from ccds_pipeline.cli.stopping import stop_on_signals

    settings = settings_of(data=data)
    # Dagster's advice to developers is of no use here.
    os.environ.update(environment(settings) | {"PYTHONWARNINGS": "ignore"})
    with stop_on_signals(), listen(port) as listener:
        from ccds_pipeline.defs.web_guard import own_hosts
        from ccds_pipeline.defs.web_server import serve

        serve(
            listener,
            own_hosts(port, settings.ui_hosts),
            settings,
            read_only=read_only,
            ready=lambda: typer.echo(f"Dagster UI: http://{HOST}:{port} (stop it with Ctrl+C)", err=True),
        )


def listen(port: int) -> socket.socket:
    """Return a socket that listens on a port of this machine.

    Raises:
        BusyError: Rule ``port_free`` if the port is in use, or not for this account.
    """
    try:
        return socket.create_server((HOST, port))
    except OSError:
        raise BusyError(
            f"port {port} is in use, or not for this account",
            rule="port_free",
            remedy="Stop what listens there, or choose another port with --port.",
        ) from None
