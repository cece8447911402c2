"""Put settings, programme and key together into what a run needs.

Dagster's and the command's views of an installation both start here.
"""

from __future__ import annotations

import hashlib
import json

from ccds_pipeline.deidentify.generalise import Places
from ccds_pipeline.deidentify.pseudonym import (
    DEMONSTRATION_KEY_FILE,
    Pseudonymiser,
    demonstration_key,
    read_key,
    read_key_file,
)
from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline.ingest.delivery import Ingest
from ccds_pipeline.programme.load import load_programme, programme_digest
from ccds_pipeline.reference.tables import Reference, read_reference
from ccds_pipeline.settings import Settings
from ccds_pipeline.sources.landing import DEMONSTRATION_MARKER, open_landing

_NOTE = "Synthetic demonstration data: no real person, organisation's result or session."
RETENTION_REMEDY = "Add retention: with records, comments and ledger in days, and the source that says so."
KEY_REMEDY = (
    'Make one with: python -c "import secrets; print(secrets.token_hex(32))", keep it in a safe '
    "place, and set CCDS_PSEUDONYM_KEY to it, or CCDS_PSEUDONYM_KEY_FILE to a file that holds it."
)


def open_ingest(settings: Settings) -> Ingest:
    """Return what ingesting needs.

    Raises:
        ConfigurationError: If programme file, pseudonym key or loaded tables are missing or wrong, or
            real data has no retention.
    """
    programme = load_programme(settings.programme_file)
    # control: retention is set for real data
    if programme.retention is None and not demonstration_note(settings.landing_url):
        raise ConfigurationError(
            "the programme file does not say how long data is kept",
            place=str(settings.programme_file),
            rule="retention_set",
            remedy=RETENTION_REMEDY,
        )
    reference = read_reference(settings.reference_folder)
    return Ingest(
        programme=programme,
        contract_version=configuration_digest(settings, reference),
        pseudonymiser=Pseudonymiser(_key(settings)),
        runs_folder=settings.runs_folder,
        places=Places(reference),
        loaded_boards=reference.loaded_boards,
        reference_digest=reference.digest,
    )


def demonstration_note(landing: str) -> str:
    """Return the note that is shown with demonstration data; empty for real data."""
    try:
        marker = json.loads((open_landing(landing) / DEMONSTRATION_MARKER).read_text(encoding="utf-8"))
    except ConfigurationError:
        raise
    except Exception:  # noqa: BLE001  # no marker; each protocol has errors of its own
        return ""
    return _NOTE if marker.get("synthetic") else ""


def configuration_digest(settings: Settings, reference: Reference) -> str:
    """Return a hash of the programme file and of the reference tables that were loaded."""
    programme = programme_digest(settings.programme_file)
    if not reference.digest:
        return programme
    return hashlib.sha256(f"{programme} {reference.digest}".encode()).hexdigest()


def known_key(settings: Settings) -> bytes | None:
    """Return the pseudonym key if there is one; unlike a run, make none for a demonstration.

    Raises:
        ConfigurationError: If a key is set and cannot be used.
    """
    is_set = settings.pseudonym_key is not None or settings.pseudonym_key_file is not None
    made = settings.data_dir / DEMONSTRATION_KEY_FILE
    if is_set:
        return _key(settings)
    return read_key_file(made) if made.exists() and demonstration_note(settings.landing_url) else None


def _key(settings: Settings) -> bytes:
    if settings.pseudonym_key is not None and settings.pseudonym_key_file is not None:
        raise ConfigurationError(
            "the pseudonym key is given twice",
            rule="one_key",
            remedy="Set either CCDS_PSEUDONYM_KEY or CCDS_PSEUDONYM_KEY_FILE.",
        )
    if settings.pseudonym_key is not None:
        return read_key(settings.pseudonym_key.get_secret_value())
    if settings.pseudonym_key_file is not None:
        return read_key_file(settings.pseudonym_key_file)
    if demonstration_note(settings.landing_url):
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        return demonstration_key(settings.data_dir)
    raise ConfigurationError("no pseudonym key is set", rule="key_present", remedy=KEY_REMEDY)
