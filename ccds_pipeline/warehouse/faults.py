"""What errors of the driver mean for a user: a text for each; the driver's own may quote values.

Opening databases belongs in ``database``; what a warehouse of another version needs, in ``versions``.
"""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import sqlalchemy as sa

from ccds_pipeline.errors import BusyError, CcdsError, ConfigurationError

MAKE_ANEW = "Move the file away and run ccds run, which makes it anew from the warehouse."
_HOLDER = re.compile(r"PID (\d+)")
_LOCKED = ("Could not set lock", "Conflicting lock")
_FULL = ("No space left", "Disk quota exceeded")
_FORBIDDEN = ("Permission denied", "Read-only file system", "Operation not permitted")
_NEWER = ("Trying to read a database file with version number",)
_DAMAGED = (
    "is not a valid DuckDB database file",
    "Corrupt database file",
    "Corrupt WAL file",
    "Could not read enough bytes",
)


def database_error(error: sa.exc.DBAPIError | duckdb.Error, path: Path, *, if_damaged: str) -> CcdsError:
    """Return an error of SQLAlchemy, or of the driver where frames are handed to it, as one of ours.

    Args:
        error: What was raised.
        path: The database file.
        if_damaged: What to do if the file is damaged.
    """
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    text = str(cause)
    if _says(text, _LOCKED):
        return _locked(path, text)
    if _says(text, _FORBIDDEN):
        return not_writable(path)
    if _says(text, _NEWER):
        return _newer_engine(path)
    if _says(text, _DAMAGED) and not _says(text, _FULL):
        return _damaged(path, remedy=if_damaged)
    if isinstance(cause, duckdb.InterruptException):
        return _interrupted(path, remedy=if_damaged)
    # control: errors of DuckDB are reported by their type
    kind = type(cause).__name__
    return CcdsError(
        f"the warehouse refused a statement ({kind})",
        place=path.name,
        rule="warehouse_statement",
        remedy="Nothing was changed. Free disk space if it is full; else report the kind of error.",
    )


def _says(text: str, phrases: tuple[str, ...]) -> bool:
    return any(phrase in text for phrase in phrases)


def _locked(path: Path, text: str) -> BusyError:
    holder = _HOLDER.search(text)
    who = f" (process {holder.group(1)})" if holder else ""
    return BusyError(
        f"another process holds the warehouse{who}",
        place=path.name,
        rule="one_writer",
        remedy="Wait until it is done, or stop it, and run the command again.",
    )


def not_writable(path: Path) -> ConfigurationError:
    """Return the error for a file that cannot be opened or made where it lies."""
    return ConfigurationError(
        f"the folder {path.parent}, or the file in it, is not writable for this account",
        place=path.name,
        rule="data_folder_writable",
        remedy="Give this account the right to read and write both, or use another folder with --data.",
    )


def _newer_engine(path: Path) -> ConfigurationError:
    return ConfigurationError(
        f"a newer DuckDB made the file, and this is DuckDB {duckdb.__version__}",
        place=path.name,
        rule="duckdb_version",
        remedy="Install the version of ccds_pipeline that was used last, or a newer one.",
    )


def _damaged(path: Path, *, remedy: str) -> CcdsError:
    return CcdsError("the file is damaged", place=path.name, rule="file_is_whole", remedy=remedy)


def _interrupted(path: Path, *, remedy: str) -> CcdsError:
    """Return the error for a query that was ended; so is one of which another thread met the damage."""
    return CcdsError(
        "a query was ended before its time, and the file may be damaged",
        place=path.name,
        rule="file_may_be_damaged",
        remedy=f"Run the command again. If that is said again, the file is damaged. {remedy}",
    )


def restore_warehouse(path: Path, backups: list[Path]) -> str:
    """Return what to do about a damaged warehouse, of which there are these backups, the newest first."""
    unaffected = "The released tables are not affected."
    aside = f"Move {path.name} and {path.name}.wal, if there is one, away;"
    if backups:
        return (
            f"{unaffected} {aside} run ccds restore, then ccds run. If there is no backup for that: copy "
            f"{backups[0].parent.name}/{backups[0].name} to {path.name}, and run ccds run. What was "
            "approved, released, recorded or erased since that backup is lost."
        )
    return (
        f"{unaffected} {aside} run ccds restore, then ccds run. If there is no backup: docs/warehouse.md "
        "says what is left. Then the list of erased people, approvals, the ledger of releases and the audit "
        "trail are lost."
    )


def newer_tables(path: Path, made: int, known: int) -> ConfigurationError:
    """Return the error for a warehouse whose tables are of a later version than this package knows."""
    return ConfigurationError(
        f"a newer version made the warehouse (its tables are of version {made}, and this one knows {known})",
        place=path.name,
        rule="schema_version",
        remedy="Install the newer version again, or restore a file of backups/ from before it.",
    )


def older_tables(path: Path, made: int, known: int) -> ConfigurationError:
    """Return the error for a warehouse that has to be brought up to date before it can be read."""
    return ConfigurationError(
        f"an older version made the warehouse (its tables are of version {made}, and this one reads {known})",
        place=path.name,
        rule="schema_version",
        remedy="Run ccds run once: it backs the warehouse up and brings it up to date.",
    )


def backup_failed(folder: Path) -> CcdsError:
    """Return the error for a backup that could not be written, or does not read back as the warehouse."""
    return CcdsError(
        "the warehouse cannot be backed up, and so it is not brought up to date",
        place=folder.name,
        rule="backup_reads_back",
        remedy="Nothing was changed. Check the free space and the permissions of the data folder.",
    )


def copy_failed() -> CcdsError:
    """Return the error for a private copy of the warehouse that cannot be written."""
    return CcdsError(
        "a private copy of the warehouse cannot be written",
        rule="warehouse_copied",
        remedy="Check the free space and the permissions of the data folder, or wait until the run is done.",
    )


def never_at_rest(path: Path) -> BusyError:
    """Return the error for a warehouse that is written too fast to be copied."""
    return BusyError(
        "another process writes the warehouse so fast that it cannot be copied",
        place=path.name,
        rule="one_writer",
        remedy="Wait until it is done, or stop it, and run the command again.",
    )
