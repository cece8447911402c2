"""Jobs, the daily schedule and the sensor on new deliveries.

What the jobs run is defined beside the assets.
"""

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple, Self

import dagster as dg

from ccds_pipeline.defs.described import value_free_failures
from ccds_pipeline.defs.installation import TIMEZONE, Installation
from ccds_pipeline.defs.reporting import CANDIDATE_KEY, REPORT_KEY
from ccds_pipeline.defs.staging import staging_key
from ccds_pipeline.schemas.register import tables_of
from ccds_pipeline.sources.landing import Delivery

INGEST = dg.AssetSelection.groups("staging")
PUBLISH = dg.AssetSelection.groups("core", "kpi", "reporting")

ingest = dg.define_asset_job("ingest", INGEST, description="Load the deliveries of one day into staging.")
publish = dg.define_asset_job(
    "publish", PUBLISH, description="Rebuild core and KPIs from staging, check, release."
)
refresh = dg.define_asset_job(
    "refresh",
    INGEST | PUBLISH,
    description="Load the deliveries of one day, then rebuild, check and release everything.",
)


@dg.schedule(job=refresh, cron_schedule="0 5 * * *", execution_timezone=TIMEZONE)
def refresh_at_0500(
    context: dg.ScheduleEvaluationContext, installation: Installation
) -> dg.RunRequest | dg.SkipReason:
    """Load today's deliveries every morning."""
    today = context.scheduled_execution_time.date()
    delivered = [found for found in _deliveries(installation) if found.delivery_on == today]
    if not delivered:
        return dg.SkipReason(f"There is no delivery of {today}.")
    return _run_request(delivered, run_key=None)


@dg.sensor(job=refresh, minimum_interval_seconds=300)
def on_new_delivery(context: dg.SensorEvaluationContext, installation: Installation) -> dg.SensorResult:
    """Load deliveries that came or changed, late and corrected ones too, once two looks find them alike."""
    with value_free_failures():
        found = {_name(delivery): delivery for delivery in _deliveries(installation)}
        marks = {
            name: mark for name, delivery in found.items() if (mark := _fingerprint(delivery)) is not None
        }
    before = _SensorCursor.of(context.cursor)
    moved = {name: mark for name, mark in marks.items() if mark != before.asked_for.get(name)}
    still = {name: mark for name, mark in moved.items() if mark == before.moved.get(name)}
    asked_for = {name: mark for name, mark in before.asked_for.items() if name in found} | still
    cursor = _SensorCursor(
        {name: mark for name, mark in moved.items() if name not in still}, asked_for
    ).as_text()
    if not still:
        return dg.SensorResult(skip_reason="No delivery is new or changed and lies still.", cursor=cursor)
    requests = [
        _run_request(
            same_day,
            run_key=f"{same_day[0].delivery_on}:{'-'.join(still[_name(each)][:12] for each in same_day)}",
        )
        for same_day in _by_day(found[name] for name in still)
    ]
    return dg.SensorResult(run_requests=requests, cursor=cursor)


class _SensorCursor(NamedTuple):
    """What the sensor remembers, by delivery: how those lay that had moved, and what it asked to load."""

    moved: dict[str, str]
    asked_for: dict[str, str]

    @classmethod
    def of(cls, cursor: str | None) -> Self:
        kept = json.loads(cursor or "{}")
        return cls(kept.get("moved", {}), kept.get("asked_for", {}))

    def as_text(self) -> str:
        return json.dumps(self._asdict(), sort_keys=True)


def _fingerprint(delivery: Delivery) -> str | None:
    """Return how a delivery lies; None while its files come and go."""
    try:
        return delivery.fingerprint()
    except OSError:
        return None


def _deliveries(installation: Installation) -> tuple[Delivery, ...]:
    with value_free_failures():
        return installation.find_deliveries().deliveries


def _name(delivery: Delivery) -> str:
    return f"{delivery.source_id}/{delivery.delivery_on}"


def _by_day(found: Iterable[Delivery]) -> Iterator[list[Delivery]]:
    deliveries = list(found)
    days = sorted({delivery.delivery_on for delivery in deliveries})
    for day in days:
        yield [delivery for delivery in deliveries if delivery.delivery_on == day]


def _run_request(deliveries: list[Delivery], *, run_key: str | None) -> dg.RunRequest:
    """Ask for one run of a day's delivered sources, and of everything after staging."""
    staging = [staging_key(delivery.source_id) for delivery in deliveries]
    tables = (*tables_of("core"), *tables_of("kpi", "sql", "computed", "theme"), *tables_of("reporting"))
    after = [dg.AssetKey([table.schema, table.name]) for table in tables]
    return dg.RunRequest(
        run_key=run_key,
        partition_key=deliveries[0].delivery_on.isoformat(),
        asset_selection=[*staging, *after, CANDIDATE_KEY, REPORT_KEY],
    )
