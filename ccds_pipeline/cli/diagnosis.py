"""What ``ccds doctor`` finds out about an installation: one function for each line or group of lines.

Nothing is changed. Findings hold names, counts and times, never a secret or the value of a row. How they are
printed is in ``doctor``.
"""

from __future__ import annotations

import os
import platform
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from http.client import HTTPConnection, HTTPException
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from ccds_pipeline.alerts.looks import SILENT_REMEDY, Room, disk_of, last_ticks
from ccds_pipeline.alerts.send import ADDRESS_REMEDY, addresses, has_addresses
from ccds_pipeline.alerts.tell import failures, try_addresses
from ccds_pipeline.backup.generations import generations, now
from ccds_pipeline.backup.restore import refuse_unrestored
from ccds_pipeline.cli.dagster_home import refuse_faulty_home
from ccds_pipeline.cli.ui import LOCAL, listen
from ccds_pipeline.deidentify.pseudonym import Pseudonymiser
from ccds_pipeline.errors import BusyError, CcdsError, to_value_free_error
from ccds_pipeline.ingest.expected import judge_source_arrival
from ccds_pipeline.ingest.installation import KEY_REMEDY, demonstration_note, known_key, open_ingest
from ccds_pipeline.ingest.outstanding import outstanding
from ccds_pipeline.ingest.store.ledger import newest_delivery, refuse_another_key
from ccds_pipeline.programme.load import load_programme
from ccds_pipeline.release.publication import INTENDED, PUBLISHED
from ccds_pipeline.settings import Settings, host_and_port, settings_by_origin, shown
from ccds_pipeline.sources.landing import Landing, find_deliveries, is_possible
from ccds_pipeline.warehouse.audit import audit_trail, newest_removal, verify_trail
from ccds_pipeline.warehouse.database import open_database
from ccds_pipeline.warehouse.engine import open_present
from ccds_pipeline.warehouse.mark import erased_before, listed_now, refuse_lost
from ccds_pipeline.warehouse.migrations import schema_version

if TYPE_CHECKING:
    from ccds_pipeline.programme.model import Programme, Source

_PACKAGES = ("ccds_pipeline", "dagster", "duckdb")
_OPTIONS = {"data_dir": "--data", "landing": "--landing", "programme": "--programme"}
_SOURCE_DATABASE = ("CCDS_SOURCE_", "_URL")
_RUN = "ccds run"
_OF_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_MIB = 1024**2
_LARGE_HOME_BYTES = 1024 * _MIB
_TRIAL = "ccds doctor --alert"
_OLD_BACKUP_DAYS = 7
_BACKUP = "ccds backup"
_SHOWN = 5
_ANSWER_SECONDS = 3
_DAY_SECONDS = 24 * 60 * 60


class State(StrEnum):
    """Whether somebody has to do something: nothing, soon, now."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, what was found, and the command or the act that mends it."""

    subject: str
    state: State
    text: str
    remedy: str = ""


Findings = Iterator[Finding]


