"""Turn layers of marks into SVG that follows the page: its colours, its width, its theme.

Colours are CSS variables and ``currentColor``, so light, dark and print share one drawing. Layers are
plain Vega-Lite: building them through Altair took three quarters of the report's time. What is drawn
where belongs in ``plots``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import vl_convert

FONT_SIZE = 14
LINE = 18
CHARACTER = 7.3
"""Mean width of a character at this size, on the safe side."""
INK = "currentColor"
SERIES, TARGET, GRID, MUTED = (f"var(--{name})" for name in ("series", "target", "grid", "muted"))

Layer = Mapping[str, object]
Encoding = Mapping[str, object]

_VERSION = "6.4"
_ROLES = re.compile(r' (?:role="graphics-\w+"|aria-roledescription="[\w ]+")')
_CONFIGURATION = {
    "font": "Arial, Helvetica, sans-serif",
    "aria": False,
    "view": {"stroke": None},
    "text": {"fontSize": FONT_SIZE, "color": INK, "lineBreak": "\n", "lineHeight": LINE},
}


def layer(
    mark: str, records: Iterable[Mapping[str, object]], encoding: Encoding, **properties: object
) -> Layer:
    """Return a layer with one mark per record; ``properties`` are those of the mark."""
    return {
        "mark": {"type": mark, **properties},
        "data": {"values": [dict(record) for record in records]},
        "encoding": encoding,
    }


def channel(field: str, scale: Mapping[str, object], axis: Mapping[str, object] | None = None) -> Encoding:
    """Return how a number takes its place along the page."""
    return {"field": field, "type": "quantitative", "scale": scale, "axis": axis}


def text_layer(records: Iterable[Mapping[str, object]], encoding: Encoding, **properties: object) -> Layer:
    """Return a layer that writes the ``text`` of each record."""
    return layer("text", records, {**encoding, "text": {"field": "text", "type": "nominal"}}, **properties)


def axis_labels(values: Sequence[float], form: str, **properties: object) -> Mapping[str, object]:
    """Return how an axis is labelled: in muted numbers of a d3-format, without line, ticks or title."""
    return {
        "title": None,
        "values": list(values),
        "format": form,
        "domain": False,
        "ticks": False,
        "labelColor": MUTED,
        "labelFontSize": FONT_SIZE - 1,
        **properties,
    }


def linear(domain: Sequence[float], pixels: Sequence[float]) -> Mapping[str, object]:
    """Return a scale from a part of the numbers to a part of the page."""
    return {"domain": list(domain), "range": list(pixels), "zero": False, "nice": False}


def svg(layers: Sequence[Layer], *, width: float, height: float) -> str:
    """Return the drawing as SVG without role or name; the page gives it one of each."""
    chart: dict[str, Any] = {
        "layer": list(layers),
        "width": width,
        "height": height,
        "background": "transparent",
        "padding": 2,
        "config": _CONFIGURATION,
    }
    drawn = vl_convert.vegalite_to_svg(chart, vl_version=_VERSION, allowed_base_urls=[])
    # Vega's roles of a picture's parts would be images without a name.
    return _ROLES.sub("", drawn)
