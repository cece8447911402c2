"""pretix: the orders, the order positions (one per ticket) and the check-in list of an event.

Only these three layouts belong here, as CSV or as the workbook in which orders and positions are sheets;
orders as JSON are read by ``pretix_json``. Source: ``pretix/base/exporters/orderlist.py``. The address
columns of positions stand twice, for the attendee and for the invoice, so the second ones are delivered as
``Company__2`` and so on.
"""

from __future__ import annotations

from contextlib import AbstractContextManager

from ccds_pipeline.sources.delivered import DeliveredTable, SourceFile
from ccds_pipeline.sources.headed import Layout, read_headed
from ccds_pipeline.sources.tools.pretix_json import is_json, read_orders_json, read_positions_json

_POSITIONS = Layout(
    required=("Order code", "Position ID", "Status"),
    remedy=(
        "In pretix, export Order data in English and take the order positions; "
        "a list of orders or a check-in list holds other records."
    ),
    sheets=("Order positions", "Positions"),
)
_ORDERS = Layout(
    required=("Order code", "Order total", "Status"),
    remedy="In pretix, export Order data in English and take the orders.",
    sheets=("Orders",),
)
_CHECK_INS = Layout(
    required=("Order code", "Attendee name", "Checked in"),
    remedy="In pretix, export the check-in list as CSV, in English.",
)


def read_pretix_positions(file: SourceFile) -> AbstractContextManager[DeliveredTable]:
    """Deliver the order positions of a pretix export."""
    return read_positions_json(file) if is_json(file.path) else read_headed(file, _POSITIONS)


def read_pretix_orders(file: SourceFile) -> AbstractContextManager[DeliveredTable]:
    """Deliver the orders of a pretix export."""
    return read_orders_json(file) if is_json(file.path) else read_headed(file, _ORDERS)


def read_pretix_check_ins(file: SourceFile) -> AbstractContextManager[DeliveredTable]:
    """Deliver the positions of a pretix check-in list, with the time of check-in where there was one."""
    return read_headed(file, _CHECK_INS)
