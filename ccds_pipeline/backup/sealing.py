"""Store files of a backup, encrypted where there is a key, and take them out again.

A sealed file is a magic line, a salt, a nonce, the content under AES-256-GCM, and its tag. The key of each
file is derived from the backup key and the salt; the file's name is authenticated with it, so that one file
cannot stand for another. What is taken out counts only once the tag was compared.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import AEADEncryptionContext, Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import GCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ccds_pipeline.deidentify.pseudonym import read_key, read_key_file
from ccds_pipeline.errors import CheckFailedError, ConfigurationError
from ccds_pipeline.settings import Settings

SUFFIX = ".sealed"
_MAGIC = b"ccds-sealed-1\n"
_SALT_BYTES, _NONCE_BYTES, _TAG_BYTES = 32, 12, 16
_CHUNK_BYTES = 1024**2


def backup_key(settings: Settings) -> bytes | None:
    """Return the key of backups; None where they are not encrypted.

    Raises:
        ConfigurationError: If it is given twice, cannot be read, or could be guessed.
    """
    text, file = settings.backup_key, settings.backup_key_file
    if text is not None and file is not None:
        raise ConfigurationError(
            "the backup key is given twice",
            rule="one_backup_key",
            remedy="Set either CCDS_BACKUP_KEY or CCDS_BACKUP_KEY_FILE.",
        )
    try:
        if text is not None:
            return read_key(text.get_secret_value())
        return None if file is None else read_key_file(file)
    except ConfigurationError as fault:
        problem = fault.problem.replace("pseudonym key", "backup key")
        raise ConfigurationError(problem, place=fault.place, rule=fault.rule, remedy=fault.remedy) from None


def store(content: BinaryIO, target: Path, *, key: bytes | None) -> str:
    """Write a new file (0600) to the disk, sealed if there is a key; return the content's sha256.

    Args:
        content: What to store, from its present position.
        target: The file as the backup calls it; a sealed one gets a suffix.
        key: The backup key.
    """
    digest = hashlib.sha256()
    stored = stored_name(target, is_sealed=key is not None)
    with os.fdopen(os.open(stored, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        sealing = _begin(file, target.name, key) if key is not None else None
        while chunk := content.read(_CHUNK_BYTES):
            digest.update(chunk)
            file.write(sealing.update(chunk) if sealing else chunk)
        if sealing:
            file.write(sealing.finalize() + sealing.tag)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def stored_name(target: Path, *, is_sealed: bool) -> Path:
    """Return where a file of a backup lies."""
    return target.with_name(target.name + SUFFIX) if is_sealed else target


def take_out(stored: Path, target: Path, *, key: bytes | None) -> str:
    """Write a stored file (0600) as it was before; return its sha256.

    Raises:
        ConfigurationError: If it is sealed and there is no key.
        CheckFailedError: If another key sealed it, or it was changed; nothing is left of it.
    """
    digest = hashlib.sha256()
    chunks = _opened(stored, target.name, key) if stored.name.endswith(SUFFIX) else _chunks(stored)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            for chunk in chunks:
                digest.update(chunk)
                file.write(chunk)
    except BaseException:
        target.unlink()
        raise
    return digest.hexdigest()


def _begin(file: BinaryIO, name: str, key: bytes) -> AEADEncryptionContext:
    salt, nonce = secrets.token_bytes(_SALT_BYTES), secrets.token_bytes(_NONCE_BYTES)
    file.write(_MAGIC + salt + nonce)
    sealing = Cipher(AES(_file_key(key, salt)), GCM(nonce)).encryptor()
    sealing.authenticate_additional_data(name.encode())
    return sealing


def _file_key(key: bytes, salt: bytes) -> bytes:
    return HKDF(hashes.SHA256(), length=32, salt=salt, info=b"ccds backup").derive(key)


def _chunks(stored: Path) -> Iterator[bytes]:
    with stored.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


def _opened(stored: Path, name: str, key: bytes | None) -> Iterator[bytes]:
    if key is None:
        raise ConfigurationError(
            "the backup is encrypted, and no backup key is set",
            place=stored.parent.name,
            rule="backup_key_present",
            remedy="Set CCDS_BACKUP_KEY_FILE to the file with the key that it was made with.",
        )
    with stored.open("rb") as file:
        magic, salt, nonce = file.read(len(_MAGIC)), file.read(_SALT_BYTES), file.read(_NONCE_BYTES)
        left = stored.stat().st_size - file.tell() - _TAG_BYTES
        if magic != _MAGIC or left < 0:
            raise _not_opened(stored)
        opening = Cipher(AES(_file_key(key, salt)), GCM(nonce)).decryptor()
        opening.authenticate_additional_data(name.encode())
        while left and (chunk := file.read(min(left, _CHUNK_BYTES))):
            left -= len(chunk)
            yield opening.update(chunk)
        try:
            yield opening.finalize_with_tag(file.read())
        except (InvalidTag, ValueError):
            raise _not_opened(stored) from None


def _not_opened(stored: Path) -> CheckFailedError:
    return CheckFailedError(
        "the backup was encrypted with another key, or it was changed",
        place=stored.name,
        rule="backup_opens",
        remedy="Set the key that it was made with; if that is set, use another backup.",
    )
