"""A warehouse into which deliveries of the small programme are loaded one by one, without Dagster."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy as sa

from ccds_pipeline.core.basis import current_basis
from ccds_pipeline.core.build import refresh_core
from ccds_pipeline.deidentify.pseudonym import Pseudonymiser
from ccds_pipeline.ingest.delivery import Ingest
from ccds_pipeline.ingest.store.drift import Drift, read_drift
from ccds_pipeline.ingest.store.ledger import DeliveryAccount
from ccds_pipeline.ingest.store.staging import DeliveryKey
from ccds_pipeline.programme.load import parse_programme
from ccds_pipeline.sources.landing import find_deliveries
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline_tests.support.keys import KEY, PSEUDONYMISER
from ccds_pipeline_tests.support.small_delivery import PROGRAMME_TEXT


class Loaded:
    """Loads what lies in ``folder/landing`` and asks the warehouse about it."""

    def __init__(self, folder: Path) -> None:
        self.landing, self.warehouse = folder / "landing", folder / "w.duckdb"
        self._runs = folder / "runs"

    def deliver(self, source: str, day: str, header: str, rows: Sequence[str], *, file: int = 1) -> Path:
        """Write one file of a delivery."""
        path = self.landing / source / day / f"{file}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return path

    def load(self, source: str, day: str, *, programme: str = PROGRAMME_TEXT) -> DeliveryAccount:
        """Load one delivery by a programme."""
        meant = parse_programme(programme, place="small.yaml")
        ingest = Ingest(meant, "contract", Pseudonymiser(bytes.fromhex(KEY)), self._runs)
        wanted = date.fromisoformat(day)
        found = find_deliveries(str(self.landing), meant.sources_by_id, dates=[wanted]).deliveries
        (delivery,) = [one for one in found if one.source_id == source]
        with open_warehouse(self.warehouse) as engine:
            return ingest.load(engine, delivery)

    def drift(self, source: str, day: str) -> Drift:
        """Compare a delivery's columns with the delivery before."""
        with self.connection() as connection:
            return read_drift(connection, DeliveryKey(source, date.fromisoformat(day)))

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """Return the rows of a statement."""
        with self.connection() as connection:
            return [tuple(row) for row in connection.execute(sa.text(statement))]

    def current_scores(
        self, people: Collection[str], *, programme: str = PROGRAMME_TEXT, as_of: str | None = None
    ) -> list[dict[str, Any]]:
        """Return the score of each record that is there, with whose it is: now, or as of a day."""
        keys = PSEUDONYMISER.person_keys(pd.Series([f"{one}@example.org" for one in people], dtype="str"))
        names = dict(zip(keys, people, strict=True))
        with open_warehouse(self.warehouse) as engine:
            basis = current_basis(engine)
            if as_of is not None:
                basis = replace(basis, as_of=date.fromisoformat(as_of))
            refresh_core(engine, parse_programme(programme, place="small.yaml"), basis)
        found = self.query(
            "SELECT person_key, score FROM core.current_record "
            "INNER JOIN staging.response USING (version_key) INNER JOIN staging.answer USING (version_key)"
        )
        rows: list[dict[str, Any]] = [{"who": names[key], "sure": score} for key, score in found]
        return sorted(rows, key=lambda row: str(row["who"]))

    @contextmanager
    def connection(self) -> Iterator[sa.Connection]:
        """Open the warehouse for one question."""
        with open_warehouse(self.warehouse, read_only=True) as engine, engine.connect() as connection:
            yield connection
