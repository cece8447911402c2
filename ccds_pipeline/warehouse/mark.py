"""A mark beside the warehouse: that there was one, and how many people its list had as erased.

It outlives the file. A warehouse that is gone is not simply made anew: without its list, the deliveries would
bring the people back that were erased. What brings the list back is ``backup``.
"""

from __future__ import annotations

import json
from pathlib import Path

import sqlalchemy as sa

from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline.run_folder import write_private

_ERASED = "people_erased"
_LISTED = "SELECT count(*) FROM ops.suppressed_person WHERE kind = 'person'"
_HAS_LIST = (
    "SELECT count(*) FROM information_schema.tables WHERE table_catalog = current_database() "
    "AND table_schema = 'ops' AND table_name = 'suppressed_person'"
)


def refuse_lost(path: Path) -> None:
    """Refuse to make a warehouse where there was one.

    Raises:
        ConfigurationError: Rule ``warehouse_is_lost``.
    """
    erased = erased_before(path)
    # control: a lost warehouse is not made anew
    if path.exists() or erased is None:
        return
    people = f"{erased:,} people" if erased else "nobody, as far as is known here,"
    raise ConfigurationError(
        f"there was a warehouse here, and it is gone with its list of erased people; {people} stood on it",
        place=path.name,
        rule="warehouse_is_lost",
        remedy="Bring it back with ccds restore. Only if nobody was ever erased: ccds run --nobody-erased. "
        "Without a backup, docs/warehouse.md says what is left.",
    )


def erased_before(path: Path) -> int | None:
    """Return how many people the list had at most; None where there was no warehouse.

    Raises:
        ConfigurationError: Rule ``mark_is_readable``.
    """
    mark = _mark_of(path)
    if not mark.exists():
        return None
    try:
        return int(json.loads(mark.read_text(encoding="utf-8"))[_ERASED])
    except (ValueError, KeyError, TypeError):
        raise ConfigurationError(
            "the mark of the warehouse cannot be read",
            place=mark.name,
            rule="mark_is_readable",
            remedy="Move it away if the warehouse is there; else restore a backup first: ccds restore.",
        ) from None


def listed_now(connection: sa.Connection) -> int:
    """Return how many people the list has; none where there are no tables yet."""
    if not connection.execute(sa.text(_HAS_LIST)).scalar_one():
        return 0
    return int(connection.execute(sa.text(_LISTED)).scalar_one())


def keep_mark(path: Path, connection: sa.Connection) -> None:
    """Write the mark where it is missing, or has fewer people than the list.

    Raises:
        ConfigurationError: If it cannot be written or read.
    """
    before, now = erased_before(path), listed_now(connection)
    if before is None or now > before:
        try:
            write_private(_mark_of(path), json.dumps({_ERASED: now}))
        except OSError:
            raise ConfigurationError(
                "the mark beside the warehouse cannot be written",
                place=_mark_of(path).name,
                rule="mark_written",
                remedy="Check the free space and the permissions of the data folder.",
            ) from None


def remove_mark(path: Path) -> None:
    """Take the mark away: what was known of erased people is settled otherwise."""
    _mark_of(path).unlink(missing_ok=True)


def _mark_of(path: Path) -> Path:
    return path.with_suffix(".mark")
