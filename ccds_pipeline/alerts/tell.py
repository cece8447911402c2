"""Tell each address what is news to it; what does not get through is said, and tried again next time.

A run calls this at its end, so nothing here may end it.
"""

from __future__ import annotations

import platform
from datetime import UTC, datetime

from filelock import FileLock

from ccds_pipeline.alerts.causes import Look, together
from ccds_pipeline.alerts.digest import Place, digest, trial
from ccds_pipeline.alerts.looks import look_around, standing
from ccds_pipeline.alerts.memory import Memory, after, in_words, news, read_memories, write_memories
from ccds_pipeline.alerts.send import Address, addresses, has_addresses, send
from ccds_pipeline.errors import to_value_free_error
from ccds_pipeline.settings import Settings

_LOCK_SECONDS = 60


def tell(settings: Settings, handed: Look, *, with_warehouse: bool = True) -> list[str]:
    """Tell every address what is news to it of what was handed in and is found; do nothing without one.

    Args:
        settings: Of the installation.
        handed: What the caller met.
        with_warehouse: Whether the warehouse may be opened now, to look for deliveries.

    Returns:
        What did not get through, a sentence each; empty if all did.
    """
    if not has_addresses(settings):
        return []
    return tell_of(settings, together([handed, look_around(settings, with_warehouse=with_warehouse)]))


def tell_of(settings: Settings, look: Look) -> list[str]:
    """Tell as ``tell`` does, of what was looked at already."""
    if not has_addresses(settings):
        return []
    try:
        return _tell(settings, look)
    except Exception as error:  # noqa: BLE001  # a run must not fail of what tells of it
        return [f"Nobody was told: {to_value_free_error(error)}"]


def _tell(settings: Settings, look: Look) -> list[str]:
    known = addresses(settings)
    settings.alerts_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = settings.alerts_folder / "told.json"
    with FileLock(file.with_suffix(".lock"), mode=0o600, timeout=_LOCK_SECONDS):
        before = read_memories(file)
        now = {
            address.id: _told(settings, address, before.get(address.id, Memory()), look) for address in known
        }
        if now != before:
            write_memories(file, now)
    return [_failure(address) for address in known if news(now[address.id].told, look)]


def _told(settings: Settings, address: Address, memory: Memory, look: Look) -> Memory:
    """Tell one address, and return what it knows then."""
    found, now = news(memory.told, look), datetime.now(UTC)
    if not found:
        return Memory(after(memory.told, look, now), memory.failed_at)
    if send(address, digest(found, place_of(settings))):
        return Memory(after(memory.told, look, now))
    return Memory(memory.told, in_words(now))


def _failure(address: Address) -> str:
    return (
        f"An alert did not get through to {address.shown}; it is tried again next time. "
        "Try it: ccds doctor --alert"
    )


def place_of(settings: Settings) -> Place:
    """Return where it happened, and what still stands."""
    folder, hosts = str(settings.data_dir.absolute()), tuple(sorted(settings.ui_hosts))
    return Place(folder, platform.node(), standing(settings), hosts)


def try_addresses(settings: Settings) -> list[tuple[str, bool]]:
    """Send each address a test message; return what may be shown of each, and whether it got through.

    Raises:
        ConfigurationError: As ``addresses``.
    """
    message = trial(place_of(settings))
    return [(address.shown, send(address, message)) for address in addresses(settings)]


def failures(settings: Settings) -> dict[str, str]:
    """Return the addresses to which the last message did not get through, and when.

    Raises:
        ConfigurationError: As ``addresses``.
    """
    memories = read_memories(settings.alerts_folder / "told.json")
    known = {address.shown: memories.get(address.id, Memory()) for address in addresses(settings)}
    return {shown: memory.failed_at for shown, memory in known.items() if memory.failed_at}
