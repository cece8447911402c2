"""The command ``ccds alerts``, and what a run tells at its end; what is wrong is found in ``alerts``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from ccds_pipeline.cli.options import DataOption, LandingOption, ProgrammeOption, settings_of
from ccds_pipeline.errors import UsageError

if TYPE_CHECKING:
    from ccds_pipeline.alerts.causes import Look
    from ccds_pipeline.settings import Settings


def alerts(
    *, data: DataOption = None, landing: LandingOption = None, programme: ProgrammeOption = None
) -> None:
    """Look for what is wrong, tell the alert addresses what is news to them, and print what is wrong.

    For a timer that does not depend on Dagster's daemon: it tells, too, that nothing looks for deliveries any
    more. Exit code 1 if an alert did not get through; what is wrong is no failure of this command.
    """
    from ccds_pipeline.alerts.looks import look_around
    from ccds_pipeline.alerts.send import has_addresses
    from ccds_pipeline.alerts.tell import tell_of

    settings = settings_of(data=data, landing=landing, programme=programme)
    look = look_around(settings, with_warehouse=True)
    for cause in look.causes:
        typer.echo("\n".join([cause.title, *(f"  {line}" for line in cause.details)]))
    if not has_addresses(settings):
        typer.echo("Nobody is told: CCDS_ALERT_URL is not set.", err=True)
    unsent = tell_of(settings, look)
    for sentence in unsent:
        typer.echo(sentence, err=True)
    raise typer.Exit(1 if unsent else 0)


@contextmanager
def told_at_the_end(settings: Settings, met: Callable[[], Look]) -> Iterator[None]:
    """Tell the alert addresses of what a run met when it ends, with an error too; not of wrong usage.

    Args:
        settings: Of the installation.
        met: Returns what its jobs met.
    """
    from ccds_pipeline.alerts.causes import command_failed, command_succeeded, together
    from ccds_pipeline.alerts.looks import REFRESH, tick
    from ccds_pipeline.alerts.tell import tell

    def say(ended: Look) -> None:
        tick(settings, REFRESH)
        for sentence in tell(settings, together([met(), ended])):
            typer.echo(sentence, err=True)

    try:
        yield
    except UsageError:
        raise
    except Exception as error:
        say(command_failed(error))
        raise
    say(command_succeeded())
