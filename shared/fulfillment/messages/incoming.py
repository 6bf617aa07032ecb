"""Events as the bus and the stream deliver them, turned back into the domain's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from pydantic import TypeAdapter

from fulfillment.domain.events import Event

_EVENT: TypeAdapter[Event] = TypeAdapter(Event)


def event_from_queue(body: str) -> Event:
    """The event in the body of an SQS message that a bus rule sent (EventBridge's envelope, ours in its ``detail``).

    Raises KeyError, TypeError, ValueError or pydantic's ValidationError for anything else.
    """
    return _EVENT.validate_python(json.loads(body)["detail"])


def event_from_stream(image: Mapping[str, Any]) -> Event:
    """The event in a stream record's new image."""
    return _EVENT.validate_json(image["document"]["S"])


def fingerprint(body: str) -> str:
    """A short word for what a message says."""
    return sha256(body.encode()).hexdigest()