class Installation:
    """Settings, with what is read by them once for several findings."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def programme(self) -> Programme:
        """The programme; raises what ``load_programme`` does."""
        return load_programme(self.settings.programme_file)

    @cached_property
    def landing(self) -> Landing:
        """What was delivered; raises what ``find_deliveries`` and ``load_programme`` do."""
        return find_deliveries(self.settings.landing_url, self.programme.sources_by_id)


def diagnose(settings: Settings, options: Iterable[str], *, is_trial: bool = False) -> list[Finding]:
    """Return everything that was found; what cannot be found out is a failure.

    Args:
        settings: Of the installation.
        options: Names of the settings that were given as options.
        is_trial: Whether each alert address is sent a test message.
    """
    installation = Installation(settings)
    return [
        *_guarded("versions", _versions),
        *_guarded("setting", lambda: _settings(settings, frozenset(options))),
        *_guarded("programme", lambda: _programme(installation)),
        *_guarded("key", lambda: _key(settings)),
        *_guarded("data folder", lambda: _data_folder(settings)),
        *_guarded("disk", lambda: _disk(settings)),
        *_guarded("alert address", lambda: _alerts(settings, is_trial=is_trial)),
        *_guarded("schedule", lambda: _ticks(settings)),
        *_guarded("Dagster's home", lambda: _dagster_home(settings.dagster_home)),
        *_guarded("clock", _clock),
        *_guarded("UI", lambda: _ui(host_and_port(settings.ui_address)[1])),
        *_guarded("landing", lambda: _landing(installation)),
        *_warehouse(installation),
    ]


def _guarded(subject: str, look: Callable[[], Findings]) -> list[Finding]:
    """Return what a look finds, and its error as a finding of its own."""
    found: list[Finding] = []
    try:
        found.extend(look())
    except Exception as error:  # noqa: BLE001  # its text may quote a value; a diagnosis goes on
        message = to_value_free_error(error)
        state = State.WARNING if isinstance(message, BusyError) else State.FAILURE
        where = f"{message.place}: " if message.place else ""
        found.append(Finding(subject, state, f"{where}{message.problem}", message.remedy))
    return found


def _versions() -> Findings:
    packages = [f"{name} {version(name)}" for name in _PACKAGES]
    yield Finding("versions", State.OK, ", ".join([*packages, f"Python {platform.python_version()}"]))


def _settings(settings: Settings, options: frozenset[str]) -> Findings:
    by_origin = {**settings_by_origin()}
    for name in Settings.model_fields:
        origins = (origin for origin, names in by_origin.items() if name in names)
        origin = _OPTIONS[name] if name in options else next(origins, "default")
        yield Finding("setting", State.OK, f"CCDS_{name.upper()}: {_shown(settings, name)} ({origin})")
    known = {f"CCDS_{name.upper()}" for name in Settings.model_fields}
    begin, end = _SOURCE_DATABASE
    for name in sorted(name for name in os.environ if name.upper().startswith("CCDS_")):
        if name.startswith(begin) and name.endswith(end):
            yield Finding("setting", State.OK, f"{name}: set (environment)")
        elif name.upper() not in known:
            text = f"{name}: there is no such setting (environment)"
            yield Finding("setting", State.WARNING, text, "Correct its name, or take it out.")


def _shown(settings: Settings, name: str) -> str:
    """Return a setting as it may be shown; what is not set, as what is used in its place."""
    values: Mapping[str, object] = {
        "landing": shown(settings.landing_url),
        "programme": settings.programme_file,
        "pseudonym_key": "set" if settings.pseudonym_key else "not set",
        "ui_hosts": ", ".join(sorted(settings.ui_hosts)),
        "backup_folder": settings.backups_folder,
        "backup_key": "set" if settings.backup_key else "not set",
        "alert_url": "set" if settings.alert_url else "not set",
    }
    value = values.get(name, getattr(settings, name))
    return "not set" if value in {None, ""} else str(value)


def _programme(installation: Installation) -> Findings:
    programme = installation.programme
    yield Finding("programme", State.OK, f"{programme.id}, {len(programme.sources)} sources")


def _key(settings: Settings) -> Findings:
    key = known_key(settings)
    if key is not None:
        yield Finding("key", State.OK, f"present, called {Pseudonymiser(key).key_id}")
    elif demonstration_note(settings.landing_url):
        yield Finding("key", State.OK, "none yet; the first run of the demonstration makes one")
    else:
        yield Finding("key", State.FAILURE, "no pseudonym key is set", KEY_REMEDY)


def _data_folder(settings: Settings) -> Findings:
    folder = settings.data_dir
    if not folder.exists():
        yield Finding("data folder", State.WARNING, f"{folder} is not there yet", _RUN)
        return
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        remedy = f"Give this account the right to read and write {folder}, or use another folder with --data."
        yield Finding("data folder", State.FAILURE, f"{folder} is not writable for this account", remedy)
        return
    private = [folder, *_private_files(settings)]
    open_n = sum(bool(path.stat().st_mode & _OF_OTHERS) for path in private)
    foreign_n = sum(path.stat().st_uid != os.geteuid() for path in private)
    if open_n:
        state = State.WARNING if open_n == 1 and folder.stat().st_mode & _OF_OTHERS else State.FAILURE
        text = f"{open_n} of {len(private)} folders and files are open to other accounts"
        yield Finding("data folder", state, text, f"chmod -R go-rwx {folder}")
    if foreign_n:
        text = f"{foreign_n} of {len(private)} folders and files belong to another account"
        remedy = f"Run every command as one account, and give it {folder}: chown -R"
        yield Finding("data folder", State.WARNING, text, remedy)
    if not open_n and not foreign_n:
        yield Finding("data folder", State.OK, f"{folder}, for its owner alone")


def _private_files(settings: Settings) -> list[Path]:
    key_file = settings.pseudonym_key_file
    files = [settings.warehouse_file, settings.runs_folder, settings.dagster_home]
    files += [settings.backups_folder, *(one.path for one in generations(settings.backups_folder))]
    files += [settings.candidate_file.parent, settings.as_of_folder, settings.alerts_folder]
    files += [file for file in (key_file, settings.alert_url_file) if file is not None]
    return [path for path in files if path.exists()]


def _disk(settings: Settings) -> Findings:
    disk = disk_of(settings)
    states = {Room.ENOUGH: State.OK, Room.LOW: State.WARNING, Room.NONE: State.FAILURE}
    yield Finding("disk", states[disk.room], disk.text, "" if disk.room is Room.ENOUGH else disk.remedy)


def _alerts(settings: Settings, *, is_trial: bool) -> Findings:
    """Say of each alert address whether messages get through; send a test message if asked to."""
    if not has_addresses(settings):
        text = "there is none: nobody is told when something fails or does not come"
        yield Finding("alert address", State.WARNING, text, f"Set CCDS_ALERT_URL, and try it: {_TRIAL}")
        return
    failed_at = failures(settings)
    got_through = dict(try_addresses(settings)) if is_trial else {}
    for address in addresses(settings):
        if not address.is_known:
            yield Finding("alert address", State.FAILURE, address.shown, ADDRESS_REMEDY)
        elif got_through.get(address.shown):
            yield Finding("alert address", State.OK, f"{address.shown}: a test message was sent")
        elif is_trial:
            text = f"{address.shown}: the test message did not get through"
            remedy = (
                "Compare the address with docs/production.md, and see that its server is reached from here."
            )
            yield Finding("alert address", State.FAILURE, text, remedy)
        elif address.shown in failed_at:
            text = f"{address.shown}: the message of {failed_at[address.shown]} did not get through"
            yield Finding("alert address", State.FAILURE, text, _TRIAL)
        else:
            yield Finding("alert address", State.OK, address.shown)


def _ticks(settings: Settings) -> Findings:
    """Say when something last looked for deliveries or kept house, and whether that is too long ago."""
    silent_from = datetime.now(UTC) - timedelta(hours=settings.alert_after_hours)
    for name, at in last_ticks(settings).items():
        text = f"{name}: {_ago(at.replace(tzinfo=None))}"
        if at < silent_from:
            yield Finding("schedule", State.WARNING, text, SILENT_REMEDY)
        else:
            yield Finding("schedule", State.OK, text)


def _dagster_home(home: Path) -> Findings:
    if not home.exists():
        yield Finding("Dagster's home", State.OK, "not there yet; the first run makes it")
        return
    refuse_faulty_home(home)
    size, files = 0, 0
    for path in home.rglob("*"):
        with suppress(FileNotFoundError):  # a run goes on
            size, files = size + path.lstat().st_size, files + 1
    text = f"{size / _MIB:,.0f} MiB in {files:,} files"
    if size < _LARGE_HOME_BYTES:
        yield Finding("Dagster's home", State.OK, text)
    else:
        remedy = (
            "Set CCDS_KEPT_RUNS and CCDS_KEPT_FAILED_RUNS lower: the next ccds run that loads something, and "
            f"the job housekeeping, delete the runs beyond. Or move {home} away: only that history is lost."
        )
        yield Finding("Dagster's home", State.WARNING, text, remedy)


def _clock() -> Findings:
    now = datetime.now().astimezone()
    yield Finding("clock", State.OK, f"{now.isoformat(sep=' ', timespec='seconds')} ({now.tzname()})")


def _ui(port: int) -> Findings:
    try:
        listen(LOCAL, port).close()
    except BusyError:
        if _is_dagster(port):
            yield Finding("UI", State.OK, f"answers at http://{LOCAL}:{port}")
        else:
            text = f"port {port} is in use by another program"
            yield Finding("UI", State.WARNING, text, f"ccds ui --port {port + 1}")
    else:
        yield Finding("UI", State.OK, f"not running; port {port} is free")


def _is_dagster(port: int) -> bool:
    connection = HTTPConnection(LOCAL, port, timeout=_ANSWER_SECONDS)
    try:
        connection.request("GET", "/server_info")
        return b"dagster_webserver_version" in connection.getresponse().read()
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _landing(installation: Installation) -> Findings:
    landing = installation.landing
    text = f"{len(landing.deliveries):,} deliveries"
    if landing.problems:
        first = landing.problems[0]
        text += f"; {len(landing.problems):,} entries are none, the first: {first.problem}"
        yield Finding("landing", State.WARNING, text, first.remedy)
    elif not landing.deliveries:
        yield Finding("landing", State.WARNING, text, "Put exports into landing/<source>/<yyyy-mm-dd>/.")
    else:
        yield Finding("landing", State.OK, text)


def _warehouse(installation: Installation) -> list[Finding]:
    """Return what the warehouse says, from a copy of what was committed last while another process writes."""
    settings = installation.settings
    if settings.warehouse_file.exists():
        return [
            *_guarded("backup", lambda: _backups(settings)),
            *_guarded("lock", lambda: _holder(settings.warehouse_file)),
            *_guarded("warehouse", lambda: _content(installation)),
        ]
    return _guarded("warehouse", lambda: _no_warehouse(settings))


def _no_warehouse(settings: Settings) -> Findings:
    refuse_lost(settings.warehouse_file)
    refuse_unrestored(settings)
    state = State.FAILURE if settings.reporting_file.exists() else State.WARNING
    yield Finding("warehouse", state, "there is no warehouse yet", _RUN)


def _backups(settings: Settings) -> Findings:
    """Say when the newest backup was made and read back, and where backups lie."""
    folder = settings.backups_folder
    found = generations(folder)
    if not found:
        yield Finding("backup", State.WARNING, "there is none", f"{_BACKUP}, and every day from a timer")
        return
    newest, number = found[0], f"{len(found):,} kept"
    verified = "never verified" if newest.verified_at is None else f"verified {_ago(newest.verified_at)}"
    sealed = "encrypted" if newest.is_encrypted else "not encrypted"
    text = f"{newest.name}, made {_ago(newest.made_at)}, {verified}, {sealed}, {number}"
    if (now() - newest.made_at).days >= _OLD_BACKUP_DAYS:
        yield Finding("backup", State.WARNING, f"{text}: it is old", f"{_BACKUP}, and every day from a timer")
    elif newest.verified_at is None:
        yield Finding("backup", State.WARNING, text, f"ccds verify {newest.name}")
    else:
        yield Finding("backup", State.OK, text)
    if folder.stat().st_dev == settings.data_dir.stat().st_dev:
        remedy = "Set CCDS_BACKUP_FOLDER to a folder on another disk."
        yield Finding("backup", State.WARNING, "backups lie on the disk that they are to save from", remedy)


def _people_erased(connection: sa.Connection, settings: Settings) -> Findings:
    """Hold the list of erased people against the mark beside the warehouse, and against backups."""
    listed, before = listed_now(connection), erased_before(settings.warehouse_file) or 0
    if before > listed:
        text = f"{before - listed:,} people who were erased are not on the list: an older backup was restored"
        yield Finding("erased people", State.FAILURE, text, "Erase them again: ccds erase")
    removal = newest_removal(connection)
    holding = [one for one in generations(settings.backups_folder) if one.holds_removed(removal)]
    if holding:
        text = f"{len(holding):,} backups are from before something was removed for good, and still hold it"
        yield Finding("erased people", State.FAILURE, text, f"{_BACKUP}, which removes them")
    if before <= listed and not holding:
        yield Finding("erased people", State.OK, f"{listed:,} on the list, and in no backup")


def _content(installation: Installation) -> Findings:
    settings = installation.settings
    with open_present(settings.warehouse_file, read_only=True) as connection:
        yield Finding("warehouse", State.OK, f"readable, tables of version {schema_version()}")
        yield from _guarded("audit trail", lambda: _trail(connection))
        yield from _guarded("erased people", lambda: _people_erased(connection, settings))
        yield from _guarded("key", lambda: _same_key(connection, settings))
        yield from _guarded("last load", lambda: _last_load(connection))
        yield from _guarded("source", lambda: _sources(connection, installation.programme))
        yield from _guarded("outstanding", lambda: _outstanding(connection, installation))
        yield from _guarded("release", lambda: _release(connection, settings.reporting_file))


def _holder(warehouse: Path) -> Findings:
    """Say which process writes the warehouse; what is damaged is said where it is read."""
    try:
        with open_database(warehouse, read_only=True):
            yield Finding("lock", State.OK, "no process writes the warehouse")
    except BusyError as busy:
        yield Finding("lock", State.OK, f"{busy.problem}; shown is what it finished last")
    except CcdsError:  # said, with what to do about the warehouse, where it is read
        return


def _trail(connection: sa.Connection) -> Findings:
    trail = audit_trail(connection)
    verify_trail(trail)
    if trail and trail[-1].recorded_at > datetime.now(UTC).replace(tzinfo=None):
        text = "the clock is behind the newest record of the audit trail"
        yield Finding("clock", State.FAILURE, text, "Set this machine's clock, and let it be kept by NTP.")
    yield Finding("audit trail", State.OK, f"{len(trail):,} records, unbroken")


def _same_key(connection: sa.Connection, settings: Settings) -> Findings:
    key = known_key(settings)
    if key is not None:
        refuse_another_key(connection, Pseudonymiser(key).key_id)
        yield Finding("key", State.OK, "the one that the warehouse was loaded with")


def _last_load(connection: sa.Connection) -> Findings:
    loaded_at = connection.execute(sa.text("SELECT max(loaded_at) FROM ops.delivery")).scalar_one()
    if loaded_at is None:
        yield Finding("last load", State.WARNING, "nothing was loaded yet", _RUN)
    else:
        yield Finding("last load", State.OK, _ago(loaded_at))


def _sources(connection: sa.Connection, programme: Programme) -> Findings:
    for source in programme.sources:
        newest = newest_delivery(connection, source.id)
        if newest is None:
            remedy = f"Put its export into landing/{source.id}/<yyyy-mm-dd>/, and run ccds run."
            yield Finding("source", State.WARNING, f"{source.id}: nothing is loaded yet", remedy)
        else:
            days = (datetime.now(UTC).date() - newest).days
            text = f"{source.id}: newest delivery {newest}, {days:,} days ago"
            yield Finding("source", *_lateness(connection, source, newest, text, programme.timezone))


def _lateness(
    connection: sa.Connection, source: Source, newest: date, text: str, timezone: str
) -> tuple[State, str, str]:
    """Return state, text and remedy of a source that something was loaded of."""
    if not source.expected.has_rhythm:
        return State.OK, text, ""
    outcome = judge_source_arrival(connection, source, newest, now=datetime.now(UTC), timezone=timezone)
    if outcome.counts.get("days_overdue"):
        overdue, _, remedy = outcome.advice.partition(". ")
        return State.WARNING, f"{text}; {overdue}", remedy
    return State.OK, text, ""


def _outstanding(connection: sa.Connection, installation: Installation) -> Findings:
    if known_key(installation.settings) is None:  # said above
        return
    possible = [delivery for delivery in installation.landing.deliveries if is_possible(delivery)]
    ingest = open_ingest(installation.settings)
    left = [str(found.delivery) for found in outstanding(connection, ingest, possible)]
    if left:
        more = f" and {len(left) - _SHOWN:,} more" if len(left) > _SHOWN else ""
        text = f"{len(left):,} deliveries: {', '.join(left[:_SHOWN])}{more}"
        yield Finding("outstanding", State.WARNING, text, _RUN)
    else:
        yield Finding("outstanding", State.OK, "no delivery")


def _release(connection: sa.Connection, released: Path) -> Findings:
    """Hold what readers have against the ledger of releases."""
    rows = connection.execute(
        sa.text("SELECT release_id, outcome, settled_at FROM ops.publication ORDER BY intended_at")
    ).all()
    published = {row.release_id: row.settled_at for row in rows if row.outcome == PUBLISHED}
    if any(row.outcome == INTENDED for row in rows):
        yield Finding("release", State.WARNING, "a release was begun and is not settled", _RUN)
    if not released.exists():
        if published:
            yield Finding("release", State.FAILURE, "the ledger has a release, and readers have none", _RUN)
        else:
            yield Finding("release", State.WARNING, "nothing was released yet", _RUN)
        return
    with open_database(released, read_only=True) as engine, engine.connect() as readers:
        release_id = readers.execute(sa.text("SELECT release_id FROM reporting.release")).scalar_one()
    if release_id not in published:
        text = f"readers have {release_id}, which the ledger does not know as published"
        yield Finding("release", State.FAILURE, text, "ccds release list, then ccds release rollback")
    elif release_id != max(published, key=lambda one: published[one]):
        text = f"readers have {release_id}, an earlier one; the newest is not shown"
        yield Finding("release", State.WARNING, text, _RUN)
    else:
        yield Finding("release", State.OK, f"{release_id}, {_ago(published[release_id])}")


def _ago(moment: datetime) -> str:
    """Return a moment (UTC) and how many days ago it was."""
    days = (datetime.now(UTC).replace(tzinfo=None) - moment).total_seconds() / _DAY_SECONDS
    return f"{moment.isoformat(sep=' ', timespec='minutes')} UTC, {days:,.1f} days ago"
