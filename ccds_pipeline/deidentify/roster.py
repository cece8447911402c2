"""Who may be named in a comment, without a stored name: keyed hashes of the words of booked names.

A word of a comment is on the roster if its keyed hash is. The hashes lie in ``staging.name_token``, one row
for each word of each holder; without the key neither a word nor the words of one person can be looked up.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import cache

import pandas as pd

from ccds_pipeline.deidentify.pseudonym import Pseudonymiser
from ccds_pipeline.deidentify.redaction.cues import words
from ccds_pipeline.deidentify.redaction.words import fold
from ccds_pipeline.reference.tables import shipped_rows

_PURPOSE, _OF_HOLDER, _WHOLE = "name_token/1", "name_holder/1", "full_name/1"
_SEPARATOR = "\x1f"
_NOBODY = ""
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
        # control: names of the roster are redacted
        return self._pseudonymiser.key(word, purpose=_PURPOSE) in self._keys


def name_keys(names: pd.Series, persons: pd.Series, pseudonymiser: Pseudonymiser) -> pd.DataFrame:
    """Return the keyed hashes of all words in names as delivered, once for each holder.

    Words of job titles and of shared accounts ("Guest", "Reception"), and what stands in brackets, are
    left out: they would be redacted wherever somebody writes them with a capital.

    Args:
        names: Texts; missing where there is none.
        persons: The person's key of each name, in the same order; missing where no address says whose it is.
        pseudonymiser: Makes the hashes: one for each word, and one for each word of a person.

    Returns:
        ``name_key`` of the word and ``holder_key`` of person and word together.
    """
    named = pd.DataFrame({"name": names.array, "person": persons.fillna(_NOBODY).array})
    named = named.dropna(subset="name").drop_duplicates()
    words = {name: sorted(_name_words(name)) for name in named["name"].unique()}
    held = named.assign(word=named["name"].map(words)).explode("word").dropna(subset="word")
    held = held[["person", "word"]].astype("str").drop_duplicates(ignore_index=True)
    # control: the roster holds keyed hashes
    keys = pseudonymiser.keys(held["word"], purpose=_PURPOSE)
    holders = pseudonymiser.keys(held["person"] + _SEPARATOR + keys, purpose=_OF_HOLDER)
    return pd.DataFrame({"name_key": keys, "holder_key": holders})


def full_name_keys(names: pd.Series, pseudonymiser: Pseudonymiser) -> pd.Series:
    """Return one keyed hash for each whole name, whatever the order and the case of its words.

    What the roster leaves out is left out here: of "Guest", or of a room, nothing stays.

    Args:
        names: Texts as delivered; any index.
        pseudonymiser: Makes the hashes.

    Returns:
        32 hex characters each, same index; missing where no word of a name is left.
    """
    # Meetings show last names in capitals, and some letters lose their difference there: ß, ı.
    wholes = {text: " ".join(sorted(_name_words(text.upper()))) for text in names.dropna().unique()}
    return pseudonymiser.keys(names.map(wholes), purpose=_WHOLE)


def holder_keys(person_key: str, words: Collection[str], pseudonymiser: Pseudonymiser) -> set[str]:
    """Return the keys that a person has as the holder of each word, given by its keyed hash."""
    return {pseudonymiser.key(f"{person_key}{_SEPARATOR}{word}", purpose=_OF_HOLDER) for word in words}


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
