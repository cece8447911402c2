"""Say what was found in a file, for the person whose file it is: names of columns and counts.

A value is never shown. Counting belongs in ``content``, comparing in ``compare``.
"""

from __future__ import annotations

from collections.abc import Iterator

from ccds_pipeline.ingest.inspection.compare import Comparison, Missing
from ccds_pipeline.ingest.inspection.content import DATES, KINDS, MOST_DISTINCT, ColumnContent, printable
from ccds_pipeline.ingest.inspection.look import Look
from ccds_pipeline.ingest.remedies import remedy_of

_NAME_WIDTH = 60


def file_lines(look: Look) -> Iterator[str]:
    """Say what the file is, how many records and other lines it has, and what each column holds."""
    others = f" (also taken by {', '.join(look.others)}: choose by --format)" if look.others else ""
    yield f"Format:   {look.format}{others}"
    if look.end is None:
        return
    yield f"Written:  {printable(look.end.form)}"
    aside = ", ".join(f"{count:,} {rule}" for rule, count in sorted(look.set_aside.items()))
    yield f"Records:  {look.end.records_n:,}" + (f" (set aside: {aside})" if aside else "")
    yield f"Other:    {look.end.other_lines_n:,} line(s) that are not records, such as the header"
    for own in look.end.own_counts:
        yield f"Counts:   {own.name}: {own.said:,} by the report itself, {own.listed:,} listed"
    if look.header is None:
        yield "It is a key of answer codes: deliver it beside its responses."
        return
    yield ""
    yield f"{'Column':<{_NAME_WIDTH}}  Filled  Different  Content"
    for column in look.columns:
        yield from _column_lines(column)
        for (_, rule), count in sorted((of, n) for of, n in look.faulty.items() if of[0] == column.name):
            yield f"    {count:,} cell(s) cannot be delivered [{rule}]: {remedy_of(rule)}"


def _column_lines(column: ColumnContent) -> Iterator[str]:
    filled = f"{100 * column.filled // column.records} %" if column.records else "none"
    distinct = f"{column.distinct:,}{'+' if column.distinct == MOST_DISTINCT else ''}"
    name = _shortened(column.name)
    yield f"{name:<{_NAME_WIDTH}}  {filled:>6}  {distinct:>9}  {_content(column)}".rstrip()
    if column.text:
        yield f"    {_shortened(column.text)}"


def _content(column: ColumnContent) -> str:
    """Say in counts what the filled cells look like."""
    parts = [f"{column.counts[kind]:,} {kind}" for kind in KINDS if column.counts[kind]]
    if column.dates:
        orders = [f"{column.counts[order]:,} {order}" for order in ("year first", "month by name")]
        parts += [text for text in orders if not text.startswith("0 ")]
        parts += [_day_and_month(column)] if any(column.counts[order] for order in list(DATES)[:3]) else []
        parts += [f"{count:,} with {word}" for word, count in column.zones.items() if count]
    rest = column.filled - column.dates - sum(column.counts[kind] for kind in KINDS)
    return ", ".join([*parts, *([f"{rest:,} other text"] if rest else [])])


def _day_and_month(column: ColumnContent) -> str:
    counts = column.counts
    return (
        f"dates: {counts['day first']:,} say day first, {counts['month first']:,} month first, "
        f"{counts['fit both']:,} fit both"
    )


def comparison_lines(found: Comparison, *, source: str) -> Iterator[str]:
    """Say which columns of a source's mapping are missing, with proposals, and which columns are new."""
    if not (found.missing or found.new):
        yield f"Every column that source {source} names is there, and no other."
    for what, is_required in (("required", True), ("optional", False)):
        missing = [column for column in found.missing if column.wanted.is_required is is_required]
        if missing:
            refused = ": the file would be refused" if is_required else ""
            yield f"Missing {what} columns of source {source}{refused}"
        for column in missing:
            yield from _missing_lines(column)
    if found.new:
        yield f"New columns, which source {source} neither maps nor ignores (they are not loaded)"
        yield from (f"  {printable(name)}" for name in found.new)


def _missing_lines(missing: Missing) -> Iterator[str]:
    yield f"  {missing.wanted.label} ({missing.wanted.part})"
    if missing.proposal is not None:
        column, likeness = printable(missing.proposal.column), missing.proposal.likeness
        yield f"    most alike ({likeness} of 100): {column}"
        yield "    If that is what is meant, add it to this column's names in the programme file."


def _shortened(text: str) -> str:
    shown = printable(text)
    return shown if len(shown) <= _NAME_WIDTH else shown[: _NAME_WIDTH - 1] + "…"
