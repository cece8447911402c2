"""Dagster's home in the data folder. What serves it is started by ``ui`` and ``serve``."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib import resources
from pathlib import Path

import yaml
from filelock import FileLock, Timeout

from ccds_pipeline.errors import BusyError, CcdsError, ConfigurationError
from ccds_pipeline.output_files import replace_file
from ccds_pipeline.settings import Settings, host_and_port

_CONFIGURATION, _WORKSPACE = "dagster.yaml", "workspace.yaml"
_DATABASES = ("history/runs.db", "history/runs/index.db", "schedules/schedules.db")
_POSTGRES, _DRIVER = "DAGSTER_POSTGRES_URL", "postgresql+psycopg2://"
_LOCATION = """\
load_from:
  - python_module: {module_name: ccds_pipeline.definitions, location_name: ccds_pipeline}
"""


def prepare_home(settings: Settings) -> Path:
    """Make Dagster's home with the shipped configuration, and return it.

    A configuration that is there already is the user's and stays.

    Raises:
        ConfigurationError: Rule ``dagster_yaml`` if it is no YAML; names file and line. Rule
            ``dagster_postgres_url`` if the storage in PostgreSQL would be reached by another driver.
        CcdsError: Rule ``run_history_is_whole`` if a database of Dagster's is damaged.
    """
    home = settings.dagster_home.absolute()
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    shipped = resources.files("ccds_pipeline") / "dagster.yaml"
    for name, text in {_CONFIGURATION: shipped.read_text(encoding="utf-8"), _WORKSPACE: _LOCATION}.items():
        if not (home / name).exists():
            replace_file(home / name, text.encode())  # several services may start at once
    _refuse_other_driver()
    refuse_faulty_home(home)
    return home


def _refuse_other_driver() -> None:
    if not os.environ.get(_POSTGRES, _DRIVER).startswith(_DRIVER):
        raise ConfigurationError(
            "Dagster keeps its storage in PostgreSQL by psycopg2 alone",
            place=_POSTGRES,
            rule="dagster_postgres_url",
            remedy="Begin the URL with postgresql+psycopg2://.",
        )


def services_file(settings: Settings) -> Path:
    """Write for Dagster where the code server is that runs as a service; return the file, in its home."""
    host, port = host_and_port(settings.code_server)
    server = {"host": host, "port": port, "location_name": "ccds_pipeline"}
    file = settings.dagster_home.absolute() / "services.yaml"
    replace_file(file, yaml.safe_dump({"load_from": [{"grpc_server": server}]}).encode())
    return file


def refuse_faulty_home(home: Path) -> None:
    """Make sure that configuration and databases of a home can be read, as far as they are there.

    Raises:
        As ``prepare_home``.
    """
    if (home / _CONFIGURATION).exists():
        _refuse_faulty(home / _CONFIGURATION)
    for name in _DATABASES:
        if (home / name).exists():
            _refuse_damaged(home / name, home)


def _refuse_faulty(configuration: Path) -> None:
    line = ""
    try:
        if isinstance(yaml.safe_load(configuration.read_bytes()), dict | None):
            return
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
    except yaml.YAMLError:
        pass
    raise ConfigurationError(
        "Dagster's configuration is not a YAML file of settings",
        place=f"{configuration}{line}",
        rule="dagster_yaml",
        remedy="Correct it, or move it away: the next command writes the shipped one.",
    ) from None


def _refuse_damaged(database: Path, home: Path) -> None:
    try:
        with closing(sqlite3.connect(database, timeout=0)) as connection:
            connection.execute("PRAGMA schema_version")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
    except sqlite3.OperationalError:  # in use; Dagster waits for it
        return
    except sqlite3.DatabaseError:
        raise CcdsError(
            "the run history is damaged; the warehouse and the released tables are not affected",
            place=str(database),
            rule="run_history_is_whole",
            remedy=f"Move the folder {home} away and run the command again: only that history is lost.",
        ) from None


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
