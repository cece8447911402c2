"""pandera contracts of the canonical records, checked at the door, before anything is stored.

A record is typed text of one delivered row; the contract says what must hold within it. Casting text
to types and recognising options belongs in ``ingest.conform``.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from ccds_pipeline.errors import CcdsError

_EARLIEST = pd.Timestamp("2000-01-01", tz="UTC")
_A_DAY = pd.Timedelta(days=1)
_LATEST = pd.Timestamp("2100-01-01", tz="UTC")
_SESSION_CODE = r"^[A-Z0-9][A-Z0-9 ._/-]{0,63}$"


def _instant(*, required: bool = False) -> pa.Column:
    return pa.Column(
        pd.DatetimeTZDtype("us", "UTC"),
        pa.Check.in_range(_EARLIEST, _LATEST, error="time_is_plausible"),
        nullable=not required,
    )


def _text(*checks: pa.Check, required: bool = False) -> pa.Column:
    return pa.Column(str, list(checks), nullable=not required)


def _in_order(first: str, second: str, name: str) -> pa.Check:
    return pa.Check(
        lambda frame: frame[first].isna() | frame[second].isna() | (frame[first] <= frame[second]), name=name
    )


def _joined_near_the_session(frame: pd.DataFrame) -> pd.Series:
    """Say of each row whether somebody joined on the session's days, or a day before or after them."""
    starts = frame["session_starts_at"].fillna(frame["session_ends_at"])
    ends = frame["session_ends_at"].fillna(frame["session_starts_at"])
    joined = frame["joined_at"]
    return starts.isna() | ((joined >= starts - _A_DAY) & (joined <= ends + _A_DAY))


_SESSION_RULE = pa.Check.str_matches(_SESSION_CODE, error="session_code_is_a_code")
_EMAIL_RULE = pa.Check.str_length(max_value=320, error="email_is_short_enough")
_SESSION_ORDER = _in_order("session_starts_at", "session_ends_at", "session_ends_after_it_starts")

CONTRACTS: dict[str, pa.DataFrameSchema] = {
    "booking": pa.DataFrameSchema(
        {
            "email": _text(_EMAIL_RULE),
            "session_code": _text(_SESSION_RULE, required=True),
            "session_starts_at": _instant(),
            "session_ends_at": _instant(),
            "booked_at": _instant(),
            "status": _text(
                pa.Check.isin(["booked", "pending", "cancelled"], error="status_is_known"), required=True
            ),
            "follow_up_consent": _text(pa.Check.isin(["given", "withdrawn"], error="consent_is_known")),
        },
        checks=[_SESSION_ORDER, _in_order("booked_at", "session_ends_at", "booked_before_the_session_ended")],
    ),
    "attendance": pa.DataFrameSchema(
        {
            "email": _text(_EMAIL_RULE),
            "session_code": _text(_SESSION_RULE, required=True),
            "session_starts_at": _instant(),
            "session_ends_at": _instant(),
            "joined_at": _instant(required=True),
            "left_at": _instant(required=True),
        },
        checks=[
            _SESSION_ORDER,
            _in_order("joined_at", "left_at", "left_after_joined"),
            pa.Check(_joined_near_the_session, name="joined_near_the_session"),
        ],
    ),
    "response": pa.DataFrameSchema(
        {
            "email": _text(_EMAIL_RULE),
            "session_code": _text(_SESSION_RULE),
            "started_at": _instant(),
            "submitted_at": _instant(),
        },
        checks=[_in_order("started_at", "submitted_at", "submitted_after_started")],
    ),
}


@dataclass(frozen=True)
class BrokenRule:
    """One rule that some records break: which, and at which index labels; no values."""

    column: str
    rule: str
    rows: pd.Index


def broken_rules(records: pd.DataFrame, *, kind: str) -> list[BrokenRule]:
    """Return the rules of the contract that records break.

    Args:
        records: One row per canonical record, with a unique index; columns as the contract names them.
        kind: ``booking``, ``attendance`` or ``response``.

    Raises:
        CcdsError: If a rule could not be evaluated at all, so that "no failure" would mean nothing.
    """
    try:
        CONTRACTS[kind].validate(records, lazy=True)
    except SchemaErrors as error:
        cases = error.failure_cases[["schema_context", "column", "check", "index"]]
    else:
        return []
    if cases["index"].isna().any():
        rules = ", ".join(sorted(cases.loc[cases["index"].isna(), "check"].astype(str).unique()))
        raise CcdsError(
            f"the contract of {kind} records could not be evaluated ({rules})",
            rule="contract_evaluated",
            remedy="Report this: the mapping gave a column of another type than the contract asks for.",
        ) from None
    cases = cases.assign(column=cases["column"].where(cases["schema_context"] == "Column", ""))
    return [
        BrokenRule(str(column), str(rule), pd.Index(group["index"].unique()))
        for (column, rule), group in cases.groupby(["column", "check"], sort=True)
    ]
