"""Invented deliveries in several formats with a canary in every place that may hold personal data."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import xlsxwriter

PROGRAMME = """
id: canaries
name: A programme of canaries
version: "1"
retention: {source: Invented for tests, records: 36500, comments: 36500, ledger: 36500}
waves:
  - {id: before, label: Before, timing: before}
  - {id: after, label: After, timing: after}
scales:
  agreement:
    options: [{code: disagree, label: Disagree}, {code: agree, label: Agree}]
  ten: {minimum: 0, maximum: 10}
questions:
  - {id: clear, text: It was clear, scale: agreement}
  - {id: sure, text: "How sure are you?", scale: ten}
  - {id: remark, text: "Anything else?", kind: text}
sources:
  - id: bookings
    label: Bookings
    format: table
    record: booking
    timezone: UTC
    timestamp_formats: ["%Y-%m-%d %H:%M"]
    key: [ref]
    fields:
      email: {column: mail}
      reference: {column: ref}
      session_code: {column: event}
      booked_at: {column: when}
      status: {column: state, values: {Paid: booked, Off: cancelled}}
      organisation: {column: employer}
      job_title: {column: job}
    exclude: [{reason: test_booking, column: note, equals: [TEST]}]
    ignore: [given, family, phone]
  - id: orders
    label: Orders
    format: pretix_positions
    record: booking
    timezone: UTC
    timestamp_formats: ["%Y-%m-%d"]
    key: [Order code, Position ID]
    fields:
      email: {column: Attendee email}
      reference: {column: Order code}
      session_code: {column: Event slug}
      booked_at: {column: Order date}
      status: {column: Status, values: {Paid: booked, Canceled: cancelled, Pending: pending}}
      organisation: {column: Your employer}
  - id: presence
    label: Presence
    format: table
    record: attendance
    timezone: UTC
    timestamp_formats: ["%Y-%m-%d %H:%M"]
    key: [mail, event]
    fields:
      email: {column: mail}
      session_code: {column: event}
      session_starts_at: {column: starts}
      joined_at: {column: joined}
      left_at: {column: left}
      role: {column: role}
    ignore: [name]
  - id: before
    label: First survey
    format: table
    record: response
    wave: before
    timezone: UTC
    timestamp_formats: ["%Y-%m-%d %H:%M"]
    key: [id]
    fields:
      email: {column: mail}
      session_code: {column: event}
      submitted_at: {column: sent}
      link_code: {column: code}
    questions: {sure: Sure, remark: Remark}
  - id: after
    label: Second survey
    format: ms_forms
    record: response
    wave: after
    timezone: UTC
    timestamp_formats: ["%Y-%m-%dT%H:%M:%S"]
    key: [ID]
    fields:
      email: {column: Email}
      session_code: {column: Event}
      started_at: {column: Start time}
      submitted_at: {column: Completion time}
    questions: {sure: Sure, clear: Clear, remark: Remark}
kpis:
  - {id: S1, label: Reach, level: reach, rule: {type: reach}}
  - id: S2
    label: Clear
    level: "1"
    wave: after
    rule: {type: top_share, question: clear, favourable: [agree]}
  - id: S4
    label: Surer
    level: "2"
    wave: after
    rule: {type: change, question: sure, before: before, confident: 7}
  - {id: S5, label: Quality, level: operations, rule: {type: data_quality}}
breakdowns: [session]
"""
DAY, BAD_DAY = "2022-04-01", "2022-04-02"
PEOPLE = 3
Cells = Iterable[str]


class Canaries:
    """Makes a canary for each place that is asked for; ``texts`` has all of them by place."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def mail(self, place: str) -> str:
        """Return an address that is planted at this place alone."""
        return self._keep(place, "zq.{}+é@canary{}.example")

    def name(self, place: str) -> str:
        """Return a word like a name."""
        return self._keep(place, "Zqé{}quux{}")

    def text(self, place: str) -> str:
        """Return several words with punctuation."""
        return self._keep(place, 'Zq {} "quux" & <{}>')

    def phone(self, place: str) -> str:
        """Return a number of the range that is kept free for fiction."""
        return self.texts.setdefault(place, f"07700 900{100 + len(self.texts)}")

    def _keep(self, place: str, form: str) -> str:
        letters = "".join(chr(ord("a") + int(digit)) for digit in f"{len(self.texts):03}")
        return self.texts.setdefault(place, form.format("".join(filter(str.isalpha, place)), letters))


