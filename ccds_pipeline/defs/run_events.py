"""What happens in Dagster's runs, told beside its own storage: log lines, and lineage for OpenLineage.

Both are handlers that ``dagster.yaml`` names, so that they see the runs of a command, of the daemon and of
the UI alike. Only names, states and messages that are free of values are told.
"""

from __future__ import annotations

import logging
import os
import sys
from datetime import UTC, datetime
from functools import cache, cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

import dagster as dg

# Dagster gives its handlers records whose metadata it has no public way to read.
from dagster._core.definitions.data_version import INPUT_DATA_VERSION_TAG_PREFIX
from dagster._core.log_manager import get_log_record_metadata

from ccds_pipeline import __version__
from ccds_pipeline.log_lines import JsonLine
from ccds_pipeline.settings import Settings

if TYPE_CHECKING:
    from openlineage.client import OpenLineageClient
    from openlineage.client.event_v2 import RunEvent

COMMAND_RUN = "ccds/command_run"  # tag of the runs of one command: the first of them
_log = logging.getLogger(__name__)
_TYPES = dg.DagsterEventType
_RUN_STATES = {
    _TYPES.RUN_START: "START",
    _TYPES.RUN_SUCCESS: "COMPLETE",
    _TYPES.RUN_FAILURE: "FAIL",
    _TYPES.RUN_CANCELED: "ABORT",
}
_STEP_STATES = {_TYPES.STEP_START: "START", _TYPES.STEP_SUCCESS: "COMPLETE", _TYPES.STEP_FAILURE: "FAIL"}
# Events that a person wants to know of, although Dagster logs them as DEBUG.
_TOLD = {
    _TYPES.RUN_START,
    _TYPES.RUN_SUCCESS,
    _TYPES.RUN_CANCELED,
    _TYPES.STEP_START,
    _TYPES.STEP_SUCCESS,
    _TYPES.STEP_UP_FOR_RETRY,
    _TYPES.ASSET_CHECK_EVALUATION,
}


class LogLines(logging.Handler):
    """Writes events of runs as lines of JSON, where the settings want lines."""

    def __init__(self) -> None:
        super().__init__()
        settings = Settings()
        self._is_on = settings.writes_lines(is_terminal=sys.stderr.isatty())
        self._least = logging.getLevelNamesMapping()[settings.log_level]
        self._lines = logging.StreamHandler(sys.stderr)
        self._lines.setFormatter(JsonLine())

    def emit(self, record: logging.LogRecord) -> None:
        """Write the line of an event."""
        metadata = get_log_record_metadata(record)
        event = metadata["dagster_event"]
        is_told = event is not None and event.event_type in _TOLD
        level = max(record.levelno, logging.INFO) if is_told else record.levelno
        if not self._is_on or level < self._least:
            return
        message = _failure(event) or metadata["orig_message"]
        line = logging.LogRecord(record.name, level, record.pathname, record.lineno, message, None, None)
        line.fields = {
            "run_id": metadata["job_tags"].get(COMMAND_RUN, metadata["run_id"]),
            "dagster_run_id": metadata["run_id"],
            "job": metadata["job_name"],
            "step": metadata["step_key"],
            "event": event.event_type_value if event is not None else "",
        }
        self._lines.emit(line)


class Lineage(logging.Handler):
    """Sends runs, and steps with the assets that they read and made, to where OPENLINEAGE_URL says.

    A run does not fail by it: the first event that cannot be sent is said, and none is sent after it by this
    process.
    """

    def __init__(self) -> None:
        super().__init__()
        self._sender = _sender(os.environ.get("OPENLINEAGE_URL", ""))
        self._made: dict[str, list[dg.AssetMaterialization]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Send the event of a run or a step; keep what a step made until it ends."""
        metadata = get_log_record_metadata(record)
        event = metadata["dagster_event"]
        if not self._sender.is_on or event is None:
            return
        job, run_id, step = str(metadata["job_name"]), str(metadata["run_id"]), metadata["step_key"] or ""
        if event.event_type in _RUN_STATES:
            self._send(_RUN_STATES[event.event_type], job, run_id)
        elif event.event_type is _TYPES.ASSET_MATERIALIZATION:
            self._made.setdefault(step, []).append(event.step_materialization_data.materialization)
        elif event.event_type in _STEP_STATES:
            self._send(_STEP_STATES[event.event_type], job, run_id, step)

    def _send(self, state: str, job: str, run_id: str, step: str = "") -> None:
        from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
        from openlineage.client.generated import parent_run

        space = os.environ.get("OPENLINEAGE_NAMESPACE", "ccds_pipeline")
        made = [] if state == "START" else self._made.pop(step, [])
        parent = parent_run.ParentRunFacet(parent_run.Run(run_id), parent_run.Job(space, job))
        own_id = str(uuid5(NAMESPACE_URL, f"{run_id}/{step}")) if step else run_id
        event = RunEvent(
            eventTime=datetime.now(UTC).isoformat(),
            eventType=RunState[state],
            run=Run(own_id, facets={"parent": parent} if step else {}),
            job=Job(space, f"{job}.{step}" if step else job),
            inputs=[InputDataset(space, name) for name in sorted(set().union(*map(_read, made)))],
            outputs=[OutputDataset(space, _name(one.asset_key)) for one in made],
            producer=f"urn:ccds_pipeline:{__version__}",
        )
        self._sender.send(event)


class _Sender:
    """Sends events until one cannot be sent; ``is_on`` says whether it does."""

    def __init__(self, url: str) -> None:
        self.is_on = url != "" and find_spec("openlineage") is not None
        if url and not self.is_on:
            _log.warning("No lineage is sent to OPENLINEAGE_URL: install ccds_pipeline[openlineage].")

    @cached_property
    def _client(self) -> OpenLineageClient:
        from openlineage.client import OpenLineageClient

        return OpenLineageClient()

    def send(self, event: RunEvent) -> None:
        try:
            self._client.emit(event)
        except Exception as error:  # noqa: BLE001  # whatever it is, the run goes on
            self.is_on = False
            _log.warning("Lineage cannot be sent (%s), and no more of it is.", type(error).__name__)


_sender = cache(_Sender)  # one for a process: Dagster makes several handlers for a run


def _read(made: dg.AssetMaterialization) -> set[str]:
    """Return the assets that one was made from."""
    prefix = f"{INPUT_DATA_VERSION_TAG_PREFIX}/"
    tags = [tag.removeprefix(prefix) for tag in made.tags or {} if tag.startswith(prefix)]
    return {_name(dg.AssetKey.from_user_string(tag)) for tag in tags}


def _name(key: dg.AssetKey) -> str:
    return ".".join(key.path)


def _failure(event: dg.DagsterEvent | None) -> str:
    """Return our own message of a step that failed."""
    if event is None or not event.is_step_failure:
        return ""
    failure = event.step_failure_data.user_failure_data
    return str(failure.description) if failure is not None else ""
