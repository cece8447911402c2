"""The ledger of deliveries: written with the rows, read back as the proof of loading."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date

import pandas as pd
import sqlalchemy as sa

from ccds_pipeline.errors import CcdsError, ConfigurationError
from ccds_pipeline.ingest.store.staging import DeliveryKey
from ccds_pipeline.reference.tables import Board
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.warehouse.bulk import append
from ccds_pipeline.warehouse.select_files import run_statement

_TABLES = ("ops.delivery", "ops.excluded", "ops.rejected_row")
_SHOWN_LINES = 3


@dataclass(frozen=True)
class DeliveryAccount:
    """What the ledger says of one delivery: sums over its files, and how many files do not balance.

    Of its bookings, ``employers_not_listed`` name an employer that no reference table knows, and
    ``employers_closed`` one that was closed before the session. ``withdrawn`` records are no longer in this
    delivery of a complete source.
    """

    files: int
    refused: int
    received: int
    loaded: int
    duplicate: int
    excluded: int
    rejected: int
    unmapped_columns: int
    unbalanced_files: int
    employers_not_listed: int = 0
    employers_closed: int = 0
    withdrawn: int = 0

    @property
    def is_balanced(self) -> bool:
        """Whether every received row is accounted for, in each file by itself."""
        return self.unbalanced_files == 0


def write_ledger(
    connection: sa.Connection,
    key: DeliveryKey,
    *,
    files: pd.DataFrame,
    excluded: pd.DataFrame,
    rejected: pd.DataFrame,
) -> None:
    """Put the account of one delivery in place of an earlier one, in the caller's transaction.

    Args:
        connection: The transaction that also loads the rows.
        key: The delivery.
        files: One row per file, columns of ``ops.delivery`` without source and date.
        excluded: file_number, reason, rows_n.
        rejected: file_number, line, column_name, rule.
    """
    for name in _TABLES:
        connection.execute(
            sa.text(f"DELETE FROM {name} WHERE source_id = :source_id AND delivery_on = :delivery_on"),
            vars(key),
        )
    digests = files.set_index("file_number")["digest"]
    rejected = rejected.assign(digest=rejected["file_number"].map(digests))
    for name, frame in zip(_TABLES, (files, excluded, rejected), strict=True):
        if len(frame):
            append(
                connection, table_of(name), frame.assign(source_id=key.source_id, delivery_on=key.delivery_on)
            )


def read_account(connection: sa.Connection, key: DeliveryKey, *, is_complete: bool) -> DeliveryAccount:
    """Read back what the ledger says of a delivery; one of a complete source withdraws what it lacks.

    Raises:
        CcdsError: If the ledger has no row of it, so that it was not loaded.
    """
    row = run_statement(connection, "ops/delivery_account", **vars(key)).one()
    if row.files == 0:
        raise CcdsError(
            f"the ledger has no entry for {key.source_id} of {key.delivery_on}",
            rule="ledger_read_back",
            remedy="Nothing was loaded; run the command again.",
        )
    employers = run_statement(connection, "ops/unrecognised_employers", **vars(key)).one()
    counts = [*row, *employers]
    if is_complete:
        counts.append(run_statement(connection, "ops/withdrawn_records", **vars(key)).scalar_one())
    return DeliveryAccount(*(int(count or 0) for count in counts))


def has_deliveries(connection: sa.Connection) -> bool:
    """Return whether anything was ever loaded or refused."""
    return bool(connection.execute(sa.text("SELECT count(*) > 0 FROM ops.delivery")).scalar_one())


def newest_delivery(connection: sa.Connection, source_id: str) -> date | None:
    """Return the day of a source's newest delivery that is loaded or refused; None if there is none."""
    statement = sa.text("SELECT max(delivery_on) FROM ops.delivery WHERE source_id = :source_id")
    newest: date | None = connection.execute(statement, {"source_id": source_id}).scalar_one()
    return newest


def known_deliveries(connection: sa.Connection) -> set[tuple[str, date]]:
    """Return source and day of every delivery that is loaded or refused."""
    rows = connection.execute(sa.text("SELECT DISTINCT source_id, delivery_on FROM ops.delivery"))
    return {(source_id, delivery_on) for source_id, delivery_on in rows}


@dataclass(frozen=True)
class Refusal:
    """One file that could not be read, with what to do; ``digest`` is empty if it was not even copied."""

    source_id: str
    delivery_on: date
    file_number: int
    digest: str
    rule: str
    line: int | None
    message: str


@dataclass(frozen=True)
class Rejection:
    """The rows of one file that break one rule at one column: how many, and where the first ones are."""

    source_id: str
    delivery_on: date
    file_number: int
    digest: str
    column_name: str
    rule: str
    rows: int
    first_lines: Sequence[int]