def deliver(landing: Path, canaries: Canaries) -> None:
    """Write a sound delivery of every source."""
    people = range(1, PEOPLE + 1)
    file = _folder(landing, "bookings", DAY) / f"{canaries.name('file name')} bookings.csv"
    file.write_text(
        _csv([_booking_header(canaries), *(_booking(n, canaries) for n in people)]), encoding="utf-8"
    )
    file = _folder(landing, "orders", DAY) / f"{canaries.name('json file name')}.json"
    file.write_text(json.dumps(_orders(canaries)), encoding="utf-8")
    file = _folder(landing, "presence", DAY) / f"{canaries.name('workbook file name')}.xlsx"
    header = ["mail", "name", "event", "starts", "joined", "left", "role", canaries.text("workbook header")]
    _workbook(file, [header, *(_presence(n, canaries) for n in people)], canaries)
    file = _folder(landing, "before", DAY) / f"{canaries.name('archive file name')}.zip"
    _archive(file, _csv([_answer_header(canaries), *(_first_answer(n, canaries) for n in people)]), canaries)
    file = _folder(landing, "after", DAY) / f"{canaries.name('form file name')}.xlsx"
    _workbook(file, [_form_header(canaries), *(_second_answer(n, canaries) for n in people)], canaries)


def deliver_badly(landing: Path, canaries: Canaries) -> None:
    """Write a delivery with bad rows, and files that are refused, each with a canary."""
    _bad_bookings(_folder(landing, "bookings", BAD_DAY), canaries)
    rows = [_first_answer(n, canaries) for n in range(1, 4)]
    rows[0][5], rows[1][5], rows[2][3] = canaries.phone("rating"), "9" * 400, canaries.mail("moment")
    _archive(_folder(landing, "before", BAD_DAY) / "1.zip", _csv([_answer_header(canaries), *rows]), canaries)
    folder = _folder(landing, "after", BAD_DAY)
    _workbook(folder / "1.xlsx", [_form_header(canaries), _second_answer(4, canaries)], canaries, sheets=2)
    (folder / "2.xlsx").write_bytes((folder / "1.xlsx").read_bytes()[:-400])
    folder, sound = _folder(landing, "orders", BAD_DAY), json.dumps(_orders(canaries))
    planted = f'"answers": [{json.dumps(canaries.text("json"))}, '
    (folder / "1.json").write_text(sound.replace('"answers": [', planted), encoding="utf-8")
    (folder / "2.json").write_text(sound[:-9], encoding="utf-8")


def _bad_bookings(folder: Path, canaries: Canaries) -> None:
    rows = [_booking(n, canaries) for n in (1, 2, 3, 4, 5, 5, 6)]
    rows[0][4] = canaries.mail("event")
    rows[1][5] = canaries.text("time")
    rows[2][6] = canaries.name("state")
    rows[3].append(canaries.text("cell too many"))
    rows[5][6] = "Off"  # the same reference, two contents
    (folder / "1.csv").write_text(_csv([_booking_header(canaries), *rows]), encoding="utf-8")
    header = _csv([_booking_header(canaries)])
    for number, (place, spoil) in enumerate(_SPOILED.items(), start=2):
        name = canaries.name(f"name of {place}")
        (folder / f"{number} {name}.csv").write_bytes(spoil(header, canaries.text(place)))


_SPOILED: Mapping[str, Callable[[str, str], bytes]] = {
    "open quote": lambda header, text: (header + f'1,"{text},x').encode(),
    "page": lambda _, text: f"<!DOCTYPE html><html><body>{text}</body></html>".encode(),
    "no header": lambda _, text: f"{text},a,b\n{text},c,d\n".encode(),
    "other encoding": lambda header, text: header.encode() + f"{text}é".encode("cp1252"),
    "repeated column": lambda header, text: f"x,{text},{text}\n1,2,3\n".encode(),
    "one column": lambda _, text: f"{text}\n1\n".encode(),
    "nothing but zeros": lambda header, text: header.encode() + text.encode() + bytes(50),
}


def _folder(landing: Path, source: str, day: str) -> Path:
    folder = landing / source / day
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _csv(rows: Iterable[Cells]) -> str:
    return "".join(",".join(_quoted(cell) for cell in row) + "\n" for row in rows)


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if set(cell) & set('",\n') else cell


def _booking_header(canaries: Canaries) -> list[str]:
    names = ["ref", "mail", "given", "family", "event", "when", "state", "employer", "job", "phone", "note"]
    return [*names, canaries.text("header")]


