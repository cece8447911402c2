"""What was delivered: the files under ``landing/<source>/<yyyy-mm-dd>/``, and what does not belong there.

Opening the landing folder (a path or a URL) and finding deliveries in it belong here; opening their files
does not. Credentials of a remote folder come from the environment, as its protocol's package reads them;
none may stand in the URL, which is kept and shown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import fsspec
from upath import UPath

from ccds_pipeline.errors import CcdsError, ConfigurationError, UnreachableError
from ccds_pipeline.settings import refuse_password, shown

_LOCAL = frozenset({"file", "local"})
_SECURE_SHELL = frozenset({"sftp", "ssh"})
# A server is known by ~/.ssh/known_hosts, where the package would trust any, and may not stay silent.
_SECURE_SHELL_OPTIONS: dict[str, Any] = {"known_hosts": (), "connect_timeout": 30, "keepalive_interval": 30}
_EXTRAS = {
    **dict.fromkeys(("s3", "s3a"), "s3"),
    **dict.fromkeys(_SECURE_SHELL, "sftp"),
    **dict.fromkeys(("abfs", "abfss", "az"), "azure"),
}
FIRST_DELIVERY = "2015-01-01"  # no delivery is older: an earlier date is a slip
# What desktops, editors, browsers and upload tools leave beside files, and files under these names meanwhile.
_LEFTOVERS = (
    ".*", "~$*", "thumbs.db", "desktop.ini", "*.bak", "*.swp", "*.tmp",
    "*.crdownload", "*.download", "*.filepart", "*.part", "*.partial",
)  # fmt: skip
DEMONSTRATION_MARKER = "demonstration.json"
_NOTES = {"readme.txt", "readme.md", DEMONSTRATION_MARKER}  # beside the sources' folders, not data


def open_landing(landing: str) -> UPath:
    """Return the landing folder as it is now, without looking into it.

    Args:
        landing: A path of this machine, or a URL such as ``s3://…``, ``sftp://…`` or ``abfs://…``.

    Raises:
        ConfigurationError: Rule ``landing_password`` or ``landing_protocol``.
        UnreachableError: Rule ``landing_reachable`` if its server does not answer.
    """
    refuse_password(landing)
    protocol = landing.partition("://")[0] if "://" in landing else "file"
    if protocol in _LOCAL:
        return UPath(str(UPath(landing).path))  # a plain path: links and pipes are told apart only there
    _refuse_missing_package(protocol, landing)
    options = _SECURE_SHELL_OPTIONS if protocol in _SECURE_SHELL else {}
    try:
        # A connection of its own: one from before may be dead, and remembers what it saw then.
        folder: UPath = UPath(landing, protocol=protocol, skip_instance_cache=True, **options)
        _ = folder.fs
    except Exception:  # noqa: BLE001  # every protocol has errors of its own, whose texts may quote credentials
        raise unreachable(landing) from None
    return folder


def unreachable(landing: str) -> UnreachableError:
    """Return the error of a remote folder that cannot be asked now."""
    return UnreachableError(
        "The landing folder's server does not answer, or does not let this account in",
        remedy="Check the URL, and the credentials in the environment, and try again.",
        place=shown(landing),
        rule="landing_reachable",
    )


def _refuse_missing_package(protocol: str, landing: str) -> None:
    try:
        fsspec.get_filesystem_class(protocol)
    except (ImportError, ValueError):
        remedy = "Use a folder of this machine, or a URL that begins with s3, sftp or abfs."
        if protocol in _EXTRAS:
            remedy = f'Install what it needs: pip install "ccds_pipeline[{_EXTRAS[protocol]}]".'
        raise ConfigurationError(
            f"Landing folders of the protocol {protocol} cannot be opened",
            remedy=remedy,
            place=shown(landing),
            rule="landing_protocol",
        ) from None


@dataclass(frozen=True)
class Delivery:
    """The files of one source on one day, in the order of their names."""

    source_id: str
    delivery_on: date
    files: tuple[UPath, ...]

    def __str__(self) -> str:
        """``source/yyyy-mm-dd``, as in the landing."""
        return f"{self.source_id}/{self.delivery_on}"

    def fingerprint(self) -> str:
        """Return a hash of the files' names, sizes and times, by which a change is noticed cheaply.

        Raises:
            OSError: If a file has gone since it was found.
        """
        states = ((file.name, file.stat()) for file in self.files)
        text = "\n".join(f"{name} {state.st_size} {state.st_mtime}" for name, state in states)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Leftovers:
    """How many entries of a folder were passed over, because other programs leave such beside files."""

    place: str
    entries: int


@dataclass(frozen=True)
class Landing:
    """All deliveries, by source and date, and what is in the landing folder but is not a delivery."""

    deliveries: tuple[Delivery, ...]
    problems: tuple[CcdsError, ...]
    leftovers: tuple[Leftovers, ...]


_Found = Delivery | CcdsError | Leftovers


def is_possible(delivery: Delivery) -> bool:
    """Return whether a delivery's date lies between the first that there can be and today (UTC)."""
    return date.fromisoformat(FIRST_DELIVERY) <= delivery.delivery_on <= datetime.now(UTC).date()


