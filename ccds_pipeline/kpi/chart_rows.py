"""Rows of ``control_chart``: units beside each other with funnel limits, months in time with process limits.

Made from rows of ``kpi.kpi``, exact or released. The limits belong in ``control_charts``.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ccds_pipeline.schemas.readings import SCORE, SHARE, WHOLE
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.statistics.control_charts import MINIMUM_POINTS, mean_funnel, share_funnel, xmr_chart

FUNNEL, SPC = "funnel", "spc"

# Parts that are compared with each other; a phase or a month is none, nor is a part of the whole like
# primary care.
_UNITS = ("region", "icb", "care_setting", "staff_group", "session", "facilitator")
_MONTH, _UNKNOWN = "month", "unknown"
_READING = ["kpi_id", "estimand", "wave"]
# The strongest rule is named where several hold.
_SIGNALS = {"is_outside": "outside", "is_shift": "shift", "is_trend": "trend", "is_near_limit": "near_limit"}


def control_chart_rows(kpis: pd.DataFrame) -> pd.DataFrame:
    """Return the points of every funnel chart, and of months where there are enough, with their limits.

    Small units scatter more by chance alone: a unit stands out only beyond the limits for its size.

    Args:
        kpis: Rows of ``kpi.kpi`` or of a release. Headlines that are shares or scores are charted;
            parts without value are left out.

    Returns:
        The columns of ``kpi.control_chart``.
    """
    charted = kpis[kpis["is_headline"] & kpis["unit"].isin([SHARE.name, SCORE.name])]
    with_value = charted[charted["value"].notna() & (charted["denominator"] > 0)]
    spreads = (
        kpis[(kpis["estimand"] == "sd") & (kpis["breakdown"] == WHOLE)]
        .set_index("kpi_id")["value"]
        .astype("float64")
    )
    charts = [
        chart
        for reading, rows in with_value.groupby(_READING)
        for chart in _charts(rows, spread=float(spreads.get(reading[0], np.nan)))
    ]
    if not charts:
        return pd.DataFrame(columns=table_of("kpi.control_chart").column_names)
    return pd.concat(charts, ignore_index=True)[table_of("kpi.control_chart").column_names]


def _charts(rows: pd.DataFrame, *, spread: float) -> Iterator[pd.DataFrame]:
    parts = {str(name): part.sort_values("level") for name, part in rows.groupby("breakdown")}
    months = parts.get(_MONTH, rows.iloc[:0])
    months = months[months["level"] != _UNKNOWN]
    if len(months) >= MINIMUM_POINTS:
        yield _series(months)
    for breakdown in _UNITS:
        if (units := parts.get(breakdown)) is not None:
            yield _funnel(units, spread=spread)


def _series(months: pd.DataFrame) -> pd.DataFrame:
    chart = xmr_chart(months["value"].to_numpy(dtype=float))
    signals = np.select([chart[name] for name in _SIGNALS], list(_SIGNALS.values()), default="")
    return _points(
        months, SPC, centre=chart["mean"], low_limit=chart["low"], high_limit=chart["high"], signal=signals
    )


def _funnel(units: pd.DataFrame, *, spread: float) -> pd.DataFrame:
    n = units["denominator"].to_numpy(dtype=float)
    if units["unit"].iloc[0] == SHARE.name:
        chart = share_funnel(units["numerator"].to_numpy(dtype=float), n)
    else:
        chart = mean_funnel(units["value"].to_numpy(dtype=float), n, standard_deviation=spread)
    signals = np.select(
        [chart["is_outside_998"], chart["is_outside_95"]], ["outside_998", "outside_95"], default=""
    )
    return _points(
        units,
        FUNNEL,
        centre=chart["centre"],
        low_95=chart["low_95"],
        high_95=chart["high_95"],
        low_limit=chart["low_998"],
        high_limit=chart["high_998"],
        signal=signals,
    )


def _points(rows: pd.DataFrame, chart: str, **limits: pd.Series | NDArray[np.str_] | float) -> pd.DataFrame:
    points = rows[[*_READING, "breakdown", "level", "unit"]].reset_index(drop=True)
    missing: dict[str, pd.Series | NDArray[np.str_] | float] = dict.fromkeys(("low_95", "high_95"), np.nan)
    points = points.assign(
        chart=chart,
        n=rows["denominator"].to_numpy(dtype=float),
        value=rows["value"].to_numpy(dtype=float),
        **(missing | limits),
    )
    return points.assign(signal=points["signal"].astype("str").mask(points["signal"] == ""))
