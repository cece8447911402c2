"""The ``ccds grant`` and ``ccds mirror`` commands: a PostgreSQL database with roles, and a release in it.

What they do is written in ``warehouse.roles`` and ``release.mirror``. The URL of a database holds a password:
it comes from the environment alone.
"""

from __future__ import annotations

from typing import Annotated

import typer

from ccds_pipeline.cli.options import RELEASES, DataOption, settings_of

postgres_app = typer.Typer()

_UrlOption = Annotated[
    str, typer.Option("--url-env", metavar="NAME", help="Environment variable that holds the database's URL.")
]
_URL_VARIABLE = "CCDS_POSTGRES_URL"


@postgres_app.command(rich_help_panel=RELEASES)
def grant(url_env: _UrlOption = _URL_VARIABLE) -> None:
    """Make schemas, tables and roles in a PostgreSQL database; each role gets what it needs and no more."""
    from ccds_pipeline.warehouse.postgres import open_postgres
    from ccds_pipeline.warehouse.roles import grant_roles

    with open_postgres(url_env) as engine:
        done = grant_roles(engine)
    typer.echo(
        f"{done.roles} roles ({done.new_roles} new), {done.tables} tables ({done.new_tables} new); "
        "the reader sees reporting only, PUBLIC nothing.",
        err=True,
    )


@postgres_app.command(rich_help_panel=RELEASES)
def mirror(url_env: _UrlOption = _URL_VARIABLE, data: DataOption = None) -> None:
    """Copy the released tables into the reporting schema of a PostgreSQL database."""
    from ccds_pipeline.release.mirror import mirror as mirror_release
    from ccds_pipeline.warehouse.postgres import open_postgres

    with open_postgres(url_env) as engine:
        rows = mirror_release(settings_of(data=data).reporting_file, engine)
    typer.echo(f"{sum(rows.values()):,} released rows of {len(rows)} tables are in reporting.", err=True)
