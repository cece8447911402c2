"""Sections of tables alone: what the figures rest on, what is known later, what comments are about."""

from __future__ import annotations

from itertools import groupby

from ccds_pipeline.reporting import tables, titles
from ccds_pipeline.reporting.page import ThemesView, TitledTable
from ccds_pipeline.reporting.released import Release, Theme, Value
from ccds_pipeline.reporting.wording import wave_text
from ccds_pipeline.schemas.readings import WHOLE

_RECORDS, _UNMATCHED, _IN_WINDOW = "records", "unmatched", "responded_in_window"


def data_quality_tables(release: Release) -> tuple[TitledTable, ...]:
    """Return the records of each source and of all, where a KPI counts them, and how answers were linked."""
    sources, links = release.sources, release.links
    title = titles.sources_title(
        sum(source.received_n for source in sources),
        sum(source.loaded_n for source in sources),
        refused_files=sum(source.refused_files_n for source in sources),
    )
    records = [value for value in release.overall if value.unit == _RECORDS]
    return (
        TitledTable(title, tables.sources_table(sources)),
        *(
            TitledTable(titles.records_title(value), tables.records_table(records))
            for value in records
            if value.estimand == _UNMATCHED
        ),
        *([TitledTable(titles.links_title(links), tables.links_table(links))] if links else []),
    )


def coverage_rates(release: Release) -> tuple[Value, ...]:
    """Return the shares of what is due that was answered in time: one per KPI that counts states."""
    counted = {value.kpi_id for value in release.overall if value.estimand == _IN_WINDOW}
    return tuple(value for value in release.headlines if value.kpi_id in counted)


def coverage_tables(release: Release) -> tuple[TitledTable, ...]:
    """Return the states of each wave that has a window."""
    return tuple(
        TitledTable(titles.coverage_title(rate), tables.states_table(rate, _states(rate, release)))
        for rate in coverage_rates(release)
    )


def unmeasured_later(release: Release) -> TitledTable | None:
    """Return the KPIs of a wave that are not measured, and why; None where each is."""
    values = [value for value in release.headlines if not value.is_measured and value.wave != WHOLE]
    if not values:
        return None
    kpis = "1 KPI is" if len(values) == 1 else f"{len(values)} KPIs are"
    return TitledTable(f"{kpis} not measured", tables.unmeasured_table(values))


def _states(rate: Value, release: Release) -> list[Value]:
    return [value for value in release.overall if value.kpi_id == rate.kpi_id and not value.is_headline]


def theme_views(release: Release) -> tuple[ThemesView, ...]:
    """Return one table per text question and wave, the most frequent theme first."""
    return tuple(
        _view(question, list(themes))
        for (question, _), themes in groupby(
            release.themes, key=lambda theme: (theme.question_text, theme.wave)
        )
    )


def _view(question: str, themes: list[Theme]) -> ThemesView:
    ordered = sorted(themes, key=lambda theme: (-(theme.comments_n or 0), theme.theme_order))
    titled = TitledTable(titles.themes_title(ordered), tables.themes_table(ordered))
    return ThemesView(question=question, wave=wave_text(themes[0]), titled=titled)
