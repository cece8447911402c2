"""What was known on an earlier day: the KPIs from the deliveries up to then, computed aside once.

The warehouse is only read; core and KPI tables are made anew in memory. Staging keeps every version
of every record with the delivery that brought it, so a value that was published once comes out again
after later deliveries and corrections. What came out is kept in a folder until anything that it was computed
from is another. Which statements run is written in ``build``.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from ccds_pipeline import __version__
from ccds_pipeline.core.basis import basis_of
from ccds_pipeline.core.build import fill_core
from ccds_pipeline.kpi.build import fill_kpis
from ccds_pipeline.programme.model import Programme
from ccds_pipeline.schemas.register import table_of, tables_of
from ccds_pipeline.warehouse.bulk import read_frame
from ccds_pipeline.warehouse.engine import open_warehouse, refuse_missing, scratch_schemas
from ccds_pipeline.warehouse.migrations import schema_version
from ccds_pipeline.warehouse.tables import create_new_tables


def read_kpis_as_of(warehouse: Path, programme: Programme, as_of: date, *, kept: Path) -> pd.DataFrame:
    """Return the exact KPIs as they stood on a day, from a warehouse that is opened read-only.

    Raises:
        ConfigurationError: If there is no warehouse.
        CcdsError: If nothing was delivered by that day.
        BusyError: If another process is writing the warehouse.
    """
    refuse_missing(warehouse)
    with open_warehouse(warehouse, read_only=True) as engine:
        return kpis_as_of(engine, programme, as_of, run_id=f"as of {as_of}", kept=kept)


def kpis_as_of(
    engine: sa.Engine, programme: Programme, as_of: date, *, run_id: str, kept: Path
) -> pd.DataFrame:
    """Return the exact KPIs as they stood on a day: the columns of ``kpi.kpi``; see ``warehouse_as_of``.

    Args:
        engine: The warehouse; nothing in it is changed.
        programme: Today's definitions.
        as_of: The day.
        run_id: Said in the rows.
        kept: Folder of what was computed before. Of each day one file is there at most.
    """
    with engine.connect() as connection:
        version = _version_of(connection, programme, as_of)
    file = kept / f"{as_of}_{version}.parquet"
    with suppress(OSError, ValueError):  # nothing is kept, or what is kept is damaged
        return pd.read_parquet(file).assign(run_id=run_id)
    with warehouse_as_of(engine, programme, as_of, run_id=run_id) as connection:
        kpis = read_frame(connection, table_of("kpi.kpi"))
    with suppress(OSError):  # a full disk, or a folder that is only read: it is computed again next time
        _keep(kpis, file, instead_of=kept.glob(f"{as_of}_*"))
    return kpis


def keep_present(
    engine: sa.Engine, programme: Programme, kpis: pd.DataFrame, as_of: date, *, kept: Path
) -> None:
    """Keep the present KPIs as those of their day: once later deliveries are there, they are asked for.

    Args:
        engine: The warehouse that they were computed from.
        programme: Definitions that they were computed by.
        kpis: Rows of ``kpi.kpi``.
        as_of: Their day.
        kept: Folder of what was computed before.
    """
    with engine.connect() as connection:
        file = kept / f"{as_of}_{_version_of(connection, programme, as_of)}.parquet"
    if not file.exists():
        with suppress(OSError):  # as in ``kpis_as_of``
            _keep(kpis, file, instead_of=kept.glob(f"{as_of}_*"))


def forget_days(kept: Path) -> None:
    """Remove what is kept of earlier days: it counts people who are not to be counted any more."""
    if kept.exists():
        shutil.rmtree(kept)


def _version_of(connection: sa.Connection, programme: Programme, as_of: date) -> str:
    """Return a hash of what the KPIs of a day are computed from: deliveries, definitions, tables, code."""
    boards = read_frame(connection, table_of("ops.board")).to_csv(index=False)
    parts = (
        basis_of(connection, as_of).data_version,
        programme.model_dump_json(),
        boards,
        __version__,
        schema_version(),
    )
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:16]


def _keep(kpis: pd.DataFrame, file: Path, *, instead_of: Iterable[Path]) -> None:
    """Write what was computed, whole or not at all, and remove what it takes the place of."""
    earlier = list(instead_of)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # For its owner alone, under a name that no other process writes to.
    descriptor, unfinished = tempfile.mkstemp(dir=file.parent, prefix=f"{file.stem}.")
    with os.fdopen(descriptor, "wb") as stream:
        kpis.to_parquet(stream)
    Path(unfinished).replace(file)
    for other in earlier:
        if other != file:
            other.unlink(missing_ok=True)


@contextmanager
def warehouse_as_of(
    engine: sa.Engine, programme: Programme, as_of: date, *, run_id: str
) -> Iterator[sa.Connection]:
    """Give a connection on which core and KPI tables are as they stood on a day, until the block ends.

    Args:
        engine: The warehouse; nothing in it is changed.
        programme: Today's definitions; their versions are in the rows.
        as_of: Deliveries up to this day are counted, and follow-ups are due by it.
        run_id: Said in the rows.

    Raises:
        CcdsError: If nothing was delivered by that day.
    """
    with (
        engine.connect() as connection,
        scratch_schemas(connection, read=("staging", "ops"), make=("core", "kpi")),
    ):
        basis = basis_of(connection, as_of)
        create_new_tables(connection, (*tables_of("core"), *tables_of("kpi", "sql", "computed", "theme")))
        fill_core(connection, programme, basis)
        fill_kpis(connection, programme, basis, run_id=run_id)
        yield connection
