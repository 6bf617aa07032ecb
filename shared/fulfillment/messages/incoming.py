"""Events as the bus and the stream deliver them, turned back into the domain's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from pydantic import TypeAdapter

from fulfillment.domain.events import Event
from fulfillment.domain.names import require_names

_EVENT: TypeAdapter[Event] = TypeAdapter(Event)


def event_from_queue(body: str) -> Event:
    """The event in the body of an SQS message that a bus rule sent (EventBridge's envelope, ours in its ``detail``).

    Raises KeyError, TypeError, ValueError or pydantic's ValidationError for anything else, and InvalidRequest for an
    order or a shelf that nothing can be called.
    """
    event = _EVENT.validate_python(json.loads(body)["detail"])
    shelf = {f"detail.{name}": event.detail[name] for name in ("sku", "location_id") if name in event.detail}
    require_names({"order_id": event.order_id} | shelf)
    return event


def event_from_stream(image: Mapping[str, Any]) -> Event:
    """The event in a stream record's new image."""
    return _EVENT.validate_json(image["document"]["S"])


def fingerprint(body: str) -> str:
    """A short word for what a message says."""
    return sha256(body.encode()).hexdigest()
