"""Is each delivery of a source everything, or what is new? Asked where the deliveries look like both.

What a source declares decides what counts (``sql/core/current_record``); here is who has to declare it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from ccds_pipeline.ingest.contract import CheckOutcome
from ccds_pipeline.programme.model import Source
from ccds_pipeline.warehouse.select_files import run_statement


@dataclass(frozen=True)
class MissingRecords:
    """How many records of earlier deliveries the newest one of a source lacks, and how many it repeats."""

    source_id: str
    delivery_on: date
    missing: int
    repeated: int

    @property
    def looks_like_a_loss(self) -> bool:
        """Whether the delivery repeats at least half of what was known, as one of new records does not."""
        return self.repeated >= self.missing

    def __str__(self) -> str:
        """Say what is missing, and what to declare."""
        return (
            f"{self.source_id}: {self.missing:,} record(s) of earlier deliveries are not in the newest one "
            f"({self.delivery_on}), which repeats {self.repeated:,}; they count on. If each delivery is "
            "everything, declare complete: true for the source; if it brings what is new, complete: false."
        )


def undeclared_losses(connection: sa.Connection, sources: Iterable[Source]) -> list[MissingRecords]:
    """Return what newest deliveries lack, of the sources that do not say whether each is everything.

    A delivery with a refused file says nothing of what is missing, nor does one that repeats less than half
    of the records known before: it brings what is new.
    """
    asked = {source.id for source in sources if not source.says_if_complete}
    found = (MissingRecords(*row) for row in run_statement(connection, "ops/missing_records"))
    return [one for one in found if one.source_id in asked and one.looks_like_a_loss]


def judge_known_records(lost: Sequence[MissingRecords]) -> CheckOutcome:
    """Return the outcome of the check of a source's records: a warning, since they count on."""
    return CheckOutcome(
        "known_records_come_again",
        passed=not lost,
        is_warning=True,
        counts={"missing": sum(one.missing for one in lost), "repeated": sum(one.repeated for one in lost)},
        rules=("completeness_not_declared",) if lost else (),
        days=tuple(one.delivery_on for one in lost),
    )
