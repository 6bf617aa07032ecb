"""What webhooks need of the world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from fulfillment.domain.events import Event
from fulfillment.domain.webhooks import Endpoint


class NotPublic(Exception):
    """The host's name leads to an address that is not of the open internet. ``str`` says which."""


class Endpoints(Protocol):
    """Where shops listen. ``put`` raises Stale when it is not at ``expected_version`` (0: not there) any more."""

    def all(self) -> Sequence[Endpoint]: ...
    def get(self, name: str) -> tuple[Endpoint, int] | None: ...
    def put(self, endpoint: Endpoint, expected_version: int) -> None: ...


class WebhookKeys(Protocol):
    """The keys that secrets are derived from: the newest, and any by its id."""

    def newest(self) -> tuple[str, bytes]: ...
    def key(self, kid: str) -> bytes: ...


class WebhookQueue(Protocol):
    """Puts an event back, once for each endpoint that is to hear of it."""

    def send(self, endpoints: Sequence[str], event: Event) -> None: ...


class Post(Protocol):
    """Sends a body to a public https address and answers the status. NotPublic, or OSError and the like for trouble."""

    def __call__(self, url: str, headers: Mapping[str, str], body: str) -> int: ...
