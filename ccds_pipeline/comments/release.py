"""Turn counts of themes into what may be published of them; comments never are.

The rules are those of every share: ``privacy.suppress`` and ``privacy.release``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ccds_pipeline.metrics.estimates import MEASURED
from ccds_pipeline.privacy.nesting import UNNESTED
from ccds_pipeline.privacy.suppress import SHARE, rounded_counts, suppression_reasons
from ccds_pipeline.programme.model import NO_THEME, Programme, ReleaseRules
from ccds_pipeline.schemas.kpi import REPORTING_THEME

_COUNTS = ["comments_n", "people_n", "of_comments_n"]


def release_themes(counts: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Return the counts of themes as they may be published.

    Privacy page, P9 and P12 to P15: a theme of fewer people than the rules ask for is withheld, as is
    one that all but a few mention; other counts are rounded, and the share comes from the rounded
    ones. Since a comment may have several themes, a withheld one does not follow from the others.

    Args:
        counts: Rows of ``kpi.theme_count``.
        programme: Gives thresholds, labels and which questions are sensitive.

    Returns:
        The rows of ``reporting.theme`` in the order of the programme; none without a lexicon.
    """
    rows = counts if programme.themes else counts.iloc[:0]
    reasons = _reasons(rows, programme)
    shown = rows[_COUNTS].apply(rounded_counts, round_to=programme.release.round_to).mask(reasons.notna())
    # Whole per cents: privacy page, P13.
    share = (shown["comments_n"] / shown["of_comments_n"]).round(2)
    released = rows.assign(
        **{name: shown[name].astype("Int64") for name in _COUNTS},
        share=share.astype("Float64"),
        suppressed=reasons.notna(),
        suppression_reason=reasons,
    )
    return _labelled(released, programme)[REPORTING_THEME.column_names]


def _reasons(rows: pd.DataFrame, programme: Programme) -> pd.Series:
    """Return why each row is withheld; missing where it may be released."""
    has_few_people = _has_few_people(rows, programme.release)
    cells = rows.assign(
        kpi_id=rows["question_id"] + "/" + rows["theme_id"],
        estimand="theme",
        unit=SHARE,
        status=MEASURED,
        numerator=rows["comments_n"],
        denominator=rows["of_comments_n"],
        people_n=rows["of_people_n"],
        value=np.nan,
        ci_low=np.nan,
        suppressed=has_few_people,
        suppression_reason="few_people",
    )
    sensitive = _sensitive(cells, programme)
    return suppression_reasons(cells, rules=programme.release, sensitive=sensitive, nesting=UNNESTED)


def _has_few_people(rows: pd.DataFrame, rules: ReleaseRules) -> pd.Series:
    # The rules for shares look at the people of the whole; those behind the theme must be enough too.
    return (rows["people_n"] > 0) & (rows["people_n"] < rules.minimum_people)


def _sensitive(cells: pd.DataFrame, programme: Programme) -> set[str]:
    questions = {question.id for question in programme.questions if question.sensitive}
    return set(cells.loc[cells["question_id"].isin(questions), "kpi_id"])


def _labelled(released: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    labels = {theme.id: theme.label for theme in programme.themes} | {NO_THEME: "No theme"}
    places = {theme_id: place for place, theme_id in enumerate(labels, start=1)}
    texts = {question.id: question.text for question in programme.questions}
    questions = {question_id: place for place, question_id in enumerate(texts)}
    waves = {wave.id: place for place, wave in enumerate(programme.waves)}
    named = released.assign(
        question_text=released["question_id"].map(texts),
        theme_label=released["theme_id"].map(labels),
        theme_order=released["theme_id"].map(places),
        question_order=released["question_id"].map(questions),
        wave_order=released["wave"].map(waves),
    )
    return named.sort_values(["question_order", "wave_order", "theme_order"], ignore_index=True)
