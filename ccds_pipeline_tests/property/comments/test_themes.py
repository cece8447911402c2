"""Counts of themes depend on who wrote what, not on order, case or white space."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccds_pipeline.comments.themes import code_comments, count_themes
from ccds_pipeline_tests.support.comments import Said, frame_of, kitchen_programme, release_themes

PROGRAMME = kitchen_programme()
THEMES = PROGRAMME.themes
PIECES = st.sampled_from(
    [
        "soup",
        "Soups",
        "broth",
        "knife",
        "butter knife",
        "cutting boards",
        "every day",
        "nothing",
        "é",
        "’s",
        "!",
    ]
)
SAID = st.builds(
    Said,
    person=st.sampled_from([f"p{number}" for number in range(40)]),
    text=st.lists(PIECES, min_size=1, max_size=4).map(" ".join),
    question=st.sampled_from(["hope", "change"]),
    wave=st.sampled_from(["before", "after"]),
)
COMMENTS = st.lists(SAID, max_size=120)


def counts_of(comments: pd.DataFrame) -> pd.DataFrame:
    return count_themes(code_comments(comments, THEMES), THEMES)


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(said=COMMENTS, seed=st.integers(0, 2**32 - 1))
def test_permuting_comments_changes_no_count_and_no_release(said, seed):
    comments = frame_of(said)
    counts, again = counts_of(comments), counts_of(comments.sample(frac=1, random_state=seed))
    pd.testing.assert_frame_equal(counts, again)
    pd.testing.assert_frame_equal(release_themes(counts, PROGRAMME), release_themes(again, PROGRAMME))


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(said=COMMENTS)
def test_case_and_white_space_change_no_count(said):
    comments = frame_of(said)
    spread = comments["redacted_text"].str.upper().str.replace(" ", " \n\t")
    pd.testing.assert_frame_equal(counts_of(comments), counts_of(comments.assign(redacted_text=spread)))


@settings(max_examples=20, deadline=None)
@given(said=COMMENTS)
def test_every_comment_is_counted_with_a_theme_or_as_none_and_never_both(said):
    comments = frame_of(said)
    coded = code_comments(comments, THEMES)
    by_comment = coded.groupby(["response_key", "question_id"])["theme_id"].agg(set)
    assert len(by_comment) == len(comments)
    assert all(themes == {"none"} or "none" not in themes for themes in by_comment)
    counts = count_themes(coded, THEMES)
    assert counts["comments_n"].sum() == len(coded)
    assert (counts["people_n"] <= counts["comments_n"]).all()
    assert (counts["comments_n"] <= counts["of_comments_n"]).all()


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(said=COMMENTS)
def test_nothing_small_is_released(said):
    counts = counts_of(frame_of(said)).set_index(["question_id", "wave", "theme_id"])
    released = release_themes(counts.reset_index(), PROGRAMME).set_index(["question_id", "wave", "theme_id"])
    assert len(released) == len(counts)
    shown = released[~released["suppressed"]]
    people = counts.loc[shown.index, "people_n"]
    assert ((people == 0) | (people >= 11)).all()
    for name in ("comments_n", "people_n", "of_comments_n"):
        assert (shown[name] % 5 == 0).all()
        assert released.loc[released["suppressed"], name].isna().all()
    left = shown["of_comments_n"] - shown["comments_n"]
    assert ((left == 0) | (left >= 10)).all()
