"""Programme files of tests: what their sources have in common, and one small programme of two sources.

Programmes of tests are texts, as those of installations are: so that a test can say what it changes.
"""

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


def table_source(
    source_id: str, record: str, key: str, *rules: str, timezone: str = "UTC", **columns: str
) -> str:
    """Return a source of tables as it stands in a programme file.

    Args:
        source_id: Its name.
        record: What its rows are.
        key: The columns that identify a row, as a list.
        rules: Further lines of the source.
        timezone: Of its times.
        columns: The column of each field; ``{...}`` is what the programme file has for the field.
    """
    fields = [
        f"{field}: {text if text.startswith('{') else f'{{column: {text}}}'}"
        for field, text in columns.items()
    ]
    lines = [
        f"  - id: {source_id}",
        f"    label: {source_id.replace('_', ' ').capitalize()}",
        "    format: table",
        f"    record: {record}",
        f"    timezone: {timezone}",
        '    timestamp_formats: ["%Y-%m-%d %H:%M"]',
        f"    key: {key}",
        "    fields:",
        *(f"      {line}" for line in fields),
        *(f"    {line}" for line in rules),
    ]
    return "\n".join([*lines, ""])


def survey_source(source_id: str, wave: str, questions: str, *rules: str, **columns: str) -> str:
    """Return a source of answers of one wave, with a column ``id`` and one for each question."""
    rules = (f"wave: {wave}", *rules, *([f"questions: {questions}"] if questions else []))
    return table_source(source_id, "response", "[id]", *rules, **columns)


def tiny_programme() -> Programme:
    """Return the programme."""
    return parse_programme(TEXT, place="tiny.yaml")
