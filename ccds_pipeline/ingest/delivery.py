"""One delivery from landing to staging: read, conform, validate, anonymise, load, account.

Personal data exists only in this pass, in memory and in a private run folder that is removed at its
end. Finding deliveries belongs in ``sources.landing``; everything after staging is SQL.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from ccds_pipeline import __version__
from ccds_pipeline.deidentify.exclusion import RowExclusion
from ccds_pipeline.deidentify.generalise import Places, shipped_places
from ccds_pipeline.deidentify.pseudonym import Pseudonymiser
from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline.ingest.conform.fields import ANOTHER_ORDER
from ccds_pipeline.ingest.conform.layout import Layout, layout_of, pick_columns
from ccds_pipeline.ingest.conform.prepare import prepare
from ccds_pipeline.ingest.loading_contract import loading_contract
from ccds_pipeline.ingest.remedies import remedy_of
from ccds_pipeline.ingest.store.drift import drift_rows, write_drift
from ccds_pipeline.ingest.store.erased import read_erased_list
from ccds_pipeline.ingest.store.ledger import (
    DeliveryAccount,
    claim_warehouse,
    read_account,
    refuse_another_key,
    write_boards,
    write_ledger,
)
from ccds_pipeline.ingest.store.roster import grow_roster, read_roster
from ccds_pipeline.ingest.store.staging import DeliveryKey, Incoming
from ccds_pipeline.programme.model import Programme, Source
from ccds_pipeline.reference.tables import Board
from ccds_pipeline.run_folder import run_folder, sweep_dead_run_folders
from ccds_pipeline.sources.delivered import DELIVERED_FILE_BYTES
from ccds_pipeline.sources.landing import Delivery
from ccds_pipeline.sources.private_copy import PrivateFile, copy_private
from ccds_pipeline.sources.reading import Batch, FileEnd, FileRefused, read_files
from ccds_pipeline.warehouse.audit import record_configuration
from ccds_pipeline.warehouse.tables import create_warehouse

CHUNK_ROWS = 20_000
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ingest:
    """What ingesting needs to know besides the delivery.

    ``runs_folder`` is where private copies lie meanwhile; ``contract_version`` the digest of the programme
    file and of loaded reference tables, ``reference_digest`` that of the tables. ``places`` recognises
    employers, by the shipped tables unless others were loaded; ``loaded_boards`` are those that the package
    does not ship.
    """

    programme: Programme
    contract_version: str
    pseudonymiser: Pseudonymiser
    runs_folder: Path
    places: Places = field(default_factory=shipped_places)
    loaded_boards: tuple[Board, ...] = ()
    reference_digest: str = ""

    def contract_of(self, source_id: str) -> str:
        """Return the loading contract of a source."""
        return loading_contract(
            self.programme, self.programme.sources_by_id[source_id], reference_digest=self.reference_digest
        )

    def load(self, engine: sa.Engine, delivery: Delivery) -> DeliveryAccount:
        """Load one delivery as ``bring`` does, and return its account."""
        self.bring(engine, delivery)
        is_complete = bool(self.programme.sources_by_id[delivery.source_id].complete)
        with engine.connect() as connection:
            key = DeliveryKey(delivery.source_id, delivery.delivery_on)
            return read_account(connection, key, is_complete=is_complete)

    def bring(self, engine: sa.Engine, delivery: Delivery) -> pd.DataFrame:
        """Load one delivery, replacing what it had brought before.

        Args:
            engine: The warehouse.
            delivery: The files of one source on one day.

        Returns:
            What was excluded: file_number, reason, rows_n, and first_lines, which are not kept.

        Raises:
            ConfigurationError: If the warehouse rests on another pseudonym key.
        """
        source = self.programme.sources_by_id[delivery.source_id]
        key = DeliveryKey(delivery.source_id, delivery.delivery_on)
        sweep_dead_run_folders(self.runs_folder)
        with run_folder(self.runs_folder) as folder, engine.begin() as connection:
            create_warehouse(connection)
            claim_warehouse(connection, self.programme.id)
            refuse_another_key(connection, self.pseudonymiser.key_id)
            record_configuration(
                connection, key_id=self.pseudonymiser.key_id, contract_version=self.contract_version
            )
            incoming = Incoming(connection, key, record=source.record)
            exclusion = self._exclusion(connection, key)
            intake = _Intake(self, source, key, incoming, names=read_roster(connection), exclusion=exclusion)
            intake.take(intake.copy(delivery, folder))
            incoming.settle_duplicates()
            incoming.replace()
            grow_roster(connection, intake.named, self.pseudonymiser)
            write_boards(connection, self.loaded_boards)
            excluded = incoming.excluded()
            write_ledger(
                connection,
                key,
                files=intake.file_rows(),
                excluded=excluded.drop(columns="first_lines"),
                rejected=incoming.rejected(),
            )
            write_drift(connection, key, intake.drift())
            incoming.close()
        return excluded

    def is_past_retention(self, delivery_on: date) -> bool:
        """Return whether records of a delivery of that day may no longer be kept."""
        retention = self.programme.retention
        return retention is not None and delivery_on < retention.kept_since("records")

    def _exclusion(self, connection: sa.Connection, key: DeliveryKey) -> RowExclusion:
        return RowExclusion(
            erased=read_erased_list(connection, self.pseudonymiser),
            is_past_retention=self.is_past_retention(key.delivery_on),
        )


@dataclass
class _FileAccount:
    """What is known of one file while it is read."""

    digest: str = ""
    size_bytes: int = 0
    end: FileEnd | None = None
    refused: FileRefusedError | None = None
    layout: Layout | None = None


@dataclass
class _Intake:
    """Turns the events of the reader into staged chunks and file accounts."""

    ingest: Ingest
    source: Source
    key: DeliveryKey
    incoming: Incoming
    names: frozenset[str]
    exclusion: RowExclusion
    named: list[pd.DataFrame] = field(default_factory=list)
    accounts: dict[int, _FileAccount] = field(default_factory=dict)
    waiting: list[pa.Table] = field(default_factory=list)
    rows_taken: int = 0

    def copy(self, delivery: Delivery, folder: Path) -> list[PrivateFile]:
        """Copy the delivery's files into the private folder; note those that cannot be copied."""
        copies = []
        for number, file in enumerate(delivery.files, start=1):
            try:
                copies.append(copy_private(file, folder, number=number, limit_bytes=DELIVERED_FILE_BYTES))
            except FileRefusedError as error:
                self.accounts[number] = _FileAccount(refused=error)
        return copies

    def take(self, files: list[PrivateFile]) -> None:
        """Read the files and stage what they hold."""
        self.accounts |= {file.number: _FileAccount(file.digest, file.size_bytes) for file in files}
        for event in read_files(files, self.source.format, self.source.options):
            account = self.accounts[event.file_number]
            if isinstance(event, Batch):
                self._take_batch(event, account)
            elif isinstance(event, FileEnd):
                account.end = event
            else:
                self._discard(event, account)
        self._flush()

    def file_rows(self) -> pd.DataFrame:
        """Return one row per file for the ledger."""
        counts = self.incoming.counts()
        rows = [self._file_row(number, account, counts) for number, account in sorted(self.accounts.items())]
        return pd.DataFrame(rows)

    def drift(self) -> list[pd.DataFrame]:
        """Return how each file that was read differs from the mapping."""
        return [
            drift_rows(number, account.layout, self.ingest.pseudonymiser, source=self.source.id)
            for number, account in self.accounts.items()
            if account.layout is not None and account.refused is None
        ]

    def _take_batch(self, batch: Batch, account: _FileAccount) -> None:
        if account.refused is not None:
            return
        try:
            account.layout = account.layout or layout_of(self.source, batch.rows)
        except FileRefusedError as error:
            account.refused = error
            return
        self.waiting.append(pick_columns(batch.rows, account.layout, file_number=batch.file_number))
        if sum(table.num_rows for table in self.waiting) >= CHUNK_ROWS:
            self._flush()

    def _discard(self, event: FileRefused, account: _FileAccount) -> None:
        account.refused = FileRefusedError(event.rule, event.problem, remedy=event.remedy, line=event.line)
        self._flush()
        self.incoming.discard(event.file_number)

    def _flush(self) -> None:
        if not any(table.num_rows for table in self.waiting):
            return
        rows = pa.concat_tables(self.waiting, promote_options="default").to_pandas()
        self.waiting = []
        prepared = prepare(
            rows,
            source=self.source,
            programme=self.ingest.programme,
            pseudonymiser=self.ingest.pseudonymiser,
            places=self.ingest.places,
            delivery=self.key.delivery_on.isoformat(),
            names=self.names,
            exclusion=self.exclusion,
        )
        self.incoming.add(prepared)
        self._refuse_files_in_another_order(prepared.rejected)
        self.named.append(prepared.names)
        self.names = self.names.union(prepared.names["name_key"])
        self.rows_taken += len(rows)
        _log.info("%s of %s: %s rows taken in", self.source.id, self.key.delivery_on, f"{self.rows_taken:,}")

    def _refuse_files_in_another_order(self, rejected: pd.DataFrame) -> None:
        """Refuse the files of which a row shows that day and month stand the other way round.

        Their other rows would be read as wrong days: most of these are possible ones.
        """
        shown = rejected[rejected["rule"] == ANOTHER_ORDER]
        for number in map(int, shown["file_number"].unique()):
            found = shown[shown["file_number"] == number]
            columns = ", ".join(sorted(found["column_name"].unique()))
            self.accounts[number].refused = FileRefusedError(
                ANOTHER_ORDER,
                f"the times of {columns} have day and month in another order than timestamp_formats",
                remedy=remedy_of(ANOTHER_ORDER),
                line=int(found["line"].min()),
            )
            self.incoming.discard(number)

    def _file_row(self, number: int, account: _FileAccount, counts: pd.DataFrame) -> dict[str, object]:
        refused, end = account.refused, account.end
        read = end if refused is None else None
        counted = counts.reindex([number], fill_value=0).loc[number]
        return {
            "file_number": number,
            "digest": account.digest,
            "size_bytes": account.size_bytes,
            "status": "loaded" if read else "refused",
            "refused_rule": refused.rule if refused else None,
            "refused_message": f"{refused.problem}. {refused.remedy}" if refused else None,
            "refused_line": refused.line if refused else None,
            "received_n": read.records_n if read else 0,
            **{str(name): value for name, value in counted.items()},
            **{name: getattr(read, name, 0) for name in ("lines_n", "other_lines_n", "inner_breaks_n")},
            # control: new columns are counted
            "unmapped_columns_n": len(account.layout.unmapped) if account.layout else 0,
            "schema_fingerprint": end.fingerprint if end else "",
            "contract_version": self.ingest.contract_of(self.source.id),
            "code_version": __version__,
            "key_id": self.ingest.pseudonymiser.key_id,
            "loaded_at": datetime.now(UTC),
        }
