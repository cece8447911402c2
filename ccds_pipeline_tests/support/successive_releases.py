"""Releases one after the other over a real warehouse, each from what happened so far."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd
import sqlalchemy as sa

from ccds_pipeline import __version__
from ccds_pipeline.core.basis import Basis
from ccds_pipeline.core.definitions import definition_frames
from ccds_pipeline.kpi.non_response import non_response_rows
from ccds_pipeline.kpi.rows import build_kpi_rows
from ccds_pipeline.programme.model import Programme
from ccds_pipeline.release.candidate import candidate_cells, released_columns
from ccds_pipeline.release.cells import release_cells
from ccds_pipeline.release.ledger import count_contributions, write_release
from ccds_pipeline.release.protection import KEY
from ccds_pipeline.schemas.register import table_of, tables_of
from ccds_pipeline.warehouse.bulk import append, read_frame
from ccds_pipeline.warehouse.select_files import fill_tables
from ccds_pipeline.warehouse.tables import create_tables, recreate_tables
from ccds_pipeline_tests.support.core_content import Core, welcome_programme
from ccds_pipeline_tests.support.core_tables import AS_OF, write_facts

_FACTS = ("core.dim_session", "core.dim_participant", "core.fact_booking", "core.fact_attendance",
          "core.fact_response", "core.fact_answer")  # fmt: skip


class Releases:
    """A warehouse whose releases are kept in the ledger."""

    def __init__(self, connection: sa.Connection, programme: Programme) -> None:
        self.connection, self.programme = connection, programme
        self._releases_n = 0

    def exact(self, content: Core) -> pd.DataFrame:
        """Compute the KPIs of the content and return their rows."""
        self._releases_n += 1
        for name in reversed(_FACTS):
            self.connection.execute(sa.text(f"DELETE FROM {name}"))
        recreate_tables(self.connection, (*tables_of("kpi", "sql"), table_of("kpi.non_response")))
        write_facts(self.connection, content)
        fill_tables(self.connection, tables_of("kpi", "sql"), parameters={"as_of": AS_OF})
        aggregates = {
            table.name: read_frame(self.connection, table) for table in tables_of("kpi", "aggregate")
        }
        compared = non_response_rows(self.programme, aggregates["non_response_cell"])
        append(self.connection, table_of("kpi.non_response"), compared)
        return build_kpi_rows(
            self.programme,
            aggregates,
            as_of=AS_OF,
            data_version=f"data-{self._releases_n}",
            code_version=__version__,
            run_id="run",
        )

    def cells(self, content: Core) -> pd.DataFrame:
        """Compute every cell that the content could release."""
        exact = self.exact(content)
        count_contributions(self.connection)
        basis = Basis(AS_OF, f"data-{self._releases_n}")
        return release_cells(self.connection, exact, self.programme, basis)

    def build(self, content: Core) -> pd.DataFrame:
        """Build the candidate of the content: rows of ``ops.candidate_cell``."""
        cells = self.cells(content)
        return candidate_cells(self.connection, cells, self.programme.release, sensitive=frozenset())

    def publish(self, content: Core) -> pd.DataFrame:
        """Release the content and return what readers see, by key."""
        built = self.build(content)
        append(self.connection, table_of("ops.candidate_cell"), built)
        write_release(self.connection)
        return by_key(released_columns(built))


@contextmanager
def releases(programme: Programme | None = None) -> Iterator[Releases]:
    """Open an empty warehouse in memory."""
    content = programme or welcome_programme()
    engine = sa.create_engine(
        "duckdb:///:memory:", poolclass=sa.pool.StaticPool, connect_args={"config": {"threads": 1}}
    )
    with engine.connect() as connection:
        kpis = (*tables_of("kpi", "sql"), table_of("kpi.non_response"), *tables_of("kpi", "theme"))
        create_tables(
            connection, (table_of("ops.delivery"), table_of("ops.audit"), *tables_of("core"), *kpis)
        )
        definitions = definition_frames(content)
        for table in tables_of("core", "definition"):
            if len(definitions[table.name]):
                append(connection, table, definitions[table.name])
        yield Releases(connection, content)
    engine.dispose()


def by_key(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows of a release as texts, with their keys as index, without the run.

    W12 counts records, not people: it is as new as its data.
    """
    of_people = rows[rows["kpi_id"] != "W12"].drop(columns="run_id").astype("object")
    plain = of_people.where(of_people.notna(), "").astype("str")
    return plain.set_index(KEY).sort_index()
