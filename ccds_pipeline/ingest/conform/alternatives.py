"""Several columns that may hold one part of a record → one text, row by row.

Which columns they are is said by ``layout``; what the text means is read in ``fields`` and ``answers``.
"""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

import pandas as pd

from ccds_pipeline.ingest.conform.fields import blank_to_missing
from ccds_pipeline.ingest.conform.layout import base_part
from ccds_pipeline.programme.labels import normalise_label


class Settled(NamedTuple):
    """Rows with one column per part, and the rows in which alternatives contradict each other, by part."""

    rows: pd.DataFrame
    contradictions: dict[str, pd.Index]


def settle_alternatives(rows: pd.DataFrame) -> Settled:
    """Take of each part's alternatives the one that is filled; missing where two say different things.

    Texts that differ by what ``normalise_label`` takes away are the same, whichever of them is taken.
    """
    alternatives: dict[str, list[str]] = defaultdict(list)
    for name in rows.columns:
        alternatives[base_part(str(name))].append(str(name))
    settled, contradictions = {}, {}
    for part, names in alternatives.items():
        if names == [part]:
            settled[part] = rows[part]
        else:
            filled = pd.concat([blank_to_missing(rows[name]).dropna() for name in names])
            contradictions[part] = _contradicting(filled)
            settled[part] = _smallest(filled.drop(index=contradictions[part])).reindex(rows.index)
    return Settled(pd.DataFrame(settled, index=rows.index), contradictions)


def _contradicting(filled: pd.Series) -> pd.Index:
    """Return the rows that have two different texts."""
    labels = filled.map({text: normalise_label(text) for text in filled.unique()})
    wordings = labels.groupby(level=0).nunique()
    return wordings.index[wordings > 1]


def _smallest(filled: pd.Series) -> pd.Series:
    """Return one text per row; of several wordings the first by the alphabet, as columns have no rank."""
    texts: pd.Series = filled.sort_values().groupby(level=0).first().astype("str")
    return texts
