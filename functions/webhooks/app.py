"""Signed webhooks to the shop's own systems: an event is spread over the endpoints, then sent to each for itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fulfillment import bootstrap
from fulfillment.messages.queue import work_through
from fulfillment.messages.webhooks import ToSend, put_off_seconds, read
from fulfillment.observability import Metric, count, logger, metrics


def tell(told: ToSend) -> None:
    """Send it on to each endpoint, or to the one it names."""
    if told.endpoint is None:
        bootstrap.tell_shops().spread(told.event)
    elif bootstrap.tell_shops().deliver(told.endpoint, told.event):
        count(Metric.WEBHOOK_TAKEN)


def put_off(receipt: str, received: int) -> None:
    """What was not taken waits longer each time."""
    bootstrap.webhook_queue().put_off(receipt, put_off_seconds(received))


@logger.inject_lambda_context
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: Any) -> Mapping[str, Any]:
    """SQS's entry; answers the messages to deliver again."""
    return work_through(event, context, read, tell, bootstrap.parked(), put_off)
