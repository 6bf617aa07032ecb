"""An event goes to every endpoint that wants it: each for itself, so that one that is down keeps nobody."""

from __future__ import annotations

from dataclasses import dataclass

from fulfillment.application.ports import Clock
from fulfillment.application.webhook_ports import Endpoints, NotPublic, Post, WebhookKeys, WebhookQueue
from fulfillment.domain import webhooks
from fulfillment.domain.errors import Conflict
from fulfillment.domain.events import Event

GONE = 410  # Standard Webhooks: the receiver wants no more


class NotTaken(Exception):
    """The endpoint did not take it; it is tried again later."""


@dataclass(frozen=True)
class TellShops:
    """``spread`` an event, then ``deliver`` it to one endpoint, again and again under one id until it is taken."""

    endpoints: Endpoints
    keys: WebhookKeys
    queue: WebhookQueue
    post: Post
    clock: Clock

    def spread(self, event: Event) -> int:
        """How many endpoints it will be sent to."""
        names = [endpoint.name for endpoint in self.endpoints.all() if endpoint.wants(event)]
        if names:
            self.queue.send(names, event)
        return len(names)

    def deliver(self, name: str, event: Event) -> bool:
        """Whether it was sent: not to an endpoint that does not want it any more.

        NotTaken when it is to be tried again; Conflict when that cannot help.
        """
        found = self.endpoints.get(name)
        if found is None or not found[0].wants(event):
            return False
        now, endpoint = self.clock.now(), found[0]
        webhook_id, timestamp = webhooks.webhook_id(event, name), int(now.timestamp())
        body = webhooks.payload(event)
        secrets = (
            webhooks.secret_bytes(self.keys.key(s.kid), name, s.number) for s in reversed(endpoint.live(now))
        )
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "fulfillment-router",
            "webhook-id": webhook_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": " ".join(
                webhooks.signature(secret, webhook_id, timestamp, body) for secret in secrets
            ),
        }
        try:
            status = self.post(endpoint.url, headers, body)
        except NotPublic as error:
            raise Conflict("not_public", f"The endpoint {name!r} leads to {error}.") from None
        if status == GONE:
            raise Conflict("gone", f"The endpoint {name!r} says that it wants no more (410).")
        if not 200 <= status < 300:  # a redirect is not followed: nobody checked where it leads
            raise NotTaken(f"{name} answered {status}")
        return True
