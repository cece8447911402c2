"""Jobs, the daily schedule and the sensor on new deliveries.

What the jobs run is defined beside the assets.
"""

import json
from collections.abc import Iterable, Iterator

import dagster as dg

from ccds_pipeline.defs.installation import Installation
from ccds_pipeline.defs.partitions import TIMEZONE
from ccds_pipeline.defs.reporting import CANDIDATE_KEY, REPORT_KEY
from ccds_pipeline.defs.staging import staging_key
from ccds_pipeline.errors import CcdsError
from ccds_pipeline.schemas import core, kpi
from ccds_pipeline.sources.landing import Delivery

INGEST = dg.AssetSelection.groups("staging")
PUBLISH = dg.AssetSelection.groups("core", "kpi", "reporting")

ingest = dg.define_asset_job(
    "ingest",
    INGEST,
    description="Load the deliveries of one day into staging.",
)
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
def on_new_delivery(
    context: dg.SensorEvaluationContext, installation: Installation
) -> dg.SensorResult | dg.SkipReason:
    """Load deliveries that came, or changed, since the last look: late and corrected ones too."""
    seen = json.loads(context.cursor or "{}")
    found = {_name(delivery): delivery for delivery in _deliveries(installation)}
    prints = {name: delivery.fingerprint() for name, delivery in found.items()}
    changed = [found[name] for name, fingerprint in prints.items() if seen.get(name) != fingerprint]
    if not changed:
        return dg.SkipReason("No delivery is new or changed.")
    requests = [
        _run_request(
            same_day,
            run_key=f"{same_day[0].delivery_on}:{'-'.join(prints[_name(one)][:12] for one in same_day)}",
        )
        for same_day in _by_day(changed)
    ]
    return dg.SensorResult(run_requests=requests, cursor=json.dumps(prints, sort_keys=True))


def _deliveries(installation: Installation) -> tuple[Delivery, ...]:
    try:
        return installation.find_deliveries().deliveries
    except CcdsError as error:
        raise dg.Failure(str(error)) from None


def _name(delivery: Delivery) -> str:
    return f"{delivery.source_id}/{delivery.delivery_on}"


def _by_day(deliveries: Iterable[Delivery]) -> Iterator[list[Delivery]]:
    days = sorted({delivery.delivery_on for delivery in deliveries})
    for day in days:
        yield [delivery for delivery in deliveries if delivery.delivery_on == day]


def _run_request(deliveries: list[Delivery], *, run_key: str | None) -> dg.RunRequest:
    """Ask for one run of a day's delivered sources, and of everything after staging."""
    staging = [staging_key(delivery.source_id) for delivery in deliveries]
    tables = (*core.TABLES, *kpi.TABLES, *kpi.THEME_TABLES, *kpi.REPORTING_TABLES)
    after = [dg.AssetKey([table.schema, table.name]) for table in tables]
    return dg.RunRequest(
        run_key=run_key,
        partition_key=deliveries[0].delivery_on.isoformat(),
        asset_selection=[*staging, *after, CANDIDATE_KEY, REPORT_KEY],
    )
