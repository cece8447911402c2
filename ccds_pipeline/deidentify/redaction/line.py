"""A comment as a row of words with what stands between them.

What a word may be belongs in ``words``; which of them are names in ``context``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ccds_pipeline.deidentify.redaction.words import PLACEHOLDER, Word

TOKEN = re.compile(rf"{PLACEHOLDER.pattern}|(?:[A-Z]\.){{2,5}}(?:[A-Z]\b)?|[^\W_]+(?:['’-][^\W_]+)*")
WITHIN_NAME = frozenset({" ", "-", ".", ". ", " - ", "\u00a0"})
_SENTENCE_ENDS = re.compile(r"[.!?:;\n\"“”•*(\[~/]|\s[-–]\s?")


class Line:
    """The words of one comment, by their place from 0; beyond its ends there are none.

    Args:
        text: The comment.
        words: What each of its tokens may be.
    """

    def __init__(self, text: str, words: Mapping[str, Word]) -> None:
        matches = list(TOKEN.finditer(text))
        self.text = text
        self.spans = [match.span() for match in matches]
        self.words = [words[match[0]] for match in matches]
        ends = [0, *(end for _, end in self.spans)]
        starts = [*(start for start, _ in self.spans), len(text)]
        # The text before each word, and at last that behind the last one.
        self.gaps = [text[end:start] for end, start in zip(ends, starts, strict=True)]
        # All in capitals, so that a capital says nothing.
        self.shouts = all(word.is_capital or word.plain == word.plain.upper() for word in self.words)

    def __len__(self) -> int:
        return len(self.words)

    def word(self, position: int) -> Word | None:
        """Return the word of a place, or None beyond the ends."""
        return self.words[position] if 0 <= position < len(self.words) else None

    def plain(self, position: int) -> str:
        """Return the plain form of the word of a place; empty beyond the ends."""
        return self.words[position].plain if 0 <= position < len(self.words) else ""

    def begins_sentence(self, position: int) -> bool:
        """Whether a capital there may be due to what stands before it."""
        return position == 0 or _SENTENCE_ENDS.search(self.gaps[position]) is not None

    def goes_on(self, position: int) -> bool:
        """Whether only a blank stands between a word and the next."""
        return self.gaps[position + 1] == " "

    def is_possessive(self, position: int) -> bool:
        """Whether a word ends in "'s"."""
        start, end = self.spans[position]
        return end - start > self.words[position].length
