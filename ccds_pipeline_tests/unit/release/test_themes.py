"""Themes are released as shares are: few people withheld, counts perturbed, shares from what is shown."""

import pandas as pd
import pytest

from ccds_pipeline.comments.themes import code_comments, count_themes
from ccds_pipeline.programme.load import parse_programme
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline_tests.support.comments import (
    PROGRAMME_TEXT,
    Said,
    frame_of,
    kitchen_programme,
    many,
    release_themes,
)

PROGRAMME = kitchen_programme()


def released(comments: list[Said], programme=PROGRAMME) -> pd.DataFrame:
    counts = count_themes(code_comments(frame_of(comments), programme.themes), programme.themes)
    return release_themes(counts.sample(frac=1, random_state=3), programme).set_index("theme_id")


def shown(rows: pd.DataFrame, theme: str) -> tuple[object, ...]:
    names = ["comments_n", "people_n", "of_comments_n", "share", "suppression_reason"]
    (cells,) = rows.loc[[theme], names].astype("object").itertuples(index=False, name=None)
    return tuple(None if pd.isna(cell) else cell for cell in cells)


def test_the_share_comes_from_the_shown_counts():
    rows = released(many("soup", 33) + many("nothing", 69, first=33))
    assert shown(rows, "soup") == (33, 33, 102, 0.32, None)
    assert shown(rows, "none") == (69, 69, 102, 0.68, None)


def test_a_theme_that_nobody_mentioned_is_a_zero():
    assert shown(released(many("soup", 40) + many("no", 40, first=40)), "knives") == (0, 0, 80, 0.0, None)


@pytest.mark.attack("A12")
@pytest.mark.parametrize(("people", "is_withheld"), [(1, True), (10, True), (11, False)])
def test_fewer_people_than_eleven_are_withheld(people, is_withheld):
    rows = released(many("soup", people) + many("nothing", 60, first=people))
    assert rows.loc["soup", "suppressed"] == is_withheld
    assert (shown(rows, "soup") == (None, None, None, None, "few_people")) == is_withheld


def test_people_are_counted_and_not_comments():
    comments = [comment for comment in many("soup", 4) for _ in range(5)] + many("nothing", 60, first=4)
    assert released(comments).loc["soup", "suppression_reason"] == "few_people"


@pytest.mark.attack("A11")
def test_a_theme_that_all_but_a_few_of_few_people_mention_is_withheld():
    rows = released(many("soup", 27) + many("nothing", 2, first=27))
    assert shown(rows, "soup") == (None, None, None, None, "class_disclosure")


def test_nothing_is_shown_of_a_question_that_few_people_answered():
    assert released(many("soup", 9))["suppressed"].all()
    often = released([comment for comment in many("soup", 4) for _ in range(10)])
    assert often["suppression_reason"].tolist() == ["few_people"] * 4


def test_rows_stand_in_the_order_of_the_programme_and_are_labelled():
    rows = released(many("soup", 20) + many("knife", 20, first=20, question="hope")).reset_index()
    order = rows[["question_id", "theme_id", "theme_order"]].itertuples(index=False, name=None)
    assert list(order) == [
        ("hope", "soup", 1),
        ("hope", "knives", 2),
        ("hope", "none", 4),
        ("change", "soup", 1),
        ("change", "knives", 2),
        ("change", "habits", 3),
        ("change", "none", 4),
    ]
    assert set(rows["question_text"]) == {"What do you hope for?", "What will you change?"}
    assert rows["theme_label"].tolist()[2:4] == ["No theme", "Soup"]


def test_everybody_and_nobody_are_withheld_for_a_sensitive_question():
    sensitive = PROGRAMME_TEXT.replace('change?", kind: text', 'change?", kind: text, sensitive: true')
    rows = released(many("soup", 50), parse_programme(sensitive, place="kitchen.yaml"))
    assert rows["suppression_reason"].tolist() == ["class_disclosure"] * 4


def test_a_programme_without_themes_releases_none():
    bare = PROGRAMME.model_copy(update={"themes": ()})
    empty = released(many("soup", 50), bare)
    assert empty.empty
    named = {"wave_label", "breakdown_label", "level_label"}
    assert {"theme_id", *empty.columns} == {*table_of("reporting.theme").column_names} - named
