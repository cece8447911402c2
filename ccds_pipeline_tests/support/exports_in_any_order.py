"""An invented programme of four exports, written as files in any order, and all that comes of them.

Three sessions of eight people: a seat is handed on, one person joins without an address, one booked twice,
and guests have one name. There are rows of every kind that is set aside, and three files that are refused.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
import xlsxwriter
import yaml

from ccds_pipeline.core.basis import Basis
from ccds_pipeline.core.build import refresh_core
from ccds_pipeline.ingest.delivery import Ingest
from ccds_pipeline.kpi.build import refresh_kpis, refresh_themes
from ccds_pipeline.programme.load import parse_programme
from ccds_pipeline.schemas.register import Table, tables_of
from ccds_pipeline.sources.landing import find_deliveries
from ccds_pipeline_tests.support.keys import PSEUDONYMISER

AS_OF = date(2022, 4, 20)
PROGRAMME_TEXT = """
id: orders
name: A programme in any order
version: "1"
waves:
  - {id: before, label: Before, timing: before}
  - {id: after, label: After, timing: after}
attendance: {minimum_minutes: 30, facilitator_roles: [Organizer, Presenter]}
scales:
  agreement:
    not_applicable: [N/A, none]
    options:
      - {code: disagree, label: Disagree, aliases: ["Don't agree", "No"]}
      - {code: partly, label: Partly, aliases: [In part]}
      - {code: agree, label: Agree, aliases: ["Yes", Einverstanden]}
  tools: {options: [{code: git, label: Git}, {code: svn, label: Subversion, aliases: [SVN]}]}
  ten: {minimum: 0, maximum: 10}
questions:
  - {id: clear, text: It was clear, scale: agreement}
  - {id: tools, text: "Which tools?", kind: multiple, scale: tools}
  - {id: sure, text: "How sure are you?", scale: ten}
  - {id: why, text: "Why?", kind: text}
sources:
  - id: bookings
    label: Bookings
    format: table
    record: booking
    timestamp_formats: ["%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M"]
    key: [Ref]
    fields:
      email: {column: [Email, E-mail], fallback: Invoice to}
      name: {join: [First name, Last name]}
      reference: {column: Ref}
      session_code: {column: Session}
      booked_at: {column: Booked}
      session_starts_at: {column: Starts}
      session_ends_at: {column: Ends}
      status: {column: State, values: {Paid: booked, Free: booked, "Off": cancelled}}
      organisation: {column: [Employer, Trust]}
      follow_up_consent: {column: Contact, values: {"Yes": given, "No": withdrawn}}
    names: [First name, Last name]
    exclude:
      - {reason: test_booking, column: Note, equals: [TEST, Trial]}
      - {reason: internal, column: Kind, equals: [Staff, TEST]}
  - id: meetings
    label: Meetings
    format: teams_attendance
    record: attendance
    timestamp_formats: ["%m/%d/%y, %H:%M:%S"]
    key: [Meeting title, Name, Email, Join time]
    fields:
      email: {column: Email}
      name: {column: Name}
      session_code: {column: Meeting title, extract: "(S-[0-9])"}
      joined_at: {column: Join time}
      left_at: {column: Leave time}
      role: {column: Role}
  - id: first
    label: First survey
    format: table
    record: response
    wave: before
    timestamp_formats: ["%d/%m/%Y %H:%M"]
    key: [id]
    fields:
      email: {column: mail}
      reference: {column: ref}
      session_code: {column: session}
      link_code: {column: [code, Code (new)]}
      submitted_at: {column: sent}
    questions:
      clear: {column: [Clear, Clear (new)]}
      sure: Sure
      tools: {option_columns: {git: Git, svn: Subversion}}
    marks: {not_applicable: ["-1"], blank: ["-99", "-98"]}
    exclude:
      - {reason: unfinished, column: sent, equals: [""]}
  - id: second
    label: Second survey
    format: ms_forms
    record: response
    wave: after
    timestamp_formats: ["%Y-%m-%dT%H:%M:%S"]
    key: [Form, ID, Start time]
    fields:
      email: {column: Email}
      session_code: {column: Session}
      link_code: {column: Code}
      submitted_at: {column: Completion time}
    questions:
      clear: {column: [Clear, It was clear]}
      sure: {column: Sure, extract: "([0-9]+) - .*"}
      tools: {column: Tools, separator: ";"}
      why: Why
