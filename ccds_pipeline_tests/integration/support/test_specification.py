"""The pages of ``docs/spec`` are those that the specifications give."""

from ccds_pipeline_tests.support.paths import TESTS
from ccds_pipeline_tests.support.specification import PAGES, PARTS, Example, rendered, text_of


def test_the_pages_are_what_the_specifications_say():
    written = {path.name: path.read_text(encoding="utf-8") for path in PAGES.glob("*.md")}
    assert written == rendered(), "run make spec"


def test_every_page_has_examples_that_come_to_something():
    names = [file.stem.removeprefix("test_") for file in (TESTS / "spec").glob("test_*.py")]
    assert sorted(name for part in PARTS.values() for name in part) == sorted(names)
    assert all("Result:\n\n|" in text for name, text in rendered().items() if name != "README.md")


def test_a_result_is_compared_cell_by_cell():
    example = Example("A story.", {"given": "who | n\nAnn | 1"}, "who | n\nAnn | 2")
    assert example.rows("given") == [{"who": "Ann", "n": "1"}]
    assert example.shown([{"who": "Ann", "n": 2.0, "other": 1}]) == example.expected
    assert example.shown([{"who": "Ann", "n": 3}]) != example.expected
    assert example.shown([]) != example.expected


def test_a_missing_value_is_an_empty_cell_and_a_whole_number_has_no_decimals():
    assert [text_of(value) for value in (None, float("nan"), 3.0, 0.25, True, "x")] == [
        "", "", "3", "0.25", "yes", "x",
    ]  # fmt: skip
