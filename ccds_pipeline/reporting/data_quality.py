"""Say what the figures rest on: what became of every record, in all and by source."""

from __future__ import annotations

from ccds_pipeline.reporting.page import TitledTable
from ccds_pipeline.reporting.released import Release
from ccds_pipeline.reporting.tables import links_table, records_table, sources_table
from ccds_pipeline.reporting.titles import links_title, records_title, sources_title

_RECORDS, _UNMATCHED = "records", "unmatched"


def data_quality_tables(release: Release) -> tuple[TitledTable, ...]:
    """Return the records of each source and of all, where a KPI counts them, and how answers were linked."""
    return (_sources(release), *_all_records(release), *_links(release))


def _links(release: Release) -> list[TitledTable]:
    return [TitledTable(links_title(release.links), links_table(release.links))] if release.links else []


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
