"""How well and how fast comments are redacted, on the labelled comments of the tests.

    python benchmarks/redaction.py

Prints, for each part of the corpus with and without a roster: share of identifiers found by kind, clean
comments altered, words lost beside identifiers; then comments a second on one core, and how many times as
long as only splitting the same comments into words takes.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable

import pandas as pd

from ccds_pipeline.deidentify.redaction.redact import redact
from ccds_pipeline.deidentify.redaction.words import Roster, nobody
from ccds_pipeline_tests.support.labelled_comments import PARTS, Comment, labelled_comments, roster_of

REPEATS = 40
ROUNDS = 5
_WORD = re.compile(r"\w+")


def main() -> None:
    """Print the measures."""
    for part in PARTS:
        comments = labelled_comments(part)
        for name, on_roster in (("without roster", nobody), ("with roster", roster_of(comments))):
            print(f"{part}, {name}: " + _recall(comments, on_roster))
    _print_speed([comment.text for part in PARTS for comment in labelled_comments(part)])


def _recall(comments: list[Comment], on_roster: Roster) -> str:
    texts = pd.Series([comment.text for comment in comments], dtype="str")
    after = redact(texts, on_roster)["redacted_text"].tolist()
    marked, missed, altered, lost = Counter[str](), Counter[str](), 0, 0
    for comment, redacted in zip(comments, after, strict=True):
        marked.update(identifier.kind for identifier in comment.identifiers)
        missed.update(identifier.kind for identifier in comment.survivors(redacted))
        altered += not comment.identifiers and redacted != comment.text
        lost += comment.lost_words(redacted) if comment.identifiers else 0
    kinds = ", ".join(f"{kind} {marked[kind] - missed[kind]}/{marked[kind]}" for kind in sorted(marked))
    clean = sum(not comment.identifiers for comment in comments)
    return f"{kinds}; clean altered {altered}/{clean}; words lost beside identifiers {lost}"


def _print_speed(texts: list[str]) -> None:
    comments = pd.Series(texts * REPEATS, dtype="str")
    redacting = _seconds(lambda: redact(comments))
    splitting = _seconds(lambda: [_WORD.findall(text) for text in comments.array])
    rate = len(comments) / redacting
    print(f"{rate:,.0f} comments a second, {redacting / splitting:.1f} times as long as splitting into words")


def _seconds(work: Callable[[], object]) -> float:
    """Return the processor time of the quickest of some rounds: the one that was disturbed least."""
    took = []
    for _ in range(ROUNDS):
        started = time.process_time()
        work()
        took.append(time.process_time() - started)
    return min(took)


if __name__ == "__main__":
    main()
