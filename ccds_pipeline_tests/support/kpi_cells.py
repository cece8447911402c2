"""Builds rows of ``kpi.kpi`` for tests of the release: one function per kind of value."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.statistics.intervals import wilson


def cells(*rows: Mapping[str, Any]) -> pd.DataFrame:
    """Return a frame with the columns of ``kpi.kpi``, in order."""
    return pd.DataFrame(list(rows), columns=table_of("kpi.kpi").column_names)


def count_cell(level: str, count: float, *, people: int | None = None, **changes: Any) -> dict[str, Any]:
    """Return a count of persons (or of places, with ``people`` behind them)."""
    row = {
        "kpi_id": "K01",
        "estimand": "persons" if people is None else "attendances",
        "wave": "all",
        "numerator": count,
        "denominator": count,
        "eligible_n": count,
        "people_n": count if people is None else people,
        "value": count,
        "unit": "persons" if people is None else "places",
    }
    return _cell(level, row | changes)


def share_cell(level: str, hits: int, n: int, *, people: int | None = None, **changes: Any) -> dict[str, Any]:
    """Return a share of valid answers with its exact Wilson interval."""
    low, high = wilson([hits], [n])
    row = {
        "kpi_id": "K04",
        "estimand": "share",
        "wave": "post",
        "numerator": hits,
        "denominator": n,
        "eligible_n": n,
        "blank_n": 0,
        "not_applicable_n": 0,
        "people_n": n if people is None else people,
        "value": hits / n if n else np.nan,
        "unit": "share",
        "ci_low": low[0],
        "ci_high": high[0],
        "ci_method": "wilson" if n else None,
        "status": "measured" if n else "no_answers",
    }
    return _cell(level, row | changes)


def mean_cell(
    level: str, mean: float, n: int, *, people: int | None = None, **changes: Any
) -> dict[str, Any]:
    """Return a mean score with an interval of half a point to either side."""
    row = {
        "kpi_id": "K13",
        "estimand": "mean",
        "wave": "post",
        "numerator": np.round(mean * n),
        "denominator": n,
        "eligible_n": n,
        "blank_n": 0,
        "not_applicable_n": 0,
        "people_n": n if people is None else people,
        "value": mean,
        "unit": "score",
        "ci_low": mean - 0.5,
        "ci_high": mean + 0.5,
        "ci_method": "t",
    }
    return _cell(level, row | changes)


def _cell(level: str, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "definition_version": "1",
        "definition_status": "assumed",
        "is_headline": True,
        "programme": "ccds",
        "phase": "all",
        "as_of": date(2022, 9, 30),
        "breakdown": "all" if level == "all" else "region",
        "level": level,
        "status": "measured",
        "suppressed": False,
        "suppression_reason": None,
        "data_version": "d",
        "code_version": "c",
        "run_id": "r",
        **row,
    }
