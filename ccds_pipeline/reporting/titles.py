"""State the finding of a chart in at most ten words, from the values that the chart shows.

Rule: active titles, as the Government Analysis Function asks for. A title never says more than the
released values do: withheld ones are left out, and the title says so.
"""

from __future__ import annotations

from collections.abc import Sequence

from ccds_pipeline.reporting.released import ChartPoint, Claim, LinkQuality, SourceStatus, Theme, Value
from ccds_pipeline.reporting.wording import (
    breakdown_text,
    capitalised,
    count_text,
    number_text,
    target_text,
    value_text,
)
from ccds_pipeline.schemas.readings import SCORE, SHARE, SHARE_ESTIMATED, reading_text
from ccds_pipeline.schemas.verdicts import CONTRADICTED, WITHOUT_FIGURE

MOST_WORDS = 10


def shares_title(values: Sequence[Value]) -> str:
    """Return the least and the greatest share of favourable answers."""
    if not _measured(values):
        return "No share of answers is shown"
    return f"{_range_text(values)} of valid answers were favourable"


def rates_title(values: Sequence[Value]) -> str:
    """Return the least and the greatest share of those who could answer."""
    if not _measured(values):
        return "No response rate is shown"
    return f"{_range_text(values)} of those expected answered"


def scores_title(values: Sequence[Value]) -> str:
    """Return the least and the greatest mean."""
    return f"Mean scores: {_range_text(values)}" if _measured(values) else "No mean score is shown"


def changes_title(values: Sequence[Value]) -> str:
    """Return the first change with the name of its reading."""
    shown = _measured(values)
    if not shown:
        return "No change is shown"
    finding = f"{value_text(shown[0])}, {reading_text(shown[0].estimand)}"
    return _within(f"{shown[0].kpi_label}: {finding}", finding)


def breakdown_title(breakdown: str, values: Sequence[Value]) -> str:
    """Return how many parts of a breakdown meet the target, or else the range of their values."""
    judged = [value for value in values if value.met is not None]
    if judged and target_text(judged[0]):
        met_n = sum(bool(value.met) for value in judged)
        some = "" if len(judged) == len(values) else "shown "
        return _by(breakdown, f"{met_n} of {len(judged)} {some}meet the target")
    shown = _measured(values)
    if not shown:
        return _by(breakdown, "no value is shown")
    return _by(breakdown, _spread_text(_range_text(shown), shown[0].unit))


def before_after_title(values: Sequence[Value]) -> str:
    """Return both means, the one before first."""
    shown = _measured(values)
    if len(shown) != len(values):
        return "No mean before and after is shown"
    before, after = (value_text(value) for value in values)
    return f"Mean score: {before} before, {after} after"


def bounds_title(values: Sequence[Value]) -> str:
    """Return a share as answered, and between which shares it lies whatever the others think."""
    shown = _measured(values)
    if not shown:
        return "No later share is shown"
    finding = f"{value_text(shown[0])} of answers were favourable"
    estimated = [value for value in shown if value.unit == SHARE_ESTIMATED.name]
    if len(estimated) <= 1:
        return finding
    return f"{finding}; {_range_text(estimated)} if all answered"


def funnel_title(breakdown: str, points: Sequence[ChartPoint]) -> str:
    """Return how many parts lie outside the 95% limits."""
    outside_n = sum(point.signal is not None for point in points) or "none"
    return _by(breakdown, f"{outside_n} of {len(points)} lie outside the 95% limits")


def series_title(breakdown: str, points: Sequence[ChartPoint]) -> str:
    """Return how many months are special."""
    special_n = sum(point.signal is not None for point in points) or "none"
    return _by(breakdown, f"{special_n} of {len(points)} stand out from usual variation")


def claims_title(claims: Sequence[Claim]) -> str:
    """Return how many published figures are contradicted by what is computed now."""
    figures = [claim for claim in claims if claim.state not in WITHOUT_FIGURE]
    contradicted_n = sum(claim.state in CONTRADICTED for claim in figures)
    verb = "are" if contradicted_n > 1 else "is"
    return f"{contradicted_n or 'None'} of {len(figures)} published figures {verb} contradicted"


def coverage_title(value: Value) -> str:
    """Return the share of what is due that was answered in time."""
    if value.shown is None or value.denominator is None:
        return "No share of answers in time is shown"
    return f"{value_text(value)} of {count_text(value.denominator)} due were answered in the window"


def records_title(unmatched: Value) -> str:
    """Return how many responses could not be linked."""
    if unmatched.shown is None:
        return "How many responses could not be linked is not shown"
    return f"{value_text(unmatched)} responses could not be linked"


def sources_title(received: int, loaded: int, *, refused_files: int) -> str:
    """Return which share of the records became rows, and how many files gave none."""
    files = "1 file" if refused_files == 1 else f"{refused_files:,} files"
    refused = f"; {files} refused" if refused_files else ""
    if not received:
        return f"No records have been received{refused}"
    return (
        f"{number_text(loaded / received, SHARE.name)} of {received:,} received records were loaded{refused}"
    )


def incomplete_text(sources: Sequence[SourceStatus]) -> str:
    """Return what the release was made without; empty where it has everything that was delivered."""
    left = [source for source in sources if source.outstanding_n]
    if not left:
        return ""
    counts = ", ".join(f"{source.source_label} ({source.outstanding_n:,})" for source in left)
    return f"This release was made without deliveries that had arrived and were not loaded: {counts}."


def _by(breakdown: str, finding: str) -> str:
    return _within(f"By {breakdown_text(breakdown)}: {finding}", capitalised(finding))


def links_title(links: Sequence[LinkQuality]) -> str:
    """Return which share of the responses of all waves was linked to somebody."""
    received = sum(link.eligible_n or 0 for link in links)
    linked = sum(
        count or 0
        for link in links
        for count in (link.reference_n, link.email_n, link.code_n, link.near_code_n)
    )
    if not received:
        return "No response has been received"
    return f"{number_text(linked / received, SHARE.name)} of {received:,} responses were linked"


def themes_title(themes: Sequence[Theme]) -> str:
    """Return the theme that most comments on a question have."""
    shown = [theme for theme in themes if theme.share is not None]
    if not shown:
        return "No theme is shown"
    most = max(shown, key=lambda theme: theme.share or 0)
    return _within(f"Most often: {most.theme_label.lower()}", "Themes of the comments")


def _within(*candidates: str) -> str:
    """The first candidate that is short enough; the last is short by construction."""
    return next((text for text in candidates if len(text.split()) <= MOST_WORDS), candidates[-1])


def _measured(values: Sequence[Value]) -> list[Value]:
    return [value for value in values if value.shown is not None]


def _range_text(values: Sequence[Value]) -> str:
    return _ends_text([value.shown for value in values if value.shown is not None], values[0].unit)


def _ends_text(numbers: Sequence[float], unit: str) -> str:
    least, most = (number_text(end, unit) for end in (min(numbers), max(numbers)))
    return least if least == most else f"{least} to {most}"


def _spread_text(ends: str, unit: str) -> str:
    return f"mean scores {ends}" if unit == SCORE.name else f"{ends} of valid answers"
