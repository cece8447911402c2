"""The law of orders from the bytes of files to the KPIs: no order changes a figure, or what is not loaded.

Files of a delivery, sections of a report, columns, rows, and every mapping and list of the programme file
stand in any order, and deliveries are loaded in any. What is read of a cell in any order belongs in
``property/ingest/test_orders``, who is who in ``property/core/test_orders``.
"""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from ccds_pipeline_tests.support.exports_in_any_order import Orders, Outcome, outcome

pytestmark = pytest.mark.slow
# Every order is as good as another, and none can be made simpler: so they are drawn by number.
ORDERS = [*range(3), *(pytest.param(number, marks=pytest.mark.heavy) for number in range(3, 60))]


def found(orders: Orders) -> Outcome:
    with TemporaryDirectory() as folder:
        return outcome(Path(folder), orders)


@cache
def as_written() -> Outcome:
    return found(Orders())


@pytest.mark.parametrize("number", ORDERS)
def test_no_order_in_any_file_changes_a_figure_or_what_is_not_loaded(number):
    turned = found(Orders(random.Random(number)))  # noqa: S311  # the same orders each time, no secret
    assert turned.accounts == as_written().accounts
    for name, rows in as_written().figures.items():
        assert turned.figures[name] == rows, name


def test_the_exports_hold_what_could_depend_on_an_order():
    """A law about nothing would hold too."""
    accounts, figures = as_written().accounts, as_written().figures
    assert [line.split()[-1] for line in accounts["refused"]] == [
        "column_repeated",
        "dates_in_another_order",
        "several_reports",
    ]
    assert {name: len(lines) for name, lines in accounts.items() if name != "refused"} == {
        "counted": 5,
        "excluded": 2,
        "rejected": 7,
        "not understood": 2,
    }
    empty = {"kpi.follow_up", "kpi.follow_up_count", "kpi.item_triple", "kpi.claim"}
    assert {name for name, rows in figures.items() if not rows} == empty