def refusals(connection: sa.Connection) -> list[Refusal]:
    """Return the files that are refused as of now, in order."""
    return [Refusal(*row) for row in run_statement(connection, "ops/refusals")]


def rejections(connection: sa.Connection) -> list[Rejection]:
    """Return the rejected rows as of now, grouped by file, column and rule, most rows first."""
    rows = run_statement(connection, "ops/rejections", shown_lines=_SHOWN_LINES)
    return [Rejection(*row) for row in rows]


@dataclass(frozen=True)
class Excluded:
    """The rows of one source that are excluded for one reason: of the programme file, erased or too old."""

    source_id: str
    reason: str
    rows: int


def exclusions(connection: sa.Connection) -> list[Excluded]:
    """Return what is excluded as of now, most rows first."""
    return [Excluded(*row) for row in run_statement(connection, "ops/exclusions")]


@dataclass(frozen=True)
class Unread:
    """The answers to one question of one source that are not understood."""

    source_id: str
    question_id: str
    answers: int


def unread_answers(connection: sa.Connection) -> list[Unread]:
    """Return what is not understood as of now, most answers first."""
    return [Unread(*row) for row in run_statement(connection, "ops/answers_not_understood")]


@dataclass(frozen=True)
class GivenAnswers:
    """The answers to one question in one delivery that are not blank, and how many are not understood."""

    question_id: str
    not_understood: int
    given: int


def given_answers(connection: sa.Connection, key: DeliveryKey) -> list[GivenAnswers]:
    """Return one entry per question that a delivery asks."""
    return [GivenAnswers(*row) for row in run_statement(connection, "ops/given_answers", **vars(key))]


@dataclass(frozen=True)
class NotInFigures:
    """What was delivered and is in no figure as of now."""

    refused_files: int
    rejected_rows: int
    excluded_rows: int
    unread_answers: int


def not_in_figures(connection: sa.Connection) -> NotInFigures:
    """Count what was delivered and is in no figure."""
    return NotInFigures(*run_statement(connection, "ops/not_in_figures").one())


def records_of_other_sources(connection: sa.Connection, sources: Collection[str]) -> dict[str, int]:
    """Count what is stored of sources that the programme file does not have, and that is in no figure."""
    stored = run_statement(connection, "ops/stored_records")
    return {source_id: records for source_id, records in stored if source_id not in sources}


@dataclass(frozen=True)
class SetAside:
    """One delivery of which something counts in no figure: how much of it, and what its files were."""

    key: DeliveryKey
    rejected_rows: int
    refused_files: int
    unread_answers: int
    digests: frozenset[str]


def set_aside(connection: sa.Connection) -> list[SetAside]:
    """Return the deliveries with rejected rows, answers or refused files as of now, oldest first."""
    rows = run_statement(connection, "ops/set_aside")
    return [
        SetAside(
            DeliveryKey(source_id, delivery_on),
            int(rejected),
            refused,
            int(unread),
            frozenset(digests) - {""},
        )
        for source_id, delivery_on, rejected, refused, unread, digests in rows
    ]


def write_boards(connection: sa.Connection, boards: Sequence[Board]) -> None:
    """Replace the boards that the installation has loaded, in the caller's transaction.

    They are kept with what was recognised by them.
    """
    connection.execute(sa.text("DELETE FROM ops.board"))
    if boards:
        columns = {"code": "icb_code", "name": "label", "until": "valid_to"}
        rows = pd.DataFrame([asdict(board) for board in boards]).rename(columns=columns)
        append(connection, table_of("ops.board"), rows)


def refuse_another_key(connection: sa.Connection, key_id: str) -> None:
    """Make sure that the warehouse rests on no other pseudonym key than this one.

    Raises:
        ConfigurationError: If it does: one person would have two keys.
    """
    known = set(connection.execute(sa.text("SELECT DISTINCT key_id FROM ops.delivery")).scalars())
    # control: one key for a warehouse
    if known - {key_id}:
        raise ConfigurationError(
            "the warehouse rests on another pseudonym key",
            rule="one_key",
            remedy="Set the key that the warehouse was loaded with, or use another data folder.",
        )


def claim_warehouse(connection: sa.Connection, programme_id: str) -> None:
    """Make sure that the warehouse is of this programme; one of no programme yet becomes so.

    Raises:
        ConfigurationError: Rule ``one_programme`` if it belongs to another programme, whose people would be
            added to this one's.
    """
    connection.execute(
        sa.text("UPDATE ops.installation SET programme_id = :programme_id WHERE programme_id = ''"),
        {"programme_id": programme_id},
    )
    owner = connection.execute(sa.text("SELECT programme_id FROM ops.installation")).scalar_one()
    if owner != programme_id:
        raise ConfigurationError(
            f"the data folder belongs to the programme {owner}, and this one is {programme_id}",
            rule="one_programme",
            remedy="Give each programme a data folder of its own, with --data.",
        )
