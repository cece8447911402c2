"""The page on sources says what the tests show, and nothing else."""

import re

from ccds_pipeline.sources.formats import READERS
from ccds_pipeline_tests.support.sources_page import PAGE, hostile_table, variants_table, with_tables

PAGE_TEXT = PAGE.read_text(encoding="utf-8")


def test_the_page_holds_the_tables_of_the_lists_that_the_tests_read():
    assert with_tables(PAGE_TEXT) == PAGE_TEXT, "run: python -m ccds_pipeline_tests.support.sources_page"
    for table in (variants_table(), hostile_table()):
        assert table in PAGE_TEXT


def test_the_page_speaks_of_no_format_that_does_not_exist():
    declared = set(re.findall(r"format:? `?([a-z]+_[a-z_]+)`?", PAGE_TEXT))
    assert declared <= set(READERS)
