"""The two programmes that the expectation suites are tried with."""

from __future__ import annotations

from ccds_pipeline.programme.load import default_programme_file, load_programme, parse_programme

CCDS = load_programme(default_programme_file())


SURVEYS_ONLY = parse_programme(
    """
id: workshop
name: A workshop with two surveys and nothing else
version: "1"
waves:
  - {id: pre, label: Before, timing: before}
  - {id: post, label: After, timing: after}
linking: {require_attendance: false}
scales:
  yes_no: {options: [{code: answered_no, label: "No"}, {code: answered_yes, label: "Yes"}]}
questions:
  - {id: recommend, scale: yes_no, text: Would you recommend it}
sources:
  - {id: before, label: Before, format: typeform, record: response, wave: pre, questions: {recommend: Q1}}
  - {id: after, label: After, format: typeform, record: response, wave: post, questions: {recommend: Q1}}
kpis:
  - id: K07
    label: Would recommend
    level: "1"
    wave: post
    rule: {type: top_share, question: recommend, favourable: [answered_yes]}
""",
    place="surveys_only.yaml",
)
