"""The counts of ``sql/kpi`` equal a plain recomputation from the same records, in whatever order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccds_pipeline_tests.support.core_content import Attendance, Booking, Core, Response
from ccds_pipeline_tests.support.core_tables import kpi_tables

pytestmark = pytest.mark.slow


PEOPLE = ("ann", "bob", "cat", "dan")
REGIONS = ("Y60", "Y61")
SESSIONS = {"s1": date(2022, 3, 10), "s2": date(2022, 4, 5), "s3": date(2022, 4, 28), "s4": None}
MONTHS = {code: f"{on:%Y-%m}" if on else "unknown" for code, on in SESSIONS.items()}
Counts = dict[Any, tuple[Any, ...]]

AGREEMENT, TACTICS = ("disagree", "partly", "agree"), ("listen", "pause", "ask")

score = st.one_of(st.none(), st.integers(1, 5))
after_answers = st.fixed_dictionaries(
    {},
    optional={
        "clear": st.sampled_from((*AGREEMENT, "N/A", None)),
        "tactics": st.one_of(st.none(), st.lists(st.sampled_from(TACTICS), min_size=1, unique=True)),
        "sure": score,
        "calm": score,
    },
)
before_answers = st.fixed_dictionaries({}, optional={"sure": score})


@st.composite
def cores(draw: st.DrawFn) -> Core:
    region = st.sampled_from(REGIONS)
    places = st.tuples(st.sampled_from(PEOPLE), st.sampled_from(tuple(SESSIONS)))
    attendances = [
        Attendance(person, session, draw(region), draw(st.sampled_from((True, True, True, False))))
        for person, session in draw(st.lists(places, unique=True, max_size=12))
    ]
    attendances += [
        Attendance(None, session, draw(region))
        for session in draw(st.lists(st.sampled_from(tuple(SESSIONS)), max_size=3))
    ]
    bookings = [
        Booking(
            person, session, draw(region), draw(st.sampled_from(("booked", "cancelled"))), draw(st.booleans())
        )
        for person, session in draw(
            st.lists(
                st.tuples(st.sampled_from((*PEOPLE, None)), st.sampled_from(tuple(SESSIONS))), max_size=8
            )
        )
    ]
    responses = [
        Response(
            attendance.person,
            attendance.session,
            wave,
            draw(answers),
            draw(st.integers(0, 90)),
            state,
            draw(st.sampled_from(("reference", "email"))),
        )
        for attendance in attendances
        if attendance.is_attended and attendance.person
        for wave, answers in (("before", before_answers), ("after", after_answers), ("later", st.just({})))
        if (state := draw(st.sampled_from(("valid", "valid", "superseded", "absent")))) != "absent"
    ]
    return Core(SESSIONS, attendances, bookings, draw(st.permutations(responses)))


def attended_of(core: Core) -> dict[tuple[str, str], Attendance]:
    return {
        (attendance.person, attendance.session): attendance
        for attendance in core.attendances
        if attendance.is_attended and attendance.person
    }


def parts_of(place: Attendance | Booking) -> Iterator[tuple[str, str]]:
    yield "all", "all"
    yield "month", MONTHS[place.session]
    yield "region", place.region


def valid_responses(core: Core) -> Iterator[tuple[tuple[str, str], Response]]:
    """Each valid response, once for each part of each breakdown."""
    attended = attended_of(core)
    for response in core.responses:
        if response.state == "valid":
            for part in parts_of(attended[str(response.person), str(response.session)]):
                yield part, response


def as_dict(frame: pd.DataFrame, key: list[str], columns: list[str]) -> Counts:
    return dict(
        zip(
            frame[key].itertuples(index=False, name=None),
            frame[columns].itertuples(index=False, name=None),
            strict=True,
        )
    )


def some(counts: Counts) -> Counts:
    return {key: values for key, values in counts.items() if any(values)}


def expected_reach(core: Core) -> Counts:
    people: dict[Any, set[Any]] = defaultdict(set)
    counts: dict[Any, Counter[str]] = defaultdict(Counter)
    for attendance in core.attendances:
        if attendance.is_attended:
            for part in parts_of(attendance):
                counts[part]["attended" if attendance.person else "unidentified"] += 1
                if attendance.person:
                    people[part, "attended"].add(attendance.person)
    for number, booking in enumerate(core.bookings):
        kinds = (
            ["booking"] + ["cancelled"] * (booking.status == "cancelled") + ["no_show"] * booking.is_no_show
        )
        for part in parts_of(booking):
            for kind in kinds:
                counts[part][kind] += 1
                people[part, kind].add(booking.person or number)
    return {
        part: (
            len(people[part, "attended"]),
            count["attended"],
            count["unidentified"],
            *(
                n
                for kind in ("booking", "cancelled", "no_show")
                for n in (count[kind], len(people[part, kind]))
            ),
        )
        for part, count in counts.items()
    }


def expected_coverage(core: Core, as_of: date) -> Counts:
    days: dict[Any, Any] = {
        (response.person, response.session): response.days_after
        for response in core.responses
        if response.wave == "later" and response.state == "valid"
    }
    due: dict[Any, list[str | None]] = defaultdict(list)
    in_window: Counter[Any] = Counter()
    for key, attendance in attended_of(core).items():
        on = SESSIONS[attendance.session]
        if on and on + timedelta(days=42) <= as_of:
            for part in parts_of(attendance):
                due[part].append(attendance.person)
                in_window[part] += 28 <= days.get(key, -1) <= 70
    return {part: (in_window[part], len(people), len(set(people))) for part, people in due.items()}


def expected_answers(core: Core, question: str, favourable: set[str]) -> Counts:
    people: dict[Any, set[Any]] = defaultdict(set)
    counts: dict[Any, Counter[str]] = defaultdict(Counter)
    for part, response in valid_responses(core):
        if response.wave == "after" and question in response.answers:
            given_answer: Any = response.answers[question]
            counts[part]["eligible"] += 1
            if given_answer is None or given_answer == "N/A":
                counts[part]["blank" if given_answer is None else "not_applicable"] += 1
                continue
            ticked = {given_answer} if isinstance(given_answer, str) else set(given_answer)
            counts[part]["valid"] += 1
            counts[part]["favourable"] += bool(ticked & favourable)
            people[part].add(response.person)
    return {
        part: (
            count["favourable"],
            count["valid"],
            len(people[part]),
            count["blank"],
            count["not_applicable"],
            count["eligible"],
        )
        for part, count in counts.items()
    }


def paired_responses(core: Core) -> Iterator[tuple[Response, Response]]:
    """Each valid response before a session with the same person's one after it, both with a score."""
    answered = {
        (response.person, response.session, response.wave): response
        for response in core.responses
        if response.state == "valid" and response.answers.get("sure") is not None
    }
    for (person, session, wave), before in answered.items():
        after = answered.get((person, session, "after"))
        if wave == "before" and after is not None:
            yield before, after


