"""Local date-times as exported → instants in UTC, by declared formats and zone; nothing is guessed."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

# Local times that the change of clocks skips or repeats get one of these instead of an instant.
SKIPPED, REPEATED, NOT_A_TIME = "time_does_not_exist", "time_is_ambiguous", "not_a_timestamp"


def to_instants(texts: pd.Series, *, formats: Sequence[str], timezone: str) -> tuple[pd.Series, pd.Series]:
    """Parse local date-times.

    Args:
        texts: Text or missing, per row; blank is missing.
        formats: strptime formats that the source declares; the first that fits counts.
        timezone: IANA zone of the export.

    Returns:
        Two series on the same index: instants in UTC (microseconds; missing where there is none), and
        the broken rule by name (missing where none): not a time of any format, or a local time that
        the change of clocks skips or repeats.
    """
    unique = pd.Series(texts.dropna().unique(), dtype="str")
    local = pd.Series(pd.NaT, index=unique.index, dtype="datetime64[us]")
    for form in formats:
        left = local.isna()
        if not left.any():
            break
        local[left] = pd.to_datetime(unique[left], format=form, errors="coerce").astype("datetime64[us]")
    repeated = local.dt.tz_localize(timezone, ambiguous="NaT", nonexistent="shift_forward").isna()
    skipped = local.dt.tz_localize(timezone, ambiguous=False, nonexistent="NaT").isna()
    fault = pd.Series(None, index=unique.index, dtype="object")
    fault[repeated] = REPEATED
    fault[skipped] = SKIPPED
    fault[local.isna()] = NOT_A_TIME
    zoned = local.where(fault.isna()).dt.tz_localize(timezone, ambiguous=False, nonexistent="shift_forward")
    instants = zoned.dt.tz_convert("UTC").astype("datetime64[us, UTC]")
    by_text = pd.Series(unique.index, index=unique)
    position = texts.map(by_text)
    return (
        instants.reindex(position).set_axis(texts.index),
        fault.reindex(position).set_axis(texts.index),
    )
