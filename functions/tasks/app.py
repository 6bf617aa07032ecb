"""The work of a store's staff: ``/v1/locations/{location_id}/tasks``."""

from __future__ import annotations

from typing import Any

from fulfillment import bootstrap
from fulfillment.api.gateway import Request, Response, respond
from fulfillment.api.shop_floor_requests import CountIn
from fulfillment.api.staff import (
    actor_of,
    cursor_of,
    location_of,
    page_of,
    step_of,
    supervisor_of,
    supervisor_step_of,
)
from fulfillment.api.store_requests import CapacityIn, PauseIn, ResumeIn
from fulfillment.api.task_requests import (
    AcceptIn,
    CollectIn,
    HandOverIn,
    PickIn,
    PutBackIn,
    ReadyIn,
    RefuseIn,
    ShipIn,
    UndoReadyIn,
    UnlockIn,
)
from fulfillment.application.ports import Answer
from fulfillment.application.views import View
from fulfillment.application.writing import answered
from fulfillment.observability import logger, metrics


def listed(request: Request) -> View:
    """Open tasks, most urgent first. Whoever asks has the board open."""
    _, location_id = location_of(request)
    bootstrap.see_board()(location_id)
    tasks, more = bootstrap.list_tasks()(location_id, *page_of(request, location_id))
    return {"tasks": tasks, "next_cursor": cursor_of(more)}


def one(request: Request) -> View:
    """A task, as it is now."""
    _, location_id = location_of(request)
    return bootstrap.list_tasks().one(location_id, request.path["task_id"])


def accept(request: Request) -> Answer:
    """Somebody takes the task."""
    step, said = step_of(request), request.parse(AcceptIn)
    return bootstrap.work_tasks().accept(step, request.command(said), take_over=said.take_over)


def pick(request: Request) -> Answer:
    """Off the shelf."""
    step, said = step_of(request), request.parse(PickIn)
    return bootstrap.work_tasks().pick(step, said.found(), said.done_at, request.command(said))


def ready(request: Request) -> Answer:
    """Put aside; the customer is told."""
    step, said = step_of(request), request.parse(ReadyIn)
    return bootstrap.work_tasks().ready(step, said.staging, said.done_at, request.command(said))


def undo_ready(request: Request) -> Answer:
    """Not ready after all."""
    return bootstrap.work_tasks().undo_ready(step_of(request), request.command(request.parse(UndoReadyIn)))


def collect(request: Request) -> Answer:
    """Handed over against the code."""
    step, said = step_of(request), request.parse(CollectIn)
    received = said.amount_received.to_domain() if said.amount_received else None
    command = request.command(said)
    return bootstrap.work_tasks().collect(step, said.code, received, command, said.handover())


def hand_over(request: Request) -> Answer:
    """Handed over without the code."""
    step, said = supervisor_step_of(request), request.parse(HandOverIn)
    received = said.amount_received.to_domain() if said.amount_received else None
    return bootstrap.work_tasks().hand_over(step, said.handover(), received, request.command(said))


def unlock(request: Request) -> Answer:
    """Wrong codes are forgiven."""
    step = supervisor_step_of(request)
    return bootstrap.work_tasks().unlock(step, request.command(request.parse(UnlockIn)))


def ship(request: Request) -> Answer:
    """The parcel left."""
    step, said = step_of(request), request.parse(ShipIn)
    return bootstrap.work_tasks().ship(step, said.carrier, said.tracking_number, request.command(said))


def refuse(request: Request) -> Answer:
    """The store cannot."""
    step, said = step_of(request), request.parse(RefuseIn)
    command = request.command(said)
    return bootstrap.work_tasks().refuse(step, said.reason, said.note, command, everything=said.everything)


def put_back(request: Request) -> Answer:
    """On the shelf again."""
    step, said = step_of(request), request.parse(PutBackIn)
    command = request.command(said)
    return bootstrap.work_tasks().put_back(
        step, said.units(), command, written_off=said.written_off, done_at=said.done_at
    )


def count_shelf(request: Request) -> Answer:
    """Somebody counted a shelf."""
    (person, location_id), said = actor_of(request), request.parse(CountIn)
    command = request.command(said)
    counted = bootstrap.count_shelf()(location_id, said.sku, said.on_hand, said.observed_at)
    logger.info("counted", extra={"by": person.name, **counted})
    return answered(command, 202, counted)


def pause(request: Request) -> Answer:
    """The store takes no new orders."""
    (person, location_id), said = supervisor_of(request), request.parse(PauseIn)
    return bootstrap.run_store().pause(
        location_id, person.name, said.reason, said.until, request.command(said)
    )


def resume(request: Request) -> Answer:
    """The store takes orders again."""
    person, location_id = supervisor_of(request)
    return bootstrap.run_store().resume(location_id, person.name, request.command(request.parse(ResumeIn)))


def take_at_most(request: Request) -> Answer:
    """The store takes fewer orders an hour."""
    (person, location_id), said = supervisor_of(request), request.parse(CapacityIn)
    return bootstrap.run_store().take_at_most(
        location_id, person.name, said.method, said.per_hour, request.command(said)
    )


LOCATION = "/v1/locations/{location_id}"
TASK = "/v1/locations/{location_id}/tasks/{task_id}"
OPERATIONS = {
    "POST /v1/locations/{location_id}/counts": count_shelf,
    "GET /v1/locations/{location_id}/tasks": listed,
    f"GET {TASK}": one,
    f"POST {TASK}/accept": accept,
    f"POST {TASK}/pick": pick,
    f"POST {TASK}/ready": ready,
    f"POST {TASK}/undo-ready": undo_ready,
    f"POST {TASK}/collect": collect,
    f"POST {TASK}/hand-over": hand_over,
    f"POST {TASK}/unlock": unlock,
    f"POST {TASK}/ship": ship,
    f"POST {TASK}/refuse": refuse,
    f"POST {TASK}/put-back": put_back,
    f"POST {LOCATION}/pause": pause,
    f"POST {LOCATION}/resume": resume,
    f"POST {LOCATION}/capacity": take_at_most,
}


@logger.inject_lambda_context
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: Any) -> Response:
    """API Gateway's entry."""
    return respond(event, OPERATIONS, bootstrap.staff_door())
