"""Which response belongs to whom: the tiers, what is shared or collides, and what bad input gives.

All scenarios lie in one warehouse; each has a session of its own.
"""

from collections.abc import Iterator

import pandas as pd
import pytest
import sqlalchemy as sa

from ccds_pipeline_tests.support.scenario import (
    Scenarios,
    address,
    load,
    outcomes,
    person_key,
    refresh,
    scenario_programme,
    warehouse_of,
)

CODE, SWAPPED, WRONG, SHORTER, LONGER = "AB12CD", "AB21CD", "AB92CD", "AB1CD", "AB12CCD"
EVERYBODY = [f"p{number}" for number in range(8)]
NO_CODES = ["", " ", "--", "…!?", "n/a", "0000"]


def all_scenarios() -> Scenarios:
    scenarios = Scenarios()
    for scenario in (
        _of_tiers,
        _of_near_codes,
        _of_collisions,
        _of_nobody,
        _of_shared_addresses,
        _of_bad_times,
    ):
        scenario(scenarios)
    return scenarios


def _of_tiers(s: Scenarios) -> None:
    s.comes("CODE", "ann")
    s.answers("post", "CODE", "ann", ref="CODE ann", code=CODE)
    s.answers("pre", "CODE", "alone", code="ab-12 cd")
    s.comes("BETTER", "bea")
    s.answers("post", "BETTER", "bea", ref="BETTER bea", code=CODE)
    s.answers("pre", "BETTER", "by email", mail=address("bea"))
    s.answers("pre", "BETTER", "alone", code=CODE)
    s.comes("EMAIL", "cai")
    s.answers("post", "EMAIL", "cai", mail=address("cai"), code=CODE, session="")
    s.answers("pre", "EMAIL", "alone", code=CODE)
    s.comes("PRIVATE", "dee")
    s.answers("post", "PRIVATE", "dee", ref="PRIVATE dee", code=CODE)
    s.answers("pre", "PRIVATE", "alone", mail="dee@home.example", code=CODE)
    s.comes("ELSEWHERE", "eve")
    s.answers("post", "ELSEWHERE", "eve", ref="ELSEWHERE eve", code=CODE)
    s.answers("pre", "ELSEWHERE", "of another", mail=address("ann"), code=CODE)
    s.books("UNATTACHED", "fay", mail="", name="")
    s.comes("UNATTACHED", "gil")
    s.answers("post", "UNATTACHED", "gil", ref="UNATTACHED gil", code=CODE)
    s.answers("pre", "UNATTACHED", "of another", ref="UNATTACHED fay", code=CODE)


def _of_near_codes(s: Scenarios) -> None:
    for number, near in enumerate((SWAPPED, WRONG, SHORTER, LONGER)):
        s.comes(f"NEAR{number}", f"n{number}")
        s.answers("post", f"NEAR{number}", "known", ref=f"NEAR{number} n{number}", code=CODE)
        s.answers("pre", f"NEAR{number}", "alone", code=near)
    s.comes("MOVED", "mia")
    s.answers("post", "MOVED", "known", ref="MOVED mia", code="AB12CD")
    s.answers("pre", "MOVED", "alone", code="B12CDA")
    s.comes("RIVALS", "ned")
    s.answers("post", "RIVALS", "known", ref="RIVALS ned", code=CODE)
    s.answers("pre", "RIVALS", "one", code=SWAPPED)
    s.answers("pre", "RIVALS", "two", code=WRONG)
    for who, code in (("oda", SWAPPED), ("pam", WRONG)):
        s.comes("CHOICE", who)
        s.answers("post", "CHOICE", who, ref=f"CHOICE {who}", code=code)
    s.answers("pre", "CHOICE", "alone", code=CODE)
    s.comes("TAKEN", "quy")
    s.answers("post", "TAKEN", "known", ref="TAKEN quy", code=CODE)
    s.answers("pre", "TAKEN", "exact", code=CODE)
    s.answers("pre", "TAKEN", "near", code=SWAPPED)
    s.comes("SHORT", "rex")
    s.answers("post", "SHORT", "known", ref="SHORT rex", code="AB12")
    s.answers("pre", "SHORT", "alone", code="AB13")


