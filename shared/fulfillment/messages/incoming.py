"""Messages as they come from queues and streams, turned into what use cases take."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, TypeAdapter

from fulfillment.domain.events import Event


class EventMessage(BaseModel):
    """An event as EventBridge delivers it to a queue (its ``detail`` is ours)."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    event_id: str
    type: str
    at: AwareDatetime
    order_id: str
    detail: dict[str, Any]


def event_from_queue(body: str) -> Event:
    """The event in the body of an SQS message that a bus rule sent; pydantic's ValidationError for anything else."""
    told = json.loads(body)
    if not isinstance(told, Mapping):
        raise TypeError("an event is a JSON object")
    message = EventMessage.model_validate(told.get("detail"))
    return _event(message.model_dump())


def event_from_stream(image: Mapping[str, Any]) -> Event:
    """The event in a stream record's new image."""
    return TypeAdapter(Event).validate_json(image["document"]["S"])


def _event(fields: Mapping[str, Any]) -> Event:
    at: datetime = fields["at"]
    return TypeAdapter(Event).validate_python({**fields, "at": at})


def fingerprint(body: str) -> str:
    """A short word for what a message says."""
    return sha256(body.encode()).hexdigest()
