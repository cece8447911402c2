"""Zip archives of exports: all files in one table, bounded, and no name ever used as a path."""

import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from ccds_pipeline.sources.delivered import Limits
from ccds_pipeline_tests.support.delivered_files import FIXTURES, read, refusal, written
from ccds_pipeline_tests.support.source_variants import as_workbook, as_zip

EVENTS = [FIXTURES / "eventbrite_event_700000000001.csv", FIXTURES / "eventbrite_event_700000000002.csv"]
TABLE = "id,name\n1,Ada\n2,Bo\n"


def packed(folder: Path, members: Mapping[str, str | bytes], name: str = "delivered.zip") -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return path


def test_the_files_of_an_archive_are_one_table_with_the_columns_of_all(tmp_path):
    delivered = read("eventbrite_attendees", as_zip(tmp_path, EVENTS))
    rows = delivered.by_name
    assert [(row["Attendee no."], row["Event ID"], row["What is your trust?"]) for row in rows] == [
        ("2001", "700000000001", None),
        ("2002", "700000000001", None),
        ("2003", "700000000002", "RR8"),
    ]
    assert [row["What is your role?"] for row in rows] == ["Nurse", "Porter", "Midwife"]
    assert delivered.lines == [2, 3, 5]  # counted on through the files
    assert delivered.tally.total == delivered.accounted_lines == 5


def test_eventbrites_list_of_events_beside_the_reports_has_no_record(tmp_path):
    path = as_zip(tmp_path, EVENTS)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("events.xlsx", as_workbook(tmp_path, EVENTS[:1]).read_bytes())
    assert len(read("eventbrite_attendees", path).good) == 3


def test_a_file_of_another_kind_among_the_members_refuses_the_archive(tmp_path):
    path = packed(tmp_path, {"1.csv": EVENTS[0].read_bytes(), "2.csv": "colour,size\nred,1\n"})
    refused = refusal("eventbrite_attendees", path)
    assert refused.rule == "missing_columns"
    assert "(file 2 of the archive)" in refused.problem


def test_the_line_of_a_refusal_counts_on_through_the_files(tmp_path):
    path = packed(tmp_path, {"a.csv": TABLE, "b.csv": 'id,name\n1,Ada\n2,"never closed\n'})
    assert refusal("table", path).line == 3 + 3


def test_what_an_operating_system_leaves_in_an_archive_is_no_file(tmp_path):
    members: dict[str, str | bytes] = {
        "folder/a.csv": TABLE,
        "__MACOSX/folder/._a.csv": b"\0\5\x16",
        "folder/.DS_Store": b"\0",
    }
    path = packed(tmp_path, members)
    with zipfile.ZipFile(path, "a") as archive:
        archive.mkdir("empty")
    assert len(read("table", path).good) == 2


@pytest.mark.parametrize("name", ["../../escaped.csv", "/escaped.csv", "C:\\escaped.csv", "a" * 300 + ".csv"])
def test_a_name_is_never_used_as_a_path_and_never_told(tmp_path, name):
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    path = packed(inner, {name: "colour\nred\n"})
    refused = refusal("table", path)
    assert refused.rule == "header_single_column"
    assert "escaped" not in str(refused)
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == [path]


def test_nothing_is_left_beside_the_private_copy(tmp_path):
    path = packed(tmp_path, {"a.csv": TABLE})
    read("table", path)
    refusal("qualtrics", path)
    assert list(tmp_path.iterdir()) == [path]


def test_an_archive_in_an_archive_is_refused(tmp_path):
    inner = packed(tmp_path, {"a.csv": TABLE}, "inner.zip").read_bytes()
    assert refusal("table", packed(tmp_path, {"harmless.csv": inner})).rule == "archive_nested"


def test_an_encrypted_archive_is_refused_by_name(tmp_path):
    content = bytearray(packed(tmp_path, {"a.csv": TABLE}).read_bytes())
    for signature, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):  # the flags of a member, in both of its headers
        at = content.index(signature) + place
        content[at : at + 2] = struct.pack("<H", 1)
    assert refusal("table", written(tmp_path, bytes(content))).rule == "archive_encrypted"


def test_an_archive_without_a_file_is_refused(tmp_path):
    assert refusal("table", packed(tmp_path, {})).rule == "archive_empty"


def test_the_number_the_size_and_the_ratio_of_the_files_are_bounded(tmp_path):
    two = packed(tmp_path, {"a.csv": TABLE, "b.csv": TABLE})
    assert len(read("table", two, limits=Limits(archive_members=2)).good) == 4
    assert refusal("table", two, limits=Limits(archive_members=1)).rule == "archive_too_large"
    assert len(read("table", two, limits=Limits(archive_bytes=2 * len(TABLE))).good) == 4
    assert refusal("table", two, limits=Limits(archive_bytes=2 * len(TABLE) - 1)).rule == "archive_too_large"
    bomb = packed(tmp_path, {"a.csv": "id,name\n" + "1,Ada\n" * 4_000_000}, "bomb.zip")
    assert refusal("table", bomb).rule == "archive_too_large"


def test_a_changed_byte_in_an_archive_is_refused(tmp_path):
    content = bytearray(packed(tmp_path, {"a.csv": TABLE * 100}).read_bytes())
    content[60] ^= 0xFF
    assert refusal("table", written(tmp_path, bytes(content))).rule == "archive_damaged"


def test_two_members_of_one_name_are_refused(tmp_path):
    path = packed(tmp_path, {"a.csv": TABLE})
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("a.csv", TABLE)
    assert refusal("table", path).rule == "archive_damaged"


def test_a_truncated_archive_is_refused_by_its_kind(tmp_path):
    content = packed(tmp_path, {"a.csv": TABLE * 1000}).read_bytes()
    refused = refusal("qualtrics", written(tmp_path, content[: len(content) // 2]))
    assert refused.rule == "workbook_damaged"


def test_a_workbook_is_no_archive(tmp_path):
    assert len(read("table", as_workbook(tmp_path, EVENTS[1:])).good) == 1
