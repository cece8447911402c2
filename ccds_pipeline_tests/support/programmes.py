"""A small invented programme for tests: one booking, one attendance and one survey source."""

from ccds_pipeline.programme.load import parse_programme
from ccds_pipeline.programme.model import Programme

TEXT = """
id: tiny
name: A tiny programme
version: "1"
waves:
  - {id: pre, label: Before, timing: before}
  - {id: post, label: After, timing: after}
scales:
  agreement:
    not_applicable: [N/A]
    options:
      - {code: disagree, label: Disagree, aliases: ["Don't agree"]}
      - {code: agree, label: Agree}
  tools:
    accepts_other: true
    options: [{code: git, label: Git}, {code: svn, label: Subversion}]
  ten: {minimum: 0, maximum: 10, not_applicable: [N/A]}
questions:
  - {id: clear, text: It was clear, scale: agreement}
  - {id: sure, text: "How sure are you?", scale: ten}
  - {id: tools, text: "Which tools?", kind: multiple, scale: tools}
  - {id: editors, text: "Which editors?", kind: multiple, scale: tools}
  - {id: why, text: "Why?", kind: text}
sources:
  - id: bookings
    label: Bookings
    format: table
    record: booking
    timestamp_formats: ["%d/%m/%Y %H:%M"]
    key: [ref]
    fields:
      email: {column: [mail, e-mail]}
      reference: {column: ref}
      session_code: {column: event, extract: "(s-[0-9]+)"}
      booked_at: {column: when}
      status: {column: state, values: {Paid: booked, Off: cancelled}}
      organisation: {column: employer}
      job_title: {column: job}
    exclude:
      - {reason: test_booking, column: note, equals: [TEST]}
  - id: survey
    label: Survey
    format: table
    record: response
    wave: post
    timestamp_formats: ["%d/%m/%Y %H:%M"]
    key: [id]
    fields:
      email: {column: mail}
      submitted_at: {column: when}
    questions:
      clear: It was clear
      sure: How sure are you?
      tools: {column: "Which tools?", separator: ";"}
      editors: {option_columns: {git: Git, svn: Subversion}}
      why: Why?
    exclude:
      - {reason: unfinished, column: when, equals: [""]}
kpis:
  - id: K1
    label: Clear
    level: "1"
    wave: post
    rule: {type: top_share, question: clear, favourable: [agree]}
"""


def tiny_programme() -> Programme:
    """Return the programme."""
    return parse_programme(TEXT, place="tiny.yaml")
