"""Code comments by the programme's lexicon of themes, and count the themes.

The lexicon is in the programme file; which words it should hold is measured in ``agreement``. What
of the counts may be published is decided in ``release.themes``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ccds_pipeline.comments.read import plain, without_placeholders
from ccds_pipeline.programme.model import NO_THEME, Theme

COMMENT = ["response_key", "question_id"]
_ASKED = ["question_id", "wave"]

# In the notation of RE2, which takes linear time whatever somebody pasted.
_LETTER = r"[\pL\pN_]"
_BEFORE, _AFTER = r"(^|[^\pL\pN_])", r"([^\pL\pN_]|$)"


def code_comments(comments: pd.DataFrame, themes: Sequence[Theme]) -> pd.DataFrame:
    """Give each comment the themes whose words it holds, or ``none``.

    Args:
        comments: Columns response_key, question_id and redacted_text, and any others.
        themes: The lexicon.

    Returns:
        The columns of ``comments`` without the text, and ``theme_id``; a row per comment and theme, in
        the order of the comments, then of the lexicon.
    """
    found = theme_marks(comments, themes)
    row, column = np.nonzero(found.to_numpy(dtype=bool))
    coded = comments.drop(columns="redacted_text").iloc[row]
    return coded.assign(theme_id=found.columns.to_numpy()[column]).reset_index(drop=True)


def theme_marks(comments: pd.DataFrame, themes: Sequence[Theme]) -> pd.DataFrame:
    """Return whether each comment has each theme: a boolean column per theme, then ``none``."""
    texts = pa.array([plain(without_placeholders(text)) for text in comments["redacted_text"]], pa.string())
    marks = {
        theme.id: _mentions(texts, theme) & comments["question_id"].map(theme.is_of).to_numpy(dtype=bool)
        for theme in themes
    }
    has_any = np.any([np.zeros(len(comments), dtype=bool), *marks.values()], axis=0)
    return pd.DataFrame({**marks, NO_THEME: ~has_any}, index=comments.index)


def count_themes(coded: pd.DataFrame, themes: Sequence[Theme]) -> pd.DataFrame:
    """Count comments and people by question, wave and theme.

    Args:
        coded: Rows of ``code_comments`` with wave and respondent_key.
        themes: The lexicon; a theme that nobody mentioned is counted as 0.

    Returns:
        The columns of ``kpi.theme_count``, ordered by question, wave and the lexicon.
    """
    asked = (
        coded.drop_duplicates(COMMENT)
        .groupby(_ASKED, as_index=False)
        .agg(of_comments_n=("respondent_key", "size"), of_people_n=("respondent_key", "nunique"))
    )
    pairs = asked[_ASKED].itertuples(index=False, name=None)
    wanted = pd.DataFrame(
        [(*pair, theme_id) for pair in pairs for theme_id in theme_ids(themes, pair[0])],
        columns=[*_ASKED, "theme_id"],
        dtype="str",
    )
    found = coded.groupby([*_ASKED, "theme_id"], as_index=False).agg(
        comments_n=("respondent_key", "size"), people_n=("respondent_key", "nunique")
    )
    counts = wanted.merge(asked, on=_ASKED).merge(found, on=[*_ASKED, "theme_id"], how="left")
    whole = {name: counts[name].fillna(0).astype("int64") for name in ("comments_n", "people_n")}
    return counts.assign(breakdown="all", level="all", **whole)


def theme_ids(themes: Iterable[Theme], question_id: str) -> list[str]:
    """Return the themes that are looked for in comments on a question, ``none`` last."""
    return [*(theme.id for theme in themes if theme.is_of(question_id)), NO_THEME]


def lexicon_version(themes: Iterable[Theme]) -> str:
    """Return a short hash of the themes and their words."""
    content = "\n".join(theme.model_dump_json() for theme in themes)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def _mentions(texts: pa.Array, theme: Theme) -> np.ndarray:
    if theme.but_not:
        # Neighbours share the character between them, so every second one is found by the second look.
        for _ in range(2):
            texts = pc.replace_substring_regex(texts, _pattern(theme.but_not), r"\1 \2")
    return np.asarray(pc.match_substring_regex(texts, _pattern(theme.words)), dtype=bool)


def _pattern(words: Iterable[str]) -> str:
    return f"{_BEFORE}(?:{'|'.join(_word(word) for word in words)}){_AFTER}"


def _word(word: str) -> str:
    ending = f"{_LETTER}*" if word.endswith("*") else ""
    return re.escape(plain(word.removesuffix("*"))).replace(r"\ ", " ") + ending
