"""Orders from any channel, over a queue: the same use case and result as ``POST /v1/orders``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fulfillment import bootstrap
from fulfillment.api.requests import OrderIn, what_it_says
from fulfillment.application.ports import Command
from fulfillment.domain.errors import Busy, Refusal
from fulfillment.messages.incoming import fingerprint
from fulfillment.messages.queue import work_through
from fulfillment.observability import Metric, count, logger, metrics


def place(order: OrderIn) -> None:
    """Place one order; one that nobody can supply is kept as unfillable, so that a person sees it."""
    request = order.to_domain()
    command_id = fingerprint(f"intake#{request.unique_id}")[:24]
    command = Command(command_id, fingerprint=what_it_says(order))
    try:
        bootstrap.place_order_from_queue()(request, command)
        count(Metric.ORDER_ACCEPTED)
    except Busy:
        raise
    except Refusal as refusal:
        bootstrap.place_order_from_queue().record_refusal(request, command, refusal)
        count(Metric.ORDER_UNFILLABLE)


@logger.inject_lambda_context
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: Any) -> Mapping[str, Any]:
    """SQS's entry; answers the messages to deliver again."""
    return work_through(event, context, OrderIn.model_validate_json, place, bootstrap.parked())