def _booking(n: int, canaries: Canaries) -> list[str]:
    return [
        canaries.name(f"reference {n}"),
        canaries.mail(f"mail {n}"),
        canaries.name(f"given name {n}"),
        canaries.name(f"family name {n}"),
        "S-1",
        f"2022-03-0{n} 09:00",
        "Paid",
        canaries.text(f"employer {n}"),
        canaries.text(f"job {n}"),
        canaries.phone(f"phone {n}"),
        canaries.text(f"note {n}"),
        canaries.text(f"unknown column {n}"),
    ]


def _orders(canaries: Canaries) -> dict[str, object]:
    question = {"id": 12, "identifier": "ORG", "question": "Your employer", "type": "S"}
    unknown = {"id": 13, "identifier": "X", "question": canaries.text("json question"), "type": "S"}
    position = {
        "id": 900001,
        "positionid": 1,
        "attendee_name": canaries.name("json name"),
        "attendee_email": canaries.mail("json mail"),
        "company": canaries.text("json company"),
        "answers": [
            {"question": 12, "answer": canaries.text("json employer")},
            {"question": 13, "answer": canaries.text("json needs")},
        ],
    }
    order = {
        "code": canaries.name("order code"),
        "status": "p",
        "testmode": False,
        "email": canaries.mail("booker"),
        "phone": canaries.phone("json phone"),
        "comment": canaries.text("json comment"),
        "datetime": "2022-03-01T08:00:00Z",
        "total": "0.00",
        "positions": [position],
    }
    event = {"name": canaries.text("json event"), "slug": "S-1", "questions": [question, unknown]}
    return {"event": {**event, "orders": [order]}}


def _presence(n: int, canaries: Canaries) -> list[str]:
    times = ["2022-03-10 09:00", "2022-03-10 09:00", "2022-03-10 12:00"]
    person = [canaries.mail(f"mail {n}"), canaries.name(f"shown name {n}")]
    return [*person, "S-1", *times, canaries.mail(f"role {n}"), canaries.text(f"workbook cell {n}")]


def _answer_header(canaries: Canaries) -> list[str]:
    return ["id", "mail", "event", "sent", "code", "Sure", "Remark", canaries.text("archived header")]


def _first_answer(n: int, canaries: Canaries) -> list[str]:
    said = [canaries.name(f"code {n}"), "5", _remark(n, canaries), canaries.text(f"archived cell {n}")]
    return [f"a{n}", canaries.mail(f"mail {n}"), "S-1", "2022-03-10 08:00", *said]


def _form_header(canaries: Canaries) -> list[str]:
    names = ["ID", "Start time", "Completion time", "Email", "Name", "Event", "Sure", "Clear", "Remark"]
    return [*names, canaries.text("form header")]


def _second_answer(n: int, canaries: Canaries) -> list[str]:
    times = ["2022-03-10T13:00:00", "2022-03-10T13:05:00"]
    person = [canaries.mail(f"mail {n}"), canaries.name(f"form name {n}")]
    return [
        f"b{n}",
        *times,
        *person,
        "S-1",
        "8",
        "Agree",
        _remark(n, canaries),
        canaries.text(f"form cell {n}"),
    ]


def _remark(n: int, canaries: Canaries) -> str:
    """A comment whose identifiers redaction must find."""
    named = (
        canaries.name(f"named {n}"),
        canaries.mail(f"comment mail {n}"),
        canaries.phone(f"comment phone {n}"),
    )
    return "It was good and Dr {} said so, ask {} or {}.".format(*named)


def _archive(path: Path, content: str, canaries: Canaries) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = canaries.text("archive comment").encode()
        archive.writestr(f"{canaries.name('member name')}.csv", content)


def _workbook(path: Path, rows: Sequence[Cells], canaries: Canaries, *, sheets: int = 1) -> None:
    with xlsxwriter.Workbook(path, {"strings_to_numbers": False}) as book:
        fields = ("title", "subject", "author", "manager", "company", "category", "keywords", "comments")
        book.set_properties({field: canaries.text(f"property {field}") for field in fields})
        book.set_custom_property("Owner", canaries.text("custom property"))
        for number in range(sheets):
            sheet = book.add_worksheet(canaries.name(f"sheet {number}"))
            for place, row in enumerate(rows):
                sheet.write_row(place, 0, row)
            sheet.write_comment(0, 0, canaries.text("note"), {"author": canaries.name("note author")})
            sheet.set_header(f"&L{canaries.name('page header')}")
