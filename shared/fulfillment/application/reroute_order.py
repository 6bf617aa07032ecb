"""Supply again what a store could not: at once, and never from a store that said no."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fulfillment.application.choices import Choices, policy_of_the_rest, wanted_again
from fulfillment.application.decision_record import pack
from fulfillment.application.expire_reservations import ExpireReservations
from fulfillment.application.picture import REREAD_SECONDS, Picture
from fulfillment.application.ports import (
    Clock,
    Command,
    LocationChanged,
    NotWritten,
    OrderRepository,
    Write,
)
from fulfillment.application.widening import Look, decide_widely
from fulfillment.application.writing import MAX_ROUNDS
from fulfillment.domain.decision import Shortfall
from fulfillment.domain.errors import Busy
from fulfillment.domain.order import Change, Order
from fulfillment.domain.order_steps import left_unfilled, offered_choices, supplied_again
from fulfillment.domain.question import question


@dataclass(frozen=True)
class RerouteOrder:
    """A delivery is decided again; a pickup becomes a question to the customer."""

    orders: OrderRepository
    picture: Picture
    expire: ExpireReservations
    clock: Clock

    def __call__(self, order_id: str, command: Command) -> str:
        """What came of it: ``nothing_to_do``, ``on_hold`` (its release asks again), ``rerouted``, ``asked`` or
        ``unfillable``. Safe to repeat.
        """
        tidied = False
        for _ in range(MAX_ROUNDS):
            order = self.orders.load(order_id)
            if order is None or order.status not in ("confirmed", "needs_choice") or not order.unallocated():
                return "nothing_to_do"
            if order.hold:
                return "on_hold"
            if not tidied:
                # Refusals are few, so nothing old, and nothing that nobody paid for, stands in their way.
                self.picture.locations.forget(REREAD_SECONDS)
                self.expire.holding(order.unallocated())
                tidied = True
            now = self.clock.now()
            outcome, change, packed, locations = self._next(order, now)
            if change is None:
                return outcome
            try:
                self.orders.write(
                    Write(command.command_id, change, order, now, locations=locations, decision=packed)
                )
                return outcome
            except LocationChanged:
                self.picture.locations.forget()
            except NotWritten:
                continue
        raise Busy("busy", f"The order {order_id!r} is being changed by others.")

    def _next(
        self, order: Order, now: datetime
    ) -> tuple[str, Change | None, bytes | None, tuple[tuple[str, Any], ...]]:
        if order.method == "pickup":
            if order.choices or order.is_unanswered(now):
                return "nothing_to_do", None, None, ()
            asked = question(policy_of_the_rest(self.picture, order).service, now)
            return "asked", offered_choices(order, Choices(self.picture).of(order, now), asked), None, ()
        policy = policy_of_the_rest(self.picture, order)
        where = self.picture.where(order.customer, required=False)
        found = self.picture.candidates(where, "delivery", policy, now, refused_by=order.not_again())
        request = wanted_again(self.picture, order, "delivery")
        look = Look(found, dict(self.picture.stock_of(request.lines, found.nearest)))
        decision, look = decide_widely(self.picture, request, look, now, oldest_seconds=0)
        if decision.status != "planned":
            if _units(decision.unfilled) == _units(order.unfilled):
                return "nothing_to_do", None, None, ()
            return "unfillable", left_unfilled(order, decision.unfilled), None, ()
        packed = pack(request, look.found.inside, look.stock, policy, decision)
        locations = tuple((s.location_id, order.method) for s in decision.shipments)
        return "rerouted", supplied_again(order, decision, now), packed, locations


def _units(short: Sequence[Shortfall]) -> set[tuple[str, int]]:
    return {(s.line_id, s.quantity) for s in short}
