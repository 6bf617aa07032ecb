"""The customer's page: ``/c/{token}``, its files, and what a customer may do there."""

from __future__ import annotations

from typing import Any

from fulfillment import bootstrap
from fulfillment.api.customer import (
    ChoiceIn,
    OnMyWayIn,
    file_of,
    from_the_page_of,
    language_of,
    page_or_lost,
)
from fulfillment.api.gateway import Document, Request, Response, respond
from fulfillment.application.ports import Answer
from fulfillment.application.views import View
from fulfillment.observability import logger, metrics
from fulfillment.web.customer import page as pages


def order_id_of(request: Request) -> str:
    """The order behind the link; NotFound before anything is looked up."""
    return bootstrap.customer_links().order_id(request.path.get("token", ""))


def order(request: Request) -> View:
    """What the page shows."""
    return bootstrap.customer_page()(order_id_of(request), language_of(request))


def page(request: Request) -> Document:
    """The page itself."""
    return page_or_lost(lambda: pages.page(order(request)), pages.lost)


def file(request: Request) -> Document:
    """A style, a script or a picture of it."""
    name = request.path.get("file", "")
    return file_of(pages.file(name), pages.FILES.get(name))


def choose(request: Request) -> Answer:
    """Another store, delivery, or none of it."""
    order_id, choice = order_id_of(request), request.parse(ChoiceIn)
    command = from_the_page_of(order_id, request).command(choice)
    return bootstrap.choose()(order_id, choice.to_domain(), command)


def on_my_way(request: Request) -> Answer:
    """The store hears that the customer set out."""
    order_id = order_id_of(request)
    command = from_the_page_of(order_id, request).command(request.parse(OnMyWayIn))
    return bootstrap.choose().on_my_way(order_id, command)


OPERATIONS = {
    "GET /c/{token}": page,
    "GET /c/assets/{file}": file,
    "GET /c/{token}/order": order,
    "POST /c/{token}/choice": choose,
    "POST /c/{token}/on-my-way": on_my_way,
}


@logger.inject_lambda_context
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: Any) -> Response:
    """API Gateway's entry."""
    return respond(event, OPERATIONS)
