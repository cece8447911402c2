"""Laws of self-generated codes: spelling, variants, and what one slip is; RapidFuzz is the oracle."""

from __future__ import annotations

import pandas as pd
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from ccds_pipeline.deidentify.link_code import link_code_keys, link_code_variants, normalise_link_code
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.warehouse.bulk import append
from ccds_pipeline.warehouse.select_files import select_frame
from ccds_pipeline.warehouse.tables import create_tables
from ccds_pipeline_tests.support.quality_tables import insert
from ccds_pipeline_tests.support.scenario import PSEUDONYMISER

SHORTEST = 4
# Few letters, so that codes come near each other and repeat letters.
CODES = st.text("abc1", min_size=SHORTEST, max_size=8)
EDITS = st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["drop", "swap", "a", "c"])), max_size=3)


@st.composite
def pairs_of_codes(draw: st.DrawFn) -> tuple[str, str]:
    """Return two codes, often one made of the other by a few edits."""
    code = draw(CODES)
    if draw(st.booleans()) and draw(st.booleans()):
        return code, draw(CODES)
    other = code
    for place, edit in draw(EDITS):
        at = place % max(1, len(other))
        if edit == "drop":
            other = other[:at] + other[at + 1 :]
        elif edit == "swap":
            other = other[:at] + other[at : at + 2][::-1] + other[at + 2 :]
        else:
            other = other[:at] + edit + other[at:]
    return code, other


def series(*texts: str) -> pd.Series:
    return pd.Series(texts, dtype="str")


def variants(*codes: str, session: str = "S-1") -> pd.DataFrame:
    return link_code_variants(
        series(*codes), series(*[session] * len(codes)), PSEUDONYMISER, shortest=SHORTEST
    )


def without_each_place(code: str) -> list[str]:
    return [code[:place] + code[place + 1 :] for place in range(len(code))]


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=20))
def test_a_code_has_one_spelling_however_it_is_written(text):
    code = normalise_link_code(text)
    assert code is None or normalise_link_code(code) == code
    for written in (f" {text}.", text.replace("a", "a-"), f"({text})"):
        assert normalise_link_code(written) == code


@settings(deadline=None, max_examples=300)
@given(pairs_of_codes())
def test_variants_are_shared_by_codes_one_slip_apart_and_where_one_character_moved(pair):
    one, other = pair
    rows = variants(one, other)
    shared = set(rows.loc[rows["row"] == 0, "variant_key"]) & set(rows.loc[rows["row"] == 1, "variant_key"])
    is_long_enough = len(other) >= SHORTEST
    left_out_twice = set(without_each_place(one)) & set(without_each_place(other))
    is_near = OSA.distance(one, other) <= 1
    assert bool(shared) == (is_long_enough and (is_near or bool(left_out_twice)))


@settings(deadline=None, max_examples=100)
@given(CODES)
def test_variants_of_two_sessions_and_the_key_of_the_code_have_nothing_in_common(code):
    one, other = (set(variants(code, session=session)["variant_key"]) for session in ("S-1", "S-2"))
    assert not one & other
    assert link_code_keys(series(code), PSEUDONYMISER)[0] not in one | other
    assert not {text for text in without_each_place(code) if text in one}


def near_pairs(pairs: list[tuple[str, str]]) -> set[int]:
    """Return which pairs the pipeline's SQL links, each pair being alone in a session of its own."""
    codes = pd.DataFrame(
        [
            {"session_code": f"S-{number}", "wave": wave, "code": code, "response_key": f"{number} {wave}"}
            for number, pair in enumerate(pairs)
            for wave, code in zip(("pre", "post"), pair, strict=True)
        ]
    )
    stored = link_code_variants(codes["code"], codes["session_code"], PSEUDONYMISER, shortest=SHORTEST)
    coded = codes.assign(
        version_key=codes["response_key"],
        link_code_key=link_code_keys(codes["code"], PSEUDONYMISER),
        code_outcome="alone",
        participant_key=None,
        respondent_key=None,
    )
    with sa.create_engine("duckdb:///:memory:").connect() as connection:
        create_tables(
            connection,
            (
                table_of("core.dim_programme"),
                table_of("core.response_identity"),
                table_of("core.coded_response"),
                table_of("staging.link_code_variant"),
            ),
        )
        insert(connection, table_of("core.dim_programme"), {"shortest_near_code": SHORTEST})
        append(connection, table_of("core.coded_response"), coded)
        append(
            connection,
            table_of("staging.link_code_variant"),
            stored.assign(version_key=codes["response_key"].reindex(stored["row"]).to_numpy()),
        )
        links = select_frame(connection, table_of("core.near_code_link"), parameters={})
    assert set(links["code_outcome"]) <= {"matched"}
    return {int(key.split()[0]) for key in links["response_key"]}


@settings(deadline=None, max_examples=12)
@given(st.lists(pairs_of_codes().filter(lambda pair: len(pair[1]) >= SHORTEST), min_size=40, max_size=200))
def test_the_pipeline_links_two_codes_exactly_where_one_slip_lies_between_them(pairs):
    wanted = {number for number, pair in enumerate(pairs) if OSA.distance(*pair) == 1}
    assert near_pairs(pairs) == wanted
