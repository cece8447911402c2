"""Which parts of the published breakdowns lie inside which others: what an attacker adds up and subtracts.

Sessions lie inside months, months inside phases, boards inside regions, care settings inside sectors:
subtracting an inner part from an outer one is how small groups are found.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from ccds_pipeline.schemas.readings import WHOLE

Pairs = tuple[tuple[str, str], ...]

NESTED: Pairs = (
    ("session", "month"),
    ("session", "delivery_mode"),
    ("month", "phase"),
    ("icb", "region"),
    ("care_setting", "sector"),
)
"""Inner and outer breakdown of the programme file's closed list."""

NESTING_COLUMNS = ("breakdown", "level", "outer_breakdown", "outer_level", "is_inside")
UNNESTED = pd.DataFrame(columns=list(NESTING_COLUMNS))
"""Parts of which none lies inside another."""


def nesting_of(places: pd.DataFrame, nested: Pairs = NESTED) -> pd.DataFrame:
    """Return which part lies in which, from the levels at which people were counted.

    Args:
        places: One column per breakdown, one row per combination of levels that occurs.
        nested: Pairs of an inner and an outer breakdown.

    Returns:
        The columns of ``NESTING_COLUMNS``; ``is_inside`` is false where only some of the part lies in the
        outer one. A breakdown whose parts lie inside those of another is part of the whole through that.
    """
    pairs = [pair for pair in nested if set(pair) <= set(places.columns)]
    inner = [_inside(places, *pair) for pair in pairs]
    covered = {pair[0] for pair, frame in zip(pairs, inner, strict=True) if frame["is_inside"].all()}
    in_whole = [_in_whole(name, places[name].unique()) for name in places.columns if name not in covered]
    frames = [frame for frame in (*inner, *in_whole) if len(frame)]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(NESTING_COLUMNS))


def _inside(places: pd.DataFrame, inner: str, outer: str) -> pd.DataFrame:
    pairs = places[[inner, outer]].drop_duplicates()
    pairs = pairs.sort_values([inner, outer], ignore_index=True).set_axis(["level", "outer_level"], axis=1)
    return pairs.assign(
        breakdown=inner, outer_breakdown=outer, is_inside=~pairs["level"].duplicated(keep=False)
    )[list(NESTING_COLUMNS)]


def _in_whole(breakdown: str, levels: Iterable[str]) -> pd.DataFrame:
    rows = [(breakdown, level, WHOLE, WHOLE, True) for level in sorted(levels)]
    return pd.DataFrame(rows, columns=list(NESTING_COLUMNS))
