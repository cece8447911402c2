"""The one place where faults of the pipeline become Dagster's: value-free, and retried only if transient."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from ccds_pipeline.errors import BusyError, to_value_free_error

# Only a held warehouse passes by itself; contracts, settings and files do not.
RETRY_WHEN_BUSY = dg.RetryPolicy(
    max_retries=3, delay=2, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS
)


@contextmanager
def value_free_failures() -> Iterator[None]:
    """Turn any exception into a ``Failure`` that holds no value of a row.

    Dagster stores the text and the cause chain of an exception in its event log, and texts of library
    exceptions quote cells; so of every other error only the type is reported.
    """
    try:
        yield
    except dg.Failure:
        raise
    except Exception as error:  # noqa: BLE001  # the boundary is meant for every exception
        failure = to_value_free_error(error)
        raise dg.Failure(
            description=str(failure),
            metadata={"rule": failure.rule or "none", "exit_code": failure.exit_code},
            allow_retries=isinstance(failure, BusyError),
            # control: failures carry no cause into Dagster's log
        ) from None