def _of_collisions(s: Scenarios) -> None:
    for who in ("sam", "tia"):
        s.comes("TWO", who)
        s.answers("post", "TWO", who, ref=f"TWO {who}", code=CODE)
    s.answers("pre", "TWO", "alone", code=CODE)
    for who in EVERYBODY:
        s.comes("ALL", who)
        s.answers("post", "ALL", who, ref=f"ALL {who}", code=CODE)
        s.answers("pre", "ALL", f"{who} alone", code=CODE)
    s.comes("WAVES", "una")
    s.comes("WAVES", "val")
    s.answers("post", "WAVES", "una", ref="WAVES una", code=CODE)
    s.answers("later", "WAVES", "val", ref="WAVES val", code=CODE)
    s.answers("pre", "WAVES", "alone", code=CODE)


def _of_nobody(s: Scenarios) -> None:
    s.answers("pre", "UNNAMED", "before", code=CODE)
    s.answers("post", "UNNAMED", "after", code=CODE.lower())
    for number, code in enumerate(NO_CODES):
        s.answers("pre", "BLANK", f"before {number}", code=code)
        s.answers("post", "BLANK", f"after {number}", code=code)
    for number, (before, after) in enumerate((("APART1", "APART2"), ("APART3", ""), ("", ""))):
        s.answers("pre", "APART", f"before {number}", session=before, code="XY34ZZ")
        s.answers("post", "APART", f"after {number}", session=after, code="XY34ZZ")


def _of_shared_addresses(s: Scenarios) -> None:
    for who in ("wes", "xia"):
        s.comes("SHARED", who, mail="team.a@example.org")
        s.answers("post", "SHARED", who, ref=f"SHARED {who}", code=f"{who}77q")
    s.answers("pre", "SHARED", "wes by code", mail="team.a@example.org", code="wes77q")
    s.answers("pre", "SHARED", "no code", mail="team.a@example.org")
    s.comes("SHARED", "stranger")
    s.answers("post", "SHARED", "stranger", ref="SHARED stranger", code=CODE)
    s.answers("pre", "SHARED", "contradiction", mail="team.a@example.org", code=CODE)
    s.comes("REBOOKED", "yan")
    s.rows["bookings"].append(s.rows["bookings"][-1] | {"ref": "REBOOKED old", "status": "cancelled"})
    s.answers("pre", "REBOOKED", "by email", mail=address("yan"))


def _of_bad_times(s: Scenarios) -> None:
    s.comes("TIMES", "zoe")
    s.answers("later", "TIMES", "too early", ref="TIMES zoe", sent="2022-02-28 09:00")
    s.answers("pre", "TIMES", "too late", mail=address("zoe"), sent="2022-03-02 09:00")
    s.answers("post", "TIMES", "first", ref="TIMES zoe", sent="2022-03-01 13:00")
    s.answers("post", "TIMES", "second", mail=address("zoe"), sent="2022-03-01 14:00")
    s.books("TIMES", "zoe again", mail="other@example.org", contact="No")


@pytest.fixture(scope="module")
def warehouse() -> Iterator[sa.Connection]:
    with warehouse_of(scenario_programme(), all_scenarios()) as connection:
        yield connection


@pytest.fixture(scope="module")
def found(warehouse: sa.Connection) -> pd.DataFrame:
    return outcomes(warehouse, all_scenarios())


