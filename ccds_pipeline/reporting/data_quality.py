"""Say what the figures rest on: what became of every record, in all and by source."""

from __future__ import annotations

from ccds_pipeline.reporting.page import TitledTable
from ccds_pipeline.reporting.released import Release
from ccds_pipeline.reporting.tables import records_table, sources_table
from ccds_pipeline.reporting.titles import records_title, sources_title

_RECORDS, _UNMATCHED = "records", "unmatched"


def data_quality_tables(release: Release) -> tuple[TitledTable, ...]:
    """Return the records of each source, and all together where a KPI counts them."""
    return (_sources(release), *_all_records(release))


def _all_records(release: Release) -> list[TitledTable]:
    values = [value for value in release.overall if value.unit == _RECORDS]
    unmatched = [value for value in values if value.estimand == _UNMATCHED]
    return [TitledTable(records_title(value), records_table(values)) for value in unmatched]


def _sources(release: Release) -> TitledTable:
    title = sources_title(
        sum(source.received_n for source in release.sources),
        sum(source.loaded_n for source in release.sources),
        refused_files=sum(source.refused_files_n for source in release.sources),
    )
    return TitledTable(title, sources_table(release.sources))