themes:
  - {id: pace, label: Pace, words: [fast, slow*, hurried]}
  - {id: people, label: People, words: [kind, colleague*]}
kpis:
  - {id: O1, label: Reach, level: reach, rule: {type: reach}}
  - {id: O2, label: Returned, level: reach, wave: after, rule: {type: returned}}
  - {id: O3, label: Response rate, level: process, rule: {type: response_rate, waves: [before, after]}}
  - id: O4
    label: Clear
    level: "1"
    wave: after
    rule:
      type: top_share
      question: clear
      favourable: [agree, partly]
      non_response: {question: sure, before: before}
  - id: O5
    label: Tools
    level: "1"
    wave: before
    rule: {type: top_share, question: tools, favourable: [git]}
  - {id: O6, label: Sure, level: "2", wave: after, rule: {type: mean, question: sure, high: 8}}
  - id: O7
    label: Surer
    level: "2"
    wave: after
    rule: {type: change, question: sure, before: before, confident: 7}
  - {id: O8, label: Quality, level: operations, rule: {type: data_quality}}
breakdowns: [session, region]
"""
_DAYS = {"S-1": "03/10", "S-2": "03/17", "S-3": "03/24"}
_PEOPLE = ("ann", "bea", "cai", "dee", "eve", "fay", "gil", "hal")
_FIRST_BOOKINGS, _BOOKINGS, _REPORTS, _SURVEYS = "2022-02-20", "2022-03-30", "2022-04-01", "2022-04-20"
# Waves stand in the order of time, the columns of a key make one text, as those that are joined do.
_ORDER_IS_READ = {"waves", "key", "join"}
Row = dict[str, str]
Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Orders:
    """Decides in which order things stand: as they are written here, or by chance."""

    chance: random.Random | None = None

    def of(self, things: Sequence[Thing]) -> list[Thing]:
        """Return the same things in an order."""
        return list(things) if self.chance is None else self.chance.sample(list(things), k=len(things))

    def within(self, part: Any, *, name: str = "") -> Any:
        """Return a part of a programme file, its mappings and lists in an order where that says nothing."""
        if isinstance(part, dict):
            return {key: self.within(part[key], name=key) for key in self.of(list(part))}
        if isinstance(part, list) and name not in _ORDER_IS_READ:
            return [self.within(inner) for inner in self.of(part)]
        return part

    def table(self, rows: Sequence[Row], *, first: Sequence[str] = ()) -> list[list[str]]:
        """Return header and rows, each in an order; some columns may have to stand first."""
        names = [*first, *self.of([name for name in rows[0] if name not in first])]
        return [names, *([row[name] for name in names] for row in self.of(rows))]


@dataclass(frozen=True)
class Outcome:
    """What came of a landing: the rows of every table of ``kpi``, and what was not loaded, by rule."""

    figures: dict[str, list[str]]
    accounts: dict[str, list[str]]


def outcome(folder: Path, orders: Orders) -> Outcome:
    """Write the exports in an order, load them in one, and compute every KPI."""
    landing = folder / "landing"
    _write_landing(landing, orders)
    programme = parse_programme(
        yaml.safe_dump(orders.within(yaml.safe_load(PROGRAMME_TEXT)), sort_keys=False), place="orders.yaml"
    )
    engine = sa.create_engine("duckdb:///:memory:", poolclass=sa.pool.StaticPool)
    ingest = Ingest(programme, "contract", PSEUDONYMISER, folder / "runs")
    found = find_deliveries(str(landing), programme.sources_by_id)
    assert found.problems == ()
    for delivery in orders.of(found.deliveries):
        assert ingest.load(engine, delivery).is_balanced
    basis = Basis(AS_OF, "orders")
    refresh_core(engine, programme, basis)
    refresh_kpis(engine, programme, basis, run_id="orders")
    refresh_themes(engine, programme)
    with engine.connect() as connection:
        figures = {
            table.full_name: _rows(connection, f"SELECT CAST(t AS TEXT) FROM {_unordered(table)} AS t")
            for table in tables_of("kpi", "sql", "computed", "theme")
        }
        accounts = {name: _rows(connection, statement) for name, statement in _ACCOUNTS.items()}
    engine.dispose()
    return Outcome(figures, accounts)


def _unordered(table: Table) -> str:
    """Leave out the places of options on their scale: these are what the order of options says."""
    places = {"option_order", "order_sum", "order_square_sum"}
    columns = ", ".join(name for name in table.column_names if name not in places)
    return f"(SELECT {columns} FROM {table.full_name})"


# Which file of a delivery comes first is an order too: what is said of files is held against each other by
# delivery.
_ACCOUNTS = {
    "refused": "SELECT source_id || ' ' || delivery_on || ' ' || refused_rule FROM ops.delivery "
    "WHERE status = 'refused'",
    "counted": "SELECT CAST((source_id, delivery_on, sum(received_n), sum(loaded_n), sum(duplicate_n), "
    "sum(excluded_n), sum(rejected_n), sum(unmapped_columns_n)) AS TEXT) FROM ops.delivery "
    "GROUP BY source_id, delivery_on",
    "excluded": "SELECT CAST((source_id, delivery_on, reason, sum(rows_n)) AS TEXT) FROM ops.excluded "
    "GROUP BY source_id, delivery_on, reason",
    "rejected": "SELECT CAST((source_id, delivery_on, column_name, rule, count(*)) AS TEXT) "
    "FROM ops.rejected_row GROUP BY source_id, delivery_on, column_name, rule",
    "not understood": "SELECT CAST((question_id, count(*)) AS TEXT) FROM staging.answer "
    "WHERE state = 'not_understood' GROUP BY question_id",
}


def _rows(connection: sa.Connection, statement: str) -> list[str]:
    return sorted(connection.execute(sa.text(statement)).scalars())


def _write_landing(landing: Path, orders: Orders) -> None:
    _write_tables(
        landing / "bookings" / _FIRST_BOOKINGS,
        [[row for row in _bookings() if row["Ref"] in {"S-1 ann", "S-2 bea"}]],
        orders,
    )
    handed_on = [row | _handed_on(row) for row in _bookings()]
    # The second file repeats a row of the first, and contradicts another.
    again = [handed_on[4], handed_on[5] | {"State": "Off"}]
    _write_tables(landing / "bookings" / _BOOKINGS, [handed_on, [*again, *_set_aside_bookings()]], orders)
    _write_reports(landing / "meetings" / _REPORTS, orders)
    _write_tables(landing / "first" / _SURVEYS, [*_first_answers()], orders)
    _write_forms(landing / "second" / _SURVEYS, orders)


def _write_tables(folder: Path, files: Sequence[Sequence[Row]], orders: Orders) -> None:
    folder.mkdir(parents=True)
    for number, rows in enumerate(orders.of(files)):
        with (folder / f"{number}.csv").open("w", encoding="utf-8", newline="") as stream:
            table = orders.table(rows)
            csv.writer(stream).writerows([[_AS_WRITTEN.get(name, name) for name in table[0]], *table[1:]])


# A header of two columns of one name, which a row by name cannot hold.
_AS_WRITTEN = {"Sure (again)": "sure "}


def _session(who: str) -> str:
    return f"S-{1 + _PEOPLE.index(who) % 3}"


def _day(session: str) -> str:
    month, day = _DAYS[session].split("/")
    return f"2022-{month}-{day}"


def _booking(session: str, who: str, **cells: str) -> Row:
    return {
        "Ref": f"{session} {who}",
        "Email": "" if who in {"cai", "dee"} else f"{who}@example.org",
        "E-mail": f"{who}@example.org" if who in {"ann", "cai"} else "",
        "Invoice to": f"{who}@example.org" if who == "dee" else "office@example.org",
        "First name": who.capitalize(),
        "Last name": "Invented",
        "Session": session,
        "Booked": "2022-02-01 09:00" if who in {"ann", "eve"} else "21/02/2022 12:30",
        "Starts": f"{_day(session)} 09:00",
        "Ends": f"{_day(session)} 12:00",
        "State": "Free" if who == "bea" else "Paid",
        "Employer": "Leeds Teaching Hospitals NHS Trust" if who in {"ann", "bea", "cai"} else "",
        "Trust": "Barts Health NHS Trust" if who == "fay" else "",
        "Contact": "No" if who == "gil" else "Yes",
        "Note": "",
        "Kind": "",
    } | cells


def _bookings() -> list[Row]:
    rows = [_booking(session, who) for session in _DAYS for who in _PEOPLE if who != "hal"]
    return [*rows, _booking("S-3", "ann", Ref="S-3 ann again", Booked="2022-03-01 09:00")]


def _handed_on(row: Row) -> Row:
    """The seat of Bea in the second session is Hal's by the second delivery."""
    return {"Email": "hal@example.org", "First name": "Hal"} if row["Ref"] == "S-2 bea" else {}


