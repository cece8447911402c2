"""Load deliveries of one source one after the other, and judge what came of it.

Each delivery is a transaction of its own: what fails leaves no trace and stays outstanding, and the others
are loaded all the same. How one is loaded is written in ``delivery``.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date

import sqlalchemy as sa

from ccds_pipeline.errors import BusyError, CcdsError, ConfigurationError, to_value_free_error
from ccds_pipeline.ingest.completeness import judge_known_records, undeclared_losses
from ccds_pipeline.ingest.contract import (
    CheckOutcome,
    judge_answers,
    judge_columns,
    judge_delivery,
    over_deliveries,
)
from ccds_pipeline.ingest.delivery import Ingest
from ccds_pipeline.ingest.expected import judge_usual, read_delivered
from ccds_pipeline.ingest.store.drift import read_drift
from ccds_pipeline.ingest.store.ledger import DeliveryAccount, given_answers, newest_delivery, read_account
from ccds_pipeline.ingest.store.staging import DeliveryKey
from ccds_pipeline.programme.model import Source
from ccds_pipeline.sources.landing import Delivery
from ccds_pipeline.warehouse.tables import create_warehouse

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Loading:
    """What came of loading: the account of each delivery that was loaded, and the error of each that was not.

    ``outcomes`` are the checks of what was loaded, or of the newest delivery where nothing was; ``is_newer``
    says whether the source's newest delivery is one of those.
    """

    accounts: Mapping[date, DeliveryAccount]
    is_newer: bool
    outcomes: tuple[CheckOutcome, ...]
    failures: Mapping[date, CcdsError]

    def totals(self) -> dict[str, int]:
        """Return the sums of the accounts, by the names of their counts."""
        names = [field.name for field in fields(DeliveryAccount)]
        return {name: sum(getattr(one, name) for one in self.accounts.values()) for name in names}


def load_deliveries(
    engine: sa.Engine, ingest: Ingest, source_id: str, deliveries: Sequence[Delivery]
) -> Loading:
    """Load deliveries of one source in the order given.

    Raises:
        BusyError: If another process holds the warehouse, or a landing does not answer; what was loaded
            before stays.
    """
    with engine.begin() as connection:
        create_warehouse(connection)
        before = newest_delivery(connection, source_id)
    accounts: dict[date, DeliveryAccount] = {}
    failures: dict[date, CcdsError] = {}
    for number, delivery in enumerate(deliveries, start=1):
        _log.info("Loading %s (%s of %s)", delivery, number, len(deliveries))
        try:
            accounts[delivery.delivery_on] = ingest.load(engine, delivery)
        except BusyError:
            raise
        except Exception as error:  # noqa: BLE001  # one delivery must not keep the others out
            failures[delivery.delivery_on] = _of_delivery(to_value_free_error(error), delivery)
    source = ingest.programme.sources_by_id[source_id]
    is_newer = bool(accounts) and (before is None or max(accounts) > before)
    return Loading(accounts, is_newer, _judge(engine, source, accounts), failures)


def _of_delivery(error: CcdsError, delivery: Delivery) -> CcdsError:
    """Return the error with the delivery as its place."""
    place = ", ".join(part for part in (str(delivery), error.place) if part)
    kind = ConfigurationError if isinstance(error, ConfigurationError) else CcdsError
    return kind(error.problem, remedy=error.remedy, place=place, rule=error.rule)


def _judge(
    engine: sa.Engine, source: Source, accounts: Mapping[date, DeliveryAccount]
) -> tuple[CheckOutcome, ...]:
    with engine.connect() as connection:
        newest = newest_delivery(connection, source.id)
        days = [*accounts] or ([newest] if newest else [])
        judged = {}
        for day in days:
            key = DeliveryKey(source.id, day)
            account = accounts.get(day) or read_account(connection, key, is_complete=bool(source.complete))
            judged[day] = (
                *judge_delivery(account),
                judge_answers(given_answers(connection, key)),
                judge_columns(read_drift(connection, key)),
            )
        if not judged:
            return ()
        return (
            *over_deliveries(judged),
            judge_known_records(undeclared_losses(connection, [source])),
            judge_usual(source, read_delivered(connection, source.id), days),
        )
