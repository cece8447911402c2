"""Addresses and sending, through apprise: Teams, Slack, e-mail, webhooks and its other services.

Addresses hold secrets: they come from the environment or a file, and are shown as the name of their service
and their number. Apprise is imported when something is sent: it costs half a second.
"""

from __future__ import annotations

import hashlib
import logging
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ccds_pipeline.alerts.digest import Message
from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline.settings import Settings

if TYPE_CHECKING:
    import apprise

ADDRESS_REMEDY = (
    "Write each address as apprise takes it, such as mailtos://user:password@example.org?to=a@example.org "
    "(docs/production.md), and try it: ccds doctor --alert."
)


@dataclass(frozen=True)
class Address:
    """One address: ``id`` tells it from others, ``shown`` is what may be said of it."""

    id: str
    shown: str
    service: apprise.Apprise | None

    @property
    def is_known(self) -> bool:
        """Whether it is an address that apprise knows."""
        return self.service is not None


def has_addresses(settings: Settings) -> bool:
    """Whether somebody is to be told at all."""
    return settings.alert_url is not None or settings.alert_url_file is not None


def addresses(settings: Settings) -> list[Address]:
    """Return the addresses of the setting, and of the file: one a line, ``#`` begins a remark.

    Raises:
        ConfigurationError: Rule ``alert_address`` if there is none, or the file cannot be read.
    """
    urls = _urls(settings)
    if not urls:
        raise ConfigurationError(
            "there is no alert address in the setting or the file",
            rule="alert_address",
            remedy=ADDRESS_REMEDY,
        )
    return [_address(url, number) for number, url in enumerate(urls, start=1)]


def _urls(settings: Settings) -> list[str]:
    urls = settings.alert_url.get_secret_value().split() if settings.alert_url else []
    if settings.alert_url_file is not None:
        try:
            lines = settings.alert_url_file.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            raise ConfigurationError(
                "the file of alert addresses cannot be read as text",
                place=str(settings.alert_url_file),
                rule="alert_address",
                remedy="Name a file that this account may read (CCDS_ALERT_URL_FILE).",
            ) from None
        urls += [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]
    return urls


def _address(url: str, number: int) -> Address:
    # What apprise logs may quote an address, with its secrets; whether a message got through is said here.
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of modules that apprise loads for services
        import apprise

        service = apprise.Apprise.instantiate(url, suppress_exceptions=True)
    digest = hashlib.sha256(url.encode()).hexdigest()[:16]
    if not isinstance(service, apprise.NotifyBase):
        return Address(digest, f"address {number}, which apprise does not know", None)
    told = apprise.Apprise()
    told.add(service)
    return Address(digest, f"{service.service_name} (address {number})", told)


def send(address: Address, message: Message) -> bool:
    """Send a message; return whether the service took it."""
    import apprise

    if address.service is None:
        return False
    try:
        return bool(
            address.service.notify(
                title=message.title, body=message.text, body_format=apprise.NotifyFormat.TEXT
            )
        )
    except Exception:  # noqa: BLE001  # whatever a service's library raises: it did not get through
        return False