def _set_aside_bookings() -> list[Row]:
    return [
        _booking("S-1", "ivy", **{"E-mail": "other@example.org"}),
        _booking("S-1", "jon", Booked="soon"),
        _booking("S-1", "kim", State="maybe"),
        _booking("S-1", "lea", Note="test", Kind="test"),
        _booking("S-1", "mia", Kind="staff"),
        _booking("S-1", "ned", Booked="2022-05-20 09:00"),
    ]


def _write_reports(folder: Path, orders: Orders) -> None:
    folder.mkdir(parents=True)
    reports = ["\n\n".join(orders.of(_report(session, orders))) + "\n" for session in _DAYS]
    reports.append("\n\n".join([*_report("S-1", Orders()), *_report("S-2", Orders())]) + "\n")
    for number, text in enumerate(orders.of(reports)):
        (folder / f"{number}.csv").write_text(text, encoding="utf-16")


def _report(session: str, orders: Orders) -> list[str]:
    joins = list(_joins(session))
    names = list(dict.fromkeys(row["Name"] for row in joins))
    people = [
        {
            "Name": name,
            "First Join": min(times["Join Time"] for times in of_one),
            "Last Leave": max(times["Leave Time"] for times in of_one),
            "In-Meeting Duration": "1h",
            "Email": of_one[0]["Email"],
            "Participant ID (UPN)": "",
            "Role": of_one[0]["Role"],
        }
        for name in names
        for of_one in [[row for row in joins if row["Name"] == name]]
    ]
    facts = [
        f"Meeting title\tTraining {session}",
        f"Attended participants\t{len(people)}",
        f"Start time\t{_DAYS[session]}/22, 08:30:00",
        f"End time\t{_DAYS[session]}/22, 12:30:00",
        "Meeting duration\t4h",
    ]
    lists = {"2. Participants": people, "3. In-Meeting Activities": joins}
    return [
        "\n".join(["1. Summary", *facts]),
        *(
            "\n".join([title, *map("\t".join, orders.table(rows, first=["Name"]))])
            for title, rows in lists.items()
        ),
    ]


