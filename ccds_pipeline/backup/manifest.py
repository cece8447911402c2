"""What a backup says of itself, and whether it is so."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from ccds_pipeline import __version__
from ccds_pipeline.backup.generations import MANIFEST, Generation, Kind
from ccds_pipeline.backup.sealing import SUFFIX, store, stored_name, take_out
from ccds_pipeline.errors import CheckFailedError
from ccds_pipeline.warehouse.audit import NO_RECORD, audit_trail, verify_trail
from ccds_pipeline.warehouse.backup import rows_by_table
from ccds_pipeline.warehouse.database import open_database
from ccds_pipeline.warehouse.mark import listed_now
from ccds_pipeline.warehouse.versions import version_of

WAREHOUSE, RELEASE = "warehouse.duckdb", "release.duckdb"
_DATABASES = (WAREHOUSE, RELEASE)
_NOT_LISTED = {Path("verified"), Path("verified.part")}


class StoredFile(BaseModel):
    """One file: digest of its content, and how many rows each of its tables has."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str
    size_bytes: int
    rows: dict[str, int]


class Manifest(BaseModel):
    """What a backup holds, by names and counts alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    made_at: datetime
    kind: Kind
    code_version: str
    schema_version: int
    audit_records_n: int
    audit_head: str
    people_erased_n: int
    files: dict[str, StoredFile]


def write_contents(
    content: Path, target: Path, *, made_at: datetime, kind: Kind, key: bytes | None
) -> Manifest:
    """Store every file of a folder in another one, with a manifest."""
    files = {}
    for path in sorted(path for path in content.rglob("*") if path.is_file()):
        name = path.relative_to(content)
        (target / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("rb") as stream:
            digest = store(stream, target / name, key=key)
        rows = _rows(path) if name.as_posix() in _DATABASES else {}
        files[name.as_posix()] = StoredFile(sha256=digest, size_bytes=path.stat().st_size, rows=rows)
    manifest = _describe(content / WAREHOUSE, files, made_at=made_at, kind=kind)
    store(io.BytesIO(manifest.model_dump_json(indent=2).encode()), target / MANIFEST, key=key)
    return manifest


def read_back(stored: Path, into: Path, *, key: bytes | None) -> Manifest:
    """Take every file of a backup out into an empty folder, and hold it against the manifest.

    Raises:
        ConfigurationError: If it is encrypted and there is no key.
        CheckFailedError: If anything is missing, added or changed, or the audit trail is broken.
    """
    is_sealed = (stored / (MANIFEST + SUFFIX)).exists()
    manifest = _read_manifest(stored, into, key)
    present = {path.relative_to(stored) for path in stored.rglob("*") if path.is_file()}
    expected = {stored_name(Path(name), is_sealed=is_sealed) for name in (*manifest.files, MANIFEST)}
    for path in sorted(present - expected - _NOT_LISTED):
        raise _differs(stored, f"{path} is not in the manifest")
    for path in sorted(expected - present):
        raise _differs(stored, f"{path} is missing")
    for name, noted in manifest.files.items():
        target = into / name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        digest = take_out(stored_name(stored / name, is_sealed=is_sealed), target, key=key)
        if (digest, target.stat().st_size) != (noted.sha256, noted.size_bytes):
            raise _differs(stored, f"{name} was changed")
        if name in _DATABASES and _rows(target) != noted.rows:
            raise _differs(stored, f"{name} has other rows")
    described = _describe(into / WAREHOUSE, manifest.files, made_at=manifest.made_at, kind=manifest.kind)
    if described != manifest.model_copy(update={"code_version": described.code_version}):
        raise _differs(stored, f"{WAREHOUSE} is another one")
    return manifest


def manifest_of(generation: Generation, into: Path, *, key: bytes | None) -> Manifest:
    """Return what a backup says of itself, unchecked; raises as ``read_back``."""
    return _read_manifest(generation.path, into, key)


def _read_manifest(stored: Path, into: Path, key: bytes | None) -> Manifest:
    target, sealed = into / MANIFEST, stored / (MANIFEST + SUFFIX)
    try:
        take_out(sealed if sealed.exists() else stored / MANIFEST, target, key=key)
        return Manifest.model_validate_json(target.read_bytes())
    except FileNotFoundError:
        raise _differs(stored, "there is no manifest") from None
    except ValidationError:
        raise _differs(stored, "the manifest was changed, or a newer version made it") from None
    finally:
        target.unlink(missing_ok=True)


def _rows(database: Path) -> dict[str, int]:
    with open_database(database, read_only=True) as engine, engine.connect() as connection:
        return rows_by_table(connection)


def _describe(warehouse: Path, files: dict[str, StoredFile], *, made_at: datetime, kind: Kind) -> Manifest:
    with open_database(warehouse, read_only=True) as engine, engine.connect() as connection:
        trail = audit_trail(connection)
        verify_trail(trail)
        return Manifest(
            made_at=made_at,
            kind=kind,
            code_version=__version__,
            schema_version=version_of(connection) or 0,
            audit_records_n=len(trail),
            audit_head=trail[-1].record_hash if trail else NO_RECORD,
            people_erased_n=listed_now(connection),
            files=files,
        )


def _differs(stored: Path, what: str) -> CheckFailedError:
    return CheckFailedError(
        f"the backup is not what its manifest says: {what}",
        place=stored.name,
        rule="backup_is_whole",
        remedy="Use another one (ccds verify NAME), and find out what changed the files.",
    )
