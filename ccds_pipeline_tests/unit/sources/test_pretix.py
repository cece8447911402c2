"""pretix as CSV, workbook and JSON, on invented files: one mapping serves all forms of an export."""

import json
import re

import pytest

from ccds_pipeline.sources.delivered import Limits
from ccds_pipeline_tests.support.delivered_files import FIXTURES, read, refusal, written
from ccds_pipeline_tests.support.source_variants import as_workbook

POSITIONS = FIXTURES / "pretix_positions__Order positions.csv"
ORDERS = FIXTURES / "pretix_orders__Orders.csv"
DATA, INTERFACE = FIXTURES / "pretix_data.json", FIXTURES / "pretix_api_orders.json"
SHARED_COLUMNS = [
    "Event slug",
    "Order code",
    "Position ID",
    "Status",
    "Email",
    "Attendee name",
    "Attendee email",
    "Which organisation do you work for?",
]


def test_positions_are_the_same_as_csv_as_a_sheet_among_others_and_as_json(tmp_path):
    workbook = as_workbook(tmp_path, [ORDERS, POSITIONS])
    forms = [read("pretix_positions", path).by_name for path in (POSITIONS, workbook, DATA)]
    chosen = [[[row[name] for name in SHARED_COLUMNS] for row in rows] for rows in forms]
    assert chosen[0] == chosen[1] == chosen[2]
    assert [row["Status"] for row in forms[2]] == ["paid", "paid", "canceled"]


def test_orders_are_the_same_as_csv_as_a_sheet_among_others_and_as_json(tmp_path):
    workbook = as_workbook(tmp_path, [ORDERS, POSITIONS])
    names = ["Event slug", "Order code", "Order total", "Status", "Email"]
    forms = [read("pretix_orders", path).by_name for path in (ORDERS, workbook, DATA)]
    chosen = [[[row[name] for name in names] for row in rows] for rows in forms]
    assert chosen[0] == chosen[1] == chosen[2] != []


def test_the_time_of_an_order_in_json_keeps_its_offset():
    first = read("pretix_positions", DATA).by_name[0]
    assert (first["Order date"], first["Order time"]) == ("2021-10-01", "08:00:00Z")


def test_a_position_of_the_interface_has_its_own_cancellation_and_its_first_check_in():
    first, second = read("pretix_positions", INTERFACE).by_name
    assert (first["Status"], first["Checked in"]) == ("paid", "2021-10-11T07:50:00Z")
    assert (second["Status"], second["Checked in"]) == ("canceled", None)
    assert first["ORG"] == "RR8"


def test_one_order_of_the_interface_and_a_list_of_orders_are_read_alike(tmp_path):
    (order,) = json.loads(INTERFACE.read_text(encoding="utf-8"))["results"]
    for document in (order, [order], {"results": [order]}):
        assert len(read("pretix_positions", written(tmp_path, json.dumps(document))).good) == 2


def test_numbers_stay_as_the_document_writes_them(tmp_path):
    (order,) = json.loads(INTERFACE.read_text(encoding="utf-8"))["results"]
    text = (
        json.dumps(order)
        .replace('"46.00"', "46.10")
        .replace('"positionid": 1', f'"positionid": {"9" * 5000}')
    )
    first = read("pretix_positions", written(tmp_path, text)).by_name[0]
    assert (first["Order total"], first["Position ID"]) == ("46.10", "9" * 5000)


def test_an_export_without_orders_has_columns_and_no_record(tmp_path):
    delivered = read("pretix_positions", written(tmp_path, '{"event": {"slug": "x", "orders": []}}'))
    assert delivered.rows == []
    assert {"Order code", "Position ID", "Status"} <= set(delivered.names)


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        ('{"event": {"orders": [', "document_damaged"),
        ('{"event": {"orders": [{"code": "A", "code": "B", "status": "p"}]}}', "document_damaged"),
        ("[" * 100_000, "document_damaged"),
        ('{"pagination": {}, "attendees": []}', "wrong_layout"),
        ('{"results": [{"code": "A", "status": "x"}]}', "wrong_layout"),
        ('{"results": [{"code": "A", "status": "p", "positions": "none"}]}', "wrong_layout"),
        ('[{"id": "1"}]', "wrong_layout"),
    ],
)
def test_a_document_without_orders_or_with_damage_is_refused(tmp_path, content, rule):
    assert refusal("pretix_positions", written(tmp_path, content)).rule == rule


def test_a_document_beyond_the_limit_is_refused(tmp_path):
    path = written(tmp_path, json.dumps({"results": []}))
    limits = Limits(document_bytes=path.stat().st_size)
    assert read("pretix_orders", path, limits=limits).rows == []
    small = Limits(document_bytes=path.stat().st_size - 1)
    assert refusal("pretix_orders", path, limits=small).rule == "document_too_large"


def test_a_check_in_list_says_who_came_and_when():
    rows = read("pretix_check_ins", FIXTURES / "pretix_check_ins.csv").by_name
    assert [(row["Attendee name"], row["Checked in"]) for row in rows] == [
        ("Ada Example", "2021-10-11 08:55:10+01:00"),
        ("Bo Example", None),
    ]


@pytest.mark.parametrize(
    ("declared", "file", "alike"),
    [
        ("pretix_positions", ORDERS, "pretix_orders"),
        ("pretix_positions", FIXTURES / "pretix_check_ins.csv", "pretix_check_ins"),
        ("pretix_orders", POSITIONS, "pretix_positions"),
        ("typeform", DATA, "pretix_orders"),
    ],
)
def test_another_list_of_pretix_is_refused_by_its_name(declared, file, alike):
    refused = refusal(declared, file)
    assert re.search(rf"looks like the format {alike}\b", refused.problem)
    assert refused.remedy.endswith(f"declare the format {alike}.")
