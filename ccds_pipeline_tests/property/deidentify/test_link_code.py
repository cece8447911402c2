"""Laws of self-generated codes: spelling, variants, and what one slip is; RapidFuzz is the oracle."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from ccds_pipeline.deidentify.link_code import link_code_keys, normalise_link_code
from ccds_pipeline_tests.support.keys import PSEUDONYMISER
from ccds_pipeline_tests.support.link_codes import CODES, SHORTEST, pairs_of_codes, series, variants


def without_each_place(code: str) -> list[str]:
    return [code[:place] + code[place + 1 :] for place in range(len(code))]


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=20))
def test_a_code_has_one_spelling_however_it_is_written(text):
    code = normalise_link_code(text)
    assert code is None or normalise_link_code(code) == code
    for written in (f" {text}.", text.replace("a", "a-"), f"({text})"):
        assert normalise_link_code(written) == code


@pytest.mark.slow
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
