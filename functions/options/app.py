"""How can this basket reach this customer? ``POST /v1/options``; reads only."""

from __future__ import annotations

from typing import Any

from fulfillment import bootstrap
from fulfillment.api.gateway import Request, Response, respond
from fulfillment.api.requests import OptionsIn
from fulfillment.application.views import View
from fulfillment.observability import Metric, count, logger, metrics


def find(request: Request) -> View:
    """Pickup stores and delivery plans."""
    asked = request.parse(OptionsIn)
    view = bootstrap.find_options()(asked.basket(asked.customer), asked.methods, asked.order_id)
    count(Metric.OPTIONS_FOUND)
    return view


OPERATIONS = {"POST /v1/options": find}


@logger.inject_lambda_context
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: Any) -> Response:
    """API Gateway's entry."""
    return respond(event, OPERATIONS)
