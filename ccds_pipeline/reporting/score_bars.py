"""How scores were given: a bar for each wave, the scores that count as high right of its line.

A scale of scores has too many options for a bar to be read, so that they are drawn in bands.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ccds_pipeline.reporting import marks
from ccds_pipeline.reporting.marks import Part, Span
from ccds_pipeline.reporting.page import Cell, Key
from ccds_pipeline.reporting.subjects import Answer, Kpi
from ccds_pipeline.reporting.wording import WITHHELD

_HIGH, _OTHER = ("for-1", "for-2"), ("against-2", "against-1", "between")


@dataclass(frozen=True)
class Band:
    """Scores that lie together and are drawn in one colour."""

    tone: str
    scores: range

    @property
    def label(self) -> str:
        """The band in words."""
        first, last = self.scores[0], self.scores[-1]
        return f"{first}" if first == last else f"{first} to {last}"


@dataclass(frozen=True)
class ScoreBar:
    """The scores that were given to one question in one wave.

    Args:
        kpi: A KPI of the question.
        options: Its scores, least first; none where the release has no answers.
    """

    kpi: Kpi
    options: tuple[Answer, ...]

    @property
    def is_drawn(self) -> bool:
        """Whether every score may be shown, and which of them are high is known."""
        return bool(self.options and bands_of(self.kpi)) and all(
            option.answers_n is not None and option.of_answers_n for option in self.options
        )

    @property
    def high_share(self) -> float:
        """The share of high scores, from the counts of each score."""
        return sum(self._share(band) for band in bands_of(self.kpi) if band.tone in _HIGH)

    @property
    def other_share(self) -> float:
        """The share of all other scores."""
        return sum(self._share(band) for band in bands_of(self.kpi) if band.tone in _OTHER)

    def cell(self, span: Span) -> Cell:
        """Return the bar as the cell of a table, or that it may not be shown."""
        if not self.is_drawn:
            return Cell(WITHHELD, note="to protect people", muted=True)
        return Cell("", picture=marks.stacked(self._parts(), span, name=self._name()))

    def _share(self, band: Band) -> float:
        given = [option for option in self.options if int(option.option_label) in band.scores]
        return sum((option.answers_n or 0) / (option.of_answers_n or 1) for option in given)

    def _parts(self) -> list[Part]:
        start, parts = -self.other_share, []
        for band in bands_of(self.kpi):
            share = self._share(band)
            parts.append(Part(start, share, band.tone))
            start += share
        return parts

    def _name(self) -> str:
        return ", ".join(f"{band.label}: {self._share(band):.0%}" for band in bands_of(self.kpi))


def bands_of(kpi: Kpi) -> tuple[Band, ...]:
    """Return the bands of a KPI's scale, least first; none where it does not say which scores are high."""
    high = re.fullmatch(r"(\d+) or more", kpi.favourable_text or "")
    if high is None or kpi.scale_minimum is None or kpi.scale_maximum is None:
        return ()
    least, most, first = int(kpi.scale_minimum), int(kpi.scale_maximum), int(high[1])
    others, highs = range(least, first), range(first, most + 1)
    return (*_split(others, _OTHER[: len(others)]), *_split(highs, _HIGH[-len(highs) :]))


def keys_of(kpi: Kpi) -> tuple[Key, ...]:
    """Return what each colour stands for."""
    return tuple(Key(band.tone, band.label) for band in bands_of(kpi))


def span_of(bars: Sequence[ScoreBar]) -> Span:
    """Return one scale for bars that are compared."""
    drawn = [bar for bar in bars if bar.is_drawn]
    left, right = (
        math.ceil(20 * max(shares, default=0)) / 20
        for shares in ([bar.other_share for bar in drawn], [bar.high_share for bar in drawn])
    )
    return Span(-left - 0.01, right + 0.01)


def _split(scores: range, tones: Sequence[str]) -> list[Band]:
    """Split scores into a band for each tone, as even as may be."""
    ends = [round(place * len(scores) / len(tones)) for place in range(len(tones) + 1)] if tones else []
    return [Band(tone, scores[start:end]) for tone, (start, end) in zip(tones, pairwise(ends), strict=True)]
