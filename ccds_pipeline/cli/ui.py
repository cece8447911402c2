"""The command ``ccds ui``; what it serves is in ``ccds_pipeline.defs.web_server``."""

from __future__ import annotations

import os
import socket
from typing import Annotated

import typer

from ccds_pipeline.cli.options import DataOption, settings_of
from ccds_pipeline.errors import BusyError

LOCAL = "127.0.0.1"


def ui(
    data: DataOption = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port on this machine.", show_default="3000")
    ] = None,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Refuse every change, and run no schedule or sensor.")
    ] = False,
) -> None:
    """Serve the Dagster UI on this machine, with schedules and sensors, until Ctrl+C."""
    from ccds_pipeline.cli.dagster_home import environment
    from ccds_pipeline.cli.stopping import stop_on_signals
    from ccds_pipeline.settings import host_and_port

    settings = settings_of(data=data)
    port = port or host_and_port(settings.ui_address)[1]
    # Dagster's advice to developers is of no use here.
    os.environ.update(environment(settings) | {"PYTHONWARNINGS": "ignore"})
    with stop_on_signals(), listen(LOCAL, port) as listener:
        from ccds_pipeline.defs.web_guard import own_hosts
        from ccds_pipeline.defs.web_server import serve

        serve(
            listener,
            own_hosts(port, settings.ui_hosts),
            read_only=read_only,
            settings=settings,
            ready=lambda: typer.echo(f"Dagster UI: http://{LOCAL}:{port} (stop it with Ctrl+C)", err=True),
        )


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens at an address of this machine.

    Raises:
        BusyError: Rule ``port_free`` if the port is in use, or not for this account, or the host another.
    """
    try:
        return socket.create_server((host, port))
    except OSError:
        raise BusyError(
            f"port {port} of {host} is in use, or not for this account",
            rule="port_free",
            remedy="Stop what listens there, or choose another port with --port or CCDS_UI_ADDRESS.",
        ) from None
