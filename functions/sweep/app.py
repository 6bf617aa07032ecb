"""Every minute: end the reservations that were not paid in time, and the tasks that nobody works on or comes for."""

from __future__ import annotations

from typing import Any

from fulfillment import bootstrap
from fulfillment.observability import Metric, count, logger, metrics


@logger.inject_lambda_context
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """The scheduler's entry; runs may overlap, each step is idempotent."""
    ended, steps = bootstrap.every_minute()()
    count(Metric.RESERVATIONS_SWEPT, ended)
    count(Metric.LADDER_STEPS, steps)
    return {"ended": ended, "steps": steps}
