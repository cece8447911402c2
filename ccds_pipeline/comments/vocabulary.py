"""Which words people write in comments, and how many people write each.

A word of many people is nobody's own. What comments are about belongs in ``themes`` and ``topics``.
"""

from __future__ import annotations

import re
import unicodedata

import pandas as pd

_WORD = re.compile(r"[^\W\d_]+")


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


# What redaction put in says nothing of what the comment is about: "[NHS NUMBER]" names no employer.
_PLACEHOLDER = re.compile(r"\[[A-Z]+(?: [A-Z]+)?\]")
_APOSTROPHES = dict.fromkeys(map(ord, "’‘ʼ"), "'")
_SPACES_AND_HYPHENS = re.compile(r"[\s‐‑‒–—−-]+")


def without_placeholders(text: str) -> str:
    """Return a redacted comment without the placeholders of redaction."""
    return _PLACEHOLDER.sub(" ", text)


def plain(text: str) -> str:
    """Return words in small letters with straight apostrophes, hyphens and white space as one space."""
    readable = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES)
    return _SPACES_AND_HYPHENS.sub(" ", readable).casefold().strip()
