"""A small invented programme, and what happened in it as a few plain rows; needs no database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from ccds_pipeline.programme.load import parse_programme
from ccds_pipeline.programme.model import Programme

PROGRAMME_TEXT = """
id: welcome
name: Welcome to the ward
version: "3"
waves:
  - {id: before, label: Before, timing: before}
  - {id: after, label: After, timing: after}
  - {id: later, label: Later, timing: after, window: {from_day: 28, target_day: 42, to_day: 70}}
scales:
  agreement:
    not_applicable: [N/A]
    options: [{code: disagree, label: Disagree}, {code: partly, label: Partly}, {code: agree, label: Agree}]
  tactic: {options: [{code: listen, label: Listen}, {code: pause, label: Pause}, {code: ask, label: Ask}]}
  five: {minimum: 1, maximum: 5}
questions:
  - {id: clear, text: It was clear, scale: agreement}
  - {id: tactics, text: "Which tactics?", kind: multiple, scale: tactic}
  - {id: sure, text: "How sure are you?", scale: five}
  - {id: calm, text: "How calm are you?", scale: five}
sources:
  - {id: survey, label: Survey, format: table, record: response, wave: after}
  - {id: late, label: Late, format: table, record: response, wave: later, questions: {sure: Sure}}
kpis:
  - {id: W1, label: Reach, level: reach, rule: {type: reach}}
  - {id: W2, label: Returned, level: reach, wave: after, rule: {type: returned}}
  - {id: W3, label: Response rate, level: process, rule: {type: response_rate, waves: [after, later]}}
  - id: W4
    label: Clear
    level: "1"
    wave: after
    rule: {type: top_share, question: clear, favourable: [agree], mean_of_maximum: true}
    target: {comparator: ">", value: 0.5}
    status: confirmed
    version: "2"
  - id: W5
    label: Tactics
    level: "1"
    wave: after
    rule: {type: top_share, question: tactics, favourable: [pause, ask]}
  - {id: W6, label: Sure, level: "2", wave: after, rule: {type: mean, question: sure, high: 4, minus: calm}}
  - id: W7
    label: Surer
    level: "2"
    wave: after
    rule: {type: change, question: sure, before: before, confident: 4}
  - {id: W8, label: Coverage, level: "3", wave: later, rule: {type: coverage}}
  - id: W9
    label: At least partly clear
    level: "1"
    wave: after
    rule:
      type: top_share
      question: clear
      favourable: [partly, agree]
      non_response: {question: sure, before: before}
  - id: W10
    label: Still surer
    level: 2 to 3
    wave: later
    rule: {type: sustained, question: sure, before: before, after: after}
  - id: W11
    label: Still clear
    level: "3"
    wave: later
    rule:
      type: top_share
      question: clear
      favourable: [agree]
      non_response: {question: sure, before: before, after: after}
  - {id: W12, label: Quality, level: operations, rule: {type: data_quality}}
breakdowns: [month, region]
"""


Answers = Mapping[str, str | int | Sequence[str] | None]


@dataclass(frozen=True)
class Attendance:
    """``person`` None is somebody who cannot be identified."""

    person: str | None
    session: str
    region: str = "Y60"
    is_attended: bool = True


@dataclass(frozen=True)
class Booking:
    person: str | None
    session: str
    region: str = "Y60"
    status: str = "booked"
    is_no_show: bool = False
    is_withdrawn: bool = False


@dataclass(frozen=True)
class Response:
    """``answers`` by question: option(s), a score, None for blank, ``N/A`` or ``not reached``."""

    person: str | None
    session: str | None
    wave: str
    answers: Answers
    days_after: int | None = 0
    state: str = "valid"
    tier: str = "email"


@dataclass(frozen=True)
class Core:
    """What happened; ``sessions`` gives the local date of each session that is known."""

    sessions: Mapping[str, date | None]
    attendances: Sequence[Attendance] = ()
    bookings: Sequence[Booking] = ()
    responses: Sequence[Response] = ()


@cache
def welcome_programme() -> Programme:
    """Return the invented programme."""
    return parse_programme(PROGRAMME_TEXT, place="welcome.yaml")
