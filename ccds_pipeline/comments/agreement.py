"""How far people agree with the lexicon, and with each other, on what comments are about.

The statistic is in ``statistics.agreement``; reading what people marked belongs in ``sheet``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from ccds_pipeline.comments.themes import COMMENT, lexicon_version, theme_ids, theme_marks
from ccds_pipeline.errors import CcdsError
from ccds_pipeline.programme.model import NO_THEME, Theme
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.statistics.agreement import cohens_kappa
from ccds_pipeline.warehouse.bulk import append

LEXICON = "lexicon"


def measure_agreement(
    sheets: Sequence[pd.DataFrame], comments: pd.DataFrame, themes: Sequence[Theme]
) -> pd.DataFrame:
    """Compare each coder with the lexicon and all coders with each other, theme by theme.

    Args:
        sheets: The marks of one or two coders, as ``CodedSheet`` holds them.
        comments: Rows of ``read_comments``.
        themes: The lexicon; a theme of some questions is compared on their comments alone.

    Returns:
        The rows of ``kpi.coder_agreement``: by pair of coders, then in the order of the lexicon.

    Raises:
        CcdsError: If two coders have no comment in common.
    """
    lexicon = theme_marks(comments, themes).set_index(pd.MultiIndex.from_frame(comments[COMMENT]))
    coders = {LEXICON: lexicon} | {
        f"coder_{position}": marks for position, marks in enumerate(sheets, start=1)
    }
    rows = [
        {"coder": coder, "other_coder": other, **row}
        for coder, other in combinations(coders, 2)
        for row in _by_theme(coders[coder], coders[other], themes)
    ]
    return pd.DataFrame(rows).assign(
        lexicon_version=lexicon_version(themes),
        measured_at=datetime.now(UTC).replace(microsecond=0, tzinfo=None),
    )


def store_agreement(connection: sa.Connection, rows: pd.DataFrame) -> None:
    """Put the measured agreement in place of an earlier one, in the caller's transaction."""
    connection.execute(sa.text("DELETE FROM kpi.coder_agreement"))
    append(connection, table_of("kpi.coder_agreement"), rows)


def _by_theme(
    marks: pd.DataFrame, others: pd.DataFrame, themes: Sequence[Theme]
) -> list[Mapping[str, object]]:
    both = marks.index.intersection(others.index)
    if both.empty:
        raise CcdsError(
            "two coders have coded no comment in common",
            rule="comments_in_common",
            remedy="Let both code the same sheet; a row without any mark or 0 counts as not coded.",
        )
    return [
        {"theme_id": theme_id, **_agreement(marks.loc[rows, theme_id], others.loc[rows, theme_id])}
        for theme_id, rows in _comments_of(both, themes).items()
    ]


def _comments_of(both: pd.Index[Any], themes: Sequence[Theme]) -> dict[str, pd.Index[Any]]:
    """Return the comments in which each theme is looked for."""
    questions = both.get_level_values("question_id")
    asked = {question_id: theme_ids(themes, question_id) for question_id in questions.unique()}
    every = dict.fromkeys([*(theme.id for theme in themes), NO_THEME])
    return {
        theme_id: both[[theme_id in asked[question_id] for question_id in questions]] for theme_id in every
    }


def _agreement(marks: pd.Series, others: pd.Series) -> Mapping[str, object]:
    table = np.zeros((2, 2))
    np.add.at(table, (marks.to_numpy(dtype="int64"), others.to_numpy(dtype="int64")), 1)
    found = cohens_kappa(table)
    measures = ("observed", "kappa", "ci_low", "ci_high")
    return {"comments_n": found.n, **{name: getattr(found, name) for name in measures}}
