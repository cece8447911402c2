"""Counts of themes as cells of a release, and released cells as a table; comments are never released.

The rules are those of every share: ``suppression`` and ``protection``.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from ccds_pipeline.comments.themes import lexicon_version
from ccds_pipeline.programme.model import NO_THEME, Programme
from ccds_pipeline.release.companion_cells import cells_of, name_of
from ccds_pipeline.release.protection import BAND, withhold
from ccds_pipeline.release.suppression import FEW_PEOPLE, WITHHELD
from ccds_pipeline.schemas.readings import SHARE
from ccds_pipeline.schemas.register import table_of

_THEMES = "theme"


def theme_cells(counts: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Return how often themes were mentioned, as cells of a release.

    A theme is a share of the comments on a question, of as many people as mention it; on a question that
    few people commented on nothing is shown (PRIVACY.md P13).

    Args:
        counts: Rows of ``kpi.theme_count``.
        programme: Gives the lexicon and thresholds.

    Returns:
        What ``companion_cells.as_cells`` takes; nothing without a lexicon.
    """
    rows = counts if programme.themes else counts.iloc[:0]
    comments, of_comments = (rows[name].astype("float64") for name in ("comments_n", "of_comments_n"))
    is_few = (rows["of_people_n"] < programme.release.minimum_people).astype("bool")
    names = zip(rows["question_id"], rows["theme_id"], strict=True)
    return rows[["wave", "breakdown", "level"]].assign(
        kpi_id=[name_of(_THEMES, *name) for name in names],
        estimand="theme",
        numerator=comments,
        denominator=of_comments,
        # control: no theme of few people
        people_n=rows["people_n"].astype("float64"),
        value=comments / of_comments,
        unit=SHARE.name,
        definition_version=lexicon_version(programme.themes),
        population="theme/" + rows["question_id"] + "/" + rows["wave"],
        suppressed=is_few,
        suppression_reason=pd.Series(FEW_PEOPLE, index=rows.index, dtype="str").where(is_few),
    )


def sensitive_themes(cells: pd.DataFrame, programme: Programme) -> frozenset[str]:
    """Return the names of the cells of sensitive questions, which are held to the stricter rule."""
    rows = cells_of(cells, _THEMES)
    questions = {question.id for question in programme.questions if question.sensitive}
    return frozenset(rows.loc[rows["parts"].str[0].isin(questions), "kpi_id"])


def released_themes(cells: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Return the rows of ``reporting.theme`` from released cells, in the order of the programme.

    Of so few comments that noise would move a share too far, nothing is shown: a theme has no interval.
    """
    rows = cells_of(cells, _THEMES)
    is_band = rows["ci_method"] == BAND
    rows = withhold(rows, rows["suppression_reason"].mask(is_band & ~rows["suppressed"], WITHHELD))
    counts = {"comments_n": "numerator", "people_n": "people_n", "of_comments_n": "denominator"}
    shown = {name: rows[column].astype("Float64").astype("Int64") for name, column in counts.items()}
    question_id, theme_id = rows["parts"].str[0], rows["parts"].str[1]
    labels = {theme.id: theme.label for theme in programme.themes} | {NO_THEME: "No theme"}
    texts = {question.id: question.text for question in programme.questions}
    named = rows.assign(
        question_id=question_id,
        theme_id=theme_id,
        share=rows["value"].astype("Float64"),
        question_text=question_id.map(texts),
        theme_label=theme_id.map(labels),
        theme_order=theme_id.map(_positions(labels)),
        question_order=question_id.map(_positions(texts)),
        wave_order=rows["wave"].map(_positions(wave.id for wave in programme.waves)),
        **shown,
    )
    ordered = named.sort_values(["question_order", "wave_order", "theme_order"], ignore_index=True)
    return ordered.filter(table_of("reporting.theme").column_names)


def _positions(names: Iterable[str]) -> dict[str, int]:
    return {name: position for position, name in enumerate(names, start=1)}
