"""The ideal evaluator's rules, one invented person at a time."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from ccds_pipeline.synthetic.attendance import present_time
from ccds_pipeline.synthetic.records import (
    Booking,
    BookingState,
    Employment,
    Person,
    Presence,
    Response,
    Session,
    Wave,
)
from ccds_pipeline_tests.truth.codes_compared import Link, differ_by_one_slip
from ccds_pipeline_tests.truth.evaluate import AttendedSession, Evaluation, evaluate, identifies

EMAIL = "ann.example1@nhs.example"
SURGERY = Employment("Surgery", "GP", True, "Y58", "primary", "gp")
HOSPITAL = Employment("Hospital", "Nurse", False, "Y63", "secondary_acute", "nursing_midwifery")


def session(number: int, starts: datetime) -> Session:
    return Session(number, f"CCDS-{number:04d}", starts, starts + timedelta(hours=3), "2022-03", True)


MARCH = session(1, datetime.fromisoformat("2022-03-01T09:30"))
MAY = session(2, datetime.fromisoformat("2022-05-03T09:30"))


def person() -> Person:
    return Person("Ann", "Example", EMAIL, "", SURGERY)


def stay(at: Session, *minutes: tuple[int, int], email: str = EMAIL) -> Presence:
    joins = tuple((at.starts + timedelta(minutes=a), at.starts + timedelta(minutes=b)) for a, b in minutes)
    return Presence(at, "Ann Example", email, joins)


def booking(
    of: Session, days_before: int, *, state: BookingState = "booked", at: Employment = SURGERY
) -> Booking:
    booked_at = of.starts - timedelta(days=days_before)
    return Booking("pretix", 1, "A", 1, "A 1", of, booked_at, [(booked_at, state)], at, EMAIL, EMAIL)


def response(wave: Wave, submitted_at: datetime, *, about: Session = MARCH, email: str = EMAIL) -> Response:
    return Response(wave, 1, about, submitted_at, submitted_at, email, (1,), "")


def attended(who: Person) -> list[AttendedSession]:
    (participant,) = evaluate([who]).participants
    return list(participant.attended.values())


def only_link(who: Person) -> Link:
    (link,) = evaluate([who]).links
    return link


def answered_with_code(
    name: str, code: str, *, pre: str = "", is_identified: bool = True, post_code: str | None = None
) -> Person:
    """Somebody who attended; answered after the session with the code, and before it with code alone."""
    email = f"{name}@nhs.example"
    who = Person(name, "Example", email, "", SURGERY)
    who.bookings.append(replace(booking(MARCH, 5), reference=name, email=email))
    who.presences.append(stay(MARCH, (0, 90), email=email))
    after = response("post", MARCH.ends, email=email if is_identified else "")
    who.responses.append(replace(after, session=MARCH, link_code=code if post_code is None else post_code))
    if pre:
        before = response("pre", MARCH.starts - timedelta(days=1), email="")
        who.responses.append(replace(before, number=sum(name.encode()), session=MARCH, link_code=pre))
    return who


def pre_links(evaluation: Evaluation) -> list[tuple[str, str, str]]:
    """Return tier, outcome and owner of each response before the session."""
    return [(link.tier, link.outcome, link.owner) for link in evaluation.links if link.wave == "pre"]


def test_time_on_two_devices_at_once_counts_once():
    joins = stay(MARCH, (0, 20), (10, 25), (40, 45)).joins
    assert present_time(joins) == timedelta(minutes=30)


@pytest.mark.parametrize(
    ("minutes", "sessions_n"),
    [([(0, 30)], 1), ([(0, 29)], 0), ([(0, 20), (5, 25)], 0), ([(0, 15), (60, 75)], 1)],
)
def test_thirty_minutes_of_presence_are_attendance(minutes, sessions_n):
    who = person()
    who.presences.append(stay(MARCH, *minutes))
    assert len(attended(who)) == sessions_n


@pytest.mark.parametrize(
    ("minutes", "sessions_n"),
    [([(-60, 29)], 0), ([(-60, 30)], 1), ([(151, 400)], 0), ([(150, 400)], 1), ([(-90, -10)], 0)],
)
def test_only_time_while_the_session_is_on_counts(minutes, sessions_n):
    who = person()
    who.presences.append(stay(MARCH, *minutes))
    assert len(attended(who)) == sessions_n


@pytest.mark.parametrize("typed", [EMAIL, EMAIL.upper(), f" {EMAIL} ", EMAIL.replace("a", "\uff41")])
def test_an_address_identifies_its_person_however_it_is_typed(typed):
    assert identifies(typed, person())


@pytest.mark.parametrize("typed", ["", "anonymous", "ann@example.com"])
def test_other_addresses_identify_nobody_who_did_not_book(typed):
    who = person()
    who.presences.append(stay(MARCH, (0, 90), email=typed))
    assert attended(who) == []


def test_the_name_of_a_booked_place_identifies_who_joins_without_an_address():
    who = person()
    who.bookings.append(booking(MARCH, 5))
    who.presences.append(stay(MARCH, (0, 90), email=""))
    assert len(attended(who)) == 1


def test_a_blank_address_does_not_identify_a_person_without_one():
    assert not identifies("", replace(person(), email=""))


def test_the_sessions_own_latest_booking_that_was_not_cancelled_gives_the_employment():
    who = person()
    who.presences.append(stay(MARCH, (0, 90)))
    who.bookings = [booking(MARCH, 9, at=HOSPITAL), booking(MARCH, 5, state="cancelled"), booking(MAY, 1)]
    assert attended(who)[0].employment == HOSPITAL


def test_the_latest_booking_of_any_session_gives_the_employment_when_the_sessions_own_are_cancelled():
    who = person()
    who.presences.append(stay(MARCH, (0, 90)))
    who.bookings = [booking(MARCH, 5, state="cancelled"), booking(MAY, 1, at=HOSPITAL)]
    assert attended(who)[0].employment == HOSPITAL


def test_a_booking_whose_row_is_rejected_says_nothing():
    who = person()
    who.presences.append(stay(MARCH, (0, 90)))
    who.bookings = [replace(booking(MARCH, 5), flaw="no_status")]
    assert attended(who)[0].employment.region == "unknown"


def test_a_booking_reference_links_even_under_another_address():
    who = person()
    who.presences.append(stay(MARCH, (0, 90)))
    answer = response("post", MARCH.ends, email="ann@example.com")
    who.responses.append(replace(answer, booking=booking(MARCH, 5)))
    link = only_link(who)
    assert (link.tier, link.session, link.state) == ("reference", MARCH, "valid")


def test_the_reference_of_a_rejected_booking_gives_way_to_the_address():
    who = person()
    who.presences.append(stay(MARCH, (0, 90)))
    rejected = replace(booking(MAY, 5), flaw="no_status")
    who.responses.append(replace(response("post", MARCH.ends), booking=rejected, session=MARCH))
    assert (only_link(who).tier, only_link(who).state) == ("email", "valid")


def test_a_response_to_a_session_that_was_not_attended_is_not_valid():
    who = person()
    who.presences.append(stay(MARCH, (0, 90)))
    who.responses.append(replace(response("post", MAY.ends), session=MAY))
    assert only_link(who).state == "not_attended"


@pytest.mark.parametrize(
    ("wave", "submitted_at", "meant"),
    [
        ("pre", MARCH.starts - timedelta(days=1), MARCH),
        ("pre", MARCH.starts, MARCH),
        ("pre", MARCH.starts + timedelta(seconds=1), MAY),
        ("pre", MAY.starts + timedelta(seconds=1), None),
        ("post", MARCH.starts - timedelta(seconds=1), None),
        ("post", MARCH.starts, MARCH),
        ("follow_up", MAY.starts - timedelta(seconds=1), MARCH),
        ("follow_up", MAY.starts + timedelta(days=42), MAY),
    ],
)
def test_an_address_alone_links_by_time(wave, submitted_at, meant):
    who = person()
    who.presences = [stay(MAY, (0, 90)), stay(MARCH, (0, 90))]
    who.responses.append(response(wave, submitted_at))
    assert only_link(who).session == meant


@pytest.mark.parametrize(("wave", "minutes"), [("pre", 1), ("post", -1), ("follow_up", -1)])
def test_a_response_on_the_wrong_side_of_the_session_is_not_valid(wave, minutes):
    who = person()
    who.presences.append(stay(MARCH, (0, 90)))
    late = response(wave, MARCH.starts + timedelta(minutes=minutes))
    who.responses.append(replace(late, session=MARCH))
    assert only_link(who).state == "wrong_time"


def test_the_latest_response_counts_and_an_unfinished_one_does_not():
    who = person()
    who.presences.append(stay(MARCH, (0, 90)))
    first, second, third = (response("post", MARCH.ends + timedelta(hours=n)) for n in range(3))
    who.responses = [second, first, replace(third, flaw="unfinished")]
    evaluation = evaluate([who])
    assert evaluation.participants[0].attended[MARCH.number].valid["post"].response is second
    assert [link.state for link in evaluation.links] == ["valid", "superseded"]


@pytest.mark.parametrize(
    ("written", "tier"),
    [("NA07WE", "code"), ("na 07 we", "code"), ("NA-07-WE.", "code"), ("NA70WE", "near_code"),
     ("NA07W", "near_code"), ("NA07WEE", "near_code"), ("NO07WE", "near_code")],
)  # fmt: skip
def test_a_code_alone_links_to_who_gave_it_in_another_wave_also_with_one_slip(written, tier):
    evaluation = evaluate(
        [answered_with_code("ann", "NA07WE", pre=written), answered_with_code("bo", "ET21GR")]
    )
    assert pre_links(evaluation) == [(tier, "matched", "ann@nhs.example")]


@pytest.mark.parametrize("written", ["", " - ", "n/a", "0000", "ET07GR"])
def test_what_is_no_code_or_another_one_links_nobody(written):
    evaluation = evaluate([answered_with_code("ann", "NA07WE", pre=written or " ")])
    assert pre_links(evaluation) == [("none", "unmatched", "")]


def test_a_code_that_two_gave_in_one_wave_links_nobody():
    people = [answered_with_code("ann", "NA07WE", pre="NA07WE"), answered_with_code("bo", "NA07WE")]
    assert pre_links(evaluate(people)) == [("none", "collided", "")]


def test_a_code_one_slip_from_two_codes_links_nobody():
    people = [answered_with_code("ann", "NA07WE", pre="NA08WE"), answered_with_code("bo", "NA09WE")]
    assert pre_links(evaluate(people)) == [("none", "ambiguous", "")]


def test_responses_of_two_waves_with_one_code_and_no_name_are_one_respondent_of_no_session():
    evaluation = evaluate([answered_with_code("ann", "NA07WE", pre="NA07WE", is_identified=False)])
    assert {link.tier for link in evaluation.links} == {"code"}
    assert len({link.owner for link in evaluation.links}) == 1
    assert {link.state for link in evaluation.links} == {"not_linked"}


def test_of_two_who_share_an_address_each_is_a_participant():
    ann, bo = answered_with_code("ann", "NA07WE", pre="NA07WE"), answered_with_code("bo", "ET21GR")
    for who in (ann, bo):
        who.email = "team@nhs.example"
        who.presences = [replace(one, email="team@nhs.example") for one in who.presences]
        who.responses[0] = replace(who.responses[0], email="team@nhs.example", booking=who.bookings[0])
    evaluation = evaluate([ann, bo])
    assert [set(one.attended[MARCH.number].valid) for one in evaluation.participants] == [
        {"pre", "post"},
        {"post"},
    ]
    assert pre_links(evaluation) == [("code", "matched", "team@nhs.example ann Example")]


def test_an_address_that_several_share_identifies_nobody():
    ann, bo = answered_with_code("ann", ""), answered_with_code("bo", "")
    for who in (ann, bo):
        who.email = "team@nhs.example"
        who.responses[0] = replace(who.responses[0], email="team@nhs.example")
    assert {(link.tier, link.outcome) for link in evaluate([ann, bo]).links} == {("none", "collided")}


@pytest.mark.parametrize(
    ("answers", "is_withdrawn"),
    [([True], False), ([False], True), ([True, False], True), ([False, True], False)],
)
def test_the_latest_answer_of_an_active_booking_withdraws_the_follow_up(answers, is_withdrawn):
    who = person()
    who.presences.append(stay(MARCH, (0, 90)))
    consents = [(MARCH.starts + timedelta(days=day), answer) for day, answer in enumerate(answers)]
    who.bookings.append(replace(booking(MARCH, 5), consents=consents))
    assert attended(who)[0].is_withdrawn == is_withdrawn


@pytest.mark.parametrize(
    ("one", "other", "is_slip"),
    [("na07we", "na07we", False), ("na07we", "na7we", True), ("na07we", "an07we", True),
     ("abcd", "abce", False), ("abcde", "bcdea", False), ("na07we", "en08we", False)],
)  # fmt: skip
def test_one_slip_is_one_character_or_one_swap(one, other, is_slip):
    assert differ_by_one_slip(one, other) == differ_by_one_slip(other, one) == is_slip
