"""Place, read, confirm, extend, cancel, hold and release orders: ``/v1/orders``; and the same for the customer who
stands in a store.
"""

from __future__ import annotations

from typing import Any

from fulfillment import bootstrap
from fulfillment.api.gateway import Request, Response, respond
from fulfillment.api.requests import CancelIn, ConfirmIn, ExtendIn, HoldIn, OrderIn, ReleaseIn
from fulfillment.api.shop_floor_requests import StoreOrderIn
from fulfillment.api.staff import actor_of, location_of
from fulfillment.application.ports import Answer
from fulfillment.application.views import View
from fulfillment.observability import Metric, count, logger, metrics


def place(request: Request) -> Answer:
    """Decide and reserve in one transaction."""
    order = request.parse(OrderIn)
    answer = bootstrap.place_order()(order.to_domain(), request.command(order))
    count(Metric.ORDER_ACCEPTED)
    return answer


def get(request: Request) -> View:
    """State, shipments, choices."""
    return bootstrap.get_order()(request.path["order_id"])


def confirm(request: Request) -> Answer:
    """The payment was captured."""
    command = request.command(request.parse(ConfirmIn))
    return bootstrap.confirm_order()(request.path["order_id"], command)


def extend(request: Request) -> Answer:
    """The customer is still at it."""
    command = request.command(request.parse(ExtendIn))
    return bootstrap.extend_reservation()(request.path["order_id"], command)


def cancel(request: Request) -> Answer:
    """Let go, whole or by line."""
    asked = request.parse(CancelIn)
    command = request.command(asked)
    return bootstrap.cancel_order()(request.path["order_id"], frozenset(asked.lines), command)


def hold(request: Request) -> Answer:
    """A person stops it."""
    asked = request.parse(HoldIn)
    command = request.command(asked)
    return bootstrap.hold_order().hold(request.path["order_id"], asked.reason, asked.note, command)


def release(request: Request) -> Answer:
    """It goes on."""
    return bootstrap.hold_order().release(request.path["order_id"], request.command(request.parse(ReleaseIn)))


def look_up(request: Request) -> View:
    """A shelf, and the nearest others."""
    _, location_id = location_of(request)
    return bootstrap.look_up_stock()(location_id, request.path["code"])


def sell(request: Request) -> Answer:
    """For the customer who stands there."""
    (person, location_id), wanted = actor_of(request), request.parse(StoreOrderIn)
    command = request.command(wanted)
    answer = bootstrap.sell_in_store()(location_id, wanted.to_domain(), person.name, command)
    count(Metric.ORDER_ACCEPTED)
    return answer


OPERATIONS = {
    "GET /v1/locations/{location_id}/stock/{code}": look_up,
    "POST /v1/locations/{location_id}/orders": sell,
    "POST /v1/orders": place,
    "GET /v1/orders/{order_id}": get,
    "POST /v1/orders/{order_id}/confirm": confirm,
    "POST /v1/orders/{order_id}/extend": extend,
    "POST /v1/orders/{order_id}/cancel": cancel,
    "POST /v1/orders/{order_id}/hold": hold,
    "POST /v1/orders/{order_id}/release": release,
}


@logger.inject_lambda_context
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: Any) -> Response:
    """API Gateway's entry."""
    return respond(event, OPERATIONS, bootstrap.staff_door())