def _joins(session: str) -> Iterator[Row]:
    def join(who: str, begins: str, ends: str, *, mail: str, role: str = "Attendee") -> Row:
        times = {"Join Time": begins, "Leave Time": ends}
        dated = {name: f"{_DAYS[session]}/22, {time}:00" for name, time in times.items()}
        name = f"{who.capitalize()} Invented"
        return {"Name": name, **dated, "Duration": "1h", "Email": mail, "Role": role}

    yield join("zoe", "08:30", "12:30", mail="zoe@example.org", role="Organizer")
    for who in _PEOPLE:
        mail = "" if who == "eve" else f"{who}@example.org"
        if who == "fay":
            yield join(who, "09:00", "09:10", mail=mail)
        elif who == "gil":
            yield join(who, "09:05", "09:35", mail=mail)
            yield join(who, "10:00", "12:00", mail="" if session == "S-2" else mail)
        elif not (who == "hal" and session == "S-1"):
            yield join(who, "09:00", "12:00", mail=mail)
    yield join("guest", "09:20", "11:50", mail="")
    if session == "S-1":
        yield join("guest", "09:00", "12:00", mail="one@example.org")
        yield join("guest", "09:00", "09:10", mail="other@example.org")


def _first_answers() -> Iterator[list[Row]]:
    rows = [
        {
            "id": f"{session} {who}",
            "mail": "" if who in {"bea", "cai"} else f"{who}@example.org",
            "ref": f"{session} {who}" if who in {"ann", "bea"} else "",
            "session": "" if who == "bea" else session,
            "code": f"{who}{number}77q" if who == "cai" else "",
            "Code (new)": "",
            "sent": f"0{1 + number}/03/2022 1{number}:00",
            "Clear": "Partly" if who == "dee" else "",
            "Clear (new)": "N/A" if who == "eve" else "Einverstanden",
            "Sure": str((3 * _PEOPLE.index(who) + number) % 7),
            "Git": "1" if who in {"ann", "cai", "dee"} else "0",
            "Subversion": "Subversion" if who == "dee" else "-99" if who == "eve" else "",
        }
        for number, session in enumerate(_DAYS)
        for who in _PEOPLE
        if (who, session) != ("gil", "S-1")
    ]
    # Dee's two wordings differ, so that her rows are rejected but for one; one sends twice, one does not end.
    rows[-1] |= {"sent": ""}
    rows += [
        rows[0] | {"id": "again", "sent": "09/03/2022 09:00", "Sure": "9"},
        rows[3] | {"Clear (new)": ""},
    ]
    rows += [rows[6] | {"id": "odd", "Sure": "11", "Clear (new)": "Superb"}]
    yield rows
    # Times of the other order of day and month in one row of several, and two columns of one name.
    yield [rows[0] | {"id": f"other {number}", "sent": sent} for number, sent in enumerate(_OTHER_ORDER)]
    yield [rows[0] | {"id": "two", "Sure (again)": "3"}]


