"""What tills, ERPs and counts say of a shelf."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fulfillment import bootstrap
from fulfillment.messages.queue import work_through
from fulfillment.messages.stock import CountMessage, MovementMessage, apply, read
from fulfillment.observability import Metric, count, logger, metrics


def take(told: CountMessage | MovementMessage) -> None:
    """Apply one message."""
    outcome = apply(bootstrap.feed_stock(), told)
    count(Metric.STOCK_APPLIED if outcome == "applied" else Metric.STOCK_IGNORED)


@logger.inject_lambda_context
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: Any) -> Mapping[str, Any]:
    """SQS's entry; answers the messages to deliver again."""
    return work_through(event, context, read, take, bootstrap.parked())
