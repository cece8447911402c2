"""The roster in the warehouse: keyed hashes of the words of names, and stored comments kept up with it.

Names arrive in any order: a comment may be loaded weeks before the booking of somebody whom it names.
So each delivery that makes the roster grow has the stored comments redacted again, in its transaction.
They are stored redacted; a larger roster can only redact more.
"""

from __future__ import annotations

import pandas as pd
import sqlalchemy as sa

from ccds_pipeline.privacy.pseudonym import Pseudonymiser
from ccds_pipeline.privacy.redact import redact
from ccds_pipeline.privacy.redaction_words import fold
from ccds_pipeline.privacy.roster import Roster
from ccds_pipeline.schemas import staging
from ccds_pipeline.warehouse.bulk import append

# Wider than the redactor's words: a hyphened word is looked up whole and in parts.
_WORDS = r"regexp_extract_all(redacted_text, '[\pL\pM''’]+(?:-[\pL\pM''’]+)*')"


def read_roster(connection: sa.Connection) -> frozenset[str]:
    """Return every keyed hash of the roster."""
    return frozenset(connection.execute(sa.text("SELECT name_key FROM staging.name_token")).scalars())


def grow_roster(connection: sa.Connection, names: frozenset[str], pseudonymiser: Pseudonymiser) -> int:
    """Add names to the roster, redact stored comments that hold one of them, and return how many changed.

    Args:
        connection: The transaction that also loads the rows the names came with.
        names: Keyed hashes of words, as ``privacy.roster.name_keys`` gives them; also known ones.
        pseudonymiser: With the key that made them.
    """
    new = names - read_roster(connection)
    if not new:
        return 0
    frame = pd.DataFrame({"name_key": sorted(new), "key_id": pseudonymiser.key_id})
    append(connection, staging.NAME_TOKEN, frame)
    named = _words_named(connection, Roster(new, pseudonymiser))
    return _redact_again(connection, named, Roster(read_roster(connection), pseudonymiser)) if named else 0


def _words_named(connection: sa.Connection, is_new: Roster) -> list[str]:
    words = connection.execute(sa.text(f"SELECT DISTINCT unnest({_WORDS}) FROM staging.comment")).scalars()
    return [word for word in words if any(map(is_new, _spellings(word)))]


def _spellings(word: str) -> set[str]:
    plain = fold(word)
    bare = plain.removesuffix("'s")
    return {spelling for spelling in (plain, bare, *bare.split("-")) if spelling}


def _redact_again(connection: sa.Connection, words: list[str], roster: Roster) -> int:
    rows = connection.execute(
        sa.text(
            "SELECT version_key, question_id, redacted_text, redaction_n FROM staging.comment "
            f"WHERE list_has_any({_WORDS}, :words)"
        ),
        {"words": words},
    )
    before = pd.DataFrame(rows.mappings().all())
    after = redact(before["redacted_text"], roster)
    # Two names side by side become one placeholder, so the count alone does not tell.
    is_changed = after["redacted_text"] != before["redacted_text"]
    again = before.assign(
        redacted_text=after["redacted_text"], redaction_n=before["redaction_n"] + after["redaction_n"]
    )[is_changed]
    _replace(connection, again)
    return len(again)


def _replace(connection: sa.Connection, comments: pd.DataFrame) -> None:
    connection.execute(
        sa.text("CREATE OR REPLACE TEMPORARY TABLE again AS SELECT * FROM staging.comment WHERE FALSE")
    )
    append(connection, staging.COMMENT, comments, into="again")
    connection.execute(
        sa.text(
            """
            UPDATE staging.comment SET redacted_text = again.redacted_text, redaction_n = again.redaction_n
            FROM again
            WHERE comment.version_key = again.version_key AND comment.question_id = again.question_id
            """
        )
    )
    connection.execute(sa.text("DROP TABLE again"))
