"""Strategies for self-generated codes, many of them near one another."""

from __future__ import annotations

import pandas as pd
from hypothesis import strategies as st

from ccds_pipeline.deidentify.link_code import link_code_variants
from ccds_pipeline_tests.support.keys import PSEUDONYMISER

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
