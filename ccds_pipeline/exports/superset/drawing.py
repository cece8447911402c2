"""How each kind of chart is drawn: its parameters in Superset."""

from __future__ import annotations

import json
from typing import Any

from ccds_pipeline.exports.superset.charts import Chart, Spec


def params_of(chart: Chart) -> tuple[str, Spec]:
    """Return Superset's name of a chart's kind, and its parameters."""
    kind, params = _KINDS[chart.spec["kind"]](chart)
    filters = [_filter(*condition) for condition in chart.where.items()]
    return kind, {"viz_type": kind, "adhoc_filters": filters, "row_limit": 1000, **params}


def _filter(column: str, value: Any) -> Spec:  # noqa: ANN401  # a value or several
    is_list = isinstance(value, list)
    return {
        "clause": "WHERE",
        "expressionType": "SIMPLE",
        "subject": column,
        "operator": "IN" if is_list else "==",
        "operatorId": "IN" if is_list else "EQUALS",
        "comparator": value,
    }


def _as_metric(label: str, expression: str) -> Spec:
    return {
        "expressionType": "SQL",
        "sqlExpression": f"MAX({expression})",
        "label": label,
        "hasCustomLabel": True,
        "optionName": f"metric_{label}",
    }


def _metrics(chart: Chart) -> list[Spec]:
    return [_as_metric(label, column) for label, column in chart.spec["metrics"].items()]


def _tile(chart: Chart) -> tuple[str, Spec]:
    (metric,) = _metrics(chart)
    subtitle = chart.spec["subtitle"].format(**chart.entry)
    return "big_number_total", {"metric": metric, "subtitle": subtitle, "y_axis_format": chart.spec["format"]}


def _table(chart: Chart) -> tuple[str, Spec]:
    order = [json.dumps([name.removeprefix("-"), not name.startswith("-")]) for name in chart.spec["order"]]
    return "table", {
        "query_mode": "raw",
        "all_columns": chart.spec["columns"],
        "order_by_cols": order,
        "server_page_length": 0,
        "page_length": 0,
        "show_cell_bars": False,
        "table_timestamp_format": "%-d %b %Y",
        "column_config": {},
    }


def _line(chart: Chart) -> tuple[str, Spec]:
    (label,) = chart.spec["metrics"]
    # Superset draws an interval between two series that are named so.
    limits = zip(("lower", "upper"), chart.spec["interval"], strict=True)
    metrics = [*_metrics(chart), *(_as_metric(f"{label}__yhat_{end}", column) for end, column in limits)]
    return "echarts_timeseries_line", {
        **_axis(chart),
        "metrics": metrics,
        "groupby": [],
        "markerEnabled": True,
        "markerSize": 8,
        "connectNulls": False,
        "x_axis_time_format": chart.spec["dates"],
        "tooltipTimeFormat": "%-d %B %Y",
        "show_legend": False,
    }


def _bar(chart: Chart) -> tuple[str, Spec]:
    spec, by, is_upright = chart.spec, chart.spec.get("by"), chart.spec.get("is_upright", False)
    # Bars that lie are drawn from the bottom.
    sorting: dict[str, Any] = {"x_axis_sort": spec["x"], "x_axis_sort_asc": is_upright}
    if "sort" in spec:
        order = _as_metric("Order", spec["sort"])
        sorting |= {"timeseries_limit_metric": order, "x_axis_sort": "Order"}
    series, ascends = spec.get("series", ("name", True))
    is_stacked = spec.get("is_stacked") or (by is not None and not is_upright)
    return "echarts_timeseries_bar", {
        **_axis(chart),
        **sorting,
        "metrics": _metrics(chart),
        "groupby": [by] if by else [],
        "orientation": "vertical" if is_upright else "horizontal",
        "stack": "Stack" if is_stacked else None,
        "xAxisForceCategorical": True,
        "show_value": not is_stacked and by is None,
        "sort_series_type": series,
        "sort_series_ascending": ascends,
        "show_legend": by is not None or len(spec["metrics"]) > 1,
    }


def _axis(chart: Chart) -> Spec:
    return {
        "x_axis": chart.spec["x"],
        "time_grain_sqla": None,
        "y_axis_format": chart.spec["format"],
        "y_axis_bounds": chart.spec.get("bounds", [0, None]),
        "truncateYAxis": True,
        "color_scheme": "supersetColors",
        "rich_tooltip": True,
        "legendType": "plain",
        "legendOrientation": "top",
        "x_axis_title": "",
        "y_axis_title": "",
    }


_KINDS = {"tile": _tile, "table": _table, "line": _line, "bar": _bar}
