"""Pseudonyms of known inputs, and keys that are taken or refused."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import stat
import time

import pandas as pd
import pytest

from ccds_pipeline.deidentify.pseudonym import (
    Pseudonymiser,
    check_key,
    demonstration_key,
    normalise_email,
    read_key,
)
from ccds_pipeline.errors import ConfigurationError

KEY = hashlib.sha256(b"a key of these tests, used nowhere else").digest()


def texts(*values: str | None) -> pd.Series:
    return pd.Series(values, dtype="str")


def test_person_key_is_the_keyed_hash_that_the_rule_states():
    expected = hmac.new(KEY, b"person/1\x1fjane.doe@nhs.net", hashlib.sha256).hexdigest()[:32]
    assert Pseudonymiser(KEY).person_keys(texts("jane.doe@nhs.net")).tolist() == [expected]


@pytest.mark.attack("A5")
def test_one_person_gets_one_key_however_the_address_is_spelt():
    spellings = texts(
        "jane.doe@nhs.net",
        " Jane.Doe@NHS.NET\n",
        "mailto:jane.doe@nhs.net",
        "<mailto:jane.doe@nhs.net>",
        "mailto: mailto:jane.doe@nhs.net",
        "Jane Doe <jane.doe@nhs.net>",
        "jane\u200b.doe@nhs.net",
        "ｊane.doe＠nhs.net",
    )
    assert Pseudonymiser(KEY).person_keys(spellings).unique().size == 1


def test_normalising_twice_changes_nothing_when_folding_makes_new_letters():
    once = normalise_email("groß\u0301@nhs.net")
    assert once is not None
    assert normalise_email(once) == once


@pytest.mark.attack("A5")
def test_different_addresses_are_never_taken_for_one_person():
    others = texts("jane.doe@nhs.net", "janedoe@nhs.net", "jane.doe+1@nhs.net", "jane.doe@nhs.uk")
    assert Pseudonymiser(KEY).person_keys(others).nunique() == 4


@pytest.mark.attack("A5")
@pytest.mark.parametrize(
    "text",
    ["", "  ", "anonymous", "Anonymous", "n/a", "@", "jane@", "two words", "a@b@c", "reception@nhs.net"],
)
def test_nobody_is_identified_when_the_text_is_no_personal_address(text):
    assert normalise_email(text) is None
    assert Pseudonymiser(KEY).person_keys(texts(text)).isna().all()


def test_missing_values_stay_missing_and_the_index_is_kept():
    emails = pd.Series(["jane@nhs.net", None, "tom@nhs.net"], index=[7, 3, 3], dtype="str")
    keys = Pseudonymiser(KEY).person_keys(emails)
    assert keys.index.tolist() == [7, 3, 3]
    assert keys.isna().tolist() == [False, True, False]


def test_no_key_is_given_when_a_value_is_blank():
    keys = Pseudonymiser(KEY).keys(texts("", " ", None, "ABC12"), purpose="reference")
    assert keys.isna().tolist() == [True, True, True, False]


def test_a_purpose_that_could_run_into_the_value_is_refused():
    with pytest.raises(ValueError, match="separator"):
        Pseudonymiser(KEY).keys(texts("x"), purpose="record\x1fx")


@pytest.mark.attack("A3")
def test_key_id_tells_keys_apart_and_holds_nothing_of_them():
    first, second = Pseudonymiser(KEY), Pseudonymiser(KEY[::-1])
    assert first.key_id == Pseudonymiser(KEY).key_id != second.key_id
    assert len(first.key_id) == 12
    assert first.key_id not in KEY.hex()


def test_each_value_is_hashed_once_however_often_it_comes():
    emails = texts(*(f"first.last{number}@nhs.net" for number in range(30_000)))
    rows = emails.sample(200_000, replace=True, random_state=1)
    started = time.process_time()
    Pseudonymiser(KEY).person_keys(rows)
    assert time.process_time() - started < 3  # about 0.25 s; the margin is for busy machines


@pytest.mark.attack("A2")
@pytest.mark.parametrize(
    ("key", "rule"),
    [
        (b"", "key_length"),
        (KEY[:31], "key_length"),
        (bytes(32), "key_repeats"),
        (KEY[:8] * 4, "key_repeats"),
        ((KEY + KEY[::-1])[:24] * 2, "key_repeats"),
        (bytes(range(32)), "key_entropy"),
        (bytes(range(255, 191, -2)), "key_entropy"),
        (b"correct horse battery staple, and some more", "key_is_text"),
        (KEY.hex().encode(), "key_is_text"),
        ("Ключ из обыкновенных слов".encode(), "key_is_text"),
        (hashlib.sha256(b"secret").digest(), "key_well_known"),
        (hashlib.sha512(b"Password").digest(), "key_well_known"),
        (bytes.fromhex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"), "key_well_known"),
    ],
)
def test_a_key_that_could_be_guessed_is_refused(key, rule):
    with pytest.raises(ConfigurationError) as refusal:
        Pseudonymiser(key)
    assert refusal.value.rule == rule


def test_random_keys_are_taken():
    for _ in range(200):
        check_key(os.urandom(32))


def test_a_key_is_read_from_hexadecimal_and_from_either_base64():
    tricky = hashlib.sha256(b"key 2 of these tests").digest()
    standard = base64.b64encode(tricky).decode()
    assert {"+", "/"} < set(standard)
    for text in (
        tricky.hex(),
        f"  {tricky.hex().upper()}\n",
        standard,
        standard.rstrip("="),
        base64.urlsafe_b64encode(tricky).decode(),
    ):
        assert read_key(text) == tricky


@pytest.mark.parametrize(
    "text", ["Tr0ub4dor&3", "c2hvcnQ=", KEY.hex()[:62], "not a key, just a longer line of plain words"]
)
def test_a_text_that_holds_no_fit_key_is_refused_without_being_quoted(text):
    with pytest.raises(ConfigurationError) as refusal:
        read_key(text)
    assert text not in str(refusal.value)


def test_the_demonstration_key_is_made_once_and_is_private(tmp_path):
    key = demonstration_key(tmp_path)
    assert demonstration_key(tmp_path) == key
    (file,) = tmp_path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_two_demonstrations_do_not_share_a_key(tmp_path):
    folders = [tmp_path / "one", tmp_path / "two"]
    assert len({demonstration_key(folder) for folder in folders}) == 2


def test_a_spoilt_demonstration_key_is_refused_and_not_replaced(tmp_path):
    file = tmp_path / "demonstration.key"
    file.write_text("secret")
    with pytest.raises(ConfigurationError):
        demonstration_key(tmp_path)
    assert file.read_text() == "secret"


def test_a_key_file_that_is_no_text_is_refused_with_its_place(tmp_path):
    file = tmp_path / "demonstration.key"
    file.write_bytes(KEY)
    with pytest.raises(ConfigurationError, match=r"demonstration\.key"):
        demonstration_key(tmp_path)
