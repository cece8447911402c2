"""Are responses linked, and do people answer, as before? Warnings on core, not KPIs.

What differs by more than chance and habit is decided in ``statistics.usual``; deliveries are judged in
``ingest.expected``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from ccds_pipeline.ingest.contract import CheckOutcome
from ccds_pipeline.ingest.expected import COMPARED, LEAST_COMPARED, NOT_MEASURED_YET
from ccds_pipeline.statistics.usual import Share, is_lower_share, roughly, together
from ccds_pipeline.warehouse.select_files import run_statement

_LEAST = 0.10

Rates = Mapping[str, Sequence[tuple[str, Share]]]
"""By what is compared with itself only, a source or a wave: shares with their days or months, in order."""


def read_link_rates(connection: sa.Connection) -> Rates:
    """Return by source which share of the responses of each delivery is linked."""
    return _rates(connection, "ops/link_rates")


def read_response_rates(connection: sa.Connection) -> Rates:
    """Return by wave for which share of each month's attendances there is an answer."""
    return _rates(connection, "ops/response_rates")


def _rates(connection: sa.Connection, statement: str) -> Rates:
    rates: dict[str, list[tuple[str, Share]]] = defaultdict(list)
    for group, when, hits, of in run_statement(connection, statement):
        rates[group].append((str(when), Share(hits, of)))
    return rates


def judge_link_rates(rates: Rates) -> CheckOutcome:
    """Return whether the newest delivery of each source is linked as those before."""
    return _judge(
        "links_are_as_usual",
        rates,
        "{group}/{when}: {now} of the responses are linked to a session, where {usual} is usual: look "
        "whether address, reference, code or session is missing in the export, or attendance of its sessions "
        "has not come yet.",
    )


def judge_response_rates(rates: Rates) -> CheckOutcome:
    """Return whether as many answer in the newest month of each wave as in those before."""
    return _judge(
        "response_rates_are_as_usual",
        rates,
        "{group}, sessions of {when}: {now} of the attendances have an answer, where {usual} is usual: "
        "look whether every survey of these sessions was delivered, and whether its link was sent.",
    )


def _judge(name: str, rates: Rates, sentence: str) -> CheckOutcome:
    lower, unmeasured = [], []
    for group, shares in rates.items():
        *earlier, (when, now) = shares
        before = [share for _, share in earlier[-COMPARED:]]
        if len(before) < LEAST_COMPARED:
            unmeasured.append(group)
        elif is_lower_share(before, now, least=_LEAST):
            usual = roughly(together(before))
            lower.append((group, sentence.format(group=group, when=when, now=roughly(now), usual=usual)))
    is_measured = bool(rates) and not unmeasured
    missing = (
        f"Not measured yet: {', '.join(unmeasured) or 'nothing came'}; fewer than {LEAST_COMPARED} before."
    )
    return CheckOutcome(
        name,
        passed=is_measured and not lower,
        is_warning=True,
        counts={"compared": len(rates) - len(unmeasured), NOT_MEASURED_YET: len(unmeasured)},
        rules=(*(group for group, _ in lower), *(() if is_measured else (NOT_MEASURED_YET,))),
        advice=" ".join([*(text for _, text in lower), *([] if is_measured else [missing])]),
    )
