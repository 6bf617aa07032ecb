"""Supply again what a store could not, or take back what it cannot: one event a message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fulfillment import bootstrap
from fulfillment.application.ports import Command
from fulfillment.domain.events import Event
from fulfillment.messages.incoming import event_from_queue, fingerprint
from fulfillment.messages.queue import work_through
from fulfillment.observability import Metric, count, logger, metrics


def reroute(event: Event) -> None:
    """Decide again for the order of the event."""
    command = Command(fingerprint(f"reroute#{event.event_id}")[:24], fingerprint=event.event_id)
    outcome = bootstrap.reroute_order()(event.order_id, command)
    logger.info("rerouted", extra={"order_id": event.order_id, "outcome": outcome})
    count(Metric.REROUTED)


def relieve(event: Event) -> None:
    """Let the youngest work give way on the shelf of the event."""
    command = Command(fingerprint(f"short#{event.event_id}")[:24], fingerprint=event.event_id)
    shelf = event.detail["sku"], event.detail["location_id"]
    relief = bootstrap.relieve_shortfall()(*shelf, command)
    logger.info("relieved", extra={"shelf": shelf, "taken": relief.taken, "missing": relief.missing})
    count(Metric.SHORTFALL_RELIEVED, relief.taken)
    count(Metric.UNITS_STILL_SHORT, relief.missing)


def take(event: Event) -> None:
    """Each kind of event has its answer; all but a shelf's are about an order."""
    {"StockShortfall": relieve}.get(event.type, reroute)(event)


@logger.inject_lambda_context
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: Any) -> Mapping[str, Any]:
    """SQS's entry; answers the messages to deliver again."""
    return work_through(event, context, event_from_queue, take, bootstrap.parked())
