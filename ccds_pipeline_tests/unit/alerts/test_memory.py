"""What is news: once, again when it changes, and when it is over."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ccds_pipeline.alerts.memory import Memory, News, Told, after, news, read_memories, write_memories
from ccds_pipeline_tests.support.alerts import FULL, LATE, WELL, found

AT = datetime(2026, 11, 30, 6, tzinfo=UTC)
LATER = datetime(2026, 12, 1, 6, tzinfo=UTC)


def test_a_cause_is_news_once():
    assert news({}, found(FULL)) == News(begun=(FULL,))
    assert not news(after({}, found(FULL), AT), found(FULL))


def test_a_cause_is_news_again_when_its_state_changes_and_not_when_its_words_do():
    told = after({}, found(LATE), AT)
    assert not news(told, found(replace(LATE, details=("the same, in other words",))))
    two = replace(LATE, state="two")
    assert news(told, found(two)) == News(changed=(two,))
    assert after(told, found(two), LATER)["deliveries"].since == "2026-11-30 06:00 UTC"


def test_a_word_when_it_is_over_and_none_where_nobody_looked():
    told = after({}, found(FULL, LATE), AT)
    assert [one.title for one in news(told, WELL).over] == ["The disk is full", "Deliveries are not loaded"]
    assert not news(told, found(topics=frozenset({"targets"})))
    assert after(told, WELL, LATER) == {}


def test_what_was_told_is_read_as_it_was_written(tmp_path):
    file = tmp_path / "told.json"
    memories = {"one": Memory({"disk": Told("disk", "The disk is full", "none", "now")}, "then")}
    write_memories(file, memories)
    assert read_memories(file) == memories


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"one": 1}', '{"one": {"told": {"a": {}}, "failed_at": ""}}']
)
def test_of_a_damaged_memory_nothing_was_told(tmp_path, text):
    file = tmp_path / "told.json"
    file.write_text(text)
    assert read_memories(file) == {}
