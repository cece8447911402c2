"""Codes that are one slip apart are linked by the warehouse, and no others."""

from __future__ import annotations

import pandas as pd
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from ccds_pipeline.deidentify.link_code import link_code_keys, link_code_variants
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.warehouse.bulk import append
from ccds_pipeline.warehouse.select_files import select_frame
from ccds_pipeline.warehouse.tables import create_tables
from ccds_pipeline_tests.support.keys import PSEUDONYMISER
from ccds_pipeline_tests.support.link_codes import SHORTEST, pairs_of_codes
from ccds_pipeline_tests.support.quality_tables import insert

pytestmark = pytest.mark.slow


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
        address_key=None,
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
