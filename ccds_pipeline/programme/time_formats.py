"""strptime formats against each other: which read one text as two instants, and which swap day and month.

Reading texts by them belongs in ``ingest.conform.fields``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import combinations

# Day, month and year are each a possible day, month and two-digit year; one afternoon.
_PROBES = (
    datetime(2003, 2, 1, 4, 5, 6, 7, tzinfo=UTC),
    datetime(2012, 11, 10, 9, 8, 7, 6, tzinfo=UTC),
    datetime(2001, 3, 2, 16, 5, 4, 3, tzinfo=UTC),
)


def overlapping_formats(formats: Sequence[str]) -> tuple[str, str] | None:
    """Return two of the formats that read one text as different times; None if no two do.

    Raises:
        ValueError: If one of them is no format.

    Example:
        >>> overlapping_formats(["%d/%m/%Y", "%Y-%m-%d", "%m/%d/%Y"])
        ('%d/%m/%Y', '%m/%d/%Y')
    """
    for form in formats:
        if _read(_PROBES[0].strftime(form), form) is None:
            raise ValueError(f"{form} is no format of times")
    return next((pair for pair in combinations(formats, 2) if _overlap(*pair)), None)


def with_day_and_month_swapped(form: str) -> str | None:
    """Return the format that reads a month where this one reads a day; None where it does not read both.

    Example:
        >>> with_day_and_month_swapped("%d.%m. at %H")
        '%m.%d. at %H'
    """
    swapped = re.sub("%[dm]", lambda part: "%m" if part[0] == "%d" else "%d", form)
    return swapped if "%d" in form and "%m" in form else None


def _overlap(first: str, second: str) -> bool:
    texts = {probe.strftime(form) for form in (first, second) for probe in _PROBES}
    readings = [(_read(text, first), _read(text, second)) for text in texts]
    return any(one is not None and other is not None and one != other for one, other in readings)


def _read(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError:
        return None
