"""The document of a webhook, as operations put it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from fulfillment.api.requests import Contract
from fulfillment.domain.errors import InvalidRequest
from fulfillment.domain.webhooks import MAX_URL, TYPES, Endpoint

NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
Told = Literal[
    "order.confirmed",
    "task.ready",
    "task.collected",
    "task.shipped",
    "task.refused",
    "order.refund_required",
]


class WebhookDoc(Contract):
    """Where a shop's system listens (https, public), and for which events (all, if none is named).

    A new one, or one that says ``rotate``, is answered with its secret, which is never shown again. Until
    ``keep_old_hours`` are over, what is sent is signed with the old one, too.
    """

    url: Annotated[str, Field(max_length=MAX_URL, examples=["https://erp.example.com/hooks/fulfillment"])]
    events: Annotated[list[Told], Field(max_length=6)] = []
    enabled: bool = True
    rotate: bool = False
    keep_old_hours: Annotated[int, Field(ge=0, le=72)] = 24

    def to_domain(self, name: str) -> Endpoint:
        """The endpoint of the path; InvalidRequest when that is no name."""
        if not NAME.fullmatch(name):
            told = "The path must name the webhook by a small letter and up to 39 more, digits and dashes."
            raise InvalidRequest.of("name", "invalid_name", told)
        return Endpoint(name, self.url, tuple(dict.fromkeys(self.events or TYPES.values())), self.enabled)

    def keep_old(self) -> timedelta | None:
        """How long the old secret stays good; None when it stays the only one."""
        return timedelta(hours=self.keep_old_hours) if self.rotate else None


class SecretOut(BaseModel):
    """A secret that is good now; ``until`` null: until another takes its place."""

    number: int
    until: str | None


class WebhookOut(BaseModel):
    """An endpoint. ``secret`` is there once, in the answer that made it."""

    name: str
    url: str
    events: list[str]
    enabled: bool
    secrets: list[SecretOut]
    secret: str | None
