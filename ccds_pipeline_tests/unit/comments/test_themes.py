"""Comments are coded by the words of the lexicon, and counted by comment and by person."""

import pandas as pd
import pytest

from ccds_pipeline.comments.themes import code_comments, count_themes, lexicon_version
from ccds_pipeline.deidentify.redaction.redact import redact
from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline.programme.load import default_programme_file, load_programme, parse_programme
from ccds_pipeline.programme.model import Theme
from ccds_pipeline_tests.support.comments import PROGRAMME_TEXT, Said, frame_of, kitchen_programme, many

THEMES = kitchen_programme().themes
CCDS = load_programme(default_programme_file())


def themes_of(text: str, question: str = "change") -> list[str]:
    return code_comments(frame_of([Said("p", text, question)]), THEMES)["theme_id"].tolist()


@pytest.mark.parametrize(
    ("text", "themes"),
    [
        ("I will make soup.", ["soup"]),
        ("SOUPS, and more soup!", ["soup"]),
        ("Souperb", ["soup"]),
        ("my brothers", ["none"]),
        ("(broth)", ["soup"]),
        ("a knife's edge", ["knives"]),
        ("sharp ‘knives’", ["knives"]),
        ("penknife", ["none"]),
        ("a cutting-board", ["knives"]),
        ("two cutting\n  boards", ["knives"]),
        ("cutting, board", ["none"]),
        ("a butter knife", ["none"]),
        ("butter-knife butter knife butter knife", ["none"]),
        ("a butter knife and a bread knife", ["knives"]),
        ("soup with knives every day", ["soup", "knives", "habits"]),
        ("ｓｏｕｐ", ["soup"]),
        ("broth_er", ["none"]),
        ("brothé", ["none"]),
        ("...", ["none"]),
    ],
)
def test_words_are_found_whole_and_without_case(text, themes):
    assert themes_of(text) == themes


def test_a_theme_of_some_questions_is_not_looked_for_in_others():
    assert themes_of("every day", "change") == ["habits"]
    assert themes_of("every day", "hope") == ["none"]


def test_what_redaction_put_in_is_not_coded():
    theme = Theme(id="telephone", label="Telephone", words=("phone", "name", "nhs number"))
    originals = pd.Series(["Ring me on 07700 900123", "Dr Patel was there", "It was 943 476 5919"])
    redacted = redact(originals)["redacted_text"]
    assert redacted.str.contains("[", regex=False).all()
    coded = code_comments(frame_of([Said("p", text) for text in redacted]), [theme])
    assert coded["theme_id"].tolist() == ["none"] * 3


def test_every_word_of_the_reference_lexicon_finds_itself():
    words = {f"{theme.id}/{word}": (theme, word) for theme in CCDS.themes for word in theme.words}
    comments = [
        Said(name, f"Well, {word.removesuffix('*')}.", (theme.questions or ("hopes",))[0])
        for name, (theme, word) in words.items()
    ]
    coded = code_comments(frame_of(comments), CCDS.themes)
    found = set(zip(coded["respondent_key"], coded["theme_id"], strict=True))
    assert [name for name, (theme, _) in words.items() if (name, theme.id) not in found] == []


@pytest.mark.parametrize(
    ("text", "theme"),
    [
        ("I used it at our GP practice", None),
        ("More practice, please", "practice_and_role_play"),
        ("I look out for compassion fatigue", "own_wellbeing"),
        ("Confidentiality matters", None),
        ("I am more patient now", None),
        ("Said no to overtime, and saying no is fine", "boundaries"),
    ],
)
def test_the_reference_lexicon_tells_look_alikes_apart(text, theme):
    coded = code_comments(frame_of([Said("p", text, "used_since")]), CCDS.themes)["theme_id"].tolist()
    assert coded == [theme or "none"]


def test_comments_and_people_are_counted_apart_and_nobodys_theme_is_a_zero():
    comments = [
        *many("soup", 3),
        Said("p0", "more soup, every day"),
        Said("p9", "nothing"),
        Said("p9", "knife", "hope", "before"),
    ]
    counts = count_themes(code_comments(frame_of(comments), THEMES), THEMES)
    cells = counts.set_index(["question_id", "wave", "theme_id"])[
        ["comments_n", "people_n", "of_comments_n", "of_people_n"]
    ]
    assert {key: tuple(row) for key, row in zip(cells.index, cells.to_numpy().tolist(), strict=True)} == {
        ("change", "after", "soup"): (4, 3, 5, 4),
        ("change", "after", "knives"): (0, 0, 5, 4),
        ("change", "after", "habits"): (1, 1, 5, 4),
        ("change", "after", "none"): (1, 1, 5, 4),
        ("hope", "before", "soup"): (0, 0, 1, 1),
        ("hope", "before", "knives"): (1, 1, 1, 1),
        ("hope", "before", "none"): (0, 0, 1, 1),
    }


def test_no_comment_gives_no_count():
    assert count_themes(code_comments(frame_of([]), THEMES), THEMES).empty


def test_another_word_is_another_version_of_the_lexicon():
    wider = (THEMES[0].model_copy(update={"words": (*THEMES[0].words, "stew")}), *THEMES[1:])
    assert lexicon_version(THEMES) == lexicon_version(list(THEMES))
    assert lexicon_version(THEMES) != lexicon_version(wider)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("id: soup", "id: knives", "theme knives is given twice"),
        ("id: soup", "id: none", "stands for comments without a theme"),
        ("questions: [change]", "questions: [chance]", "no question chance"),
        ("words: [every day]", "words: []", "themes.2.words"),
        ("words: [every day]", "words: [ev*ry day]", "themes.2.words.0"),
        ("words: [every day]", "words: ['*']", "themes.2.words.0"),
        ("words: [every day]", "words: ['every  day']", "themes.2.words.0"),
        ("but_not: [butter knife]", "but_not: [butter*]", "themes.1.but_not.0"),
        ('text: "What will you change?", kind: text', "text: C, scale: five", "change takes no text"),
    ],
)  # fmt: skip
def test_a_wrong_lexicon_is_refused_with_its_field(old, new, problem):
    assert old in PROGRAMME_TEXT
    scales = "scales: {five: {minimum: 1, maximum: 5}}\n"
    with pytest.raises(ConfigurationError, match="What to do") as refused:
        parse_programme(scales + PROGRAMME_TEXT.replace(old, new, 1), place="kitchen.yaml")
    assert problem in str(refused.value)