def expected_pairs(core: Core) -> Counter[Any]:
    return Counter(
        (
            *part,
            before.answers["sure"],
            after.answers["sure"],
            (before.tier, after.tier) == ("reference", "reference"),
        )
        for before, after in paired_responses(core)
        for part in parts_of(attended_of(core)[str(before.person), str(before.session)])
    )


def expected_sessions(core: Core) -> Counts:
    pairs: dict[Any, list[tuple[Any, Any]]] = defaultdict(list)
    for before, after in paired_responses(core):
        pairs[before.session].append((before.answers["sure"], after.answers["sure"]))
    return {session: (len(scores), *map(sum, zip(*scores, strict=True))) for session, scores in pairs.items()}


def expected_scores(core: Core) -> Counter[Any]:
    counts: Counter[Any] = Counter()
    for part, response in valid_responses(core):
        answers: Mapping[str, Any] = response.answers
        sure, calm = answers.get("sure"), answers.get("calm")
        if sure is not None:
            if response.wave == "after":
                counts["W6", "item", *part, sure] += 1
            counts["W7", response.wave, *part, sure] += 1
            if calm is not None:
                counts["W6", "difference", *part, sure - calm] += 1
    return counts


@settings(max_examples=15, deadline=None)
@given(core=cores(), as_of=st.dates(date(2022, 3, 1), date(2022, 7, 1)))
def test_counts_equal_a_plain_recomputation(core, as_of):
    tables = kpi_tables(core, as_of=as_of)
    part = ["breakdown", "level"]

    reach = tables["reach_count"]
    assert some(
        as_dict(reach, part, [name for name in map(str, reach) if name not in part])
    ) == expected_reach(core)

    later = tables["response_count"][tables["response_count"]["wave"] == "later"]
    due = as_dict(later, part, ["in_window_n", "due_n", "due_persons_n"])
    assert some(due) == expected_coverage(core, as_of)

    counted = ["favourable_n", "valid_n", "people_n", "blank_n", "not_applicable_n", "eligible_n"]
    for kpi_id, question, favourable in (
        ("W4", "clear", {"agree"}),
        ("W5", "tactics", {"pause", "ask"}),
        ("W9", "clear", {"partly", "agree"}),
    ):
        counts = tables["answer_count"]
        answers = counts[(counts["kpi_id"] == kpi_id) & (counts["item"] == "item")]
        assert some(as_dict(answers, part, counted)) == expected_answers(core, question, favourable)

    pairs = as_dict(
        tables["pair_count"], [*part, "score_before", "score_after", "is_first_tier"], ["pairs_n"]
    )
    assert pairs == {key: (n,) for key, n in expected_pairs(core).items()}

    sessions = tables["pair_session"].set_index("session_code")[["pairs_n", "before_sum", "after_sum"]]
    assert dict(zip(sessions.index, sessions.itertuples(index=False, name=None), strict=True)) == (
        expected_sessions(core)
    )

    scores = as_dict(tables["score_count"], ["kpi_id", "item", *part, "score"], ["answers_n"])
    assert scores == {key: (n,) for key, n in expected_scores(core).items()}
