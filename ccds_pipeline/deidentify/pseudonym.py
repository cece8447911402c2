"""Keyed pseudonyms, and the key: the same person gets the same code, and nothing turns it back.

Which columns are pseudonymised belongs in ``ingest.conform``. No message here says anything of a key but
which rule it breaks.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import hmac
import os
import re
import secrets
import tempfile
import unicodedata
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pyarrow as pa

from ccds_pipeline.errors import ConfigurationError

_PSEUDONYM_BYTES = 16  # 128 bits, the least that PRIVACY.md P1) allows
_SEPARATOR = "\x1f"
# The version is part of what is hashed: a changed normalisation never gives an old person key by chance.
_PERSON_PURPOSE = "person/1"
RECORD_PURPOSE = "record:"
"""Begins the purpose of a record's pseudonym; the source follows."""

_ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+")
_IN_BRACKETS = re.compile(r"<([^<>]*)>")
_MAILTO = re.compile(r"^(?:\s*mailto:)+\s*")
# Mailboxes that several people read: one key for all of them would make them one person.
_SHARED_MAILBOXES = frozenset(
    {
        "admin", "anonymous", "bookings", "contact", "enquiries", "hr", "info", "mail", "no-reply", "noreply",
        "office", "reception", "secretary", "secretaries", "support", "team", "training", "unknown",
    }
)  # fmt: skip

KEY_BYTES = 32
DEMONSTRATION_KEY_FILE = "demonstration.key"

# 32 random bytes hold 30 different ones on average; fewer than 16 does not happen by chance.
_LEAST_DIFFERENT_BYTES = 16
_LEAST_DIFFERENT_STEPS = 8
_HEX = re.compile(r"[0-9a-fA-F]+")
_WORDS_THAT_ARE_HASHED = (
    "", "0", "1", "123456", "12345678", "password", "passw0rd", "secret", "changeme", "change-me", "admin",
    "default", "example", "test", "testing", "demo", "demonstration", "dev", "key", "hmac", "hmac-key",
    "salt", "pepper", "pseudonym", "pseudonymise", "pseudonymisation", "secret-key", "secret_key",
    "my-secret-key", "my_secret_key", "nhs", "nhs-england", "nhs.net", "ccds", "ccds_pipeline",
    "ccds-pipeline", "pipeline",
    "hello", "hello world", "foo", "foobar", "letmein", "qwerty",
)  # fmt: skip
_PUBLISHED_KEYS = (
    # AES-256 test key of NIST SP 800-38A
    "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
    # SHA-256 of "abc" and SHA-256 applied twice to nothing: examples in many documents
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    "5df6e0e2761359d30a8275058e299fcc0381534545f55cf43e41983f5d4c9456",
)
_REMEDY = (
    "Make a random key, for example with: "
    "python -c 'import secrets; print(secrets.token_hex(32))', and keep it outside of the repository."
)


class Pseudonymiser:
    """Makes pseudonyms with one key, once per unique value.

    Args:
        key: The secret: at least 32 random bytes.

    Raises:
        ConfigurationError: If the key could be guessed (``check_key``).
    """

    def __init__(self, key: bytes) -> None:
        # control: guessable keys are refused
        check_key(key)
        self._key = key

    @property
    def key_id(self) -> str:
        """Name of the key, 12 hex characters; tells keys apart and nothing about them."""
        # control: the key's name says nothing of it
        return hmac.digest(self._key, b"key-id", "sha256").hex()[:12]

    def wrapping_key(self) -> bytes:
        """Return a key of 32 bytes by which another secret is encrypted; leads to no pseudonym."""
        return hmac.digest(self._key, b"wrapping-key", "sha256")

    def person_keys(self, emails: pd.Series) -> pd.Series:
        """Return the person's pseudonym for each e-mail address.

        Args:
            emails: Addresses as delivered; any index.

        Returns:
            32 hex characters each, same index; missing where the text is blank, no address, or a
            mailbox that several people share.
        """
        return _once_per_value(emails, self._person_key)

    def keys(self, values: pd.Series, *, purpose: str) -> pd.Series:
        """Return the pseudonym of each value for one purpose.

        Equal values get different pseudonyms under different purposes, so tables can't be joined
        by a code that was made for something else. Values are taken as they are, without
        normalisation.

        Args:
            values: Text; any index.
            purpose: Such as ``record:<source>`` or ``reference``.

        Returns:
            32 hex characters each, same index; missing where the text is blank.

        Raises:
            ValueError: If ``purpose`` holds the separator between purpose and value.
        """
        if _SEPARATOR in purpose:
            raise ValueError("a purpose must not contain the separator")
        return _once_per_value(values, lambda text: self.key(text, purpose=purpose) if text.strip() else None)

    def key(self, value: str, *, purpose: str) -> str:
        """Return the pseudonym of one value, as ``keys`` gives it; the value must not be blank."""
        message = f"{purpose}{_SEPARATOR}{value}".encode()
        # control: pseudonyms are keyed
        return hmac.digest(self._key, message, "sha256")[:_PSEUDONYM_BYTES].hex()

    def _person_key(self, text: str) -> str | None:
        email = normalise_email(text)
        return None if email is None else self.key(email, purpose=_PERSON_PURPOSE)


class RecordPairs(Pseudonymiser):
    """Makes the pseudonyms of a new key, and remembers of each record which one of the old key it had.

    Args:
        old: With the old key.
        new: With the new key.
    """

    def __init__(self, old: Pseudonymiser, new: Pseudonymiser) -> None:
        super().__init__(new._key)  # noqa: SLF001  # it is one with the other key's memory
        self._old = old
        self.new_of: dict[str, str] = {}

    def key(self, value: str, *, purpose: str) -> str:
        """Return the new pseudonym of one value; a record's is remembered by the old one."""
        new = super().key(value, purpose=purpose)
        if purpose.startswith(RECORD_PURPOSE):
            self.new_of[self._old.key(value, purpose=purpose)] = new
        return new


