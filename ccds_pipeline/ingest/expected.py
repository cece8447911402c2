"""Does what comes come when it should, and is it as usual? Judged of deliveries; never a reason to stop.

What a source declares is in the programme file (``expected``); what differs by more than chance and habit is
decided in ``statistics.usual``. Link and response rates are judged in ``kpi.usual_rates``, as they need core.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from ccds_pipeline.ingest.contract import CheckOutcome
from ccds_pipeline.programme.model import Expected, Source
from ccds_pipeline.statistics.usual import (
    Share,
    is_lower_share,
    is_other_distribution,
    is_unusual_count,
    roughly,
    together,
)
from ccds_pipeline.warehouse.select_files import run_statement

COMPARED, LEAST_COMPARED = 8, 3
"""How many deliveries before are compared at most, and how many there have to be."""

NOT_MEASURED_YET = "not_measured_yet"
_LEAST_REJECTED, _LEAST_IDENTIFIED = 0.05, 0.10
_SHOWN_FROM = 100  # a share of fewer records would show how many they are
_SHOWN = 3
_TICKS = 60


@dataclass(frozen=True)
class Delivered:
    """One delivery that was read whole: its rows, and those of the records that it brought.

    ``identified`` have an address, a reference or a code; ``answers`` are counts by question and answer.
    """

    delivery_on: date
    received: int
    rejected: int
    records: int
    identified: int
    answers: Mapping[str, Mapping[str, int]]

    @property
    def accepted_share(self) -> Share:
        """Received rows that were not rejected."""
        return Share(self.received - self.rejected, self.received)

    @property
    def identified_share(self) -> Share:
        """Records that show whose they are."""
        return Share(self.identified, self.records)


class Finding(NamedTuple):
    """What is unlike the usual in one delivery: the rule, and a sentence that says what to do."""

    rule: str
    sentence: str


def read_delivered(connection: sa.Connection, source_id: str) -> list[Delivered]:
    """Return the deliveries of a source that were read whole, the earliest first."""
    answers: dict[date, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for day, question_id, answer, number in run_statement(
        connection, "ops/delivered_answers", source_id=source_id
    ):
        answers[day][question_id][answer] = number
    counts = run_statement(connection, "ops/delivered_counts", source_id=source_id)
    return [
        Delivered(day, received, rejected, records, identified, answers.get(day, {}))
        for day, received, rejected, records, identified in counts
    ]


def judge_usual(source: Source, delivered: Sequence[Delivered], days: Sequence[date]) -> CheckOutcome:
    """Return whether deliveries are as those before them; where too few were before, it is not measured.

    Args:
        source: Whose deliveries they are.
        delivered: Every delivery of it that was read whole, the earliest first.
        days: Which of them are judged.
    """
    judged = [(place, one) for place, one in enumerate(delivered) if one.delivery_on in set(days)]
    found: dict[date, list[Finding]] = {}
    measured = []
    for place, one in judged:
        before = delivered[max(place - COMPARED, 0) : place]
        found[one.delivery_on] = [*_volume(source, before, one), *_make_up(source, before, one)]
        measured.append(len(before) >= LEAST_COMPARED or source.expected.rows is not None)
    findings = [finding for each in found.values() for finding in each]
    is_measured = bool(measured) and measured[-1]
    rules = tuple(dict.fromkeys(finding.rule for finding in findings))
    return CheckOutcome(
        "deliveries_are_as_usual",
        passed=is_measured and not findings,
        is_warning=True,
        counts=_shown(judged[-1][1]) if judged else {},
        rules=rules or (() if is_measured else (NOT_MEASURED_YET,)),
        days=tuple(day for day, each in found.items() if each),
        advice=_advice(findings) if findings or is_measured else _not_measured(len(delivered)),
    )


def _not_measured(number: int) -> str:
    return (
        f"Not measured yet: {number:,} deliveries were read whole, and the first {LEAST_COMPARED} have none "
        "to be compared with. Declare expected: {rows: …} for the source to have them measured now."
    )


def _advice(findings: Sequence[Finding]) -> str:
    more = f" And {len(findings) - _SHOWN:,} more." if len(findings) > _SHOWN else ""
    return " ".join(finding.sentence for finding in findings[-_SHOWN:]) + more


def _shown(newest: Delivered) -> dict[str, int | float]:
    """Return what Dagster plots of the newest delivery; no share of few records."""
    counts: dict[str, int | float] = {"received_rows": newest.received}
    if newest.received >= _SHOWN_FROM:
        counts["rejected_per_cent"] = float(round(100 * (1 - newest.accepted_share.value)))
    if newest.records >= _SHOWN_FROM:
        counts["identified_per_cent"] = float(round(100 * newest.identified_share.value))
    return counts


def _volume(source: Source, before: Sequence[Delivered], now: Delivered) -> Iterator[Finding]:
    declared = source.expected.rows
    counts = [one.received for one in before] if declared is None else [declared]
    if declared is None and len(counts) < LEAST_COMPARED:
        return
    if is_unusual_count(counts, now.received):
        usual = round(median(counts))
        ask = (
            "ask who exports it whether a filter was set or a part is missing"
            if now.received < usual
            else "look whether it was exported twice, or over a longer time than the ones before"
        )
        yield Finding(
            "rows_are_as_many_as_usual",
            f"{source.id}/{now.delivery_on} has {now.received:,} rows, where {usual:,} are usual: {ask}, and "
            "put a corrected export into the same folder.",
        )


def _make_up(source: Source, before: Sequence[Delivered], now: Delivered) -> Iterator[Finding]:
    if len(before) < LEAST_COMPARED:
        return
    place = f"{source.id}/{now.delivery_on}"
    accepted = [one.accepted_share for one in before]
    if is_lower_share(accepted, now.accepted_share, least=_LEAST_REJECTED):
        yield Finding(
            "few_rows_are_rejected",
            f"{place}: {roughly(now.accepted_share)} of the rows are accepted, where "
            f"{roughly(together(accepted))} is usual: ccds rejects says which rules the others break; "
            "correct the export or its part of the programme file.",
        )
    identified = [one.identified_share for one in before]
    if is_lower_share(identified, now.identified_share, least=_LEAST_IDENTIFIED):
        yield Finding(
            "records_are_identified",
            f"{place}: {roughly(now.identified_share)} of the records have an address, reference or code, "
            f"where {roughly(together(identified))} is usual: look whether the export was made anonymous, or "
            "a column of it has another name.",
        )
    for question_id, answers in now.answers.items():
        earlier = [one.answers.get(question_id, {}) for one in before]
        if sum(map(bool, earlier)) >= LEAST_COMPARED and is_other_distribution(earlier, answers):
            yield Finding(
                f"answers_are_spread_as_before ({question_id})",
                f"{place}: answers to {question_id} are spread otherwise than before: look whether its "
                "wording, or the order of its options, was changed in the survey.",
            )


class Due(NamedTuple):
    """That a delivery of ``since`` or later had to be there ``at`` that time, and why."""

    at: datetime
    since: date
    why: str


def last_due(expected: Expected, now: datetime, timezone: str, last_session_on: date | None) -> Due | None:
    """Return what should be there by now; None where nothing is due yet.

    Args:
        expected: With a rhythm.
        now: With its zone.
        timezone: Of the programme.
        last_session_on: The last session of which a delivery is due, as ``last_session`` returns it.
    """
    local = now.astimezone(ZoneInfo(timezone))
    if expected.due is not None:
        from croniter import croniter

        ticks = croniter(expected.due, local)
        at, before = (ticks.get_prev(datetime) for _ in range(2))
        since = min(before.date() + timedelta(days=1), at.date())
        return Due(at, since, f"one is due by {at:%A %Y-%m-%d %H:%M}")
    if last_session_on is None:
        return None
    days = expected.days_after_session or 0
    end = last_session_on + timedelta(days=days + 1)
    why = f"there was a session on {last_session_on}, and one is due {days} days after"
    return Due(datetime(end.year, end.month, end.day, tzinfo=ZoneInfo(timezone)), last_session_on, why)


def last_session(connection: sa.Connection, expected: Expected, now: datetime, timezone: str) -> date | None:
    """Return the day of the last session that is so far back that a delivery had to follow it."""
    today = now.astimezone(ZoneInfo(timezone)).date()
    before_on = today - timedelta(days=expected.days_after_session or 0)
    found: date | None = run_statement(
        connection, "ops/last_session", before_on=before_on, timezone=timezone
    ).scalar_one()
    return found


def shortest_pause(cron: str) -> timedelta:
    """Return the shortest time between two of the next times of a cron expression."""
    from croniter import croniter

    ticks = croniter(cron, datetime(2026, 1, 1))  # noqa: DTZ001  # pauses, not times
    times: list[datetime] = [ticks.get_next(datetime) for _ in range(_TICKS)]
    return min(later - earlier for earlier, later in pairwise(times))


def judge_arrival(source: Source, newest: date | None, due: Due | None, now: datetime) -> CheckOutcome:
    """Return whether the newest delivery of a source came in time.

    Args:
        source: With a rhythm.
        newest: Day of the newest delivery that lies in the landing or was loaded.
        due: As ``last_due`` returns it.
        now: With its zone.
    """
    is_late = due is not None and (newest is None or newest < due.since)
    rule = "delivery_comes_in_time" if is_late else NOT_MEASURED_YET
    advice = "Not measured yet: no delivery is due."
    counts: dict[str, int | float] = {}
    if due is not None:
        had = "none came yet" if newest is None else f"the newest is of {newest}"
        ask = f"Ask {source.owner or 'its owner'} for the export, and put it into"
        late = f"{source.id} is overdue: {due.why}, and {had}. {ask} landing/{source.id}/<yyyy-mm-dd>/."
        advice = late if is_late else ""
        counts = {"days_overdue": round((now - due.at) / timedelta(days=1), 1) if is_late else 0.0}
    passed = due is not None and not is_late
    return CheckOutcome(
        "delivery_is_not_overdue",
        passed=passed,
        is_warning=True,
        counts=counts,
        rules=() if passed else (rule,),
        advice=advice,
    )


def judge_source_arrival(
    connection: sa.Connection, source: Source, newest: date | None, *, now: datetime, timezone: str
) -> CheckOutcome:
    """Return whether a source with a rhythm is overdue; arguments are those of ``judge_arrival``."""
    session_on = (
        last_session(connection, source.expected, now, timezone)
        if source.expected.days_after_session is not None
        else None
    )
    return judge_arrival(source, newest, last_due(source.expected, now, timezone, session_on), now)
