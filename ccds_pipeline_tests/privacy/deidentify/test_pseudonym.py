"""Attacks A2, A5 and A23: nobody guesses the address behind a pseudonym, and Dagster never gets the key."""

from __future__ import annotations

import hashlib
import hmac
import io
import tokenize
import traceback
from collections.abc import Iterable, Iterator
from itertools import islice, product

import dagster as dg
import pandas as pd
import pytest
from pydantic import ValidationError

from ccds_pipeline.defs.installation import Installation
from ccds_pipeline.deidentify.pseudonym import Pseudonymiser, read_key
from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline.programme.load import parse_programme
from ccds_pipeline_tests.support.canaries import Scanner
from ccds_pipeline_tests.support.canary_delivery import PROGRAMME
from ccds_pipeline_tests.support.commands import ccds
from ccds_pipeline_tests.support.keys import KEY
from ccds_pipeline_tests.support.paths import ROOT

MARKER = "b3f1d06c92e8475fa0d36e1c7b9254e8f6a1830d5c7e4b29810fd6a3c5e27b94"
FIRST = [
    f"{start}{end}"
    for start in ("jan", "tom", "ann", "ol", "ka", "mo", "ri")
    for end in ("e", "a", "ey", "i", "is")
]
LAST = [
    f"{start}{end}" for start in ("do", "le", "smi", "pat", "kha") for end in ("e", "n", "th", "el", "son")
] + ["li"]
ALGORITHMS = ("md5", "sha1", "sha256")
NAMESPACES = ("", "person/1\x1f")
"""What an attacker who read the code knows is hashed before an address."""


def guesses() -> Iterator[str]:
    """Yield 910,000 likely addresses."""
    for number, first, last in product(range(1000), FIRST, LAST):
        yield f"{first}.{last}{number}@nhs.net"


def strings_of_the_repository() -> set[str]:
    """Return every word and text of the package: what somebody could have taken as a salt."""
    words: set[str] = {"", MARKER}
    for file in sorted((ROOT / "ccds_pipeline").rglob("*.py")):
        for token in tokenize.generate_tokens(io.StringIO(file.read_text(encoding="utf-8")).readline):
            if token.type in (tokenize.NAME, tokenize.STRING, tokenize.NUMBER):
                words.add(token.string.strip("\"'"))
    return words


def hashes(address: str, salt: str) -> Iterator[str]:
    """Yield the usual ways of hashing an address with a salt, shortened as pseudonyms are."""
    for name, space in product(ALGORITHMS, NAMESPACES):
        text = space + address
        yield hashlib.new(name, (salt + text).encode()).hexdigest()[:32]
        yield hashlib.new(name, (text + salt).encode()).hexdigest()[:32]
        yield hmac.digest(salt.encode(), text.encode(), name).hex()[:32]


def unmasked(victims: Iterable[str], addresses: Iterable[str], salts: Iterable[str]) -> set[str]:
    """Return the addresses that a dictionary finds behind pseudonyms."""
    known, salts = {victim[:32] for victim in victims}, list(salts)
    return {one for one in addresses for salt in salts if not known.isdisjoint(hashes(one, salt))}


def pseudonyms(addresses: list[str], key: str = KEY) -> list[str]:
    keys: list[str] = (
        Pseudonymiser(bytes.fromhex(key)).person_keys(pd.Series(addresses, dtype="str")).tolist()
    )
    return keys


@pytest.mark.attack("A2")
def test_no_string_of_the_repository_is_a_salt():
    addresses, salts = list(islice(guesses(), 3)), strings_of_the_repository()
    assert len(salts) > 3000
    salted = [hmac.digest(b"refuse_another_key", one.encode(), "sha256").hex()[:32] for one in addresses]
    assert unmasked(salted, addresses, salts) == set(addresses)
    assert unmasked(pseudonyms(addresses), addresses, salts) == set()


@pytest.mark.attack("A2")
def test_a_small_dictionary_finds_nobody():
    addresses = list(islice(guesses(), 0, 910_000, 450))
    plain = [hashlib.md5(one.encode(), usedforsecurity=False).hexdigest() for one in addresses]
    assert unmasked(plain, addresses, ["", "nhs"]) == set(addresses)
    assert unmasked(pseudonyms(addresses), addresses, ["", "nhs"]) == set()


