"""A log line is one object of JSON that names its run; what an exception quotes is not in it."""

from __future__ import annotations

import json
import logging
import sys

from ccds_pipeline.log_lines import JsonLine
from ccds_pipeline.settings import Settings


def line(record: logging.LogRecord) -> dict[str, str]:
    text = JsonLine("a-run").format(record)
    assert "\n" not in text
    found: dict[str, str] = json.loads(text)
    return found


def test_a_line_says_when_how_grave_from_where_in_which_run_and_what():
    record = logging.LogRecord("ccds_pipeline.kpi", logging.INFO, "", 0, "%s of\n%s – „ü“", (1, 2), None)
    record.created = 0.25
    assert line(record) == {
        "at": "1970-01-01T00:00:00.250+00:00",
        "level": "INFO",
        "logger": "ccds_pipeline.kpi",
        "run_id": "a-run",
        "message": "1 of\n2 – „ü“",
    }


def test_fields_of_a_record_go_before_and_an_exception_is_left_out():
    try:
        raise ValueError("anna@example.org")
    except ValueError:
        record = logging.LogRecord("a", logging.ERROR, "", 0, "failed", (), sys.exc_info())
    record.fields = {"run_id": "another", "step": None}
    assert line(record)["run_id"] == "another"
    assert "anna" not in json.dumps(line(record))
    assert "step" not in line(record)


def test_a_person_at_a_terminal_reads_sentences_unless_the_setting_says_otherwise():
    wanted = {("auto", True): False, ("auto", False): True, ("text", False): False, ("json", True): True}
    for (form, is_there), lines in wanted.items():
        settings = Settings.model_validate({"log_format": form})
        assert settings.writes_lines(is_terminal=is_there) == lines
