"""A small invented programme with three tables of CSV, and its KPIs by the pure pipeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from ccds_pipeline_tests.support.commands import kpis_without_dagster
from ccds_pipeline_tests.support.programmes import survey_source, table_source

_SOURCES = "".join(
    [
        table_source(
            "presence",
            "attendance",
            "[mail, session]",
            email="mail",
            session_code="session",
            session_starts_at="starts",
            joined_at="joined",
            left_at="left",
        ),
        survey_source(
            "first", "before", "{sure: Sure}", email="mail", session_code="session", submitted_at="sent"
        ),
        survey_source(
            "second",
            "after",
            "{sure: Sure, clear: Clear}",
            email="mail",
            session_code="session",
            submitted_at="sent",
        ),
    ]
)
PROGRAMME_TEXT = (
    """
id: small
name: A small programme
version: "1"
retention: {source: Invented for tests, records: 36500, comments: 36500, ledger: 36500}
waves:
  - {id: before, label: Before, timing: before}
  - {id: after, label: After, timing: after}
scales:
  agreement:
    options: [{code: disagree, label: "Don't agree"}, {code: agree, label: Agree, aliases: [Einverstanden]}]
  ten: {minimum: 0, maximum: 10}
questions:
  - {id: clear, text: It was clear, scale: agreement}
  - {id: sure, text: "How sure are you?", scale: ten}
sources:
"""
    + _SOURCES
    + """kpis:
  - {id: S1, label: Reach, level: reach, rule: {type: reach}}
  - id: S2
    label: Clear
    level: "1"
    wave: after
    rule: {type: top_share, question: clear, favourable: [agree]}
  - {id: S3, label: Sure, level: "2", wave: after, rule: {type: mean, question: sure, high: 8}}
  - id: S4
    label: Surer
    level: "2"
    wave: after
    rule: {type: change, question: sure, before: before, confident: 7}
  - {id: S5, label: Quality, level: operations, rule: {type: data_quality}}
breakdowns: [session]
"""
)
HEADERS = {
    "presence": "mail,session,starts,joined,left",
    "first": "id,mail,session,sent,Sure",
    "second": "id,mail,session,sent,Sure,Clear",
}
BEFORE, AFTER = "2022-03-10 08:00", "2022-03-10 13:00"
Rows = Mapping[str, Sequence[str]]


def presence(person: str, *, session: str = "S-1") -> str:
    """A line of the presence list: that person was there all morning."""
    return f"{person}@example.org,{session},2022-03-10 09:00,2022-03-10 09:00,2022-03-10 12:00"


def first_answer(person: str, sure: object, *, sent: str = BEFORE, session: str = "S-1") -> str:
    """A line of the survey before the session."""
    return f"a-{session}-{person}-{sent},{person}@example.org,{session},{sent},{sure}"


def second_answer(
    person: str, sure: object, clear: str = "Agree", *, sent: str = AFTER, session: str = "S-1"
) -> str:
    """A line of the survey after the session."""
    return f"b-{session}-{person}-{sent},{person}@example.org,{session},{sent},{sure},{clear}"


def deliver(
    landing: Path, source: str, lines: Sequence[str], *, day: str = "2022-04-01", file: int = 1
) -> None:
    """Write one file of one delivery."""
    folder = landing / source / day
    folder.mkdir(parents=True, exist_ok=True)
    text = "\n".join([HEADERS[source], *lines]) + "\n"
    (folder / f"{file}.csv").write_text(text, encoding="utf-8")


def kpis_of(folder: Path) -> pd.DataFrame:
    """Return the KPIs of the deliveries in ``folder/landing``."""
    programme = folder / "small.yaml"
    programme.write_text(PROGRAMME_TEXT, encoding="utf-8")
    return kpis_without_dagster(folder / "landing", folder / "data", programme)


def kpis_of_rows(folder: Path, rows: Rows) -> pd.DataFrame:
    """Return the KPIs of one delivery of each source."""
    for source, lines in rows.items():
        deliver(folder / "landing", source, lines)
    return kpis_of(folder)
