"""Who approved which candidate, and what keeps a candidate from being released.

Approvals are kept for ever and name the content that they were given for: a candidate that shows
anything else needs another one. What may be shown at all is decided in ``candidate``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd
import sqlalchemy as sa

from ccds_pipeline.errors import CheckFailedError, ConfigurationError, UsageError
from ccds_pipeline.programme.model import Programme
from ccds_pipeline.schemas.register import table_of, tables_of
from ccds_pipeline.warehouse.audit import record_act
from ccds_pipeline.warehouse.bulk import append
from ccds_pipeline.warehouse.select_files import run_statement
from ccds_pipeline.warehouse.tables import create_tables


@dataclass(frozen=True)
class ReleaseStatus:
    """The candidate in numbers of cells.

    Args:
        fingerprint: Names its content.
        shown_n: Cells with everything that they have.
        withheld: Cells withheld, by exact reason.
        carried_forward_n: Cells that stay as an earlier release showed them.
        oldest: As-of date of the oldest of them; missing where there is none.
        shares_n: Shares that are shown as a value.
        share_error: Mean of these less the exact ones, as a fraction; missing where there is none.
        needs_approval: Whether it waits for one.
        approvers: Who approved it.
    """

    fingerprint: str
    shown_n: int
    withheld: dict[str, int]
    carried_forward_n: int
    oldest: str | None
    shares_n: int
    share_error: float | None
    needs_approval: bool
    approvers: tuple[str, ...]


def release_status(connection: sa.Connection, programme: Programme) -> ReleaseStatus:
    """Return what is held back of the candidate that was built last, and why.

    Raises:
        ConfigurationError: If no candidate was built yet.
    """
    candidate = _candidate(connection)
    reasons = run_statement(connection, "release/withheld_by_reason").all()
    shown_n, carried_forward_n, oldest = run_statement(connection, "release/candidate_totals").one()
    approvers = _approvers(connection, candidate.fingerprint)
    return ReleaseStatus(
        candidate.fingerprint,
        shown_n,
        {str(reason): int(cells_n) for reason, cells_n in reasons},
        carried_forward_n,
        None if oldest is None else str(oldest),
        candidate.shares_n,
        candidate.share_error,
        needs_approval=programme.release.requires_approval and not approvers,
        approvers=approvers,
    )


def approve(connection: sa.Connection, *, approver: str, reason: str, exception: str | None = None) -> str:
    """Record that somebody approves the candidate as it is; return its fingerprint.

    An exception is a cell, ``KPI/BREAKDOWN/LEVEL``, that was looked at by itself. It is put on record and
    lifts no rule: what the rules withhold stays withheld.

    Raises:
        UsageError: If nobody or no reason is named, or the candidate has no such cell.
        ConfigurationError: If no candidate was built yet.
    """
    for what, text in (("approver", approver), ("reason", reason)):
        if not text.strip():
            raise UsageError(
                f"the {what} is blank", rule=f"{what}_is_named", remedy=f"Give it with --{what}."
            )
    candidate = _candidate(connection)
    if exception is not None:
        _refuse_unknown_cell(connection, exception)
    row = {
        "fingerprint": candidate.fingerprint,
        "data_version": candidate.data_version,
        "approved_at": datetime.now(UTC).replace(tzinfo=None, microsecond=0),
        "approver": approver.strip(),
        "reason": reason.strip(),
        "exception": exception or "",
    }
    append(connection, table_of("ops.release_approval"), pd.DataFrame([row]))
    details = {name: row[name] for name in ("fingerprint", "data_version", "approver", "exception")}
    record_act(connection, "approval", details)
    return str(candidate.fingerprint)


def refuse_unready(connection: sa.Connection, programme: Programme, fingerprint: str) -> None:
    """Make sure that the content of that fingerprint is the one that was built last, and is approved.

    Raises:
        CheckFailedError: If not; the earlier release stays up.
        ConfigurationError: If no candidate was built yet.
    """
    if _candidate(connection).fingerprint != fingerprint:
        raise CheckFailedError(
            "the candidate is not the one that was built last",
            rule="candidate_is_the_one_built",
            remedy="Run the pipeline again, so that it is built again.",
        )
    # control: an approval is for one content
    if programme.release.requires_approval and not _approvers(connection, fingerprint):
        raise CheckFailedError(
            "the programme asks for an approval, and nobody approved this candidate",
            rule="release_is_approved",
            remedy="Look at it with: ccds release status. Then: ccds release approve --approver NAME "
            "--reason TEXT, and run the pipeline again.",
        )


def _candidate(connection: sa.Connection) -> sa.Row[tuple[str, str, int, float | None]]:
    create_tables(connection, (*tables_of("ops", "candidate"), *tables_of("ops", "release_ledger")))
    found = connection.execute(
        sa.text("SELECT fingerprint, data_version, shares_n, share_error FROM ops.candidate")
    ).one_or_none()
    if found is None:
        raise ConfigurationError(
            "there is no candidate for a release yet",
            rule="candidate_exists",
            remedy="Run the pipeline first: ccds run (with the same --data).",
        )
    return found


def _approvers(connection: sa.Connection, fingerprint: str) -> tuple[str, ...]:
    rows = connection.execute(
        sa.text(
            "SELECT DISTINCT approver FROM ops.release_approval WHERE fingerprint = :fingerprint "
            "ORDER BY approver"
        ),
        {"fingerprint": fingerprint},
    )
    return tuple(rows.scalars())


def _refuse_unknown_cell(connection: sa.Connection, exception: str) -> None:
    kpi_id, _, part = exception.partition("/")
    breakdown, _, level = part.partition("/")
    found = connection.execute(
        sa.text(
            "SELECT count(*) FROM ops.candidate_cell "
            "WHERE kpi_id = :kpi_id AND breakdown = :breakdown AND level = :level"
        ),
        {"kpi_id": kpi_id, "breakdown": breakdown, "level": level},
    ).scalar_one()
    if not found:
        raise UsageError(
            "the candidate has no such cell",
            rule="exception_is_a_cell",
            remedy="Write it as KPI/BREAKDOWN/LEVEL, such as K04/region/Y60.",
        )
