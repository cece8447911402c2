"""The values that the pipeline, the floor and the peers have to agree in."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path

import duckdb

Values = Mapping[tuple[str, str, str], float]
# K18 and K19 cannot be measured on the demonstration, K20 is not measured, and K21 is the ledger's own.
_COMPARED = """
    SELECT kpi_id, wave, estimand, value
    FROM kpi.kpi
    WHERE
        breakdown = 'all'
        AND value IS NOT NULL
        AND kpi_id <> 'K21'
        AND (is_headline OR regexp_full_match(estimand, 'E[1-6](_improved|_same|_worse)?'))
"""
_SAME = 1e-12  # sums of floating-point numbers depend on their order


def pipeline_values(warehouse: Path) -> Values:
    """Return the exact value of each headline and of each reading of the change, of the whole programme."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return {tuple(key): value for *key, value in connection.execute(_COMPARED).fetchall()}


def printed_values(output: str) -> Values:
    """Return what a script printed: one JSON list per line of KPI, wave, reading and value."""
    return {tuple(key): value for *key, value in map(json.loads, output.splitlines())}


def differences(values: Values, expected: Values) -> str:
    """Return which readings differ or are missing, with both values; blank where all are equal."""
    return ", ".join(
        f"{' '.join(key)}: {values.get(key)} instead of {expected.get(key)}"
        for key in sorted(values.keys() | expected.keys())
        if not math.isclose(values.get(key, math.nan), expected.get(key, math.nan), rel_tol=_SAME)
    )
