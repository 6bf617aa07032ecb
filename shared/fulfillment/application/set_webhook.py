"""Where shops listen, as operations set it. A secret is shown once: when it is made."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from fulfillment.application.ports import Clock, Stale
from fulfillment.application.views import View
from fulfillment.application.webhook_ports import Endpoints, WebhookKeys
from fulfillment.domain import webhooks
from fulfillment.domain.errors import Conflict, InvalidRequest, NotFound
from fulfillment.domain.webhooks import Endpoint

MOST_ENDPOINTS = 20  # each event is sent to all that want it


@dataclass(frozen=True)
class SetWebhook:
    """Get and put."""

    endpoints: Endpoints
    keys: WebhookKeys
    clock: Clock

    def get(self, name: str) -> View:
        """The endpoint, without its secrets."""
        found = self.endpoints.get(name)
        if found is None:
            raise NotFound("unknown_webhook", f"There is no webhook {name!r}.")
        return _view(found[0], self.clock.now(), None)

    def put(self, wanted: Endpoint, keep_old: timedelta | None) -> View:
        """Set it; with a new secret when it is new, or when ``keep_old`` says how long the old one stays good."""
        if fault := webhooks.url_fault(wanted.url):
            raise InvalidRequest.of("url", "invalid_url", f"The URL {fault}.")
        found, now = self.endpoints.get(wanted.name), self.clock.now()
        if found is None and len(self.endpoints.all()) >= MOST_ENDPOINTS:
            raise Conflict(
                "too_many_webhooks", f"There may be {MOST_ENDPOINTS} webhooks; change one of them."
            )
        before, version = found or (wanted, 0)
        made, secret = replace(wanted, secrets=before.secrets), None
        if found is None or keep_old is not None:
            kid, key = self.keys.newest()
            made = made.with_new_secret(kid, keep_old or timedelta(), now)
            secret = webhooks.shown(webhooks.secret_bytes(key, made.name, made.secrets[-1].number))
        try:
            self.endpoints.put(made, version)
        except Stale:
            raise Conflict("version_changed", "Somebody else changed this webhook; read it again.") from None
        return _view(made, now, secret)


def _view(endpoint: Endpoint, now: datetime, secret: str | None) -> View:
    return {
        "name": endpoint.name,
        "url": endpoint.url,
        "events": list(endpoint.events),
        "enabled": endpoint.enabled,
        "secrets": [
            {"number": s.number, "until": s.until.isoformat() if s.until else None}
            for s in endpoint.live(now)
        ],
        "secret": secret,
    }
