"""Housekeeping by itself: a daily job that backs the state up, deletes old runs, and tells what is wrong.

What is backed up is decided in ``ccds_pipeline.backup``, which runs are kept in ``run_history``, what is told
in ``ccds_pipeline.alerts``.
"""

import dagster as dg

from ccds_pipeline.alerts.causes import Look
from ccds_pipeline.alerts.looks import HOUSEKEEPING, tick
from ccds_pipeline.alerts.tell import tell
from ccds_pipeline.backup.generations import Kind
from ccds_pipeline.backup.make import back_up
from ccds_pipeline.defs.described import RETRY_WHEN_BUSY, value_free_failures
from ccds_pipeline.defs.installation import TIMEZONE, Installation
from ccds_pipeline.defs.run_history import delete_old_runs
from ccds_pipeline.defs.staging import WAREHOUSE_POOL


# No lock of the warehouse is needed, so it stands in no pool.
@dg.op(out=dg.Out(dg.Nothing), retry_policy=RETRY_WHEN_BUSY)
def back_up_the_state(context: dg.OpExecutionContext, installation: Installation) -> None:
    """Back up what cannot be computed again, and count it."""
    with value_free_failures():
        made = back_up(installation.settings, Kind.STATE)
    context.add_output_metadata(
        {"backup": made.generation.name, "removed": made.removed_n, "encrypted": made.generation.is_encrypted}
    )


@dg.op(out=dg.Out(dg.Nothing))
def delete_runs_beyond_the_last(context: dg.OpExecutionContext, installation: Installation) -> None:
    """Delete the oldest runs of each job from Dagster's home, and count them."""
    settings = installation.settings
    deleted = delete_old_runs(
        context.instance, kept=settings.kept_runs, kept_failed=settings.kept_failed_runs
    )
    context.add_output_metadata({"runs": deleted})


@dg.op(out=dg.Out(dg.Nothing), pool=WAREHOUSE_POOL)
def tell_what_is_wrong(context: dg.OpExecutionContext, installation: Installation) -> None:
    """Tell the alert addresses what is wrong, with deliveries that are not loaded."""
    tick(installation.settings, HOUSEKEEPING)
    for sentence in tell(installation.settings, Look()):
        context.log.warning(sentence)


@dg.job(description="Back up what cannot be computed again, delete old runs, and tell what is wrong.")
def housekeeping() -> None:
    """Back up, delete old runs, and tell what is wrong."""
    back_up_the_state()
    delete_runs_beyond_the_last()
    tell_what_is_wrong()


housekeeping_at_0600 = dg.ScheduleDefinition(
    name="housekeeping_at_0600",
    job=housekeeping,
    cron_schedule="0 6 * * *",
    execution_timezone=TIMEZONE,
    description="Back up and delete old runs every morning, after the release.",
)
