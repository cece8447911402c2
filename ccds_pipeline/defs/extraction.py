"""One asset per source with a database: its new rows, written as today's delivery.

How that is done is written in ``ingest.extract``; what then happens to the delivery in ``staging``.
"""

from datetime import UTC, datetime

import dagster as dg

from ccds_pipeline.defs.described import RETRY_WHEN_BUSY, owners_of, value_free_failures
from ccds_pipeline.defs.installation import TIMEZONE, Installation
from ccds_pipeline.defs.staging import landing_key
from ccds_pipeline.ingest.extract import extract
from ccds_pipeline.programme.load import load_programme
from ccds_pipeline.programme.model import Source
from ccds_pipeline.settings import Settings

_POOL = "extraction"  # two extracts of one source at once would write one file


def extraction() -> dg.Definitions:
    """Build the assets, the job and the schedule of sources with a database; nothing where there are none."""
    sources = [
        source for source in load_programme(Settings().programme_file).sources if source.database is not None
    ]
    if not sources:
        return dg.Definitions()
    assets = [_extract_asset(source) for source in sources]
    job = dg.define_asset_job(
        "extract",
        dg.AssetSelection.assets(*assets),
        description="Write what is new in the sources' databases as today's deliveries.",
    )
    schedule = dg.ScheduleDefinition(
        name="extract_at_0430",
        job=job,
        cron_schedule="30 4 * * *",
        execution_timezone=TIMEZONE,
        description="Write what is new in the sources' databases, half an hour before deliveries are loaded.",
    )
    return dg.Definitions(assets=assets, jobs=[job], schedules=[schedule])


def _extract_asset(source: Source) -> dg.AssetsDefinition:
    @dg.asset(
        key=landing_key(source.id),
        description=f"{source.label}: what is new in its database. Personal data of its owner.",
        group_name="landing",
        kinds={"file"},
        owners=owners_of(source),
        tags={"zone": "personal", "format": source.format},
        pool=_POOL,
        retry_policy=RETRY_WHEN_BUSY,
    )
    def extracted(installation: Installation) -> dg.MaterializeResult[None]:
        with value_free_failures():
            done = extract(
                installation.programme.sources_by_id[source.id],
                installation.landing,
                runs_folder=installation.settings.runs_folder,
                today=datetime.now(UTC).date(),
            )
        return dg.MaterializeResult(
            metadata={"dagster/row_count": done.rows, "delivery": done.delivery_on.isoformat()}
        )

    return extracted
