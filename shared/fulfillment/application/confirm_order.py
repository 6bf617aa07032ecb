"""The money is there: open the store's tasks, or, when it came too late, see whether the stock still is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fulfillment.application import views
from fulfillment.application.choosing import items_of, policy_again
from fulfillment.application.decision_record import pack
from fulfillment.application.expire_reservations import ExpireReservations, kept_from
from fulfillment.application.picture import REREAD_SECONDS, Picture
from fulfillment.application.ports import (
    Answer,
    AnsweredBefore,
    Clock,
    Command,
    LocationChanged,
    OrderRepository,
    Stale,
    StockShort,
    WindowFull,
    Write,
)
from fulfillment.application.timetable import first_look
from fulfillment.application.widening import Look, decide_widely
from fulfillment.application.writing import MAX_ROUNDS, answered, same_request
from fulfillment.domain.decision import DecisionRequest
from fulfillment.domain.errors import Busy, NotFound, PaidButGone, WrongState
from fulfillment.domain.order import Change, Order
from fulfillment.domain.order_steps import confirmed, confirmed_late, paid_early, refund_due
from fulfillment.domain.promise import Promise


class _Tidied(Exception):
    """Reservations of others that were over have been ended, or the locations were seen long ago: look once more."""


@dataclass(frozen=True)
class ConfirmOrder:
    """Payment was captured."""

    orders: OrderRepository
    picture: Picture
    expire: ExpireReservations
    clock: Clock

    def __call__(self, order_id: str, command: Command) -> Answer:
        """200 with the confirmed order. PaidButGone when the reservation was over and the stock went; a
        ``RefundRequired`` event is then told, once.
        """
        tidied = False
        for _ in range(MAX_ROUNDS):
            answer, order = self.orders.recall(command.idempotency_key, order_id)
            if answer:
                return same_request(answer, command)
            if order is None:
                raise NotFound("unknown_order", f"There is no order {order_id!r}.")
            now = self.clock.now()
            if order.is_overdue(now):
                self.expire.one(order_id)
                continue
            to_be_paid = order.status == "confirmed" and order.payment.state == "on_handover"
            if order.status in ("confirmed", "fulfilled") and not to_be_paid:
                return answered(command, 200, views.order(order, now))
            try:
                return self._write(order, command, now, tidied)
            except AnsweredBefore as before:
                return same_request(before.answer, command)
            except LocationChanged:
                self.picture.locations.forget()
            except _Tidied:
                tidied = True
            except (StockShort, WindowFull, Stale):
                continue
        raise Busy("busy", f"The order {order_id!r} is being changed by others; send the same request again.")

    def _write(self, order: Order, command: Command, now: datetime, tidied: bool) -> Answer:
        locations: tuple[str, ...] = ()
        packed = None
        if order.status == "confirmed":
            change = paid_early(order)
        elif order.status == "reserved":
            change = confirmed(order, now, *self._fresh_promises(order, now))
        elif order.status == "expired" and not order.refund_required:
            change, packed, locations = self._late(order, now, tidied)
        elif _is_owed(order) and order.refund_required:
            raise _gone(order)
        elif _is_owed(order):
            change = refund_due(order, order.status)
        else:
            raise WrongState("wrong_state", f"An order that is {order.status} cannot be confirmed.")
        refund = change.order.refund_required
        given = answered(command, 200, views.order(change.order, now))
        self.orders.write(
            Write(
                command_id=command.command_id,
                change=change,
                before=order,
                at=now,
                locations=tuple((location_id, order.method) for location_id in locations),
                decision=packed,
                answer=None if refund else given,
                idempotency_key=None if refund else command.idempotency_key,
                look_at=self._first_look(change.order, now),
            )
        )
        if refund:
            raise _gone(change.order)
        return given

    def _first_look(self, order: Order, now: datetime) -> datetime | None:
        return first_look(order, policy_again(self.picture.config, order), self.picture.locations.all(), now)

    def _fresh_promises(
        self, order: Order, now: datetime
    ) -> tuple[dict[int, Promise], dict[int, int | None]]:
        """New promises, and the limits of their windows, for tasks whose own can no longer be kept because the money
        took its time. An order that is in time keeps its promise, and does not stand in its own way.
        """
        policy = policy_again(self.picture.config, order)
        where = self.picture.where(order.customer, required=False)
        fresh: dict[int, Promise] = {}
        limits: dict[int, int | None] = {}
        for shipment in order.shipments:
            earliest = self.picture.earliest(where, shipment.location_id, order.method, policy, now)
            if earliest is None or earliest.due_at <= shipment.promise.due_at:
                continue
            if earliest.window == shipment.promise.window:  # however full: its place there is its own
                fresh[shipment.number] = earliest
                continue
            found = self.picture.candidates(where, order.method, policy, now, only=shipment.location_id)
            for candidate in found.inside:
                if candidate.promise:
                    fresh[shipment.number] = candidate.promise
                    limits[shipment.number] = candidate.capacity_limit
        return fresh, limits

    def _late(
        self, order: Order, now: datetime, tidied: bool
    ) -> tuple[Change, bytes | None, tuple[str, ...]]:
        policy = policy_again(self.picture.config, order).without("part", "backorder")
        where = self.picture.where(order.customer, required=False)
        found = self.picture.candidates(where, order.method, policy, now, only=order.location_id)
        look = Look(found, dict(self.picture.stock_of(order.lines, found.nearest)))
        products = self.picture.catalog.products({line.sku for line in order.lines})
        request = DecisionRequest(
            order.method,
            order.lines,
            order.location_id,
            frozenset(order.refused_by),
            items=items_of(products),
        )
        decision, look = decide_widely(self.picture, request, look, now, oldest_seconds=0)
        if decision.status != "planned" and not tidied:
            reread = self.picture.locations.forget(REREAD_SECONDS)
            held = kept_from(order.lines, decision, order.location_id)
            if self.expire.in_the_way(held) or reread:
                raise _Tidied
        if decision.status != "planned":
            return refund_due(order, "paid_but_gone"), None, ()
        packed = pack(request, look.found.inside, look.stock, policy, decision)
        return confirmed_late(order, decision, now), packed, tuple(s.location_id for s in decision.shipments)


def _is_owed(order: Order) -> bool:
    """Whether money that comes now can only go back; a person looks at an order that was paid and became unfillable."""
    never_held = order.status == "unfillable" and order.payment.state == "pending"
    return order.status in ("expired", "cancelled") or never_held


def _gone(order: Order) -> PaidButGone:
    return PaidButGone(
        "paid_but_gone",
        "The payment came after the reservation had ended; a refund is due.",
        extra={"order_id": order.order_id, "refund_required": True},
    )
