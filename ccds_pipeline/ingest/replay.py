"""Which deliveries are to be loaded again after a correction: those of which something was set aside.

Nothing is kept of a rejected row but its line, so a replay reads the file in the landing again. Loading
belongs in ``ingest``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from ccds_pipeline.errors import CcdsError, FileRefusedError
from ccds_pipeline.ingest.store.ledger import SetAside
from ccds_pipeline.ingest.store.staging import DeliveryKey
from ccds_pipeline.sources.landing import Delivery
from ccds_pipeline.sources.private_copy import digest_of


@dataclass(frozen=True)
class Replay:
    """What a replay loads, and what to report of it.

    ``notes`` report files that are not those that were read before, ``problems`` deliveries that are gone
    from the landing: what the warehouse holds of them stays.
    """

    deliveries: tuple[Delivery, ...]
    notes: tuple[str, ...]
    problems: tuple[CcdsError, ...]


def plan_replay(aside: Iterable[SetAside], landing: Iterable[Delivery], dates: Collection[date]) -> Replay:
    """Choose the deliveries to load again, of these dates (all when empty)."""
    found = {DeliveryKey(delivery.source_id, delivery.delivery_on): delivery for delivery in landing}
    wanted = [entry for entry in aside if not dates or entry.key.delivery_on in dates]
    present = [entry for entry in wanted if entry.key in found]
    notes = (_changes(entry, found[entry.key]) for entry in present)
    return Replay(
        tuple(found[entry.key] for entry in present),
        tuple(note for note in notes if note),
        tuple(_gone(entry.key) for entry in wanted if entry.key not in found),
    )


def replay_account(before: Iterable[SetAside], after: Iterable[SetAside], replay: Replay) -> str:
    """Say in a sentence how much was set aside of the replayed deliveries before, and how much still is."""
    keys = {DeliveryKey(delivery.source_id, delivery.delivery_on) for delivery in replay.deliveries}
    return (
        f"Replayed {len(keys)} delivery(ies): {_amount(before, keys)} set aside before, "
        f"{_amount(after, keys)} now."
    )


def _amount(aside: Iterable[SetAside], keys: Collection[DeliveryKey]) -> str:
    replayed = [entry for entry in aside if entry.key in keys]
    rows = sum(entry.rejected_rows for entry in replayed)
    files = sum(entry.refused_files for entry in replayed)
    return f"{rows:,} row(s) and {files:,} file(s)"


def _changes(before: SetAside, delivery: Delivery) -> str:
    """Say how many files differ from those that were read; empty if none does."""
    now = set()
    for file in delivery.files:
        with suppress(FileRefusedError):  # loading reports it
            now.add(digest_of(file))
    gone = len(before.digests - now)
    if not gone:
        return ""
    return (
        f"{before.key.source_id}/{before.key.delivery_on}: {gone} file(s) are not as they were read before "
        f"(changed or taken out); the {len(delivery.files)} that are there now are loaded."
    )


def _gone(key: DeliveryKey) -> CcdsError:
    return CcdsError(
        "the delivery is no longer in the landing folder, or the programme has no such source",
        place=f"{key.source_id}/{key.delivery_on}",
        rule="replay_needs_the_file",
        remedy="Put the files back there; until then what was loaded of them stays as it is.",
    )
