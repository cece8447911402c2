"""Say how far a later wave is, and what cannot be said of it.

Which values belong here follows from their estimand and status, never from a KPI's identifier.
"""

from __future__ import annotations

from ccds_pipeline.reporting.page import TitledTable
from ccds_pipeline.reporting.released import Release, Value
from ccds_pipeline.reporting.tables import states_table, unmeasured_table
from ccds_pipeline.reporting.titles import coverage_title
from ccds_pipeline.schemas.readings import WHOLE

_IN_WINDOW = "responded_in_window"


def coverage_rates(release: Release) -> tuple[Value, ...]:
    """Return the shares of what is due that was answered in time: one per KPI that counts states."""
    counted = {value.kpi_id for value in release.overall if value.estimand == _IN_WINDOW}
    return tuple(value for value in release.headlines if value.kpi_id in counted)


def coverage_tables(release: Release) -> tuple[TitledTable, ...]:
    """Return the states of each wave that has a window."""
    return tuple(
        TitledTable(coverage_title(rate), states_table(rate, _states(rate, release)))
        for rate in coverage_rates(release)
    )


def unmeasured_later(release: Release) -> TitledTable | None:
    """Return the KPIs of a wave that are not measured, and why; None where each is."""
    values = [value for value in release.headlines if not value.is_measured and value.wave != WHOLE]
    if not values:
        return None
    kpis = "1 KPI is" if len(values) == 1 else f"{len(values)} KPIs are"
    return TitledTable(f"{kpis} not measured", unmeasured_table(values))


def _states(rate: Value, release: Release) -> list[Value]:
    return [value for value in release.overall if value.kpi_id == rate.kpi_id and not value.is_headline]
