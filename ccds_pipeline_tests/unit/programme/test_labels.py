"""Wordings that mean the same are one label."""

import pytest

from ccds_pipeline.programme.labels import normalise_label
from ccds_pipeline.sources.delivered import fingerprint, name_columns


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("  Don’t\u00a0 know ", "don't know"),
        ("What is the <strong>system</strong>\n you use?", "what is the system you use?"),
        ("R&amp;D &#8220;lab&#8221;", 'r&d "lab"'),
        ("18–29", "18-29"),
        ("e\u200bmail\ufeff", "email"),
        ("11:00\u202fAM", "11:00 am"),
        ("Straße", "strasse"),
        ("ﬁne", "fine"),
        ("< 18", "< 18"),
        ("I <3 this", "i <3 this"),
        ("", ""),
    ],
)
def test_what_people_and_tools_change_without_meaning_it_is_levelled(text, label):
    assert normalise_label(text) == label


def test_a_repeated_name_is_numbered_from_the_second_on():
    names = [column.name for column in name_columns(["Other", "Git", "other ", "Other", "Other__2"])]
    assert names == ["Other", "Git", "other__2", "Other__3", "Other__2__2"]


def test_no_column_takes_a_name_of_the_reader():
    assert [column.name for column in name_columns(["@line", "@fault"])] == ["@line__2", "@fault__2"]


def test_a_fingerprint_ignores_case_and_spaces_and_sees_order():
    first = fingerprint(name_columns(["Email", "Name"]))
    assert first == fingerprint(name_columns([" EMAIL", "name\u00a0"]))
    assert first != fingerprint(name_columns(["Name", "Email"]))
    assert len(first) == 64
