"""The list of erased persons in the warehouse, so that an old file does not bring them back.

Its hashes are made with a secret of their own, which is stored encrypted under the pseudonym key: a new
pseudonym key takes the list over without anybody's address, and without a key the list says nothing.
"""

from __future__ import annotations

import secrets

import pandas as pd
import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ccds_pipeline.deidentify.exclusion import ErasedList
from ccds_pipeline.deidentify.pseudonym import KEY_BYTES, Pseudonymiser
from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.warehouse.bulk import append

_NONCE_BYTES = 12
_PURPOSE = b"suppression list"  # stored secrets are bound to these words


def read_erased_list(connection: sa.Connection, pseudonymiser: Pseudonymiser) -> ErasedList | None:
    """Return the list of erased persons; None while nobody was erased.

    Raises:
        ConfigurationError: If its secret cannot be decrypted with this pseudonym key.
    """
    stored = connection.execute(sa.text("SELECT encrypted_secret FROM ops.suppression_secret")).scalar()
    if stored is None:
        return None
    hashes = connection.execute(sa.text("SELECT suppressed_key FROM ops.suppressed_person")).scalars()
    return ErasedList(Pseudonymiser(_decrypted(stored, pseudonymiser)), frozenset(hashes))


def list_person(connection: sa.Connection, pseudonymiser: Pseudonymiser, email: str) -> None:
    """Put an address on the list; the first one makes the list's secret."""
    listed = read_erased_list(connection, pseudonymiser)
    if listed is None:
        _store_secret(connection, pseudonymiser, secrets.token_bytes(KEY_BYTES))
        listed = read_erased_list(connection, pseudonymiser)
    assert listed is not None  # noqa: S101  # its secret was stored just now
    _add(connection, "person", listed.persons(pd.Series([email], dtype="str")))


def list_records(connection: sa.Connection, listed: ErasedList) -> None:
    """Put the records and booking references of ``withdrawn`` on the list (``rights.withdrawal``)."""
    rows = connection.execute(sa.text("SELECT DISTINCT source_id, record_key FROM withdrawn"))
    records = pd.DataFrame(rows.all(), columns=["source_id", "record_key"], dtype="str")
    for source_id, group in records.groupby("source_id"):
        _add(connection, "record", listed.records(group["record_key"], str(source_id)))
    references = connection.execute(sa.text("SELECT reference_key FROM withdrawn_reference")).scalars()
    _add(connection, "reference", listed.references(pd.Series(list(references), dtype="str")))


def wrap_secret_again(connection: sa.Connection, old: Pseudonymiser, new: Pseudonymiser) -> None:
    """Encrypt the list's secret under a new pseudonym key instead of the old one."""
    stored = connection.execute(sa.text("SELECT encrypted_secret FROM ops.suppression_secret")).scalar()
    if stored is not None:
        connection.execute(sa.text("DELETE FROM ops.suppression_secret"))
        _store_secret(connection, new, _decrypted(stored, old))


def _add(connection: sa.Connection, kind: str, hashes: pd.Series) -> None:
    known = set(connection.execute(sa.text("SELECT suppressed_key FROM ops.suppressed_person")).scalars())
    new = sorted(set(hashes.dropna()) - known)
    append(connection, table_of("ops.suppressed_person"), pd.DataFrame({"suppressed_key": new, "kind": kind}))


def _store_secret(connection: sa.Connection, pseudonymiser: Pseudonymiser, secret: bytes) -> None:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    encrypted = nonce + AESGCM(pseudonymiser.wrapping_key()).encrypt(nonce, secret, _PURPOSE)
    row = {"key_id": pseudonymiser.key_id, "encrypted_secret": encrypted.hex()}
    append(connection, table_of("ops.suppression_secret"), pd.DataFrame([row]))


def _decrypted(stored: str, pseudonymiser: Pseudonymiser) -> bytes:
    encrypted = bytes.fromhex(stored)
    cipher = AESGCM(pseudonymiser.wrapping_key())
    try:
        return cipher.decrypt(encrypted[:_NONCE_BYTES], encrypted[_NONCE_BYTES:], _PURPOSE)
    except InvalidTag:
        raise ConfigurationError(
            "the list of erased persons cannot be opened with this pseudonym key",
            rule="one_key",
            remedy="Set the key that the warehouse was loaded with.",
        ) from None
