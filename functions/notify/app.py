"""Messages to stores and customers: one event a message of the queue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fulfillment import bootstrap
from fulfillment.domain.events import Event
from fulfillment.messages.incoming import event_from_queue
from fulfillment.messages.queue import work_through
from fulfillment.observability import Metric, count, logger, metrics


def tell(event: Event) -> None:
    """Send what this event has to tell and was not told before."""
    told = bootstrap.notify()(event)
    for message_id, channel, reason in told.refused:
        logger.warning("refused", extra={"message_id": message_id, "channel": channel, "reason": reason})
    count(Metric.MESSAGE_SENT, told.sent)
    count(Metric.MESSAGE_REFUSED, len(told.refused))


@logger.inject_lambda_context
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: Any) -> Mapping[str, Any]:
    """SQS's entry; answers the messages to deliver again."""
    return work_through(event, context, event_from_queue, tell, bootstrap.parked())
