"""Why there is no answer: blank, not applicable and not reached stay apart, and marks are never answers."""

import pandas as pd
import pytest

from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline.ingest.conform.answers import conform_answers, conform_comments
from ccds_pipeline.ingest.conform.faults import Faults
from ccds_pipeline.programme.load import parse_programme

PROGRAMME = """
id: p
name: P
version: "1"
waves: [{id: post, label: Post, timing: after}]
scales:
  ten: {minimum: 0, maximum: 10, not_applicable: [N/A]}
  topics: {options: [{code: a, label: A}, {code: b, label: B}]}
questions:
  - {id: sure, text: Sure?, scale: ten}
  - {id: ticks, text: Which?, kind: multiple, scale: topics}
  - {id: rank, text: First?, scale: topics}
  - {id: why, text: Why?, kind: text}
sources:
  - id: s
    label: S
    format: table
    record: response
    wave: post
    questions:
      sure: {column: sure, page: 1, extract: "^([0-9]+) [-(]"}
      ticks: {option_columns: {a: ticks_a, b: ticks_b}, page: 2}
      rank: {column: rank, separator: ";", part: 2, page: 2}
      why: why
    marks: {blank: ["-99"], not_applicable: ["-1"], not_reached: ["{not_shown}"], last_page: last}
"""
BLANK = {"sure": None, "ticks_a": None, "ticks_b": None, "rank": None, "why": None, "last": "2"}


def conformed(**cells: str | None) -> tuple[dict[str, tuple[str, str]], list[str], list[str]]:
    """Return (state, option or score) by question of one row, its comments and the rules it breaks."""
    programme = parse_programme(PROGRAMME, place="p.yaml")
    source = programme.sources[0]
    delivered = BLANK | cells
    names = {"ticks_a": "ticks.a", "ticks_b": "ticks.b"}
    row = {f"question.{names.get(name, name)}": text for name, text in delivered.items() if name != "last"}
    rows = pd.DataFrame({"@file": [1], "@line": [2], "last_page": [delivered["last"]]} | row, dtype="object")
    faults = Faults(rows)
    answers = conform_answers(rows, source, programme, faults)
    values = answers["option_code"].where(answers["score"].isna(), answers["score"].map(str))
    states = dict(zip(answers["question_id"], zip(answers["state"], values, strict=True), strict=True))
    comments = conform_comments(rows, source, programme)["text"].to_list()
    return states, comments, faults.references()["rule"].to_list()


@pytest.mark.parametrize(
    ("text", "state"),
    [
        (None, "blank"),
        ("-99", "blank"),
        ("-1", "not_applicable"),
        ("N/A", "not_applicable"),
        ("{not_shown}", "not_reached"),
    ],
)
def test_a_mark_says_why_there_is_no_answer(text, state):
    states, _, rules = conformed(sure=text, ticks_b=text)
    assert states["sure"] == (state, "")
    if text != "N/A":  # a mark of that scale alone
        assert states["ticks"] == (state, "")
    assert rules == []


def test_a_zero_and_a_tick_beside_a_mark_are_answers():
    states, _, _ = conformed(sure="0", ticks_a="1", ticks_b="-99")
    assert (states["sure"], states["ticks"]) == (("answered", "0.0"), ("answered", "a"))


def test_a_mark_that_no_source_declares_is_not_understood_and_costs_that_answer_alone():
    states, _, rules = conformed(sure="-2", ticks_a="1")
    assert (states["sure"], states["ticks"]) == (("not_understood", ""), ("answered", "a"))
    assert rules == []


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("8.0", ("answered", "8.0")),
        ("10 (very sure)", ("answered", "10.0")),
        ("8 - Sure", ("answered", "8.0")),
        ("11 - Surer", ("not_understood", "")),
        ("8.5", ("not_understood", "")),
        ("N/A", ("not_applicable", "")),
    ],
)
def test_a_score_in_words_is_read_by_the_pattern_of_its_mapping(text, answer):
    assert conformed(sure=text)[0]["sure"] == answer


@pytest.mark.parametrize("marks", [("-1", "{not_shown}"), ("{not_shown}", "-1")])
def test_of_two_marks_without_a_tick_the_same_counts_in_any_order_of_columns(marks):
    assert conformed(ticks_a=marks[0], ticks_b=marks[1])[0]["ticks"] == ("not_reached", "")


@pytest.mark.parametrize(("last", "ticks"), [("2", "blank"), ("1", "not_reached"), (None, "not_reached")])
def test_a_blank_behind_the_last_page_was_not_reached(last, ticks):
    states, _, rules = conformed(last=last, sure="5")
    assert (states["ticks"][0], states["rank"][0], states["sure"]) == (ticks, ticks, ("answered", "5.0"))
    assert rules == []


def test_an_answer_behind_the_last_page_is_still_an_answer():
    assert conformed(last="1", ticks_b="1")[0]["ticks"] == ("answered", "b")


def test_a_last_page_that_is_no_number_rejects_the_response():
    assert conformed(last="end")[2] == ["not_a_page"]


@pytest.mark.parametrize(
    ("text", "answer"),
    [("A;B;", ("answered", "b")), ("B;A", ("answered", "a")), ("A;", ("blank", "")), ("A", ("blank", ""))],
)
def test_a_rank_is_a_part_of_a_cell(text, answer):
    assert conformed(rank=text)[0]["rank"] == answer


def test_a_mark_is_no_comment():
    assert conformed(why="{not_shown}")[1] == []
    assert conformed(why=" Because ")[1] == ["Because"]


def test_a_page_without_the_column_of_the_last_page_is_refused():
    text = PROGRAMME.replace(", last_page: last", "")
    with pytest.raises(ConfigurationError, match=r"marks\.last_page"):
        parse_programme(text, place="p.yaml")
