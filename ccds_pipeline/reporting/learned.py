"""What participants learned, and what lasted: means on the range of their scale, shares of later waves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ccds_pipeline.reporting import marks, wording
from ccds_pipeline.reporting.marks import Span
from ccds_pipeline.reporting.page import Card, Cell, Column, Section, TableView
from ccds_pipeline.reporting.released import Release, Value
from ccds_pipeline.reporting.said import answer_cards, asked_of
from ccds_pipeline.reporting.score_bars import ScoreBar, keys_of, span_of
from ccds_pipeline.reporting.sentences import (
    change_sentence,
    later_sentence,
    later_shares,
    out_of,
    scores,
    whole_changes,
)
from ccds_pipeline.reporting.subjects import Change, Kpi, Wave
from ccds_pipeline.reporting.tables import base_cell, interval_cell
from ccds_pipeline.reporting.wording import WITHHELD
from ccds_pipeline.schemas.readings import SHARE_ESTIMATED, WHOLE, reading_text


def learned_section(release: Release) -> Section:
    """Return each change before and after, and the mean scores."""
    changes, means = whole_changes(release), scores(release)
    said = [change_sentence(change, release) for change in changes]
    if not changes:
        said.append("No KPI of this programme compares before and after.")
    if not means:
        said.append("No KPI of this programme is a mean score.")
    cards = (
        *filter(None, [_change_card(changes, release)]),
        *_moved_cards(changes, release),
        *_scores_cards(means, release),
    )
    return Section("learned", "What they learned", " ".join(said), cards)


def lasted_section(release: Release) -> Section:
    """Return the later shares with how many answered, and what later KPIs are not measured."""
    shares, missing = later_shares(release), _unmeasured_later(release)
    said = [
        *(later_sentence(value, release) for value in shares),
        *(f"{value.kpi_label}: {wording.value_text(value)}, because {_why(value)}." for value in missing),
    ]
    cards = (*answer_cards(asked_of(shares, release)), *(_bounds_card(value, release) for value in shares))
    return Section(
        "lasted",
        "What lasted",
        " ".join(said) or "No KPI of this programme looks at a later wave.",
        tuple(card for card in cards if card),
    )


def _change_card(changes: Sequence[Change], release: Release) -> Card | None:
    if not changes:
        return None
    title = "; ".join(_change_title(change) for change in changes)
    return Card(
        title,
        TableView.of(
            "The means of the same people before (ring) and after (dot), on the whole scale",
            changes,
            Column(
                "Question", lambda change: _question_cell(change.kpi_label, release.kpi_of(change.kpi_id))
            ),
            Column("On the scale", _change_picture, is_picture=True),
            Column(
                "Before", lambda change: _mean_cell(change.mean_before, change.before_label), numeric=True
            ),
            Column("After", lambda change: _mean_cell(change.mean_after, change.after_label), numeric=True),
            Column("Change", _difference_cell, numeric=True),
            Column("People", lambda change: _count_cell(change.pairs_n), numeric=True),
        ),
        note=_WITHOUT_CONTROL,
    )


def _change_title(change: Change) -> str:
    if change.mean_before is None or change.mean_after is None:
        return f"{change.kpi_label}: before and after are not shown"
    of = "" if change.scale_maximum is None else f", on a scale up to {change.scale_maximum:g}"
    return f"{change.kpi_label}: {change.mean_before:.1f} before, {change.mean_after:.1f} after{of}"


def _change_picture(change: Change) -> Cell:
    numbers = (change.mean_before, change.mean_after, change.scale_minimum, change.scale_maximum)
    before, after, low, high = numbers
    if before is None or after is None or low is None or high is None:
        return Cell("not shown", muted=True)
    return Cell(f"{low:g} to {high:g}", picture=marks.change(before, after, Span(low, high)))


def _mean_cell(mean: float | None, when: str) -> Cell:
    return Cell(WITHHELD, muted=True) if mean is None else Cell(f"{mean:.1f}", note=when.lower())


def _count_cell(count: int | None) -> Cell:
    return Cell(WITHHELD, muted=True) if count is None else Cell(wording.count_text(count))


def _difference_cell(change: Change) -> Cell:
    if change.mean_change is None:
        return Cell(WITHHELD, muted=True)
    ends = (change.mean_change_low, change.mean_change_high)
    interval = "" if None in ends else " to ".join(f"{end:+.1f}" for end in ends if end is not None)
    return Cell(f"{change.mean_change:+.1f}".replace("-", "−"), note=interval.replace("-", "−"))


def _moved_cards(changes: Sequence[Change], release: Release) -> Iterator[Card]:
    """Return how the answers to each question that changed were spread, wave by wave."""
    for kpi in (release.kpi_of(change.kpi_id) for change in changes):
        if kpi is not None:
            bars = [(wave, _bar(kpi, wave.wave, release)) for wave in release.waves]
            asked = [(wave, bar) for wave, bar in bars if bar.options]
            if asked:
                yield _moved_card(kpi, asked)


def _moved_card(kpi: Kpi, asked: Sequence[tuple[Wave, ScoreBar]]) -> Card:
    span = span_of([bar for _, bar in asked])
    shown = [f"{bar.high_share:.0%} {wave.wave_label.lower()}" for wave, bar in asked if bar.is_drawn]
    return Card(
        f"Scores of {kpi.favourable_text}: {', '.join(shown) or WITHHELD}",
        TableView.of(
            f"All answers to “{kpi.question_text}”",
            asked,
            Column("When", lambda row: Cell(row[0].wave_label)),
            Column("Answers", lambda row: row[1].cell(span), is_picture=True),
            Column(kpi.favourable_text or "High", lambda row: _high_cell(row[1]), numeric=True),
            Column("Out of", lambda row: _count_cell(row[1].options[0].of_answers_n), numeric=True),
        ),
        keys=keys_of(kpi),
        note=_OF_ALL,
    )


def _high_cell(bar: ScoreBar) -> Cell:
    return Cell(f"{bar.high_share:.0%}") if bar.is_drawn else Cell(WITHHELD, muted=True)


def _bar(kpi: Kpi, wave: str, release: Release) -> ScoreBar:
    return ScoreBar(kpi, release.answers_of(kpi.question_id, wave))


def _scores_cards(values: Sequence[Value], release: Release) -> Iterator[Card]:
    """Return one card for the questions of one scale that have the same high scores."""
    alike: dict[object, list[tuple[Value, Kpi | None]]] = {}
    for value in values:
        kpi = release.kpi_of(value.kpi_id)
        alike.setdefault(kpi and (kpi.scale_text, kpi.favourable_text), []).append((value, kpi))
    return (_scores_card(same, release) for same in alike.values())


def _scores_card(scored: Sequence[tuple[Value, Kpi | None]], release: Release) -> Card:
    bars = {value: _bar(kpi, value.wave, release) for value, kpi in scored if kpi is not None}
    drawn = [bar for bar in bars.values() if bar.is_drawn]
    span = span_of(drawn)
    kpis = dict(scored)
    return Card(
        _scores_title(list(kpis), release),
        TableView.of(
            "Mean scores with their 95% intervals"
            + (f"; right of the line are scores of {drawn[0].kpi.favourable_text}" if drawn else ""),
            kpis,
            Column("Question", lambda value: _question_cell(value.kpi_label, kpis[value])),
            Column(
                "Answers" if drawn else "On the scale",
                lambda value: bars[value].cell(span) if drawn else _score_picture(value, kpis[value]),
                is_picture=True,
            ),
            Column("Mean", lambda value: _score_cell(value, kpis[value]), numeric=True),
            Column("Out of", base_cell, numeric=True),
            Column("95% interval", interval_cell, numeric=True),
        ),
        keys=keys_of(drawn[0].kpi) if drawn else (),
    )


def _scores_title(values: Sequence[Value], release: Release) -> str:
    shown = [value for value in values if value.shown is not None]
    return (
        "; ".join(
            f"{value.kpi_label}: {wording.value_text(value)}{out_of(release.kpi_of(value.kpi_id))}"
            for value in shown
        )
        or "No mean score is shown"
    )


def _score_picture(value: Value, kpi: Kpi | None) -> Cell:
    if kpi is None or kpi.scale_minimum is None or kpi.scale_maximum is None or value.interval is None:
        return Cell("not shown", muted=True)
    span = Span(kpi.scale_minimum, kpi.scale_maximum)
    return Cell(kpi.scale_text or "", picture=marks.interval(value.shown, value.interval, span))


def _score_cell(value: Value, kpi: Kpi | None) -> Cell:
    if value.shown is None:
        return Cell(wording.value_text(value), note=wording.reason_text(value), muted=True)
    return Cell(f"{wording.value_text(value)}{out_of(kpi)}")


def _question_cell(label: str, kpi: Kpi | None) -> Cell:
    if kpi is None or not kpi.question_text:
        return Cell(label, note="no question")
    scale = f" ({kpi.scale_text})" if kpi.scale_text else ""
    return Cell(label, note=f"“{kpi.question_text}”{scale}")


def _bounds_card(value: Value, release: Release) -> Card | None:
    """A later share is never shown without what it could be for those who did not answer."""
    readings = [
        other
        for other in release.overall
        if other.kpi_id == value.kpi_id and (other.is_headline or other.unit == SHARE_ESTIMATED.name)
    ]
    if len(readings) == 1:
        return None
    return Card(
        f"{value.kpi_label}: what those who did not answer could change",
        TableView.of(
            "The share of those who answered, and what it could be for everybody due, from 0% to 100%",
            readings,
            Column("Reading", lambda other: Cell(wording.capitalised(reading_text(other.estimand)))),
            Column("0% to 100%", _share_picture, is_picture=True),
            Column("Share", _share_cell, numeric=True),
            Column("Out of", base_cell, numeric=True),
            Column("95% interval", interval_cell, numeric=True),
        ),
        note=_WEIGHTED,
    )


def _share_picture(value: Value) -> Cell:
    if value.shown is None and value.interval is None:
        return Cell("not shown", muted=True)
    return Cell("", picture=marks.interval(value.shown, value.interval, Span(0, 1)))


def _share_cell(value: Value) -> Cell:
    return Cell(wording.value_text(value), muted=value.suppressed)


def _unmeasured_later(release: Release) -> list[Value]:
    return [value for value in release.headlines if not value.is_measured and value.wave != WHOLE]


def _why(value: Value) -> str:
    return (value.status_reason or "no reason is given").rstrip(".")


_WITHOUT_CONTROL = (
    "The same people answered both times. Without a control group, a change may also be what would have "
    "happened anyway, another standard by which people judge themselves afterwards, or the answer hoped for."
)
_OF_ALL = (
    "Right of the line are the scores that count as high. These are all answers of each wave; the means "
    "above are of people who answered both times, so that the two need not agree."
)
_WEIGHTED = (
    "Those who answer a later survey may differ from those who do not. The weighted share counts people like "
    "those who did not answer for more; the last two say what the share would be if everybody else who was "
    "due had been unfavourable, or favourable. The bar above counts late answers too, the share only those "
    "in time."
)
