"""What was not loaded, what to do about it, and which deliveries to load again after a correction.

Only references are known of a row, so a replay reads the file in the landing again. Loading belongs in
``delivery``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter

from ccds_pipeline.deidentify.exclusion import ERASED, PAST_RETENTION
from ccds_pipeline.errors import CcdsError, FileRef, FileRefusedError
from ccds_pipeline.ingest.inspection.content import printable
from ccds_pipeline.ingest.remedies import remedy_of
from ccds_pipeline.ingest.store.ledger import (
    Excluded,
    Refusal,
    Rejection,
    SetAside,
    exclusions,
    refusals,
    rejections,
    unread_answers,
)
from ccds_pipeline.ingest.store.staging import DeliveryKey
from ccds_pipeline.settings import Settings
from ccds_pipeline.sources.landing import Delivery, find_deliveries
from ccds_pipeline.sources.private_copy import digest_of
from ccds_pipeline.warehouse.engine import open_present

_OUTSIDE = "answer_outside_scale"
NOTHING = "No row is rejected, no answer set aside and no file refused."
_REPLAY = "After the correction: ccds run --replay"
_WHY_EXCLUDED = {
    ERASED: "of persons who were erased",
    PAST_RETENTION: "older than retention: of the programme file lets records be kept",
}


@dataclass(frozen=True)
class Place:
    """Rejected rows of one file: how many, and the first lines.

    ``file`` is its path in the landing, found by its digest; a reference where it is no longer there.
    """

    file: str
    rows: int
    first_lines: Sequence[int]


@dataclass(frozen=True)
class RejectedRows:
    """The rows of one source that break one rule at one field; the field is empty for the whole row.

    A row that breaks two rules is in two of these.
    """

    source: str
    rule: str
    field: str
    rows: int
    remedy: str
    places: tuple[Place, ...]


@dataclass(frozen=True)
class UnreadAnswers:
    """The answers to one question of one source that are not understood; the rest of their rows is loaded."""

    source: str
    rule: str
    field: str
    answers: int
    remedy: str


@dataclass(frozen=True)
class RefusedFile:
    """A file none of whose rows is loaded; ``message`` says what is wrong and what to do about this one."""

    source: str
    file: str
    rule: str
    line: int | None
    message: str
    remedy: str


@dataclass(frozen=True)
class Rejects:
    """All that the warehouse does not hold of its deliveries, as of now."""

    rejected: tuple[RejectedRows, ...]
    refused: tuple[RefusedFile, ...]
    excluded: tuple[Excluded, ...] = ()
    answers: tuple[UnreadAnswers, ...] = ()


def read_rejects(settings: Settings, sources: Collection[str], *, only: str | None = None) -> Rejects:
    """Read what was not loaded.

    Args:
        settings: Where warehouse and landing are; the landing is only needed to name files by their paths.
        sources: The sources of the programme.
        only: The only source to report; all if None.

    Raises:
        ConfigurationError: If nothing was loaded yet.
    """
    with open_present(settings.warehouse_file, read_only=True) as connection:
        rejected, refused, excluded = rejections(connection), refusals(connection), exclusions(connection)
        unread = unread_answers(connection)
    landed: Sequence[Delivery] = ()
    with suppress(CcdsError):  # the landing may be elsewhere; then references are shown
        landed = find_deliveries(settings.landing_url, sources).deliveries
    files = LandingFiles(landed)
    return Rejects(
        group_rejections(
            [rejection for rejection in rejected if only in {None, rejection.source_id}], files.name
        ),
        tuple(
            RefusedFile(
                refusal.source_id,
                files.name(refusal),
                refusal.rule,
                refusal.line,
                refusal.message,
                remedy_of(refusal.rule),
            )
            for refusal in refused
            if only in {None, refusal.source_id}
        ),
        tuple(one for one in excluded if only in {None, one.source_id}),
        tuple(
            name_unread(found.source_id, found.question_id, found.answers)
            for found in unread
            if only in {None, found.source_id}
        ),
    )


def as_json(rejects: Rejects) -> str:
    """Return one JSON object: lists of rejected rows, refused files, excluded rows, unread answers."""
    return json.dumps(asdict(rejects), indent=2)


def as_text(rejects: Rejects) -> str:
    """Return the groups and files for people to read."""
    lines = list(set_aside_lines(rejects))
    lines += [_REPLAY] if lines else [NOTHING]
    return "\n".join([*lines, *map(excluded_line, rejects.excluded)])


def set_aside_lines(rejects: Rejects) -> Iterator[str]:
    """Yield what is rejected, refused or not understood, with what to do about it."""
    for group in rejects.rejected:
        yield from _group_lines(group)
    for file in rejects.refused:
        yield from _file_lines(file)
    for answers in rejects.answers:
        yield from _answer_lines(answers)


def excluded_line(excluded: Excluded) -> str:
    """Say how many rows are excluded and why."""
    why = _WHY_EXCLUDED.get(excluded.reason, f"the programme file excludes them as {excluded.reason}")
    return f"{excluded.source_id} [{excluded.reason}]: {excluded.rows:,} excluded row(s): {why}"


class LandingFiles:
    """Names a file by its path within the landing, where its delivery has a file of the same content.

    For whoever runs a command and can list the landing. A file's name may be somebody's, so what is stored
    names files by ``FileRef``.
    """

    def __init__(self, deliveries: Iterable[Delivery]) -> None:
        self._deliveries = {(one.source_id, one.delivery_on.isoformat()): one for one in deliveries}
        self._paths: dict[tuple[str, str], dict[str, str]] = {}

    def name(self, found: Rejection | Refusal) -> str:
        """Return the path of a file; a reference by number and digest where it is no longer there."""
        key = found.source_id, found.delivery_on.isoformat()
        if key not in self._paths:
            self._paths[key] = _paths_by_digest(self._deliveries.get(key))
        reference = FileRef(*key, found.file_number, found.digest)
        return self._paths[key].get(found.digest, str(reference))


def _paths_by_digest(delivery: Delivery | None) -> dict[str, str]:
    paths = {}
    for file in delivery.files if delivery else ():
        with suppress(FileRefusedError):
            paths[digest_of(file)] = printable(f"{delivery}/{file.name}")
    return paths


def name_unread(source: str, question: str, answers: int) -> UnreadAnswers:
    """Return the answers to a question that are not understood, with rule and remedy."""
    return UnreadAnswers(source, _OUTSIDE, question, answers, remedy_of(_OUTSIDE))


def group_rejections(
    rejected: Iterable[Rejection], name_of: Callable[[Rejection], str]
) -> tuple[RejectedRows, ...]:
    """Return rejected rows by source, rule and field, most rows first; ``name_of`` names a file."""
    by_group = attrgetter("source_id", "rule", "column_name")
    groups = []
    for (source, rule, field), same in groupby(sorted(rejected, key=by_group), by_group):
        places = tuple(Place(name_of(found), found.rows, found.first_lines) for found in same)
        rows = sum(place.rows for place in places)
        groups.append(RejectedRows(source, rule, field, rows, remedy_of(rule), places))
    return tuple(sorted(groups, key=lambda group: -group.rows))


def _group_lines(group: RejectedRows) -> Iterator[str]:
    field = f", {group.field}" if group.field else ""
    yield f"{group.source}{field} [{group.rule}]: {group.rows:,} rejected row(s)"
    for place in group.places:
        yield f"  {place.file}: {place.rows:,} row(s), {lines_of(place.rows, place.first_lines)}"
    yield f"  What to do: {group.remedy}"


def lines_of(rows: int, first_lines: Sequence[int]) -> str:
    """Say on which lines so many rows begin, by the first of them."""
    more = ", …" if rows > len(first_lines) else ""
    return f"line {', '.join(map(str, first_lines))}{more}"


def _answer_lines(unread: UnreadAnswers) -> Iterator[str]:
    yield (
        f"{unread.source}, {unread.field} [{unread.rule}]: {unread.answers:,} answer(s) not understood; "
        "the rest of each response is loaded"
    )
    yield f"  What to do: {unread.remedy}"


def _file_lines(file: RefusedFile) -> Iterator[str]:
    line = f", line {file.line}" if file.line else ""
    yield f"{file.source} [{file.rule}]: refused file"
    yield f"  {file.file}{line}: {file.message}"


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
    answers = sum(entry.unread_answers for entry in replayed)
    return f"{rows:,} row(s), {answers:,} answer(s) and {files:,} file(s)"


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
