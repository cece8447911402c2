"""Draw the picture of one table cell: a bar, a bar of parts, a value with its interval, a change.

Positions are per cents of the cell, so that one drawing fits page, phone and paper; the style sheet gives
the colours by class. Plots with axes belong in ``plots``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

_PER_CHARACTER = 0.03  # of the cell, where it is narrowest: on paper
_MIDDLE, _BOTTOM = 12, 24
_LINE = Markup('<line class="{}" x1="{}%" x2="{}%" y1="{}" y2="{}"/>')
_DOT = Markup('<circle class="{}" cx="{}%" cy="{}" r="5"/>')
_RECT = Markup('<rect class="{}" x="{}%" width="{}%" y="3" height="18"/>')
_TEXT = Markup('<text class="on-{}" x="{}%" dx="4" y="17">{}</text>')


@dataclass(frozen=True)
class Span:
    """The part of a scale that a cell shows from its left to its right end."""

    low: float
    high: float

    def at(self, number: float) -> str:
        """Return where a number stands, in per cent of the cell; what lies outside stands at the end."""
        share = (number - self.low) / (self.high - self.low)
        return f"{100 * min(max(share, 0), 1):.4g}"

    def width(self, length: float) -> str:
        """Return how wide a length is, in per cent of the cell."""
        return f"{100 * length / (self.high - self.low):.4g}"


@dataclass(frozen=True)
class Part:
    """A part of a bar from ``start``, as long as its share, coloured by the class ``tone``."""

    start: float
    share: float
    tone: str


def bar(share: float) -> Markup:
    """Return a bar that is a share of the cell; the cells beside it say its number."""
    return _picture([_RECT.format("one", 0, f"{100 * share:.4g}")])


def stacked(parts: Iterable[Part], span: Span, *, name: str, target: float | None = None) -> Markup:
    """Return a bar of parts to both sides of a line at 0, with a line at a target.

    Args:
        parts: Those wide enough for it carry their share as a label.
        span: The same for all bars that are compared.
        name: What the picture shows, in words.
        target: Measured from the line at 0.
    """
    drawn = []
    for part in parts:
        drawn.append(_RECT.format(part.tone, span.at(part.start), span.width(part.share)))
        label = f"{100 * part.share:.0f}%"
        if part.share / (span.high - span.low) >= _PER_CHARACTER * (len(label) + 1):
            drawn.append(_TEXT.format(part.tone, span.at(part.start), label))
    drawn.append(_upright("zero", 0, span))
    return _picture([*drawn, *_target(target, span)], name=name)


def interval(
    value: float | None, ends: tuple[float, float] | None, span: Span, *, target: float | None = None
) -> Markup:
    """Return a value as a dot on the scale, its interval as a line, and a line at a target."""
    drawn = [_LINE.format("track", 0, 100, _MIDDLE, _MIDDLE), *_target(target, span)]
    if ends is not None:
        low, high = (span.at(end) for end in ends)
        drawn.append(_LINE.format("whisker", low, high, _MIDDLE, _MIDDLE))
    if value is not None:
        drawn.append(_DOT.format("dot", span.at(value), _MIDDLE))
    return _picture(drawn)


def change(before: float, after: float, span: Span) -> Markup:
    """Return two values on the scale, the one before hollow, with a line from one to the other."""
    start, end = span.at(before), span.at(after)
    return _picture(
        [
            _LINE.format("track", 0, 100, _MIDDLE, _MIDDLE),
            _LINE.format("whisker", start, end, _MIDDLE, _MIDDLE),
            _DOT.format("before", start, _MIDDLE),
            _DOT.format("dot", end, _MIDDLE),
        ]
    )


def _target(target: float | None, span: Span) -> list[Markup]:
    return [] if target is None else [_upright("target", target, span)]


def _upright(tone: str, number: float, span: Span) -> Markup:
    return _LINE.format(tone, span.at(number), span.at(number), 0, _BOTTOM)


def _picture(drawn: Sequence[Markup], *, name: str = "") -> Markup:
    """Without a name it adds nothing to the text beside it, and is hidden from screen readers."""
    role = Markup('role="img" aria-label="{}"').format(name) if name else Markup('aria-hidden="true"')
    return Markup('<svg class="mark" height="24" {}>{}</svg>').format(role, Markup("").join(drawn))
