"""Date-times as exported → instants in UTC, by declared formats and zone; nothing is guessed."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

# Local times that the change of clocks skips or repeats get one of these instead of an instant.
SKIPPED, REPEATED, NOT_A_TIME = "time_does_not_exist", "time_is_ambiguous", "not_a_timestamp"


def to_instants(texts: pd.Series, *, formats: Sequence[str], timezone: str) -> tuple[pd.Series, pd.Series]:
    """Parse date-times.

    Args:
        texts: Text or missing, per row; blank is missing.
        formats: strptime formats that the source declares; the first that fits counts. One with ``%z``
            says its offset itself, any other is a local time.
        timezone: IANA zone of the export's local times.

    Returns:
        Two series on the same index: instants in UTC (microseconds; missing where there is none), and
        the broken rule by name (missing where none): not a time of any format, or a local time that
        the change of clocks skips or repeats.
    """
    unique = pd.Series(texts.dropna().unique(), dtype="str")
    instants = pd.Series(pd.NaT, index=unique.index, dtype="datetime64[us, UTC]")
    rules = pd.Series(NOT_A_TIME, index=unique.index, dtype="object")
    for form in formats:
        left = unique[rules == NOT_A_TIME]
        if left.empty:
            break
        parsed, broken = _parse_offset(left, form) if "%z" in form else _parse_local(left, form, timezone)
        instants[left.index], rules[left.index] = parsed, broken
    position = texts.map(pd.Series(unique.index, index=unique))
    return instants.reindex(position).set_axis(texts.index), rules.reindex(position).set_axis(texts.index)


def _parse_offset(texts: pd.Series, form: str) -> tuple[pd.Series, pd.Series]:
    instants = pd.to_datetime(texts, format=form, errors="coerce", utc=True).astype("datetime64[us, UTC]")
    return instants, _rules(texts, {NOT_A_TIME: instants.isna()})


def _parse_local(texts: pd.Series, form: str, timezone: str) -> tuple[pd.Series, pd.Series]:
    local = pd.to_datetime(texts, format=form, errors="coerce").astype("datetime64[us]")
    repeated = local.dt.tz_localize(timezone, ambiguous="NaT", nonexistent="shift_forward").isna()
    skipped = local.dt.tz_localize(timezone, ambiguous=False, nonexistent="NaT").isna()
    rules = _rules(texts, {REPEATED: repeated, SKIPPED: skipped, NOT_A_TIME: local.isna()})
    zoned = local.where(rules.isna()).dt.tz_localize(timezone, ambiguous=False, nonexistent="shift_forward")
    return zoned.dt.tz_convert("UTC").astype("datetime64[us, UTC]"), rules


def _rules(texts: pd.Series, broken: dict[str, pd.Series]) -> pd.Series:
    """Name the rule that each text breaks; a later one of ``broken`` stands over an earlier one."""
    rules = pd.Series(None, index=texts.index, dtype="object")
    for rule, rows in broken.items():
        rules[rows] = rule
    return rules
