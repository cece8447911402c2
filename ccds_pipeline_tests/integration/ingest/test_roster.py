"""Names and the comments that hold them arrive in any order; in the end the names are gone. All invented."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest
import sqlalchemy as sa

from ccds_pipeline.deidentify.roster import Roster
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline_tests.support.labelled_comments import PSEUDONYMISER, word_keys
from ccds_pipeline_tests.support.named_programme import BOOKING, RESPONSE, deliver

QUILLA = BOOKING | {"ref": "R1", "holder": "Ms Quilla Braethorn"}
SUNDAR = BOOKING | {"ref": "R2", "mail": "sundar@example.org", "holder": "Sundar (Guest)"}
COMMENT = RESPONSE | {"Why?": "quilla and sundar helped, i liked the braethorn story"}


def comments(engine: sa.Engine) -> list[tuple[str, str, int]]:
    with engine.connect() as connection:
        rows = connection.execute(
            sa.text("SELECT version_key, redacted_text, redaction_n FROM staging.comment")
        )
        return [tuple(row) for row in rows]


def names_stored(engine: sa.Engine) -> set[str]:
    with engine.connect() as connection:
        return set(connection.execute(sa.text("SELECT name_key FROM staging.name_token")).scalars())


def after(order: tuple[tuple[str, int, dict[str, str]], ...]) -> tuple[list[tuple[str, str, int]], set[str]]:
    with TemporaryDirectory() as folder, open_warehouse(Path(folder) / "w.duckdb") as engine:
        for source_id, day, row in order:
            deliver(engine, Path(folder), source_id, day, row)
        return comments(engine), names_stored(engine)


@pytest.mark.attack("A15")
def test_the_order_of_deliveries_makes_no_difference_to_comments_or_roster():
    deliveries = (("bookings", 1, QUILLA), ("bookings", 2, SUNDAR), ("survey", 3, COMMENT))
    first, second, third = deliveries
    outcomes = [after(order) for order in (deliveries, (third, first, second), (second, third, first))]
    assert all(outcome == outcomes[0] for outcome in outcomes)
    ((_, text, redactions),) = outcomes[0][0]
    assert text == "[NAME] and [NAME] helped, i liked the [NAME] story"
    assert redactions == 3


def test_without_the_bookings_unknown_names_in_small_letters_stay():
    ((_, text, _),), names = after((("survey", 3, COMMENT),))
    assert text == COMMENT["Why?"]
    assert names == set()


def test_the_same_comment_delivered_again_after_the_roster_grew_is_the_same_version():
    (stored, _), (once, _) = (
        after((("survey", 1, COMMENT), ("bookings", 2, QUILLA), ("survey", 3, COMMENT))),
        after((("survey", 1, COMMENT),)),
    )
    assert [key for key, _, _ in stored] == [key for key, _, _ in once]


@pytest.mark.attack("A15")
def test_names_are_kept_only_as_keyed_hashes(tmp_path):
    with open_warehouse(tmp_path / "w.duckdb") as engine:
        account = deliver(engine, tmp_path, "bookings", 1, QUILLA, SUNDAR)
        names = names_stored(engine)
    assert account.unmapped_columns == 0
    assert names == word_keys("quilla", "braethorn", "sundar")
    assert b"quilla" not in (tmp_path / "w.duckdb").read_bytes().lower()


def test_a_name_that_was_loaded_before_adds_nothing_for_the_same_person_and_a_holder_for_another(tmp_path):
    count = sa.text("SELECT count(*), count(DISTINCT name_key) FROM staging.name_token")
    found = []
    with open_warehouse(tmp_path / "w.duckdb") as engine:
        for day, row in enumerate((QUILLA, QUILLA, QUILLA | {"mail": "q@example.org"}), start=1):
            deliver(engine, tmp_path, "bookings", day, row)
            with engine.connect() as connection:
                found.append(tuple(connection.execute(count).one()))
    assert found == [(2, 2), (2, 2), (4, 2)]


def test_names_of_rejected_rows_count_and_those_of_excluded_rows_do_not(tmp_path):
    rejected = QUILLA | {"when": "nonsense"}
    excluded = SUNDAR | {"note": "TEST"}
    with open_warehouse(tmp_path / "w.duckdb") as engine:
        account = deliver(engine, tmp_path, "bookings", 1, rejected, excluded)
        assert (account.rejected, account.excluded) == (1, 1)
        assert names_stored(engine) == word_keys("quilla", "braethorn")


def test_a_delivery_without_the_column_of_names_loads(tmp_path):
    nameless = {name: text for name, text in BOOKING.items() if name != "holder"}
    with open_warehouse(tmp_path / "w.duckdb") as engine:
        assert deliver(engine, tmp_path, "bookings", 1, nameless).loaded == 1


@pytest.mark.parametrize(
    ("delivered", "word"),
    [
        ("Zoë Ångström", "zoe"),
        ("O’Quill, Mary-Braethorn", "o'quill"),
        ("O’Quill, Mary-Braethorn", "braethorn"),
        ("LI", "li"),
    ],
)
def test_a_name_is_found_whatever_its_accents_case_and_hyphens(delivered, word):
    roster = Roster(word_keys(delivered), PSEUDONYMISER)
    assert roster(word)


def test_words_of_shared_accounts_are_no_names():
    assert word_keys("Training Room (Guest)", "Reception Desk") == set()


def test_another_purpose_or_key_finds_nobody():
    keys = word_keys("Quilla")
    others = PSEUDONYMISER.keys(pd.Series(["quilla"]), purpose="reference")
    assert not keys & set(others)
