"""Quotations: comments that two people approved, word for word as they are now.

PRIVACY.md P9: a quotation needs redaction, two recorded approvals and a small-cell check. Approved
quotations are handed to the author of the publication; ``reporting`` never holds one.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pandas as pd
import sqlalchemy as sa

from ccds_pipeline.comments.read import ordinary_words, read_comments
from ccds_pipeline.comments.second_look import signals_of_identity
from ccds_pipeline.comments.themes import COMMENT
from ccds_pipeline.errors import CheckFailedError, UsageError
from ccds_pipeline.programme.model import Programme
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.warehouse.audit import record_act
from ccds_pipeline.warehouse.bulk import append, read_frame

# control: two people approve a quotation
APPROVALS_NEEDED = 2
_LONGEST_APPROVER = 100


def approve_quotation(
    connection: sa.Connection, programme: Programme, *, reference: str, question_id: str, approver: str
) -> int:
    """Record one approval of one comment as it is now; return how many different people approved it.

    Args:
        connection: The transaction that records it.
        programme: Gives the least number of people in a cell.
        reference: Of the response, as on a coding sheet.
        question_id: Which of its comments.
        approver: Name or role; compared without case and spare white space.

    Raises:
        UsageError: If there is no such comment, or the approver is blank or approved it already.
        CheckFailedError: If the comment may name somebody or is in a small cell. No text is quoted.
    """
    comments = _with_digest(read_comments(connection))
    chosen = comments[(comments["reference"] == reference) & (comments["question_id"] == question_id)]
    if len(chosen) != 1:
        raise UsageError(
            "reference and question name no comment of a valid response",
            rule="reference_is_known",
            remedy="Take both from a coding sheet of this data: ccds comments sample.",
        )
    _refuse_unsafe(chosen, comments, connection, programme)
    earlier = _approvers(chosen, read_frame(connection, table_of("ops.quotation_approval")))
    name = _approver(approver)
    if name.casefold() in earlier:
        raise UsageError(
            "this approver approved the comment already",
            rule="approvers_differ",
            remedy="Ask somebody else; two different people have to approve a quotation.",
        )
    approved_at = datetime.now(UTC).replace(tzinfo=None)
    append(
        connection, table_of("ops.quotation_approval"), chosen.assign(approver=name, approved_at=approved_at)
    )
    record_act(connection, "approval", {"of": "quotation", "approvals_n": len(earlier) + 1})
    return len(earlier) + 1


def approved_quotations(connection: sa.Connection, programme: Programme) -> pd.DataFrame:
    """Return the comments that may be quoted now, ordered by question and text; restricted.

    What held when a comment was approved has to hold still: a comment that changed since, that counts
    no longer, or whose cell has become small, is not among them.

    Returns:
        Columns reference, question_id and redacted_text.
    """
    comments = _with_digest(read_comments(connection))
    approvals = read_frame(connection, table_of("ops.quotation_approval"))
    approvals = approvals.assign(approver=approvals["approver"].str.casefold())
    people = approvals.groupby([*COMMENT, "text_digest"])["approver"].nunique().rename("approvals_n")
    approved = comments.merge(people.reset_index(), on=[*COMMENT, "text_digest"])
    approved = approved[approved["approvals_n"] >= APPROVALS_NEEDED]
    safe = approved[~_reasons_against(approved, comments, connection, programme).any(axis=1)]
    ordered = safe.sort_values(["question_id", "redacted_text", "reference"], ignore_index=True)
    return ordered[["reference", "question_id", "redacted_text"]]


def _with_digest(comments: pd.DataFrame) -> pd.DataFrame:
    digests = [hashlib.sha256(text.encode()).hexdigest() for text in comments["redacted_text"]]
    return comments.assign(text_digest=pd.Series(digests, index=comments.index, dtype="str"))


def _approvers(chosen: pd.DataFrame, approvals: pd.DataFrame) -> set[str]:
    same = approvals.merge(chosen[[*COMMENT, "text_digest"]], on=[*COMMENT, "text_digest"])
    return set(same["approver"].str.casefold())


def _approver(text: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > _LONGEST_APPROVER or not name.isprintable():
        raise UsageError(
            f"the approver needs a name or role of 1 to {_LONGEST_APPROVER} characters",
            rule="approver_is_named",
            remedy="Give --approver with a name or role, such as --approver 'evaluation lead'.",
        )
    return name


def _refuse_unsafe(
    chosen: pd.DataFrame, comments: pd.DataFrame, connection: sa.Connection, programme: Programme
) -> None:
    reasons = _reasons_against(chosen, comments, connection, programme).iloc[0]
    if reasons.any():
        raise CheckFailedError(
            f"the comment cannot be quoted ({', '.join(str(name) for name in reasons.index[reasons])})",
            rule="quotation_is_safe",
            remedy="Choose another comment. digits, address, name: a second look found what may show who "
            "is meant; small_cell: too few people wrote on the same theme in the same wave.",
        )


def _reasons_against(
    chosen: pd.DataFrame, comments: pd.DataFrame, connection: sa.Connection, programme: Programme
) -> pd.DataFrame:
    """Return what speaks against quoting each comment, as boolean columns."""
    minimum = programme.release.minimum_people
    ordinary = ordinary_words(comments, minimum_people=minimum)
    # control: a second look at quotations
    signals = [signals_of_identity(text, ordinary_words=ordinary) for text in chosen["redacted_text"]]
    reasons = {signal: [signal in found for found in signals] for signal in ("digits", "address", "name")}
    people = _fewest_people(connection).reindex(pd.MultiIndex.from_frame(chosen[COMMENT]))
    # control: no quotation of a small cell
    is_small = ~(people >= minimum).to_numpy()  # a cell that was not counted is small
    return pd.DataFrame({**reasons, "small_cell": is_small}, index=chosen.index, dtype="bool")


def _fewest_people(connection: sa.Connection) -> pd.Series:
    """Return how many people wrote on the least common theme of each comment, in its question and wave."""
    cell = ["question_id", "wave", "theme_id"]
    themes, counts = (
        read_frame(connection, table)
        for table in (table_of("kpi.comment_theme"), table_of("kpi.theme_count"))
    )
    return themes.merge(counts[[*cell, "people_n"]], on=cell).groupby(COMMENT)["people_n"].min()
