"""Points of funnel and control charts, made from rows of KPIs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ccds_pipeline.kpi.chart_rows import control_chart_rows
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.statistics.control_charts import mean_funnel, share_funnel

MONTHS = [f"2022-{month:02}" for month in range(1, 13)]


def kpis(*rows: dict[str, object]) -> pd.DataFrame:
    usual = {"kpi_id": "K04", "estimand": "share", "wave": "post", "unit": "share", "is_headline": True}
    return pd.DataFrame([{**usual, **row} for row in rows])


def share(breakdown: str, level: str, hits: float, n: float) -> dict[str, object]:
    value = hits / n if n else np.nan
    return {"breakdown": breakdown, "level": level, "numerator": hits, "denominator": n, "value": value}


def test_units_stand_in_a_funnel_around_their_own_whole():
    rows = control_chart_rows(
        kpis(*(share("region", name, hits, 100) for name, hits in zip("abc", (90, 80, 40), strict=True)))
    )
    limits = share_funnel([90, 80, 40], [100, 100, 100])
    assert list(rows.columns) == table_of("kpi.control_chart").column_names
    assert rows["chart"].unique().tolist() == ["funnel"]
    np.testing.assert_allclose(rows["low_95"], limits["low_95"])
    np.testing.assert_allclose(rows["high_limit"], limits["high_998"])
    assert rows.set_index("level")["signal"].to_dict()["c"] == "outside_998"


def test_a_small_unit_is_not_marked_for_what_chance_does():
    rows = control_chart_rows(kpis(share("session", "large", 900, 1000), share("session", "small", 3, 5)))
    assert rows.set_index("level")["signal"].isna().to_dict()["small"]


def test_scores_take_their_spread_from_the_whole():
    mean = {"estimand": "mean", "unit": "score", "breakdown": "region", "numerator": np.nan}
    rows = control_chart_rows(
        kpis(
            {**mean, "level": "a", "value": 8.0, "denominator": 40},
            {**mean, "level": "b", "value": 6.0, "denominator": 60},
            {"estimand": "sd", "is_headline": False, "breakdown": "all", "level": "all", "value": 1.5,
             "denominator": 100, "unit": "score"},
        )
    )  # fmt: skip
    limits = mean_funnel([8.0, 6.0], [40, 60], standard_deviation=1.5)
    np.testing.assert_allclose(rows["low_limit"], limits["low_998"])


def test_months_are_a_series_in_time_and_unknown_months_are_none():
    points = [share("month", month, 80 + n % 3, 100) for n, month in enumerate(MONTHS)]
    rows = control_chart_rows(kpis(*reversed(points), share("month", "unknown", 5, 10)))
    assert rows["level"].tolist() == MONTHS
    assert rows["chart"].unique().tolist() == ["spc"]
    assert rows["centre"].notna().all()
    assert rows["low_95"].isna().all()


def test_a_series_too_short_for_limits_is_no_chart():
    rows = control_chart_rows(kpis(*(share("month", month, 80, 100) for month in MONTHS[:11])))
    assert rows.empty


@pytest.mark.parametrize(
    "row",
    [
        share("region", "a", 0, 0),
        {**share("region", "a", 90, 100), "value": np.nan},
        {**share("region", "a", 90, 100), "is_headline": False},
        {**share("phase", "a", 90, 100)},
        {**share("region", "a", 90, 100), "unit": "persons"},
    ],
    ids=["of nobody", "withheld", "another reading", "no unit", "a count"],
)
def test_what_cannot_be_compared_is_left_out(row):
    assert control_chart_rows(kpis(row)).empty


def test_a_withheld_spread_draws_no_limits_and_stops_no_release():
    mean = {"estimand": "mean", "unit": "score", "breakdown": "region", "numerator": np.nan}
    spread = {"estimand": "sd", "unit": "score", "breakdown": "all", "level": "all", "is_headline": False}
    values = kpis(
        *(
            mean | {"level": name, "denominator": 40, "value": value}
            for name, value in (("a", 8.0), ("b", 7.0))
        ),
        spread | {"denominator": 80, "value": pd.NA},
    ).astype({"value": "Float64"})
    rows = control_chart_rows(values)
    assert rows["value"].tolist() == [8.0, 7.0]
    assert rows[["low_95", "high_95", "signal"]].isna().all(axis=None)
