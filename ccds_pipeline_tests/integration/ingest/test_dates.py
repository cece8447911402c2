"""A file that writes day and month the other way round is refused whole, and its remedy cannot do harm."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline.ingest import delivery
from ccds_pipeline.programme.load import parse_programme
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline_tests.support.named_programme import RESPONSE, deliver
from ccds_pipeline_tests.support.programmes import TEXT

# The source declares day/month. In January, a month-first file: the last day fits no other order.
MONTH_FIRST = ["01/02/2022 09:00", "01/10/2022 09:00", "01/31/2022 09:00"]
# All of its days fit both orders, but in the declared one some are after the delivery of 9 February.
EARLY_DAYS = ["01/02/2022 09:00", "02/03/2022 09:00"]


@pytest.mark.parametrize("times", [MONTH_FIRST, EARLY_DAYS])
@pytest.mark.parametrize("chunk_rows", [1, 20_000])
def test_a_file_in_another_order_is_refused_and_no_row_of_it_stays(times, chunk_rows, tmp_path, monkeypatch):
    monkeypatch.setattr(delivery, "CHUNK_ROWS", chunk_rows)
    rows = [RESPONSE | {"id": str(number), "when": when} for number, when in enumerate(times)]
    with open_warehouse(tmp_path / "w.duckdb") as engine:
        account = deliver(engine, tmp_path, "survey", 9, *rows)
        with engine.connect() as connection:
            refused = connection.execute(sa.text("SELECT refused_rule, refused_line FROM ops.delivery")).all()
            staged = connection.execute(sa.text("SELECT count(*) FROM staging.response")).scalar_one()
    assert (account.refused, account.loaded, account.rejected, staged) == (1, 0, 0, 0)
    assert refused == [("dates_in_another_order", 3)]


def test_formats_that_read_one_text_as_two_days_refuse_the_programme():
    text = TEXT.replace('["%d/%m/%Y %H:%M"]', '["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"]')
    with pytest.raises(ConfigurationError, match="timestamp_formats_overlap"):
        parse_programme(text, place="p.yaml")
