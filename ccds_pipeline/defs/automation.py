"""Jobs, the daily schedule and the sensor on new deliveries.

Both ask for what is outstanding, whatever its date: the sensor soon after it came, by size and time of files;
the schedule by their content and by what they were loaded with. What jobs run is defined beside the assets.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple, Self

import dagster as dg

from ccds_pipeline.alerts.looks import REFRESH, tick
from ccds_pipeline.defs.described import value_free_failures
from ccds_pipeline.defs.installation import TIMEZONE, Installation
from ccds_pipeline.defs.loaded import loading_check
from ccds_pipeline.defs.reporting import published_keys
from ccds_pipeline.defs.staging import FIRST_DAY, LAST_DAY, loading
from ccds_pipeline.sources.landing import Delivery
from ccds_pipeline.warehouse.tables import create_warehouse

INGEST = dg.AssetSelection.groups("staging")
PUBLISH = dg.AssetSelection.groups("core", "kpi", "reporting")

ingest = dg.define_asset_job(
    "ingest",
    INGEST,
    description=(
        "Load the deliveries that are outstanding into staging; those of a period, even again, with the tags "
        f"{FIRST_DAY} and {LAST_DAY}."
    ),
)
publish = dg.define_asset_job(
    "publish", PUBLISH, description="Rebuild core and KPIs from staging, check, release."
)
refresh = dg.define_asset_job(
    "refresh",
    INGEST | PUBLISH,
    description=(
        "Load the deliveries that are outstanding, then rebuild, check and release everything; the tags "
        f"{FIRST_DAY} and {LAST_DAY} are as for ingest."
    ),
)


_UNFINISHED = (
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
)


@dg.schedule(
    job=refresh,
    cron_schedule="0 5 * * *",
    execution_timezone=TIMEZONE,
    description="Load what is outstanding every morning, whatever its date, then compute, check and release.",
)
def refresh_at_0500(
    context: dg.ScheduleEvaluationContext, installation: Installation
) -> dg.RunRequest | dg.SkipReason:
    """Load what is outstanding every morning, whatever its date."""
    tick(installation.settings, REFRESH)
    if _is_running(context.instance):
        return dg.SkipReason("A run goes on; what it leaves outstanding is asked for next time.")
    with value_free_failures():
        left = _outstanding(installation, installation.deliveries())
    if not left:
        return dg.SkipReason("Nothing is outstanding.")
    return _run_request(left, asked_at=context.scheduled_execution_time)


@dg.sensor(
    job=refresh,
    minimum_interval_seconds=300,
    description="Load deliveries soon after they came or changed, and again, with pauses, if that fails.",
)
def on_new_delivery(context: dg.SensorEvaluationContext, installation: Installation) -> dg.SensorResult:
    """Load deliveries that came or changed once two looks find them alike, and again if that fails."""
    before = _SensorCursor.of(context.cursor)
    tick(installation.settings, REFRESH)
    with value_free_failures():
        found = {str(delivery): delivery for delivery in installation.deliveries()}
        marks = {name: mark for name, delivery in found.items() if (mark := _fingerprint(delivery))}
        loaded = {name: mark for name, mark in before.loaded.items() if name in found}
        moved = {name: mark for name, mark in marks.items() if mark != loaded.get(name)}
        still = {name: mark for name, mark in moved.items() if mark == before.moved.get(name)}
        if not still or _is_running(context.instance):
            reason = "A run goes on." if still else "No delivery is new or changed and lies still."
            cursor = _SensorCursor(moved, loaded, before.asked).as_text()
            return dg.SensorResult(skip_reason=reason, cursor=cursor)
        left = {str(delivery) for delivery in _outstanding(installation, (found[name] for name in still))}
    return _ask(
        [found[name] for name in still if name in left],
        _SensorCursor(
            moved=moved,
            loaded=loaded | {name: mark for name, mark in still.items() if name not in left},
            asked={name: asked for name, asked in before.asked.items() if name in left},
        ),
        installation,
    )


class _Asked(NamedTuple):
    """How a delivery lay when it was asked for, how often it was, and when last (seconds since 1970)."""

    mark: str
    attempts: int
    at: float


class _SensorCursor(NamedTuple):
    """What the sensor remembers: how deliveries lay that moved or are loaded, and what it asked for."""

    moved: dict[str, str]
    loaded: dict[str, str]
    asked: dict[str, _Asked]

    @classmethod
    def of(cls, cursor: str | None) -> Self:
        kept = json.loads(cursor or "{}")
        asked = {name: _Asked(*each) for name, each in kept.get("asked", {}).items()}
        return cls(kept.get("moved", {}), kept.get("loaded", {}), asked)

    def as_text(self) -> str:
        return json.dumps(self._asdict(), sort_keys=True)


def _ask(left: list[Delivery], cursor: _SensorCursor, installation: Installation) -> dg.SensorResult:
    """Ask for what is due, and fail the check where it was asked for as often as the settings say."""
    now, settings = datetime.now(UTC), installation.settings
    due, is_given_up = [], False
    for delivery in left:
        name = str(delivery)
        mark = cursor.moved[name]
        asked = cursor.asked.get(name)
        if asked is None or asked.mark != mark:
            asked = _Asked(mark, 0, 0.0)
        # The pause doubles with each attempt.
        pause = settings.loading_pause_minutes * 60 * 2 ** max(asked.attempts - 1, 0)
        if asked.attempts > settings.loading_attempts or now.timestamp() < asked.at + pause:
            continue
        cursor.asked[name] = _Asked(mark, asked.attempts + 1, now.timestamp())
        if asked.attempts < settings.loading_attempts:
            due.append(delivery)
        else:
            is_given_up = True
    return dg.SensorResult(
        run_requests=[_run_request(due, asked_at=now)] if due else [],
        asset_events=[loading_check([str(delivery) for delivery in left])] if is_given_up else [],
        cursor=cursor.as_text(),
    )


def _is_running(instance: dg.DagsterInstance) -> bool:
    """Whether a run has the warehouse, or will have it soon."""
    return bool(instance.get_runs(dg.RunsFilter(statuses=list(_UNFINISHED)), limit=1))


def _outstanding(installation: Installation, deliveries: Iterable[Delivery]) -> list[Delivery]:
    with installation.open_warehouse() as engine, engine.begin() as connection:
        create_warehouse(connection)
        return installation.outstanding(connection, deliveries)


def _fingerprint(delivery: Delivery) -> str | None:
    """Return how a delivery lies; None while its files come and go."""
    try:
        return delivery.fingerprint()
    except OSError:
        return None


def _run_request(deliveries: list[Delivery], *, asked_at: datetime) -> dg.RunRequest:
    """Ask for one run that loads the deliveries, then computes, checks and releases."""
    keys, config = loading(deliveries)
    return dg.RunRequest(
        # A delivery that comes back, or fails, is asked for anew: the key holds when.
        run_key=asked_at.isoformat(),
        run_config=config,
        asset_selection=[*keys, *published_keys()],
    )
