"""The lineage of columns is that of the statements, and names only columns that exist."""

from __future__ import annotations

import pytest

from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.warehouse import lineage
from ccds_pipeline.warehouse.lineage import Origin, column_lineage, lineage_text


@pytest.mark.slow
def test_the_file_is_of_the_present_statements():
    assert lineage._FILE.read_text(encoding="utf-8") == lineage_text(), "run make schema"


def test_every_origin_is_a_column_of_a_table():
    for columns in column_lineage().values():
        for origin in {origin for origins in columns.values() for origin in origins}:
            assert origin.column in table_of(f"{origin.schema}.{origin.table}").column_names, origin


def test_a_column_is_followed_through_the_parts_of_its_statement():
    assert column_lineage()["core.fact_response"]["submitted_at"] == (
        Origin("core", "response_identity", "submitted_at"),
    )
    days = column_lineage()["core.fact_response"]["days_after"]
    assert Origin("core", "dim_session", "session_on") in days


def test_most_columns_have_an_origin():
    known = sum(map(len, column_lineage().values()))
    assert known > 400
