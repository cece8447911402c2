"""The labelled comments of the tests: all invented, with what must not survive redaction marked in them."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass

import pandas as pd

from ccds_pipeline.deidentify.pseudonym import Pseudonymiser
from ccds_pipeline.deidentify.roster import Roster, name_keys
from ccds_pipeline_tests.support.paths import DATA

PSEUDONYMISER = Pseudonymiser(hashlib.sha256(b"a key of these tests, used nowhere else").digest())
_FOLDER = DATA / "redaction"
_MARK = re.compile(r"\{(?P<kind>[a-z]+):(?P<text>[^{}]+)\}")
_WORD = re.compile(r"\w+")
PARTS = ("development", "validation", "held_out", "origins", "unseen", "judge")
NAME_KINDS = frozenset({"name", "booked"})


@dataclass(frozen=True)
class Identifier:
    """One marked identifier: ``kind`` as in the data folder's README."""

    kind: str
    text: str


@dataclass(frozen=True)
class Comment:
    """One comment as written, and the identifiers in it; none where it is clean."""

    text: str
    identifiers: tuple[Identifier, ...]
    unmarked: str

    def survivors(self, redacted: str) -> list[Identifier]:
        """Return the identifiers of which a word is still in the redacted text.

        A word that the comment also holds outside of its identifiers may be there that often.
        """
        left = Counter(_words(redacted)) - Counter(_words(self.unmarked))
        return [one for one in self.identifiers if any(left[word] for word in _words(one.text))]

    def lost_words(self, redacted: str) -> int:
        """Return how many words outside of the identifiers are no longer there."""
        return (Counter(_words(self.unmarked)) - Counter(_words(redacted))).total()


def labelled_comments(part: str) -> list[Comment]:
    """Return one of the ``PARTS`` of the corpus in the order of its file."""
    lines = (_FOLDER / f"{part}.txt").read_text(encoding="utf-8").splitlines()
    return [_comment(line.replace("\\n", "\n")) for line in lines if line and not line.startswith("#")]


def roster_of(comments: list[Comment]) -> Roster:
    """Return the roster of the names that are marked as booked."""
    names = [one.text for comment in comments for one in comment.identifiers if one.kind == "booked"]
    return Roster(word_keys(*names), PSEUDONYMISER)


def word_keys(*names: str) -> set[str]:
    """Return the keyed hashes of the words of names that came without an address."""
    texts = pd.Series(names, dtype="str")
    return set(name_keys(texts, texts.mask(texts.notna()), PSEUDONYMISER)["name_key"])


def _comment(marked: str) -> Comment:
    identifiers = tuple(Identifier(match["kind"], match["text"]) for match in _MARK.finditer(marked))
    return Comment(_MARK.sub(r"\g<text>", marked), identifiers, _MARK.sub(" ", marked))


def _words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text) if len(word) > 1 or word.isdigit()]