def find_deliveries(landing: str, sources: Collection[str], *, dates: Collection[date] = ()) -> Landing:
    """Find what was delivered.

    Hidden files, uploads that are not finished, and what desktops leave are passed over and counted. Anything
    else that is not where a delivery belongs is a problem, and the deliveries beside it are still found.

    Args:
        landing: As in ``open_landing``.
        sources: The sources that the programme knows.
        dates: The delivery dates that are wanted; all if empty.

    Raises:
        ConfigurationError: As ``open_landing``; rule ``landing_missing`` or ``landing_unreadable``.
        UnreachableError: Rule ``landing_reachable`` if a remote one does not answer.
    """
    root = open_landing(landing)
    try:
        if not root.is_dir():
            raise ConfigurationError(
                "this is a file, and a folder is expected" if root.exists() else "There is no landing folder",
                remedy="Make the folder, or name the right one (option --landing).",
                place=shown(landing),
                rule="landing_missing",
            )
        found = list(_in_landing(root, sources, dates))
    except CcdsError:
        raise
    except (PermissionError, FileNotFoundError, NotADirectoryError):
        raise _unreadable(landing) from None
    except Exception:  # noqa: BLE001  # remote file systems raise types of their own
        raise (_unreadable(landing) if isinstance(root, Path) else unreachable(landing)) from None
    return Landing(
        tuple(entry for entry in found if isinstance(entry, Delivery)),
        tuple(entry for entry in found if isinstance(entry, CcdsError)),
        tuple(entry for entry in found if isinstance(entry, Leftovers)),
    )


def _unreadable(landing: str) -> ConfigurationError:
    return ConfigurationError(
        "The landing folder cannot be listed",
        remedy="Check that this account may read the folder and all folders in it.",
        place=shown(landing),
        rule="landing_unreadable",
    )


def _in_landing(root: UPath, sources: Collection[str], dates: Collection[date]) -> Iterator[_Found]:
    folders, files, leftovers = _entries(root, "the landing folder")
    yield from leftovers
    strays = [file for file in files if file.name.lower() not in _NOTES]
    if strays:
        yield _stray_files("the landing folder", len(strays), "<source>/<yyyy-mm-dd>/<file>")
    for folder in folders:
        if folder.name not in sources or folder.is_symlink():
            yield CcdsError(
                "The folder has the name of no source of the programme, or is a link",
                remedy=f"Rename it to one of {', '.join(sorted(sources))}, or take it out.",
                place=folder.name,
                rule="unknown_source",
            )
        else:
            yield from _in_source(folder, dates)


def _in_source(source: UPath, dates: Collection[date]) -> Iterator[_Found]:
    folders, files, leftovers = _entries(source, source.name)
    yield from leftovers
    if files:
        yield _stray_files(source.name, len(files), f"{source.name}/<yyyy-mm-dd>/<file>")
    for folder in folders:
        place = f"{source.name}/{folder.name}"
        delivery_on = _date_of(folder.name)
        if delivery_on is None or folder.is_symlink():
            yield CcdsError(
                "The folder has no date as its name, or is a link",
                remedy="Name it by the day of the delivery, as in 2026-01-31.",
                place=place,
                rule="not_a_date",
            )
        elif not dates or delivery_on in dates:
            yield from _in_delivery(folder, Delivery(source.name, delivery_on, ()), place)


def _in_delivery(folder: UPath, delivery: Delivery, place: str) -> Iterator[_Found]:
    folders, files, leftovers = _entries(folder, place)
    yield from leftovers
    if folders:
        yield CcdsError(
            f"The delivery holds {len(folders)} folders, which are not read",
            remedy="Put the files into the folder of the date itself.",
            place=place,
            rule="stray_folder",
        )
    if files:
        yield replace(delivery, files=tuple(files))
    else:
        yield CcdsError(
            "The delivery is empty, and a failed export is not an empty source",
            remedy="Deliver the export, with its header if it has no records, or remove the folder.",
            place=place,
            rule="empty_delivery",
        )


def _entries(folder: UPath, place: str) -> tuple[list[UPath], list[UPath], list[Leftovers]]:
    """List what is in a folder, by name: folders, everything else that counts, and how much does not."""
    folders: list[UPath] = []
    others: list[UPath] = []
    passed_over = 0
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if any(fnmatchcase(entry.name.lower(), pattern) for pattern in _LEFTOVERS):
            passed_over += 1
        else:
            (folders if entry.is_dir() else others).append(entry)
    return folders, others, [Leftovers(place, passed_over)] if passed_over else []


def _stray_files(place: str, count: int, expected: str) -> CcdsError:
    return CcdsError(
        f"The folder holds {count} files where none belong",
        remedy=f"Deliver files as {expected}.",
        place=place,
        rule="stray_file",
    )


def _date_of(name: str) -> date | None:
    try:
        day = date.fromisoformat(name)
    except ValueError:
        return None
    return day if day.isoformat() == name else None  # "20260131" is a date to Python, but not here
