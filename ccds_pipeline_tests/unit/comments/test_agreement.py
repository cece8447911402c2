"""Coders are compared with the lexicon and with each other, theme by theme, on what both coded."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.inter_rater import cohens_kappa as reference_kappa

from ccds_pipeline.comments.agreement import measure_agreement
from ccds_pipeline.comments.themes import COMMENT, theme_marks
from ccds_pipeline.errors import CcdsError
from ccds_pipeline_tests.support.comments import frame_of, kitchen_programme, many

THEMES = kitchen_programme().themes
COMMENTS = frame_of(
    [*many("soup", 30), *many("knife", 20, first=30), *many("every day", 10, first=50, question="hope")]
)


def lexicon() -> pd.DataFrame:
    return theme_marks(COMMENTS, THEMES).set_index(pd.MultiIndex.from_frame(COMMENTS[COMMENT]))


def coder(*, misses: int) -> pd.DataFrame:
    """A coder who marks as the lexicon does, but misses so many soups."""
    marks = lexicon()
    is_missed = np.arange(len(marks)) < misses
    return marks.assign(soup=marks["soup"] & ~is_missed, none=marks["none"] | is_missed)


def row(rows: pd.DataFrame, theme: str, coder: str = "lexicon", other: str = "coder_1") -> pd.Series:
    (found,) = (
        measured
        for _, measured in rows.iterrows()
        if (measured["theme_id"], measured["coder"], measured["other_coder"]) == (theme, coder, other)
    )
    return found


def test_kappa_and_its_interval_are_those_of_the_published_formula():
    soup = row(measure_agreement([coder(misses=6)], COMMENTS, THEMES), "soup")
    expected = reference_kappa(np.array([[30, 0], [6, 24]]))
    assert soup["comments_n"] == 60
    assert soup["observed"] == pytest.approx(54 / 60)
    assert soup["kappa"] == pytest.approx(expected.kappa)
    assert soup["ci_low"] == pytest.approx(expected.kappa_low)
    assert soup["ci_high"] == pytest.approx(min(expected.kappa_upp, 1))


def test_a_theme_of_some_questions_is_compared_on_their_comments_alone():
    rows = measure_agreement([coder(misses=0)], COMMENTS, THEMES)
    assert row(rows, "habits")["comments_n"] == 50
    assert row(rows, "knives")["comments_n"] == 60
    on_hopes = lexicon().iloc[50:]
    none = row(measure_agreement([on_hopes], COMMENTS, THEMES), "habits")
    assert none["comments_n"] == 0
    assert none[["observed", "kappa", "ci_low", "ci_high"]].isna().all()


def test_where_a_coder_marks_none_kappa_has_no_interval():
    soup = row(measure_agreement([coder(misses=30)], COMMENTS, THEMES), "soup")
    assert soup["kappa"] == 0
    assert soup[["ci_low", "ci_high"]].isna().all()
    knives = row(measure_agreement([coder(misses=0).iloc[:30]], COMMENTS, THEMES), "knives")
    assert knives["observed"] == 1
    assert np.isnan(knives["kappa"])


def test_two_coders_are_compared_on_the_comments_that_both_coded():
    first, second = coder(misses=6).iloc[:50], coder(misses=2).iloc[4:]
    rows = measure_agreement([first, second], COMMENTS, THEMES)
    assert set(zip(rows["coder"], rows["other_coder"], strict=True)) == {
        ("lexicon", "coder_1"), ("lexicon", "coder_2"), ("coder_1", "coder_2"),
    }  # fmt: skip
    assert row(rows, "soup")["comments_n"] == 50
    both = row(rows, "soup", "coder_1", "coder_2")
    assert both["comments_n"] == 46
    assert both["observed"] == pytest.approx(44 / 46)


def test_coders_without_a_common_comment_are_reported():
    with pytest.raises(CcdsError, match="comments_in_common"):
        measure_agreement([coder(misses=0).iloc[:10], coder(misses=0).iloc[10:]], COMMENTS, THEMES)
    with pytest.raises(CcdsError, match="comments_in_common"):
        measure_agreement([coder(misses=0).iloc[:0]], COMMENTS, THEMES)
