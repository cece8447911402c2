"""The annex: published claims, groups, every reading and definition, and what the figures rest on."""

from __future__ import annotations

from itertools import groupby

from ccds_pipeline.reporting import tables, titles
from ccds_pipeline.reporting.claims import claims_table
from ccds_pipeline.reporting.groups import group_cards, groups_note
from ccds_pipeline.reporting.page import Card, Section
from ccds_pipeline.reporting.released import Release, Value
from ccds_pipeline.reporting.took_part import further_reach

_RECORDS, _UNMATCHED, _IN_WINDOW, _RECEIVED, _LOADED = (
    "records",
    "unmatched",
    "responded_in_window",
    "received",
    "loaded",
)
_ASSUMED = "assumed"


def annex_sections(release: Release) -> tuple[Section, ...]:
    """Return the sections of the annex before the method."""
    return (
        _claims(release),
        _groups(release),
        _readings(release),
        _definitions(release),
        _answered(release),
        _data_quality(release),
    )


def _claims(release: Release) -> Section:
    if not release.claims:
        return Section("claims", "Published claims", "This programme lists no published claim.")
    card = Card(titles.claims_title(release.claims), claims_table(release), note=_VERDICTS)
    return Section("claims", "Published claims", _CLAIMS, (card,))


def _groups(release: Release) -> Section:
    cards = (*group_cards(release), *further_reach(release))
    lead = groups_note(release) if cards else "Nothing has been released by group."
    return Section("groups", "By group", lead, cards)


def _readings(release: Release) -> Section:
    if not release.overall:
        return Section("readings", "Every reading", "No KPI has been released yet.")
    table = tables.readings_table(release)
    answers = [
        list(options) for _, options in groupby(release.answers, key=lambda a: (a.wave, a.question_id))
    ]
    title = "Every answer to every closed question"
    asked = [Card(title, tables.answers_table(answers), is_folded=True)] if answers else []
    return Section(
        "readings",
        "Every reading",
        _READINGS,
        (
            Card(f"{len(table.rows)} readings of {len(release.headlines)} headlines", table, is_folded=True),
            *asked,
        ),
    )


def _definitions(release: Release) -> Section:
    kpis = release.kpis
    if not kpis:
        return Section("definitions", "Definitions", "No KPI has been released yet.")
    assumed_n = sum(kpi.definition_status == _ASSUMED for kpi in kpis)
    title = (
        f"{assumed_n} of {len(kpis)} definitions are assumed"
        if assumed_n
        else "All definitions are confirmed"
    )
    lead = "A definition is assumed until the evaluation lead has confirmed it." if assumed_n else ""
    return Section("definitions", "Definitions", lead, (Card(title, tables.definitions_table(kpis)),))


def _answered(release: Release) -> Section:
    """Return the states of each wave that has a window, and the response rates."""
    if not release.responses:
        return Section("answered", "Who answered", "No KPI of this programme is a response rate.")
    counted = {value.kpi_id for value in release.overall if value.estimand == _IN_WINDOW}
    states = (
        Card(
            f"{rate.kpi_label}: {titles.coverage_title(rate)}",
            tables.states_table(rate, [value for value in release.overall if _is_state(value, rate)]),
        )
        for rate in release.headlines
        if rate.kpi_id in counted
    )
    rates = Card("Response by survey", tables.responses_table(release.responses))
    return Section("answered", "Who answered", _BASES, (rates, *states))


def _is_state(value: Value, rate: Value) -> bool:
    return value.kpi_id == rate.kpi_id and not value.is_headline


def _data_quality(release: Release) -> Section:
    records = {value.estimand: value for value in release.overall if value.unit == _RECORDS}
    received, loaded = (records.get(name) for name in (_RECEIVED, _LOADED))
    refused_n = sum(source.refused_files_n for source in release.sources)
    title = titles.sources_title(
        _total(received, sum(source.received_n for source in release.sources)),
        _total(loaded, sum(source.loaded_n for source in release.sources)),
        refused_files=refused_n,
    )
    cards = [Card(title, tables.sources_table(release.sources), note=_RECORDS_NOTE)]
    if _UNMATCHED in records:
        cards.append(
            Card(titles.records_title(records[_UNMATCHED]), tables.records_table(list(records.values())))
        )
    if release.links:
        cards.append(
            Card(titles.links_title(release.links), tables.links_table(release.links), note=_LINKING)
        )
    return Section("data-quality", "Data quality", "", tuple(cards))


def _total(value: Value | None, otherwise: int) -> int:
    """Return the count of all sources, or where no KPI counts them the sum of the rounded ones."""
    return otherwise if value is None or value.shown is None else round(value.shown)


_CLAIMS = "Each published figure is computed again under its own definition, phase and day."
_VERDICTS = (
    "A figure is reproduced if it is the same at the published precision, supported if it lies inside the "
    "interval of what is computed now, and else higher or lower than published. A comparison is met, met and "
    "assured if the near end of the interval meets it too, not met, or not decidable where noise or people "
    "who were not identified could turn it. What is contradicted stands first; sentences without a figure "
    "stand last."
)
_READINGS = (
    "Each KPI has one headline and further readings, which show how much the figure depends on its "
    "definition. A p-value is the chance of a change at least as large if nothing had changed; it says "
    "nothing about how large the change is."
)
_BASES = (
    "Rates count a known list and have no interval. The KPIs count different people: the response rate "
    "everybody who attended and every answer, the coverage those who were due and answers inside the window."
)
_RECORDS_NOTE = (
    "Received is the sum of loaded, duplicate, excluded and rejected. Each count of records is rounded to "
    "the nearest five, and any from one to seven is given as five, so neither a row nor a column need add up "
    "to the unit. A refused file could not be read; none of its records is counted. A withdrawn record was "
    "loaded once, and a later export that is meant to be complete no longer has it: no figure counts it."
)
_LINKING = (
    "A response is linked by the booking reference that it carries, else by its e-mail address, else by a "
    "self-generated code in its session: the same code, or the only one that differs by one slip. What leads "
    "to several people, or to nobody, is linked to nobody."
)
