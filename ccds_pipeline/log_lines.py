"""Log lines for machines: one line of JSON per event on stderr.

What an event says belongs to who logs it: counts, names and rules, never a value of a row. How a command
talks to people belongs in ``cli``.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

PACKAGE = "ccds_pipeline"


class JsonLine(logging.Formatter):
    """Makes one line of JSON of a record: when, how grave, from where, in which run, and what.

    Args:
        run_id: Of the run that all records belong to which do not say otherwise; empty outside of any.

    A record's own fields come from its attribute ``fields``.
    """

    def __init__(self, run_id: str = "") -> None:
        super().__init__()
        self._run_id = run_id

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; neither trace nor arguments of an exception are in it, which may quote a value."""
        content = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "run_id": self._run_id,
            **getattr(record, "fields", {}),
            "message": record.getMessage(),
        }
        return json.dumps({name: value for name, value in content.items() if value}, ensure_ascii=False)


def write_lines(level: str, run_id: str) -> None:
    """Write what the package logs as lines, from now on.

    Args:
        level: The least grave that is written, such as ``INFO``.
        run_id: As for ``JsonLine``.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLine(run_id))
    logger = logging.getLogger(PACKAGE)
    logger.handlers[:] = [handler]
    logger.setLevel(level)
