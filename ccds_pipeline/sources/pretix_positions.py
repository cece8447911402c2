"""pretix: the order positions of an event, one row per ticket (CSV of the export "Order data").

Only this layout belongs here. Source: ``pretix/base/exporters/orderlist.py``; the address columns stand
twice, for the attendee and for the invoice, so the second ones are delivered as ``Company__2`` and so on.
"""

from __future__ import annotations

from contextlib import AbstractContextManager

from ccds_pipeline.sources.delivered import DeliveredTable, SourceFile
from ccds_pipeline.sources.headed import Layout, read_headed

_LAYOUT = Layout(
    required=("Order code", "Position ID", "Status"),
    remedy=(
        "In pretix, export Order data as CSV in English and take the order positions; "
        "a list of orders or a check-in list holds other records."
    ),
)


def read_pretix_positions(file: SourceFile) -> AbstractContextManager[DeliveredTable]:
    """Deliver the order positions of a pretix export."""
    return read_headed(file, _LAYOUT)
