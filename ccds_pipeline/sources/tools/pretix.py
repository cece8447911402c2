"""pretix: the orders, the order positions (one per ticket) and the check-in list of an event.

Orders and positions come as CSV, as sheets of a workbook, or as JSON; the check-in list as CSV. The address
columns of positions stand twice, for the attendee and for the invoice, so the second ones are delivered as
``Company__2`` and so on. The fields of the JSON are delivered under the names that the CSV has, so that one
mapping serves both; the time of an order keeps its offset ("10:00:00Z"). Sources:
``pretix/base/exporters/orderlist.py`` and ``json.py``, ``doc/api/resources/orders.rst``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline.sources.delivered import DeliveredTable, LineTally, Row, SourceFile, name_columns
from ccds_pipeline.sources.facts import CustomaryExclusion, ToolFacts
from ccds_pipeline.sources.records import Layout, read_headed
from ccds_pipeline.sources.signature import HEAD_BYTES, starts_as_json

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
CHECK_INS = Layout(
    required=("Order code", "Attendee name", "Checked in"),
    remedy="In pretix, export the check-in list as CSV, in English.",
)
_BOOKED = {"paid": "booked", "pending": "pending", "expired": "cancelled", "canceled": "cancelled"}
_TEST = (CustomaryExclusion("test_booking", "Test mode", ("True",)),)
POSITIONS_FACTS = ToolFacts(
    record="booking",
    key=("Order code", "Position ID"),
    fields={
        "email": ({"column": "Attendee email", "fallback": "Email"},),
        "name": ({"column": "Attendee name"},),
        "reference": ({"join": ("Order code", "Position ID")},),
        "booked_at": ({"join": ("Order date", "Order time")},),
        "status": ({"column": "Status", "values": _BOOKED},),
    },
    exclude=_TEST,
)
ORDERS_FACTS = ToolFacts(
    record="booking",
    key=("Order code",),
    fields={
        "email": ({"column": "Email"},),
        "reference": ({"column": "Order code"},),
        "booked_at": ({"join": ("Order date", "Order time")},),
        "status": ({"column": "Status", "values": _BOOKED},),
    },
    exclude=_TEST,
)
# Colleagues of one order stand under one code, and the list has no number of their places.
CHECK_INS_FACTS = ToolFacts(
    record="attendance",
    fields={
        "name": ({"column": "Attendee name"},),
        "joined_at": ({"column": "Checked in"},),
        "left_at": ({"column": "Checked out"},),
    },
)
_REMEDY = "In pretix, export Order data (JSON), or deliver the CSV of the export Order data."
# What the tool shows for its status codes, and what its CSV says.
_STATUS = {"n": "pending", "p": "paid", "e": "expired", "c": "canceled"}
_ORDER_FIELDS = {
    "code": "Order code",
    "total": "Order total",
    "email": "Email",
    "phone": "Phone number",
    "locale": "Order locale",
    "sales_channel": "Sales channel",
    "comment": "Order comment",
    "testmode": "Test mode",
}
_POSITION_FIELDS = {
    "positionid": "Position ID",
    "subevent": "Date",
    "item": "Product",
    "variation": "Variation",
    "price": "Price",
    "attendee_name": "Attendee name",
    "attendee_email": "Attendee email",
    "company": "Company",
    "pseudonymization_id": "Pseudonymization ID",
}
_ORDER_COLUMNS = ("Event slug", "Order date", "Order time", *_ORDER_FIELDS.values(), "Status")
Part = Mapping[str, Any]


def read_pretix_positions(file: SourceFile) -> AbstractContextManager[DeliveredTable]:
    """Deliver the order positions of a pretix export."""
    return _positions_json(file) if _is_json(file.path) else read_headed(file, _POSITIONS)


def read_pretix_orders(file: SourceFile) -> AbstractContextManager[DeliveredTable]:
    """Deliver the orders of a pretix export."""
    return _orders_json(file) if _is_json(file.path) else read_headed(file, _ORDERS)


def _is_json(path: Path) -> bool:
    with path.open("rb") as stream:
        return starts_as_json(stream.read(HEAD_BYTES).decode("utf-8-sig", errors="ignore"))


@contextmanager
def _positions_json(file: SourceFile) -> Iterator[DeliveredTable]:
    """Deliver the positions of all orders; a record's line is its number among them."""
    event, orders = _orders(file)
    questions = _question_names(event)
    records = [
        _order_cells(event, order) | _position_cells(position, questions)
        for order in orders
        for position in _list(order, "positions")
    ]
    yield _table(records, [*_ORDER_COLUMNS, *_POSITION_FIELDS.values(), "Checked in"])


