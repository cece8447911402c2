"""What a suite is checked against is read from the warehouse."""

import pytest
import sqlalchemy as sa

from ccds_pipeline.quality.expectations import read_for_suite
from ccds_pipeline.quality.suite import for_programme, load_suites
from ccds_pipeline_tests.support.quality_programmes import CCDS


def test_a_table_that_cannot_be_read_is_reported_without_the_text_of_the_driver():
    suite = for_programme(load_suites("core")[0], CCDS)
    engine = sa.create_engine("duckdb:///:memory:")
    with engine.connect() as connection, pytest.raises(Exception, match="cannot be read") as refused:
        read_for_suite(connection, suite)
    assert "Catalog Error" not in str(refused.value)
    assert refused.value.__cause__ is None
    engine.dispose()
