"""The roster in the warehouse: keyed hashes of the words of names, and stored comments kept up with it.

Names arrive in any order: a comment may be loaded weeks before the booking of somebody whom it names.
So each delivery that makes the roster grow has the stored comments redacted again, in its transaction.
They are stored redacted; a larger roster can only redact more.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pandas as pd
import sqlalchemy as sa

from ccds_pipeline.deidentify.pseudonym import Pseudonymiser
from ccds_pipeline.deidentify.redaction.redact import redact
from ccds_pipeline.deidentify.redaction.words import fold
from ccds_pipeline.deidentify.roster import Roster, holder_keys
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.warehouse.bulk import append, create_temporary
from ccds_pipeline.warehouse.select_files import run_statement

# Wider than the redactor's words: a hyphened word is looked up whole and in parts.
_WORDS = r"regexp_extract_all(redacted_text, '[\pL\pM''’]+(?:-[\pL\pM''’]+)*')"


def read_roster(connection: sa.Connection) -> frozenset[str]:
    """Return the keyed hash of every word on the roster."""
    return frozenset(
        connection.execute(sa.text("SELECT DISTINCT name_key FROM staging.name_token")).scalars()
    )


def grow_roster(
    connection: sa.Connection, names: Sequence[pd.DataFrame], pseudonymiser: Pseudonymiser
) -> int:
    """Add names to the roster, redact stored comments that hold one of them, and return how many changed.

    Args:
        connection: The transaction that also loads the rows the names came with.
        names: Words and holders, as ``deidentify.roster.name_keys`` gives them; also known ones.
        pseudonymiser: With the key that made them.
    """
    if not names:
        return 0
    known = read_roster(connection)
    held = pd.concat(names).drop_duplicates().assign(key_id=pseudonymiser.key_id)
    _add(connection, held)
    new = frozenset(held["name_key"]) - known
    named = _words_named(connection, Roster(new, pseudonymiser)) if new else []
    # control: a larger roster redacts stored comments
    return _redact_again(connection, named, Roster(known | new, pseudonymiser)) if named else 0


def names_held(
    connection: sa.Connection, person_keys: Collection[str], pseudonymiser: Pseudonymiser
) -> list[str]:
    """Return the holder keys under which the roster has words of some people."""
    words = read_roster(connection)
    possible = {key for person in person_keys for key in holder_keys(person, words, pseudonymiser)}
    held = connection.execute(sa.text("SELECT holder_key FROM staging.name_token")).scalars()
    return [key for key in held if key in possible]


def forget_names(
    connection: sa.Connection, person_keys: Collection[str], pseudonymiser: Pseudonymiser
) -> None:
    """Take people off the roster; a word stays while somebody else holds it."""
    keys = sa.bindparam("keys", expanding=True, type_=sa.String())  # the type is wanted where there is none
    statement = sa.text("DELETE FROM staging.name_token WHERE holder_key IN :keys").bindparams(keys)
    connection.execute(statement, {"keys": names_held(connection, person_keys, pseudonymiser)})


def _add(connection: sa.Connection, held: pd.DataFrame) -> None:
    create_temporary(connection, "named", table_of("staging.name_token").columns)
    append(connection, table_of("staging.name_token"), held, into="named")
    connection.execute(
        sa.text(
            "INSERT INTO staging.name_token BY NAME SELECT * FROM named ANTI JOIN staging.name_token "
            "USING (holder_key)"
        )
    )
    connection.execute(sa.text("DROP TABLE named"))


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
    # Two names side by side become one placeholder, so the count alone does not show it.
    is_changed = after["redacted_text"] != before["redacted_text"]
    again = before.assign(
        redacted_text=after["redacted_text"], redaction_n=before["redaction_n"] + after["redaction_n"]
    )[is_changed]
    create_temporary(connection, "again", table_of("staging.comment").columns)
    append(connection, table_of("staging.comment"), again, into="again")
    run_statement(connection, "staging/update_comments")
    connection.execute(sa.text("DROP TABLE again"))
    return len(again)
