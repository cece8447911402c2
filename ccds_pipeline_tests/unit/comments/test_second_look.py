"""The second look finds what the redactor was made for by itself, and lets ordinary comments pass."""

import ast
from pathlib import Path

import pytest

from ccds_pipeline.comments import second_look
from ccds_pipeline.comments.read import ordinary_words
from ccds_pipeline.comments.second_look import signals_of_identity
from ccds_pipeline_tests.support.comments import Said, frame_of, many
from ccds_pipeline_tests.support.labelled_comments import NAME_KINDS, PARTS, Comment, labelled_comments

ORDINARY = frozenset(
    [
        "grace",
        "talked",
        "more",
        "practice",
        "breathing",
        "exercise",
        "night",
        "session",
        "calm",
        "slow",
        "ask",
    ]
)


def signals(text: str) -> tuple[str, ...]:
    return signals_of_identity(text, ordinary_words=ORDINARY)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ring 07700 900123", ("digits", "name")),
        ("a 9-4-3 thing", ("digits",)),
        ("more on oh seven seven double oh nine", ("digits",)),
        ("write to jo@nhs", ("address",)),
        ("jo at nhs dot net", ("address",)),
        ("see www", ("address",)),
        ("on intranet.example", ("address",)),
        ("Priya was great", ("name",)),
        ("I saw Priya there", ("name",)),
        ("I saw PRIYA there", ("name",)),
        ("thanks priya", ("name",)),
        ("Thanks to anna", ("name",)),
        ("Talked to Dr patel", ("name",)),
        ("Grace and more practice", ("name",)),
        ("More practice. Zoë too", ("name",)),
        ("O'Brien said so", ("name",)),
        ("I talked to Łukasz", ("name",)),
    ],
)
def test_what_may_tell_who_is_meant_is_found(text, found):
    assert signals(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "More practice, please.",
        "I used the breathing exercise on a night shift.",
        "Talked it through with [NAME] in the NHS, and I'm calm.",
        "- slow down\n- Ask one open question",
        "Thanks to [NAME], who said it so well. Please send it to [EMAIL].",
        "Talked to Dr [NAME] about it",
        "It took 10 of 20 minutes: more practice!",
        "Thank you so much",
        "",
    ],
)
def test_an_ordinary_comment_passes(text):
    assert signals(text) == ()


@pytest.mark.parametrize("part", PARTS)
def test_most_identifiers_of_the_labelled_corpus_are_found_without_the_redactor(part):
    """It comes after the redactor, so what it adds is independence; nobody may rest on it alone.

    A name in small letters it knows by the words before it alone.
    """
    marked = [comment for comment in labelled_comments(part) if comment.identifiers]
    only_names = [
        comment for comment in marked if all(found.kind in NAME_KINDS for found in comment.identifiers)
    ]
    structured = [comment for comment in marked if comment not in only_names]
    assert share_found(structured) >= 0.95
    assert share_found(only_names) >= 0.75
    assert share_found([comment for comment in only_names if has_capital_name(comment)]) >= 0.9


def has_capital_name(comment: Comment) -> bool:
    return any(not found.text.islower() for found in comment.identifiers)


def share_found(comments: list[Comment]) -> float:
    found = [comment for comment in comments if signals_of_identity(comment.text, ordinary_words=frozenset())]
    return len(found) / len(comments)


def test_it_shares_no_code_with_the_redactor():
    tree = ast.parse(Path(str(second_look.__file__)).read_text(encoding="utf-8"))
    imported = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert not [name for name in imported if name and name.startswith("ccds_pipeline")]


def test_a_word_is_ordinary_where_enough_people_write_it_in_small_letters():
    comments = [
        *many("soup [NAME] Anna", 11),
        *[Said("p1", "stew")] * 30,
        *many("Anna ANNA", 30),
        *many("x", 10),
    ]
    assert ordinary_words(frame_of(comments), minimum_people=11) == {"soup"}
