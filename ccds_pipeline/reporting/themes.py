"""Say what the comments are about: counts of themes by question, and never a comment."""

from __future__ import annotations

from itertools import groupby

from ccds_pipeline.reporting.page import ThemesView, TitledTable
from ccds_pipeline.reporting.released import Release, Theme
from ccds_pipeline.reporting.tables import themes_table
from ccds_pipeline.reporting.titles import themes_title
from ccds_pipeline.reporting.wording import wave_text


def theme_views(release: Release) -> tuple[ThemesView, ...]:
    """Return one table per text question and wave, the most frequent theme first."""
    return tuple(
        _view(question, wave, list(themes))
        for (question, wave), themes in groupby(
            release.themes, key=lambda theme: (theme.question_text, theme.wave)
        )
    )


def _view(question: str, wave: str, themes: list[Theme]) -> ThemesView:
    ordered = sorted(themes, key=lambda theme: (-(theme.comments_n or 0), theme.theme_order))
    titled = TitledTable(themes_title(ordered), themes_table(ordered))
    return ThemesView(question=question, wave=wave_text(wave), titled=titled)
