"""The wording of a comment in one plain form, so that words can be compared.

What words mean belongs in ``themes``; finding identifiers belongs in ``deidentify.redaction``.
"""

from __future__ import annotations

import re
import unicodedata

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