_OTHER_ORDER = ("03/04/2022 09:00", "03/05/2022 09:00", "03/25/2022 09:00", "03/06/2022 09:00")


def _write_forms(folder: Path, orders: Orders) -> None:
    folder.mkdir(parents=True)
    for number, session in enumerate(orders.of(list(_DAYS))):
        header, *rows = orders.table(_second_answers(session))
        with xlsxwriter.Workbook(folder / f"{number}.xlsx") as workbook:
            sheet = workbook.add_worksheet(session)
            moment = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
            sheet.write_row(0, 0, header)
            for row, cells in enumerate(rows, start=1):
                for column, (name, cell) in enumerate(zip(header, cells, strict=True)):
                    if name in {"Start time", "Completion time"}:
                        sheet.write_datetime(row, column, datetime.fromisoformat(cell), moment)
                    elif name in {"ID", "Sure"} and cell.isdigit():
                        sheet.write_number(row, column, int(cell))
                    else:
                        sheet.write_string(row, column, cell)


def _second_answers(session: str) -> list[Row]:
    words = ("It was fast, and Cai was kind", "Too slow for my colleagues", "", "Hurried, said Bea")
    rows = [
        {
            "ID": str(number),
            "Start time": f"{_day(session)} 13:0{number}",
            "Completion time": f"{_day(session)} 14:0{number}",
            "Email": "anonymous" if who == "cai" else f"{who}@example.org",
            "Session": session,
            "Clear": ("Agree", "Yes", "In part", "Don't agree", "N/A")[number % 5] if number % 2 else "",
            "It was clear": "" if number % 2 else "Agree",
            "Sure": f"{5 + number % 5} - sure" if number % 3 else str(5 + number % 4),
            "Code": f"{who}{list(_DAYS).index(session)}77q" if who == "cai" else "",
            "Tools": ("Git;SVN", "SVN;Git", "Subversion", "")[number % 4],
            "Why": words[number % 4],
        }
        for number, who in enumerate(_PEOPLE, start=1)
        if (who, session) != ("ann", "S-3")
    ]
    contradicts = {"ID": "20", "Clear": "Agree", "It was clear": "Partly"}
    return [*rows, rows[0] | contradicts, rows[1] | {"ID": "21", "Completion time": f"{_day(session)} 15:00"}]
