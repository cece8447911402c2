"""What a computation rests on: which deliveries, up to which day."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from ccds_pipeline.errors import CcdsError
from ccds_pipeline.warehouse.tables import create_warehouse


@dataclass(frozen=True)
class Basis:
    """What a computation rests on: deliveries up to ``as_of``, identified by ``data_version``."""

    as_of: date
    data_version: str


def current_basis(engine: sa.Engine) -> Basis:
    """Return the newest delivery date and a hash over every delivered file and its contract.

    Raises:
        CcdsError: If nothing was delivered yet.
    """
    with engine.begin() as connection:
        create_warehouse(connection)
        newest = connection.execute(
            sa.text("SELECT max(delivery_on) FROM ops.delivery WHERE status = 'loaded'")
        ).scalar_one()
        return basis_of(connection, newest or date.min)


def basis_of(connection: sa.Connection, as_of: date) -> Basis:
    """Return what was delivered up to a day: a hash over every file and its contract.

    Raises:
        CcdsError: If nothing was delivered by then.
    """
    rows = connection.execute(
        sa.text(
            "SELECT delivery_on, source_id, file_number, digest, contract_version, status FROM ops.delivery "
            "WHERE delivery_on <= :as_of ORDER BY source_id, delivery_on, file_number"
        ),
        {"as_of": as_of},
    ).all()
    if not any(row.status == "loaded" for row in rows):
        raise CcdsError(
            "no delivery could be loaded"
            + ("" if as_of == date.min else f" by {as_of}")
            + ", so there is nothing to compute",
            rule="deliveries_exist",
            remedy="Correct what was reported above, or put deliveries into the landing folder."
            if as_of == date.min
            else "Give a later date; deliveries carry their dates in the landing folder.",
        )
    withdrawn = connection.execute(
        sa.text(
            "SELECT delivery_on, source_id, file_number, reason, rows_n FROM ops.excluded "
            "WHERE reason IN ('erased', 'past_retention') AND delivery_on <= :as_of "
            "ORDER BY source_id, delivery_on, file_number, reason"
        ),
        {"as_of": as_of},
    ).all()
    content = "\n".join("\t".join(str(cell) for cell in row) for row in (*rows, *withdrawn))
    return Basis(as_of, hashlib.sha256(content.encode()).hexdigest()[:16])
