"""What operations see, set and try: locations, policies, stock, decisions; and the API's own description."""

from __future__ import annotations

from typing import Any

from fulfillment import bootstrap
from fulfillment.api.decision_document import TrialIn
from fulfillment.api.gateway import Request, Response, respond
from fulfillment.api.location_document import LocationDoc
from fulfillment.api.openapi import document
from fulfillment.api.policy_document import PolicyDoc
from fulfillment.api.requests import StockUpdatesIn
from fulfillment.api.webhook_document import WebhookDoc
from fulfillment.application.views import View
from fulfillment.observability import logger, metrics


def get_location(request: Request) -> View:
    """A location's document."""
    return bootstrap.operate().get_location(request.path["location_id"])


def put_location(request: Request) -> View:
    """Set a location; with ``version`` only if nobody changed it since."""
    told = request.parse(LocationDoc)
    return bootstrap.operate().put_location(told.to_domain(request.path["location_id"]), told.version)


def get_policy(request: Request) -> View:
    """A policy's newest version."""
    return bootstrap.operate().get_policy(request.path["name"])


def put_policy(request: Request) -> View:
    """Add a version of a policy."""
    return bootstrap.operate().put_policy(request.parse(PolicyDoc).to_domain(request.path["name"]))


def get_webhook(request: Request) -> View:
    """Where a shop listens, without its secrets."""
    return bootstrap.set_webhook().get(request.path["name"])


def put_webhook(request: Request) -> View:
    """Set where a shop listens; a secret that is made for it is shown this once."""
    told = request.parse(WebhookDoc)
    return bootstrap.set_webhook().put(told.to_domain(request.path["name"]), told.keep_old())


def try_decision(request: Request) -> View:
    """What would be decided now; nothing is changed."""
    return bootstrap.try_decision()(request.parse(TrialIn).to_domain())


def decisions(request: Request) -> View:
    """Why an order is supplied from where it is."""
    return bootstrap.get_decisions()(request.path["order_id"])


def stock(request: Request) -> View:
    """A SKU at every location."""
    return bootstrap.operate().stock_picture(request.path["sku"])


def stock_updates(request: Request) -> View:
    """Put stock messages on the feed's queue. Repeating them is safe: each carries its own moment or id."""
    told = request.parse(StockUpdatesIn)
    request.command(told)  # the key is required of every POST that changes something
    return bootstrap.operate().send_stock_updates([u.model_dump(mode="json") for u in told.updates])


def openapi(request: Request) -> View:
    """The OpenAPI document."""
    return document()


OPERATIONS = {
    "GET /v1/locations/{location_id}": get_location,
    "PUT /v1/locations/{location_id}": put_location,
    "GET /v1/policies/{name}": get_policy,
    "PUT /v1/policies/{name}": put_policy,
    "GET /v1/webhooks/{name}": get_webhook,
    "PUT /v1/webhooks/{name}": put_webhook,
    "POST /v1/decisions": try_decision,
    "GET /v1/orders/{order_id}/decisions": decisions,
    "GET /v1/stock/{sku}": stock,
    "POST /v1/stock-updates": stock_updates,
    "GET /v1/openapi.json": openapi,
}


@logger.inject_lambda_context
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: Any) -> Response:
    """API Gateway's entry."""
    return respond(event, OPERATIONS)