@pytest.mark.parametrize(
    ("key", "tier", "who"),
    [
        ("CODE alone", "code", "ann"),
        ("EMAIL alone", "code", "cai"),
        ("PRIVATE alone", "code", "dee"),
        ("BETTER by email", "email", "bea"),
        ("NEAR0 alone", "near_code", "n0"),
        ("NEAR1 alone", "near_code", "n1"),
        ("NEAR2 alone", "near_code", "n2"),
        ("NEAR3 alone", "near_code", "n3"),
        ("TAKEN exact", "code", "quy"),
    ],
)
def test_the_best_evidence_links_to_its_person_and_session(found, key, tier, who):
    response = found.loc[key]
    assert (response["link_tier"], response["link_outcome"], response["state"]) == (tier, "matched", "valid")
    assert response["participant_key"] == response["respondent_key"] == person_key(who)
    assert response["session_code"] == key.split()[0]


@pytest.mark.parametrize(
    ("key", "outcome"),
    [
        ("BETTER alone", "collided"),
        ("TWO alone", "collided"),
        ("ALL p0 alone", "collided"),
        ("ALL p7 alone", "collided"),
        ("WAVES alone", "ambiguous"),
        ("RIVALS one", "ambiguous"),
        ("RIVALS two", "ambiguous"),
        ("CHOICE alone", "ambiguous"),
        ("TAKEN near", "collided"),
        ("MOVED alone", "unmatched"),
        ("SHORT alone", "unmatched"),
        ("SHARED no code", "collided"),
        ("SHARED contradiction", "collided"),
        ("UNATTACHED of another", "unmatched"),
    ],
)
def test_what_is_not_clear_links_nobody_and_says_why(found, key, outcome):
    response = found.loc[key]
    assert (response["link_tier"], response["link_outcome"], response["state"]) == (
        "none",
        outcome,
        "not_linked",
    )
    assert response[["respondent_key", "session_code"]].isna().all()


def test_an_address_that_is_known_is_not_overruled_by_a_code(found):
    response = found.loc["ELSEWHERE of another"]
    assert (response["link_tier"], response["participant_key"]) == ("email", person_key("ann"))
    assert response["state"] == "not_attended"


def test_blank_codes_and_blank_sessions_fuse_nobody(found):
    blank = found[found.index.str.startswith(("BLANK", "APART"))]
    assert len(blank) == 2 * len(NO_CODES) + 6
    assert set(blank["link_outcome"]) == {"unmatched"}
    assert blank["respondent_key"].isna().all()


def test_a_code_in_two_waves_without_a_name_is_one_respondent_who_attended_nothing(found):
    unnamed = found.loc[["UNNAMED before", "UNNAMED after"]]
    assert set(unnamed["link_tier"]) == {"code"}
    assert len(set(unnamed["respondent_key"])) == 1
    assert unnamed["participant_key"].isna().all()
    assert set(unnamed["state"]) == {"not_linked"}


def test_who_shares_an_address_is_told_apart_by_the_booking_and_its_name(found):
    post = found.loc[["SHARED wes", "SHARED xia"]]
    assert post["participant_key"].nunique() == 2
    assert (post["participant_key"] == post["respondent_key"]).all()
    assert set(post["state"]) == {"valid"}
    by_code = found.loc["SHARED wes by code"]
    assert (by_code["link_tier"], by_code["respondent_key"]) == (
        "code",
        found.loc["SHARED wes", "respondent_key"],
    )


def test_a_cancelled_booking_does_not_make_an_address_shared(found):
    assert found.loc["REBOOKED by email", ["link_tier", "state"]].tolist() == ["email", "valid"]


@pytest.mark.parametrize(
    ("key", "state"),
    [("TIMES too early", "wrong_time"), ("TIMES too late", "wrong_time"), ("TIMES first", "superseded"),
     ("TIMES second", "valid")],
)  # fmt: skip
def test_a_response_at_the_wrong_time_or_answered_again_does_not_count(found, key, state):
    assert found.loc[key, "state"] == state