def normalise_email(text: str) -> str | None:
    """Return the one spelling of an e-mail address, or None where there is no personal address.

    Rule: PRIVACY.md P1, version 1: NFKC, case folded, invisible characters, ``mailto:``, a display
    name and angle brackets removed. Two different addresses are never taken for one person: dots and
    ``+tags`` stay.
    """
    # control: one spelling of an address
    email = _without_wrapping(fold(text))
    # control: no code for shared mailboxes
    is_personal = _ADDRESS.fullmatch(email) and email.split("@")[0] not in _SHARED_MAILBOXES
    return email if is_personal else None


def fold(text: str) -> str:
    """Return the text in NFKC, case folded, without invisible characters; folding again changes nothing."""
    if text.isascii() and text.isprintable():
        return text.lower()
    visible = "".join(char for char in text if unicodedata.category(char) != "Cf")
    folded = unicodedata.normalize("NFKC", visible).casefold()
    # One round is not always the last: folding may give what NFKC composes anew.
    return folded if folded == text else fold(folded)


def _without_wrapping(text: str) -> str:
    bracketed = _IN_BRACKETS.search(text)
    return _MAILTO.sub("", bracketed[1] if bracketed else text).strip()


def _once_per_value(values: pd.Series, code_of: Callable[[str], str | None]) -> pd.Series:
    texts = pa.table({"text": values.astype("str")})["text"].combine_chunks().dictionary_encode()
    codes = pa.array(map(code_of, texts.dictionary.to_pylist()), type=pa.large_string())
    return pd.Series(codes.take(texts.indices), index=values.index, dtype="str")


def check_key(key: bytes) -> None:
    """Refuse a key that could be guessed.

    Rule: PRIVACY.md P2.

    Raises:
        ConfigurationError: If the key is shorter than 32 bytes, repeats itself, has little variety,
            is text rather than random bytes, or is published or the plain hash of a common word.
    """
    if len(key) < KEY_BYTES:
        raise _refusal(f"has {len(key)} bytes, fewer than {KEY_BYTES}", rule="key_length")
    if len(set(key)) < _LEAST_DIFFERENT_BYTES or _is_repetition(key):
        raise _refusal("repeats the same bytes", rule="key_repeats")
    steps = {(after - before) % 256 for before, after in pairwise(key)}
    if len(steps) < _LEAST_DIFFERENT_STEPS:
        raise _refusal("counts up or down in even steps", rule="key_entropy")
    if _is_text(key):
        raise _refusal("is text, not random bytes", rule="key_is_text")
    if key in set(_well_known_keys()):
        raise _refusal("is published, or the plain hash of a common word", rule="key_well_known")


def read_key(text: str) -> bytes:
    """Return the key that is written in hexadecimal (64 characters or more) or in base64.

    Raises:
        ConfigurationError: If the text is neither, or the key could be guessed.
    """
    key = _decoded("".join(text.split()))
    check_key(key)
    return key


def read_key_file(path: Path) -> bytes:
    """Return the key that is written in a file, as ``read_key`` takes it.

    Raises:
        ConfigurationError: If the file cannot be read, or as ``read_key``.
    """
    try:
        text = path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError(
            "the pseudonym key file cannot be read as text",
            place=str(path),
            rule="key_file_readable",
            remedy=_REMEDY,
        ) from None
    return read_key(text)


def demonstration_key(folder: Path) -> bytes:
    """Return the key of the demonstration in ``folder``; the first call makes folder and key.

    The file is readable by its owner only. Real data needs a key of its own, kept elsewhere.

    Raises:
        ConfigurationError: If the file exists and holds no fit key.
    """
    path = folder / DEMONSTRATION_KEY_FILE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _write_once(path, secrets.token_hex(KEY_BYTES))
    return read_key_file(path)


def _write_once(path: Path, text: str) -> None:
    """Write a new private file whole; where another process was faster, its file stays."""
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text + "\n")
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        Path(draft).unlink()


def _decoded(text: str) -> bytes:
    if _HEX.fullmatch(text):
        if len(text) % 2:  # in base64 it would be another key, and nobody would notice
            raise _refusal("has an odd number of hexadecimal digits", rule="key_encoding")
        return bytes.fromhex(text)
    standard = text.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise _refusal("is neither hexadecimal nor base64", rule="key_encoding") from None


def _is_repetition(key: bytes) -> bool:
    return any(key == (key[:period] * len(key))[: len(key)] for period in range(1, len(key) // 2 + 1))


def _is_text(key: bytes) -> bool:
    # Random bytes are valid UTF-8 about once in 10^9 times; words, hexadecimal and base64 always are.
    try:
        key.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _well_known_keys() -> Iterator[bytes]:
    for word in _WORDS_THAT_ARE_HASHED:
        for spelling in {word, word.upper(), word.capitalize()}:
            for algorithm in ("sha256", "sha512", "sha3_256", "blake2b", "blake2s"):
                yield hashlib.new(algorithm, spelling.encode()).digest()
    yield from map(bytes.fromhex, _PUBLISHED_KEYS)


def _refusal(problem: str, *, rule: str) -> ConfigurationError:
    return ConfigurationError(f"the pseudonym key {problem}", rule=rule, remedy=_REMEDY)