@contextmanager
def _orders_json(file: SourceFile) -> Iterator[DeliveredTable]:
    """Deliver the orders; a record's line is its number among them."""
    event, orders = _orders(file)
    yield _table([_order_cells(event, order) for order in orders], _ORDER_COLUMNS)


def _orders(file: SourceFile) -> tuple[Part, list[Part]]:
    """Return the event of a document (empty if it names none) and its orders."""
    document = _parsed(file)
    event = document.get("event") if isinstance(document, dict) else None
    if isinstance(event, dict):
        orders = event.get("orders")
    elif isinstance(document, dict):
        event, orders = {}, document.get("results", [document])
    else:
        event, orders = {}, document
    if not isinstance(orders, list) or not all(_is_order(order) for order in orders):
        raise FileRefusedError(
            "wrong_layout", "The JSON document holds no orders as pretix writes them", remedy=_REMEDY
        )
    return event, orders


def _parsed(file: SourceFile) -> object:
    if file.path.stat().st_size > file.limits.document_bytes:
        raise FileRefusedError(
            "document_too_large",
            f"The JSON document has more than {file.limits.document_bytes} bytes",
            remedy="Export fewer orders per file, or deliver the CSV.",
        )
    try:
        # Numbers stay as they are written, and a field that stands twice has no right reading.
        return json.loads(
            file.path.read_text(encoding="utf-8-sig"),
            parse_int=str,
            parse_float=str,
            object_pairs_hook=_without_repeats,
        )
    except (ValueError, RecursionError):
        raise FileRefusedError(
            "document_damaged", "The JSON document is damaged or incomplete", remedy=_REMEDY
        ) from None


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError
    return fields


def _is_order(order: object) -> bool:
    return isinstance(order, dict) and isinstance(order.get("code"), str) and order.get("status") in _STATUS


def _list(part: Part, name: str) -> list[Part]:
    entries = part.get(name) or []
    is_list = isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries)
    if not is_list:
        raise FileRefusedError("wrong_layout", f"The field {name} is not a list of objects", remedy=_REMEDY)
    return entries


def _question_names(event: Part) -> dict[str, str]:
    """Name the questions of an event by their identifier; the interface gives only identifiers."""
    return {
        str(question.get("id")): _text(question.get("question")) or str(question.get("id"))
        for question in _list(event, "questions")
    }


def _order_cells(event: Part, order: Part) -> dict[str, str | None]:
    slug = order.get("event") or event.get("slug")
    day, _, time = (_text(order.get("datetime")) or "").partition("T")
    named = {name: _text(order.get(field)) for field, name in _ORDER_FIELDS.items()}
    placed = {"Event slug": _text(slug), "Order date": day, "Order time": time}
    return placed | named | {"Status": _STATUS[order["status"]]}


def _position_cells(position: Part, questions: Mapping[str, str]) -> dict[str, str | None]:
    cells = {name: _text(position.get(field)) for field, name in _POSITION_FIELDS.items()}
    if position.get("canceled") is True:
        cells["Status"] = _STATUS["c"]
    check_ins = [_text(check_in.get("datetime")) for check_in in _list(position, "checkins")]
    cells["Checked in"] = min((time for time in check_ins if time), default=None)
    for answer in _list(position, "answers"):
        name = questions.get(str(answer.get("question")), _text(answer.get("question_identifier")))
        cells[f"{name or answer.get('question')}"] = _text(answer.get("answer"))
    return cells


def _text(value: object) -> str | None:
    return None if value is None or isinstance(value, dict | list) else str(value)


def _table(records: Sequence[Mapping[str, str | None]], always: Sequence[str]) -> DeliveredTable:
    names = list(dict.fromkeys([*always, *(name for record in records for name in record)]))
    rows = (
        Row(number, [record.get(name) for name in names]) for number, record in enumerate(records, start=1)
    )
    return DeliveredTable(name_columns(names), rows, LineTally("JSON document", total=len(records)))
