"""What changed since the last release: its headlines beside those of this one, each as it was released."""

from __future__ import annotations

from ccds_pipeline.reporting.page import Card, Cell, Column, TableView
from ccds_pipeline.reporting.released import Release
from ccds_pipeline.reporting.subjects import Headline
from ccds_pipeline.reporting.wording import count_text, date_text
from ccds_pipeline.schemas.readings import WHOLE

_Pair = tuple[Headline, Headline | None]


def earlier_release_card(release: Release) -> Card | None:
    """Return the headlines that changed since the newest earlier release; None where there is none."""
    before = _newest_before(release)
    if not before:
        return None
    now = [row for row in release.history if row.release_id == release.info.release_id]
    pairs = [(row, before.get((row.kpi_id, row.wave))) for row in now]
    changed = [(row, then) for row, then in pairs if then is None or _text(row) != _text(then)]
    earlier = next(iter(before.values()))
    title = (
        f"Since the release with deliveries up to {date_text(earlier.as_of)}: {len(changed) or 'none'} of "
        f"{len(now)} headlines changed"
    )
    return Card(
        title,
        TableView.of(
            "Headlines that changed, each as it was released",
            changed,
            Column("KPI", _kpi_cell),
            Column("Then", lambda pair: _cell(pair[1]), numeric=True),
            Column("Now", lambda pair: _cell(pair[0]), numeric=True),
        ),
    )


def _newest_before(release: Release) -> dict[tuple[str, str], Headline]:
    """Return the headlines of the release before this one; the history is in the order of time."""
    others = [row for row in release.history if row.released_at < release.info.released_at]
    return {(row.kpi_id, row.wave): row for row in others if row.release_id == others[-1].release_id}


def _text(row: Headline) -> tuple[str, str | None, str]:
    return row.value_text, row.interval_text, row.definition_version


def _kpi_cell(pair: _Pair) -> Cell:
    row, then = pair
    wave = "" if row.wave == WHOLE else row.wave_label
    is_redefined = then is not None and then.definition_version != row.definition_version
    return Cell(row.kpi_label, note="; ".join(filter(None, (wave, "definition changed" * is_redefined))))


def _cell(row: Headline | None) -> Cell:
    if row is None:
        return Cell("not released", muted=True)
    of = (
        f"of {count_text(row.base_n)} {row.base_label or ''}".rstrip()
        if row.base_n and row.interval_text
        else ""
    )
    return Cell(row.value_text, note="; ".join(filter(None, (of, row.interval_text))))