@pytest.mark.attack("A2")
@pytest.mark.heavy
def test_a_dictionary_of_910_000_addresses_finds_nobody():
    addresses = list(guesses())
    assert len(set(addresses)) == 910_000
    assert unmasked(pseudonyms(addresses), addresses, [""]) == set()


@pytest.mark.attack("A5")
@pytest.mark.heavy
def test_a_million_people_have_a_million_pseudonyms():
    addresses = [f"person.{number}@nhs.net" for number in range(1_000_000)]
    keys = pseudonyms(addresses)
    assert len(set(keys)) == 1_000_000
    respelt = [f" <{one.upper()}> " for one in addresses[::10]]
    assert pseudonyms(respelt) == keys[::10]


@pytest.mark.attack("A23")
def test_a_key_as_a_literal_of_the_resource_is_refused():
    with pytest.raises(ValidationError) as raised:
        Installation(data_dir="x", landing="x", programme_file="x", pseudonym_key=MARKER)  # type: ignore[call-arg]  # the wrong argument is meant
    assert MARKER[:6] not in str(raised.value)  # pydantic shortens what it quotes


@pytest.mark.attack("A23")
def test_no_field_of_the_resource_is_made_for_a_key():
    assert set(Installation.model_fields) == {"data_dir", "landing", "programme_file"}


@pytest.mark.attack("A23")
def test_a_key_in_run_configuration_is_refused_and_not_stored(tmp_path):
    @dg.asset
    def load(installation: Installation) -> None:
        """Need the resource."""

    bound = {"installation": Installation(data_dir=str(tmp_path), landing="x", programme_file="x")}
    config = {"resources": {"installation": {"config": {"pseudonym_key": MARKER}}}}
    (tmp_path / "home").mkdir()
    with dg.DagsterInstance.local_temp(str(tmp_path / "home")) as instance:
        dg.materialize([load], resources=bound, instance=instance)
        with pytest.raises(dg.DagsterInvalidConfigError):
            dg.materialize([load], resources=bound, run_config=config, instance=instance)
        assert len(instance.get_runs()) == 1
    assert Scanner({"key": MARKER}).scan(tmp_path) == []


class Careless(dg.ConfigurableResource):  # type: ignore[type-arg]  # generic over its own value
    """What the installation must not be: a resource with a key."""

    key: str


@pytest.mark.attack("A23")
def test_a_key_that_is_configured_is_stored_which_is_why_it_never_is(tmp_path):
    @dg.asset
    def load(careless: Careless) -> None:
        """Need the resource."""

    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        dg.materialize([load], resources={"careless": Careless(key=MARKER)}, instance=instance)
    assert Scanner({"key": MARKER}).scan(tmp_path)


@pytest.mark.attack("A23")
def test_a_key_in_a_programme_file_is_refused_without_being_told():
    with pytest.raises(ConfigurationError) as raised:
        parse_programme(f"{PROGRAMME}\npseudonym_key: {MARKER}\n", place="programme.yaml")
    assert MARKER[:6] not in str(raised.value)


@pytest.mark.attack("A23")
@pytest.mark.parametrize("option", ["--key", "--pseudonym-key"])
def test_a_key_on_the_command_line_is_refused_without_being_told(tmp_path, option):
    result = ccds("run", f"{option}={MARKER}", cwd=tmp_path)
    assert result.returncode == 2
    assert MARKER not in result.stdout + result.stderr


@pytest.mark.attack("A23")
@pytest.mark.parametrize("text", [MARKER[:-1], MARKER + "?", MARKER[:40], MARKER + MARKER[:3]])
def test_a_key_that_is_mistyped_is_refused_without_being_told(text):
    with pytest.raises(ConfigurationError, match="pseudonym key") as raised:
        read_key(text)
    assert MARKER[:12] not in "".join(traceback.format_exception(raised.value))


@pytest.mark.attack("A23")
def test_the_command_refuses_a_mistyped_key_without_telling_it(tmp_path):
    (tmp_path / "landing").mkdir()
    result = ccds("run", "--data", tmp_path / "data", "--landing", tmp_path / "landing", key=MARKER[:-1])
    assert result.returncode == 3
    assert MARKER[:12] not in result.stdout + result.stderr
