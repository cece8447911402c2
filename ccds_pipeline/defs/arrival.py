"""Is a source overdue? One check per source that declares its rhythm, on its landing asset, and their job.

They run by themselves: what does not come starts no run. What is overdue is decided in ``ingest.expected``;
whether what came is as usual is a check of the load.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg

from ccds_pipeline.defs.described import value_free_failures
from ccds_pipeline.defs.installation import TIMEZONE, Installation
from ccds_pipeline.defs.staging import WAREHOUSE_POOL, check_result, landing_key
from ccds_pipeline.ingest.expected import judge_source_arrival
from ccds_pipeline.ingest.store.ledger import newest_delivery
from ccds_pipeline.programme.load import load_programme
from ccds_pipeline.programme.model import Source
from ccds_pipeline.settings import Settings
from ccds_pipeline.warehouse.tables import create_warehouse


def arrival() -> dg.Definitions:
    """Build the checks, their job and its schedule; nothing where no source declares when it comes."""
    programme = load_programme(Settings().programme_file)
    sources = [source for source in programme.sources if source.expected.has_rhythm]
    if not sources:
        return dg.Definitions()
    checks = _arrival_checks(sources)
    job = dg.define_asset_job(
        "expect",
        dg.AssetSelection.checks(checks),
        description="Look which sources are overdue, by the rhythm that the programme file declares.",
    )
    schedule = dg.ScheduleDefinition(
        name="expect_at_0700",
        job=job,
        cron_schedule="0 7 * * *",
        execution_timezone=TIMEZONE,
        description="Look every morning which sources are overdue, after what came was loaded.",
    )
    return dg.Definitions(asset_checks=[checks], jobs=[job], schedules=[schedule])


def _arrival_checks(sources: list[Source]) -> dg.AssetChecksDefinition:
    specs = [
        dg.AssetCheckSpec(
            "delivery_is_not_overdue", asset=landing_key(source.id), description=_rhythm(source)
        )
        for source in sources
    ]

    @dg.multi_asset_check(specs=specs, name="arrival", pool=WAREHOUSE_POOL)
    def check(installation: Installation) -> Iterator[dg.AssetCheckResult]:
        now = datetime.now(UTC)
        with value_free_failures(), installation.open_warehouse() as engine, engine.begin() as connection:
            create_warehouse(connection)
            outcomes = []
            for source in sources:
                days = [delivery.delivery_on for delivery in installation.deliveries_of(source.id)]
                loaded = newest_delivery(connection, source.id)
                newest = max([*days, *([loaded] if loaded else [])], default=None)
                timezone = installation.programme.timezone
                outcomes.append(judge_source_arrival(connection, source, newest, now=now, timezone=timezone))
        for source, outcome in zip(sources, outcomes, strict=True):
            yield check_result(outcome, landing_key(source.id))

    return check


def _rhythm(source: Source) -> str:
    expected = source.expected
    if expected.due is not None:
        return f"A delivery comes by each time of the calendar {expected.due}."
    return f"A delivery comes within {expected.days_after_session} days after each session."
