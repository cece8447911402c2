"""Retention by itself: a monthly job that removes what is too old, and the release that follows it.

What is too old is decided in ``ccds_pipeline.rights.retention``.
"""

from datetime import UTC, datetime

import dagster as dg

from ccds_pipeline.backup.make import renew_backups
from ccds_pipeline.defs import automation
from ccds_pipeline.defs.described import RETRY_WHEN_BUSY, value_free_failures
from ccds_pipeline.defs.installation import TIMEZONE, Installation
from ccds_pipeline.defs.staging import WAREHOUSE_POOL
from ccds_pipeline.rights.retention import apply_retention


# Nothing is handed on, so that no file of an IO manager is written.
@dg.op(out=dg.Out(dg.Nothing), pool=WAREHOUSE_POOL, retry_policy=RETRY_WHEN_BUSY)
def remove_what_is_too_old(context: dg.OpExecutionContext, installation: Installation) -> None:
    """Remove what is older than the programme file allows, by delivery date, and count it."""
    with value_free_failures():
        kept = installation.open_ingest().programme.retention
        if kept is None:
            context.log.info("The demonstration sets no retention: nothing is removed.")
            return
        today = datetime.now(UTC).date()
        counts = apply_retention(installation.settings, kept, today=today, dry_run=False)
        renew_backups(installation.settings)
    context.add_output_metadata(counts)


@dg.job(description="Remove what is older than the programme file allows; publish follows it.")
def retention() -> None:
    """Remove what is too old."""
    remove_what_is_too_old()


retention_at_0300 = dg.ScheduleDefinition(
    name="retention_at_0300",
    job=retention,
    cron_schedule="0 3 1 * *",
    execution_timezone=TIMEZONE,
    description="Remove what is too old on the first day of every month.",
)


# On from the start: a warehouse out of which something was removed has no KPIs until they are made anew.
@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    monitored_jobs=[retention],
    request_job=automation.publish,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Make core, KPIs and the release anew after each removal of what is too old.",
)
def after_retention(
    context: dg.RunStatusSensorContext, installation: Installation
) -> dg.RunRequest | dg.SkipReason:
    """Make core, KPIs and the release anew after each removal, also after one that was tried again."""
    with value_free_failures():
        if installation.programme.retention is None:
            return dg.SkipReason("The programme sets no retention.")
    return dg.RunRequest(run_key=context.dagster_run.run_id)
