"""Where the landing folder is: a path or a URL, made into a folder that can be listed.

Credentials of a remote folder come from the environment, as its protocol's package reads them; none may
stand in the URL, which is kept and shown. What lies in the folder belongs in ``sources.landing``.
"""

from __future__ import annotations

from typing import Any

import fsspec
from upath import UPath

from ccds_pipeline.errors import ConfigurationError, UnreachableError
from ccds_pipeline.settings import refuse_password, shown

_LOCAL = frozenset({"file", "local"})
_SECURE_SHELL = frozenset({"sftp", "ssh"})
# A server is known by ~/.ssh/known_hosts, where the package would trust any, and may not stay silent.
_SECURE_SHELL_OPTIONS: dict[str, Any] = {"known_hosts": (), "connect_timeout": 30, "keepalive_interval": 30}
_EXTRAS = {
    **dict.fromkeys(("s3", "s3a"), "s3"),
    **dict.fromkeys(_SECURE_SHELL, "sftp"),
    **dict.fromkeys(("abfs", "abfss", "az"), "azure"),
}


def open_landing(landing: str) -> UPath:
    """Return the landing folder as it is now, without looking into it.

    Args:
        landing: A path of this machine, or a URL such as ``s3://…``, ``sftp://…`` or ``abfs://…``.

    Raises:
        ConfigurationError: Rule ``landing_password`` or ``landing_protocol``.
        UnreachableError: Rule ``landing_reachable`` if its server does not answer.
    """
    refuse_password(landing)
    protocol = landing.partition("://")[0] if "://" in landing else "file"
    if protocol in _LOCAL:
        return UPath(str(UPath(landing).path))  # a plain path: links and pipes are told apart only there
    _refuse_missing_package(protocol, landing)
    options = _SECURE_SHELL_OPTIONS if protocol in _SECURE_SHELL else {}
    try:
        # A connection of its own: one from before may be dead, and remembers what it saw then.
        folder: UPath = UPath(landing, protocol=protocol, skip_instance_cache=True, **options)
        _ = folder.fs
    except Exception:  # noqa: BLE001  # every protocol has errors of its own, whose texts may quote credentials
        raise unreachable(landing) from None
    return folder


def unreachable(landing: str) -> UnreachableError:
    """Return the error of a remote folder that cannot be asked now."""
    return UnreachableError(
        "The landing folder's server does not answer, or does not let this account in",
        remedy="Check the URL, and the credentials in the environment, and try again.",
        place=shown(landing),
        rule="landing_reachable",
    )


def _refuse_missing_package(protocol: str, landing: str) -> None:
    try:
        fsspec.get_filesystem_class(protocol)
    except (ImportError, ValueError):
        remedy = "Use a folder of this machine, or a URL that begins with s3, sftp or abfs."
        if protocol in _EXTRAS:
            remedy = f'Install what it needs: pip install "ccds_pipeline[{_EXTRAS[protocol]}]".'
        raise ConfigurationError(
            f"Landing folders of the protocol {protocol} cannot be opened",
            remedy=remedy,
            place=shown(landing),
            rule="landing_protocol",
        ) from None
