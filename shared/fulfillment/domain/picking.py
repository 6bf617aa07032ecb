"""What staff found when they went to pick: all of a task, or less. A plain function to a Change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from fulfillment.domain.decision import Allocation
from fulfillment.domain.errors import InvalidRequest
from fulfillment.domain.events import EventType
from fulfillment.domain.ledger import stock_effects
from fulfillment.domain.order import Change, Order, Shipment
from fulfillment.domain.question import Question
from fulfillment.domain.task_steps import event_detail, require, said_at


def picked(
    order: Order,
    shipment: Shipment,
    found: Mapping[str, int],
    by: str,
    now: datetime,
    question: Question,
    done_at: datetime | None = None,
) -> Change:
    """The units are off the shelf. ``found`` is how many, by line; every line of the task is named.

    What was not found is blocked in the same write, until it is counted. A delivery's rest is looked for elsewhere; a
    pickup waits, with what was found, for the customer's choice: that is the ``question``.
    """
    require(shipment, "pick", {"accepted"})
    _require_possible(shipment, found)
    kept = tuple(replace(a, quantity=found[a.line_id]) for a in shipment.allocations if found[a.line_id])
    short = tuple(
        replace(a, quantity=a.quantity - found[a.line_id])
        for a in shipment.allocations
        if found[a.line_id] < a.quantity
    )
    done = replace(shipment, status="picked", allocations=kept, missing=short, picked_by=by, status_at=now)
    changed = replace(order.with_shipment(done), version=order.version + 1)
    if short and order.method == "pickup":
        changed = replace(changed, status="needs_choice", question=question)
    told: EventType = "TaskPickedShort" if short else "TaskPicked"
    more: dict[str, Any] = {"missing": units(short)} if short else {}
    lost = stock_effects("lose", done.location_id, ((a.sku, a.quantity) for a in short), refused=True)
    detail = event_detail(done, order, by, **more, **said_at(done_at))
    return Change(changed, lost, events=((told, detail),))


def found_the_same(shipment: Shipment, found: Mapping[str, int]) -> bool:
    """Whether this is what was said when the task was picked."""
    return shipment.status == "picked" and dict(found) == {
        **{a.line_id: 0 for a in shipment.missing},
        **{a.line_id: a.quantity for a in shipment.allocations},
    }


def units(allocations: tuple[Allocation, ...]) -> list[dict[str, Any]]:
    """Units by line, as events tell them."""
    return [{"line_id": a.line_id, "sku": a.sku, "quantity": a.quantity} for a in allocations]


def _require_possible(shipment: Shipment, found: Mapping[str, int]) -> None:
    wanted = {a.line_id: a.quantity for a in shipment.allocations}
    assert len(wanted) == len(shipment.allocations), shipment  # a location has a line once
    for number, (line_id, units) in enumerate(found.items()):
        if line_id not in wanted:
            told = f"The task has no line {line_id!r}."
            raise InvalidRequest.of(f"lines.{number}.line_id", "unknown_line", told)
        if units > wanted[line_id]:
            told = f"The line {line_id!r} asks for {wanted[line_id]}."
            raise InvalidRequest.of(f"lines.{number}.picked", "more_than_asked", told)
    if lacking := sorted(wanted.keys() - found.keys()):
        told = f"Say how many of the line {lacking[0]!r} were found; 0 if none."
        raise InvalidRequest.of("lines", "line_not_named", told)
    if not any(found.values()):
        told = "Nothing was found: refuse the task instead, with the reason not_found."
        raise InvalidRequest.of("lines", "pick_nothing", told)
