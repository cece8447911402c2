"""Telling by itself: a sensor for runs that failed, disk, targets and schedules.

Deliveries are looked at by the job ``housekeeping``, which may open the warehouse. What is told, and to whom,
is decided in ``ccds_pipeline.alerts``.
"""

import dagster as dg

from ccds_pipeline.alerts.send import has_addresses
from ccds_pipeline.alerts.tell import tell
from ccds_pipeline.defs.described import value_free_failures
from ccds_pipeline.defs.installation import Installation
from ccds_pipeline.defs.outcomes import look_at_runs


# On from the start: without an address nothing is sent.
@dg.sensor(
    minimum_interval_seconds=600,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Tell the alert addresses every ten minutes what is wrong, once, and when it is over.",
)
def alerts(context: dg.SensorEvaluationContext, installation: Installation) -> dg.SkipReason:
    """Tell the alert addresses what is wrong, once, and when it is over."""
    settings = installation.settings
    if not has_addresses(settings):
        return dg.SkipReason("Nobody is told: CCDS_ALERT_URL is not set.")
    with value_free_failures():
        unsent = tell(settings, look_at_runs(context.instance), with_warehouse=False)
    return dg.SkipReason("\n".join(unsent) or "Everything that is wrong was told.")
