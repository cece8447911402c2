"""State the finding of a chart or table, with its subject, from the values that it shows.

Rule: active titles, as the Government Analysis Function asks for. A title never says more than the
released values do: withheld ones are left out, and the title says so. Sentences belong in ``sentences``.
"""

from __future__ import annotations

from collections.abc import Sequence

from ccds_pipeline.reporting.released import ChartPoint, Claim, LinkQuality, SourceStatus, Value
from ccds_pipeline.reporting.wording import breakdown_text, count_text, number_text, target_text, value_text
from ccds_pipeline.schemas.readings import SCORE, SHARE
from ccds_pipeline.schemas.verdicts import CONTRADICTED, WITHOUT_FIGURE

_UNKNOWN = "unknown"


def breakdown_title(part: Value, values: Sequence[Value]) -> str:
    """Return how many known parts of a breakdown meet the target, or else the range of their values."""
    known = [value for value in values if value.level != _UNKNOWN]
    judged = [value for value in known if value.met is not None]
    if judged and target_text(judged[0]):
        met_n = sum(bool(value.met) for value in judged)
        some = "" if len(judged) == len(known) else "shown "
        return _by(part, f"{met_n} of {len(judged)} {some}meet the target")
    shown = [value.shown for value in known if value.shown is not None]
    if not shown:
        return _by(part, "no value is shown")
    return _by(part, _spread_text(shown, part.unit))


def funnel_title(part: Value, points: Sequence[ChartPoint]) -> str:
    """Return how many parts lie outside the 95% limits."""
    outside_n = sum(point.signal is not None for point in points) or "none"
    return _by(part, f"{outside_n} of {len(points)} lie outside the 95% limits")


def series_title(part: Value, points: Sequence[ChartPoint]) -> str:
    """Return how many months are special."""
    special_n = sum(point.signal is not None for point in points) or "none"
    return _by(part, f"{special_n} of {len(points)} stand out from usual variation")


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


def _by(part: Value, finding: str) -> str:
    return f"{part.kpi_label} by {breakdown_text(part.breakdown)}: {finding}"


def _spread_text(numbers: Sequence[float], unit: str) -> str:
    ends = " to ".join(dict.fromkeys(number_text(end, unit) for end in (min(numbers), max(numbers))))
    return f"mean scores {ends}" if unit == SCORE.name else f"{ends} of valid answers"
