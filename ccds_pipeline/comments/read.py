"""Read the comments that count, one row per comment of a valid response, and the words that people write.

Which responses are valid is decided in ``sql/core`` and ``sql/kpi``. A word of many people identifies nobody.
What comments are about belongs in ``themes`` and ``topics``.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

import pandas as pd
import sqlalchemy as sa

from ccds_pipeline.warehouse.bulk import driver_of
from ccds_pipeline.warehouse.select_files import statement

REFERENCE_DIGITS = 12
_WORD = re.compile(r"[^\W\d_]+")
# What redaction put in says nothing about the comment: "[NHS NUMBER]" names no employer.
_PLACEHOLDER = re.compile(r"\[[A-Z]+(?: [A-Z]+)?\]")
_APOSTROPHES = dict.fromkeys(map(ord, "’‘ʼ"), "'")
_SPACES_AND_HYPHENS = re.compile(r"[\s‐‑‒–—−-]+")


def read_comments(connection: sa.Connection) -> pd.DataFrame:
    """Return the comments of valid responses, ordered by response and question; restricted.

    Returns:
        Columns response_key, question_id, wave, respondent_key, redacted_text and ``reference``: the
        short name of the response on coding sheets, equal for all comments of one response.
    """
    comments: pd.DataFrame = driver_of(connection).execute(statement("comments/counted_comments")).df()
    return comments.assign(reference=_references(comments["response_key"]))


def _references(response_keys: pd.Series) -> pd.Series:
    """Name responses by a hash, so that a sheet holds no key that joins with other tables.

    The letter in front keeps a spreadsheet from reading a number into it.
    """
    digests = [hashlib.sha256(f"comment {key}".encode()).hexdigest() for key in response_keys]
    return pd.Series(
        [f"r{digest[:REFERENCE_DIGITS]}" for digest in digests], index=response_keys.index, dtype="str"
    )


def words_of(text: str) -> list[str]:
    """Return the words of a redacted comment as they are written, placeholders left out."""
    return _WORD.findall(unicodedata.normalize("NFKC", without_placeholders(text)))


def ordinary_words(comments: pd.DataFrame, *, minimum_people: int) -> frozenset[str]:
    """Return the words that at least so many different people write in small letters.

    Names are written with a capital, so that one which redaction missed is hardly ever among them.

    Args:
        comments: Columns redacted_text and respondent_key.
        minimum_people: At least 1.
    """
    written = pd.DataFrame(
        {
            "word": [
                {word for word in words_of(text) if word.islower()} for text in comments["redacted_text"]
            ],
            "person": comments["respondent_key"].to_numpy(),
        }
    ).explode("word")
    people = written.groupby("word")["person"].nunique()
    return frozenset(people.index[people >= minimum_people])


def without_placeholders(text: str) -> str:
    """Return a redacted comment without the placeholders of redaction."""
    return _PLACEHOLDER.sub(" ", text)


def plain(text: str) -> str:
    """Return words in small letters with straight apostrophes, hyphens and white space as one space."""
    readable = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES)
    return _SPACES_AND_HYPHENS.sub(" ", readable).casefold().strip()
