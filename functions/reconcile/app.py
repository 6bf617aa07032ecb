"""Every day: hold what stock rows and capacity windows count against all open work, and tell what does not agree."""

from __future__ import annotations

from typing import Any

from fulfillment import bootstrap
from fulfillment.messages.audit import Log, told
from fulfillment.observability import Metric, count, logger, metrics


@logger.inject_lambda_context
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """The scheduler's entry. It only reads: a repair is a person's decision (``fulfillment reconcile --repair``)."""
    outcome = bootstrap.reconcile()(Log(logger))
    count(Metric.STOCK_DIFFERENCES, outcome.differences)
    count(Metric.ROWS_UNSETTLED, outcome.unsettled)
    return told(outcome)
