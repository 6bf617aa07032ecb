"""The work of a store's staff: ``/v1/locations/{location_id}/tasks``."""

from __future__ import annotations

from typing import Any

from fulfillment import bootstrap
from fulfillment.api.gateway import Request, Response, respond
from fulfillment.api.requests import AcceptIn, CollectIn, ReadyIn, RefuseIn, ShipIn
from fulfillment.api.staff import cursor_of, location_of, page_of, step_of
from fulfillment.application.ports import Answer
from fulfillment.application.views import View
from fulfillment.observability import logger, metrics


def listed(request: Request) -> View:
    """Open tasks, most urgent first."""
    _, location_id = location_of(request)
    tasks, more = bootstrap.list_tasks()(location_id, *page_of(request, location_id))
    return {"tasks": tasks, "next_cursor": cursor_of(more)}


def accept(request: Request) -> Answer:
    """Somebody takes the task."""
    return bootstrap.work_tasks().accept(step_of(request), request.command(request.parse(AcceptIn)))


def ready(request: Request) -> Answer:
    """Put aside; the customer is told."""
    return bootstrap.work_tasks().ready(step_of(request), request.command(request.parse(ReadyIn)))


def collect(request: Request) -> Answer:
    """Handed over against the code."""
    step, said = step_of(request), request.parse(CollectIn)
    received = said.amount_received.to_domain() if said.amount_received else None
    return bootstrap.work_tasks().collect(step, said.code, received, request.command(said))


def ship(request: Request) -> Answer:
    """The parcel left."""
    step, said = step_of(request), request.parse(ShipIn)
    return bootstrap.work_tasks().ship(step, said.carrier, said.tracking_number, request.command(said))


def refuse(request: Request) -> Answer:
    """The store cannot."""
    step, said = step_of(request), request.parse(RefuseIn)
    return bootstrap.work_tasks().refuse(step, said.reason, said.note, request.command(said))


TASK = "/v1/locations/{location_id}/tasks/{task_id}"
OPERATIONS = {
    "GET /v1/locations/{location_id}/tasks": listed,
    f"POST {TASK}/accept": accept,
    f"POST {TASK}/ready": ready,
    f"POST {TASK}/collect": collect,
    f"POST {TASK}/ship": ship,
    f"POST {TASK}/refuse": refuse,
}


@logger.inject_lambda_context
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: Any) -> Response:
    """API Gateway's entry."""
    return respond(event, OPERATIONS, bootstrap.staff_door())
