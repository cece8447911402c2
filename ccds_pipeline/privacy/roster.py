"""Who may be named in a comment, without a stored name: keyed hashes of the words of booked names.

A word of a comment is on the roster if its keyed hash is. The hashes lie in ``staging.name_token``;
without the key nothing can be looked up in it, and no hash belongs to anybody's record.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import cache

import pandas as pd

from ccds_pipeline.privacy.pseudonym import Pseudonymiser
from ccds_pipeline.privacy.redaction_cues import words
from ccds_pipeline.privacy.redaction_words import fold
from ccds_pipeline.reference.tables import shipped_rows

_PURPOSE = "name_token/1"
_OF_ACCOUNTS = words(
    """mr mrs ms miss mx dr prof professor sir rev guest external unverified user test tester testing
    account shared training room rooms meeting meetings desk reception office team teams laptop
    computer tablet ipad iphone phone centre center hub library surgery practice hospital trust nhs
    ward wards unit department dept clinic service services staff student students anonymous
    participant attendee delegate unknown none and the of for"""
)
_IN_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


class Roster:
    """Says of a word whether somebody booked, attended or answered under it.

    Args:
        keys: The keyed hashes that are known.
        pseudonymiser: Makes the keyed hash of a word.
    """

    def __init__(self, keys: Collection[str], pseudonymiser: Pseudonymiser) -> None:
        self._keys, self._pseudonymiser = frozenset(keys), pseudonymiser

    def __call__(self, word: str) -> bool:
        """Return whether a folded word is on the roster."""
        return self._pseudonymiser.key(word, purpose=_PURPOSE) in self._keys


def name_keys(names: pd.Series, pseudonymiser: Pseudonymiser) -> set[str]:
    """Return the keyed hashes of all words in names as delivered.

    Words of job titles and of shared accounts ("Guest", "Reception"), and what stands in brackets, are
    left out: they would be redacted wherever somebody writes them with a capital.
    """
    words = {word for name in names.dropna().unique() for word in _name_words(name)}
    return set(pseudonymiser.keys(pd.Series(sorted(words), dtype="str"), purpose=_PURPOSE).dropna())


def _name_words(name: str) -> set[str]:
    readable = unicodedata.normalize("NFKC", _IN_BRACKETS.sub(" ", name))
    whole = [fold(word) for word in _WORD.findall(readable)]
    parts = {
        part for word in whole for part in (word, word.replace("'", ""), *word.split("-")) if len(part) > 1
    }
    return parts - _no_names()


@cache
def _no_names() -> frozenset[str]:
    titles = " ".join(row["job_title"] for row in shipped_rows("job_titles"))
    return _OF_ACCOUNTS.union(fold(word) for word in _WORD.findall(titles))
