"""Open a PostgreSQL database, with one boundary that turns driver errors into ours.

Texts of the driver quote values (``DETAIL: Key (…)=(…)``) and addresses, whatever SQLAlchemy hides
(PRIVACY.md P21): none of them leaves this module. Tables and statements belong in the modules beside it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from ccds_pipeline.errors import BusyError, CcdsError, ConfigurationError

LOCK_NOT_AVAILABLE = "55P03"
_DRIVER = "postgresql+psycopg"


@contextmanager
def open_postgres(variable: str) -> Iterator[sa.Engine]:
    """Open the database whose URL is in an environment variable, and close it at the end.

    Raises:
        ConfigurationError: If the URL is missing or no URL of PostgreSQL, the driver is not installed, the
            database does not let the account in, or the account may not do what was asked.
        BusyError: If somebody else keeps a table locked.
        CcdsError: If a statement fails otherwise.
    """
    engine = _engine(variable)
    from psycopg import Error

    try:
        yield engine
    except (sa.exc.DBAPIError, Error) as error:
        # control: errors of PostgreSQL are reported by their state
        raise _ours(sqlstate(error), variable) from None
    finally:
        engine.dispose()


def sqlstate(error: Exception) -> str:
    """Return the five characters that PostgreSQL gives the kind of an error; empty where there are none."""
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    return getattr(cause, "sqlstate", None) or ""


def _engine(variable: str) -> sa.Engine:
    try:
        url = sa.make_url(os.environ[variable])
        if url.get_backend_name() == "postgresql":
            driven = url.set(drivername=_DRIVER)
            return sa.create_engine(driven, hide_parameters=True, poolclass=sa.pool.NullPool)
        problem, rule = f"{variable} is not the URL of a PostgreSQL database", "postgres_url"
    except KeyError:
        problem, rule = f"the address of the database is not set: {variable}", "postgres_url"
    except (sa.exc.ArgumentError, ValueError):
        problem, rule = f"{variable} is not the URL of a PostgreSQL database", "postgres_url"
    except ImportError:
        problem, rule = "the driver of PostgreSQL is not installed", "postgres_driver"
    raise ConfigurationError(
        problem,
        rule=rule,
        remedy=(
            f"Set {variable} to postgresql://USER:PASSWORD@HOST/DATABASE; "
            'the driver comes with: pip install "ccds_pipeline[postgres]".'
        ),
    ) from None


def _ours(state: str, variable: str) -> CcdsError:
    match state[:2]:
        case "" | "08" | "28" | "3D" | "57":
            return ConfigurationError(
                "the database does not answer, or does not let this account in",
                place=variable,
                rule="postgres_reachable",
                remedy="Check that it runs and that address, account and password are right; then try again.",
            )
        case "42" if state == "42501":
            return ConfigurationError(
                "this account may not do that in the database",
                place=variable,
                rule="postgres_account",
                remedy="Connect as a superuser for ccds grant, as a member of ccds_publish for ccds mirror.",
            )
        case "55" | "40":
            return BusyError(
                "somebody else works on these tables",
                place=variable,
                rule="postgres_locked",
                remedy="Nothing was changed. Wait until long queries are done, and run the command again.",
            )
        case "23":
            return CcdsError(
                "a row breaks a rule of its table",
                place=variable,
                rule="postgres_row",
                remedy="Nothing was changed. Run the pipeline again; if this package was updated since the "
                "tables were made, drop those of reporting, which the next mirror makes anew.",
            )
    return CcdsError(
        f"the database refused a statement (SQLSTATE {state})",
        place=variable,
        rule="postgres_statement",
        remedy="Nothing was changed. Free disk space if it is full; else report the SQLSTATE.",
    )