def test_link_quality_accounts_for_every_response_and_counts_pairs(warehouse, found):
    quality = pd.DataFrame(
        warehouse.execute(sa.text("SELECT * FROM kpi.link_quality")).mappings().all()
    ).set_index("wave")
    parts = ["reference_n", "email_n", "code_n", "near_code_n", "ambiguous_n", "collided_n", "unmatched_n"]
    assert (quality["eligible_n"] == quality[parts].sum(axis=1)).all()
    assert quality["eligible_n"].sum() == len(found)
    assert (
        quality["code_n"].to_dict()
        == found[found["link_tier"] == "code"]
        .groupby("wave")
        .size()
        .reindex(quality.index, fill_value=0)
        .to_dict()
    )
    assert quality["unnamed_n"].to_dict() == {"pre": 1, "post": 1, "later": 0}
    valid = found[found["state"] == "valid"]
    pairs = valid[valid["wave"] == "pre"].merge(
        valid[valid["wave"] == "post"], on=["respondent_key", "session_code"]
    )
    assert quality.loc["post", "pairs_n"] == len(pairs) > 8
    assert quality["pairs_n"].isna().to_dict() == {"pre": True, "post": False, "later": False}


def test_a_booking_says_who_may_not_be_contacted(warehouse):
    rows = warehouse.execute(
        sa.text(
            "SELECT is_withdrawn, count(*) FROM core.fact_booking WHERE session_code = 'TIMES' GROUP BY ALL"
        )
    )
    assert dict(map(tuple, rows)) == {False: 1, True: 1}


def test_no_code_is_stored_in_a_form_that_can_be_read(warehouse):
    written = {code.lower() for code in (CODE, SWAPPED, WRONG, SHORTER, LONGER, "wes77q", "xy34zz")}
    stored = set()
    for table in ("staging.response", "staging.link_code_variant", "core.coded_response"):
        rows = warehouse.execute(sa.text(f"SELECT * FROM {table}"))
        stored |= {str(cell).lower() for row in rows for cell in row}
    assert not [cell for cell in stored if any(code in cell for code in written)]


def surveys_alone() -> Scenarios:
    s = Scenarios()
    s.answers("pre", "OPEN", "one before", code=CODE)
    s.answers("post", "OPEN", "one after", code=CODE)
    s.answers("pre", "OPEN", "two before", code="EF34GH")
    s.answers("post", "OPEN", "two after", code="EF43GH")
    s.answers("pre", "OPEN", "three before", mail="jo@example.org")
    s.answers("post", "OPEN", "three after", mail="jo@example.org")
    s.answers("post", "OPEN", "nobody")
    return s


def test_without_attendance_codes_and_addresses_alone_make_pairs():
    programme = scenario_programme("{require_attendance: false}")
    with warehouse_of(programme, surveys_alone()) as connection:
        found = outcomes(connection, surveys_alone())
        pairs = connection.execute(
            sa.text("SELECT pairs_n FROM kpi.link_quality WHERE wave = 'post'")
        ).scalar()
        respondents = connection.execute(
            sa.text("SELECT count(DISTINCT respondent_key) FROM kpi.valid_response WHERE breakdown = 'all'")
        ).scalar()
    assert found["link_tier"].value_counts().to_dict() == {"code": 2, "near_code": 2, "email": 2, "none": 1}
    assert set(found["state"]) == {"valid"}
    assert (pairs, respondents) == (3, 4)


def test_near_codes_can_be_off_and_loading_again_adds_them_when_they_are_on():
    off = scenario_programme("{require_attendance: false, near_codes: false}")
    on = scenario_programme("{require_attendance: false, near_codes: true}")
    longer = scenario_programme("{require_attendance: false, shortest_near_code: 7}")
    engine = sa.create_engine("duckdb:///:memory:", poolclass=sa.pool.StaticPool)
    near = []
    for programme, loads in ((off, True), (on, True), (longer, False), (off, False)):
        if loads:
            load(engine, programme, surveys_alone())
        refresh(engine, programme)
        with engine.connect() as connection:
            near.append(int((outcomes(connection, surveys_alone())["link_tier"] == "near_code").sum()))
            stored = connection.execute(sa.text("SELECT count(*) FROM staging.link_code_variant")).scalar()
        assert (stored == 0) == (programme is off and loads)
    assert near == [0, 2, 0, 0]
