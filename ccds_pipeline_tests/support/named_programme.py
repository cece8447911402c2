"""Loading small invented deliveries of the tiny programme, whose bookings carry names."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import sqlalchemy as sa
from upath import UPath

from ccds_pipeline.ingest.delivery import Ingest
from ccds_pipeline.ingest.store.ledger import DeliveryAccount
from ccds_pipeline.programme.load import parse_programme
from ccds_pipeline.programme.model import Programme
from ccds_pipeline.sources.landing import Delivery
from ccds_pipeline_tests.support.labelled_comments import PSEUDONYMISER
from ccds_pipeline_tests.support.programmes import TEXT

BOOKING = {
    "ref": "R1",
    "mail": "ann@example.org",
    "event": "see s-12",
    "when": "01/02/2022 09:00",
    "state": "Paid",
    "employer": "",
    "job": "",
    "note": "",
    "holder": "",
}
RESPONSE = {
    "id": "1",
    "mail": "ann@example.org",
    "when": "01/02/2022 17:00",
    "It was clear": "Agree",
    "How sure are you?": "0",
    "Which tools?": "Git",
    "Git": "",
    "Subversion": "1",
    "Why?": "",
}


def named_programme() -> Programme:
    """Return the tiny programme with a column of names in its bookings."""
    text = TEXT.replace("    exclude:\n", "    names: [holder]\n    exclude:\n", 1)
    return parse_programme(text, place="named.yaml")


def deliver(
    engine: sa.Engine, folder: Path, source_id: str, day: int, *rows: dict[str, str]
) -> DeliveryAccount:
    """Write the rows as one file, load it as a delivery of that day of February 2022, and account for it."""
    path = folder / f"{source_id}-{day}.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    ingest = Ingest(named_programme(), "contract", PSEUDONYMISER, folder / "runs")
    return ingest.load(engine, Delivery(source_id, date(2022, 2, day), (UPath(path),)))
