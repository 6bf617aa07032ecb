"""What became of messages to people: delivered, or failed and then the next channel has its turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fulfillment import bootstrap
from fulfillment.application.notify_ports import Receipt
from fulfillment.messages.queue import work_through
from fulfillment.messages.receipts import read
from fulfillment.observability import Metric, count, logger, metrics


def take(receipts: Sequence[Receipt]) -> None:
    """Take what one notification says; what is not about messages of ours is no business of ours."""
    for receipt in receipts:
        ours = bootstrap.take_receipt()(receipt)
        if ours:
            count(Metric.MESSAGE_ARRIVED if receipt.arrived else Metric.MESSAGE_FAILED)


@logger.inject_lambda_context
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: Any) -> Mapping[str, Any]:
    """SQS's entry; answers the messages to deliver again."""
    return work_through(event, context, read, take, bootstrap.parked())
