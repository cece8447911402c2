"""The one entry point for Dagster: everything under ``defs/``, run in one process.

An embedded warehouse has one writer, so steps run one after the other in the process of the run. Parts are
named here: Dagster's search for them needs a checkout around the package, which an installed one has not.
"""

from __future__ import annotations

import dagster as dg

from ccds_pipeline.defs import (
    alerts,
    arrival,
    automation,
    core,
    extraction,
    housekeeping,
    installation,
    kpi,
    reporting,
    retention,
    staging,
)


@dg.definitions
def defs() -> dg.Definitions:
    """Load the definitions."""
    return dg.Definitions.merge(
        installation.installation(),
        extraction.extraction(),
        staging.sources(),
        arrival.arrival(),
        core.star_schema(),
        kpi.kpis(),
        reporting.releasing(),
        dg.Definitions(
            jobs=[
                automation.ingest,
                automation.publish,
                automation.refresh,
                retention.retention,
                housekeeping.housekeeping,
            ],
            schedules=[
                automation.refresh_at_0500,
                retention.retention_at_0300,
                housekeeping.housekeeping_at_0600,
            ],
            sensors=[automation.on_new_delivery, retention.after_retention, alerts.alerts],
            executor=dg.in_process_executor,
        ),
    )
