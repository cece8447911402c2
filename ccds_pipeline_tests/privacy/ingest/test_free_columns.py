"""Identifiers typed where no text is expected: none reaches staging, core or reporting (attack A16)."""

from __future__ import annotations

from datetime import date
from itertools import count

import pytest
import sqlalchemy as sa

from ccds_pipeline.core.basis import basis_of
from ccds_pipeline.core.build import refresh_core
from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline.programme.load import parse_programme
from ccds_pipeline.schemas.register import restricted_tables
from ccds_pipeline.warehouse.bulk import read_frame
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline_tests.support.named_programme import BOOKING, RESPONSE, deliver, named_programme
from ccds_pipeline_tests.support.programmes import TEXT

pytestmark = pytest.mark.attack("A16")

EMAIL, NAME, PHONE = "canary@example.org", "Canarina Braethorn", "07700 900123"
CANARIES = ("canar", "braethorn", "07700", "900123")
IN_BOOKINGS = [
    {"job": EMAIL},
    {"employer": NAME},
    {"holder": f"{NAME} {PHONE}"},
    {"a new column": f"{NAME} {EMAIL}"},
    {"note": f"{NAME} {EMAIL}"},
    {"state": NAME},
    {"event": f"{NAME} {PHONE}"},
]
IN_SURVEY = [
    {"Which tools?": f"{NAME}'s own tool"},
    {"Subversion": PHONE},
    {"a new question": f"{NAME} {PHONE}"},
    {"Why?": f"Ask {NAME} on {PHONE} or {EMAIL}"},
    {"How sure are you?": PHONE},
    {"It was clear": EMAIL},
]


def stored_text(engine: sa.Engine) -> str:
    """Return every cell of every table as one text."""
    tables = restricted_tables()
    with engine.connect() as connection:
        return "\n".join(read_frame(connection, table).to_csv() for table in tables).lower()


def rows(plain: dict[str, str], key: str, changes: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return one row for each change, all with the same columns."""
    names = {name: "" for change in changes for name in change}
    numbers = count(1)
    return [names | plain | change | {key: str(next(numbers))} for change in changes]


@pytest.mark.parametrize(
    ("source_id", "delivered", "rejected"),
    [("bookings", rows(BOOKING, "ref", IN_BOOKINGS), 2), ("survey", rows(RESPONSE, "id", IN_SURVEY), 0)],
    ids=["bookings", "survey"],
)
def test_an_identifier_in_the_wrong_column_is_stored_nowhere(tmp_path, source_id, delivered, rejected):
    with open_warehouse(tmp_path / "w.duckdb") as engine:
        account = deliver(engine, tmp_path, source_id, 1, *delivered)
        with engine.begin() as connection:
            basis = basis_of(connection, date(2022, 2, 28))
        refresh_core(engine, named_programme(), basis)
        stored = stored_text(engine)
    assert (account.rejected, account.loaded) == (rejected, len(delivered) - rejected)
    assert account.unmapped_columns == 1
    assert not [canary for canary in CANARIES if canary in stored]


def test_a_programme_that_would_keep_delivered_text_as_the_delivery_mode_is_refused():
    text = TEXT.replace("booked_at: {column: when}", "delivery_mode: {column: how}", 1)
    with pytest.raises(ConfigurationError, match="delivery_mode needs values or a default"):
        parse_programme(text, place="tiny.yaml")
