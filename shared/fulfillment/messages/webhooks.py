"""What lies in the queue of webhooks: an event as the bus put it there, or one for one endpoint."""

from __future__ import annotations

import json
from dataclasses import dataclass

from fulfillment.domain.events import Event
from fulfillment.domain.names import require_names
from fulfillment.messages.incoming import event_from_queue

# Before the next try; SQS keeps a message back for 12 hours at most. Seven hours in all; after the fifth try SQS
# finds at once that it is a dead letter.
WAITS_SECONDS = (30, 300, 3600, 21_600, 0)


@dataclass(frozen=True)
class ToSend:
    """An event, and to which endpoint; None: to all that want it."""

    event: Event
    endpoint: str | None


def read(body: str) -> ToSend:
    """The event in the body of an SQS message; KeyError, TypeError, ValueError or InvalidRequest for anything else."""
    endpoint = json.loads(body).get("endpoint")
    if endpoint is not None:
        require_names({"endpoint": endpoint})
    return ToSend(event_from_queue(body), endpoint)


def put_off_seconds(received: int) -> int:
    """How long a message waits that was received so often."""
    return WAITS_SECONDS[min(received, len(WAITS_SECONDS)) - 1]
