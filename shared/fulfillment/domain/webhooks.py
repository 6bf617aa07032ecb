"""What the shop's own systems are told, where, and signed how: the Standard Webhooks scheme.

A secret is derived, never stored: ``whsec_`` and 32 bytes of HMAC-SHA-256(key, webhook | name | number). While one
takes another's place, what is sent is signed with both.
"""

from __future__ import annotations

import base64
import hmac
import ipaddress
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from fulfillment.domain.events import Event

TYPES: Mapping[str, str] = {
    "OrderConfirmed": "order.confirmed",
    "TaskReady": "task.ready",
    "TaskCollected": "task.collected",
    "TaskShipped": "task.shipped",
    "TaskRefused": "task.refused",
    "RefundRequired": "order.refund_required",
}
IDS = ("task_id", "location_id")
WORD = re.compile(r"[a-z_]{1,40}")
MAX_BYTES = 20_000  # Standard Webhooks: a thin payload stays below 20 KB; fifty tasks come to 8
MAX_URL = 500
MAX_SECRETS = 3  # the one that counts, and two that still do: more were a rotation every day
_HOST = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_HERE = ("localhost", "local", "internal", "localdomain", "home.arpa", "intranet", "lan", "corp")
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")  # NAT64: an IPv4 address in the last four bytes
_TRANSLATED_HERE = ipaddress.ip_network("64:ff9b:1::/48")


@dataclass(frozen=True)
class Secret:
    """One secret of an endpoint, by number, made with the key ``kid``; good until, or for as long as it is the last."""

    number: int
    kid: str
    until: datetime | None = None


@dataclass(frozen=True)
class Endpoint:
    """Where a shop's system listens, and what for. ``secrets``: the last one counts."""

    name: str
    url: str
    events: tuple[str, ...]
    enabled: bool = True
    secrets: tuple[Secret, ...] = ()

    def wants(self, event: Event) -> bool:
        """Whether it is to hear of this event."""
        return self.enabled and TYPES.get(event.type) in self.events

    def with_new_secret(self, kid: str, keep_old: timedelta, now: datetime) -> Endpoint:
        """Another secret counts from now on; the one before stays good for so long."""
        number = self.secrets[-1].number + 1 if self.secrets else 1
        live = [s if s.until else replace(s, until=now + keep_old) for s in self.live(now)]
        kept = [s for s in live if s.until and s.until > now][-(MAX_SECRETS - 1) :]
        return replace(self, secrets=(*kept, Secret(number, kid)))

    def live(self, now: datetime) -> Sequence[Secret]:
        """The secrets that are good now."""
        return [s for s in self.secrets if s.until is None or s.until > now]


def secret_bytes(key: bytes, name: str, number: int) -> bytes:
    """The secret itself."""
    return hmac.digest(key, f"webhook|{name}|{number}".encode(), "sha256")


def shown(secret: bytes) -> str:
    """The secret as the receiver is given it."""
    return "whsec_" + base64.b64encode(secret).decode()


def signature(secret: bytes, webhook_id: str, timestamp: int, body: str) -> str:
    """``v1,`` and base64 of HMAC-SHA-256(secret, id.timestamp.body)."""
    mac = hmac.digest(secret, f"{webhook_id}.{timestamp}.{body}".encode(), "sha256")
    return "v1," + base64.b64encode(mac).decode()


def webhook_id(event: Event, endpoint: str) -> str:
    """One event at one endpoint, however often it is sent."""
    return "msg_" + sha256(f"{event.event_id}|webhook|{endpoint}".encode()).hexdigest()[:24]


def payload(event: Event) -> str:
    """What is sent: ids and words for programs, nothing of a person; the same bytes each time."""
    data: dict[str, Any] = {"order_id": event.order_id}
    data |= {name: event.detail[name] for name in IDS if name in event.detail}
    if tasks := event.detail.get("tasks"):
        data["tasks"] = [{name: task[name] for name in IDS} for task in tasks]
    if WORD.fullmatch(reason := str(event.detail.get("reason", ""))):
        data["reason"] = reason
    told = {"type": TYPES[event.type], "timestamp": event.at.isoformat(), "data": data}
    body = json.dumps(told, separators=(",", ":"), sort_keys=True)
    assert len(body.encode()) < MAX_BYTES, event.event_id
    return body


def url_fault(url: str) -> str | None:
    """Why this cannot be an endpoint; None when nothing about its text speaks against it.

    What its name resolves to is looked at when something is sent: see ``is_public``.
    """
    if len(url) > MAX_URL or not re.fullmatch(r"[\x21-\x7e]+", url) or "\\" in url:
        return f"must be at most {MAX_URL} printable ASCII characters"
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        return "is not a URL"
    if not url.startswith("https://"):
        return "must begin with https://"
    if "@" in parts.netloc or "#" in url:
        return "has no user, password or fragment"
    if port not in (None, 443):
        return "must be on port 443"
    return _host_fault(host)


def _host_fault(host: str) -> str | None:
    try:
        return None if is_public(host) else "must be a public address"
    except ValueError:
        pass  # a name, then
    if not _HOST.fullmatch(host):
        return "must name a host by its full name"
    if host in _HERE or host.endswith(tuple(f".{here}" for here in _HERE)):
        return "must be a public name"
    return None


def is_public(address: str) -> bool:
    """Whether this IP address is one of the open internet. ValueError when it is no IP address.

    An IPv6 address that holds an IPv4 one (mapped, translated, 6to4, Teredo) is none: who knows where it ends.
    """
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address) and (
        ip.ipv4_mapped or ip.sixtofour or ip.teredo or ip.is_site_local
    ):
        return False
    if ip.version == 6 and (ip in _TRANSLATED or ip in _TRANSLATED_HERE):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)
