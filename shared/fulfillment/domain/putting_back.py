"""What stands aside comes back on the shelf, or off the books. A plain function to a Change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from fulfillment.domain.errors import InvalidRequest, WrongState
from fulfillment.domain.ledger import EffectKind, stock_effects
from fulfillment.domain.order import Change, Order, Shipment
from fulfillment.domain.picking import units
from fulfillment.domain.task_steps import said_at, step


def put_back(
    order: Order,
    shipment: Shipment,
    said: Mapping[str, int],
    by: str,
    *,
    written_off: bool = False,
    done_at: datetime | None = None,
) -> Change:
    """So many units by line, of a task that ended, are on the shelf again; ``written_off``: they never will be."""
    aside = {a.line_id: a for a in shipment.put_back}
    known = {a.line_id for a in (*shipment.allocations, *shipment.missing)}
    for number, (line_id, quantity) in enumerate(said.items()):
        if line_id not in known:
            told = f"The task has no line {line_id!r}."
            raise InvalidRequest.of(f"lines.{number}.line_id", "unknown_line", told)
        if line_id not in aside or quantity > aside[line_id].quantity:
            raise WrongState(
                "more_than_aside",
                f"Not so many units of the line {line_id!r} stand aside (any more).",
                extra={"task_status": shipment.status, "aside": units(shipment.put_back)},
            )
    moved = tuple(replace(aside[line_id], quantity=quantity) for line_id, quantity in said.items())
    left = tuple(
        replace(a, quantity=a.quantity - said.get(a.line_id, 0))
        for a in shipment.put_back
        if a.quantity > said.get(a.line_id, 0)
    )
    kind: EffectKind = "write_off" if written_off else "put_back"
    change = step(
        order,
        replace(shipment, put_back=left),
        "TaskPutBack",
        by,
        lines=units(moved),
        written_off=written_off,
        **said_at(done_at),
    )
    effects = stock_effects(kind, shipment.location_id, ((a.sku, a.quantity) for a in moved))
    return replace(change, stock=effects)
