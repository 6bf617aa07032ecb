"""Carry out what a customer chose after a refusal: decide and reserve in one transaction, or say what is left."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from fulfillment.application.choices import Choices, policy_of_the_rest, wanted_again
from fulfillment.application.customer_page import brief
from fulfillment.application.decision_record import pack
from fulfillment.application.expire_reservations import ExpireReservations
from fulfillment.application.picture import REREAD_SECONDS, Picture
from fulfillment.application.ports import (
    Answer,
    AnsweredBefore,
    Clock,
    Command,
    LocationChanged,
    NotWritten,
    OrderRepository,
    TooLarge,
    Write,
)
from fulfillment.application.widening import Look, decide_widely
from fulfillment.application.writing import MAX_ROUNDS, answered, change_order, movements_of, same_request
from fulfillment.domain.basket import CustomerPlace
from fulfillment.domain.choice_steps import (
    Wish,
    is_done,
    let_go,
    moved,
    on_the_way,
    part_is_enough,
    require_choice,
)
from fulfillment.domain.decision import decide
from fulfillment.domain.errors import Busy, Conflict, InvalidRequest, NotFound
from fulfillment.domain.order import Change, CustomerContact, Order
from fulfillment.domain.postal import canonical


@dataclass(frozen=True)
class _Decided:
    """What is to be written of a choice. ``change`` None: it cannot be had any more."""

    change: Change | None
    packed: bytes | None = None
    contact: CustomerContact | None = None


@dataclass(frozen=True)
class Choose:
    """The customer's commands. The store that refused is never asked again."""

    orders: OrderRepository
    picture: Picture
    expire: ExpireReservations
    clock: Clock

    def __call__(self, order_id: str, wish: Wish, command: Command) -> Answer:
        """200 with the order in brief. Conflict ``choice_gone`` carries what can be chosen now; InvalidRequest names
        what is missing; WrongState when there is nothing to choose.
        """
        tidied = False
        for _ in range(MAX_ROUNDS):
            answer, order = self.orders.recall(command.idempotency_key, order_id)
            if answer:
                return same_request(answer, command)
            if order is None:
                raise NotFound("unknown_link", "There is no such order any more.")
            now = self.clock.now()
            if is_done(order, wish) and self._sent_there(order, wish):
                return answered(command, 200, brief(order, now))
            require_choice(order, wish, now)
            decided = self._decided(order, wish, now)
            if decided.change is None:
                if tidied:
                    raise self._gone(order, now)
                self._tidy(order)
                tidied = True
                continue
            if given := self._written(order, decided, command, now):
                return given
        raise Busy("busy", "Others are changing the same rows; send the same request again.")

    def on_my_way(self, order_id: str, command: Command) -> Answer:
        """The store hears that the customer set out."""
        return change_order(self.orders, self.clock, order_id, command, on_the_way, brief)

    def _decided(self, order: Order, wish: Wish, now: datetime) -> _Decided:
        if wish.choice == "cancel":
            return _Decided(let_go(order, wish, now))
        if wish.choice == "part":
            return _Decided(part_is_enough(order, wish))
        if wish.choice == "pickup":
            return self._at_store(order, wish, now)
        return self._delivered(order, wish, now)

    def _at_store(self, order: Order, wish: Wish, now: datetime) -> _Decided:
        if wish.location_id is None:
            raise InvalidRequest.of("location_id", "location_required", "Say which store.")
        policy = policy_of_the_rest(self.picture, order)
        where = self.picture.where(order.customer, required=False)
        found = self.picture.candidates(
            where, "pickup", policy, now, refused_by=order.not_again(), only=wish.location_id
        )
        request = replace(wanted_again(self.picture, order, "pickup"), location_id=wish.location_id)
        stock = self.picture.stock_of(request.lines, found.inside)
        decision = decide(request, found.inside, stock, policy, now)
        if decision.status != "planned":
            return _Decided(None)
        change = moved(order, wish, decision, order.customer, now)
        return _Decided(change, pack(request, found.inside, stock, policy, decision))

    def _delivered(self, order: Order, wish: Wish, now: datetime) -> _Decided:
        contact = self._with_address(order, wish)
        customer = self._place(order, wish)
        policy = policy_of_the_rest(self.picture, order)
        where = self.picture.where(customer, required=False)
        if where.point is None:
            told = "We do not know where this is: give its postal code."
            raise InvalidRequest.of("ship_to.postal_code", "unknown_postal_code", told)
        found = self.picture.candidates(where, "delivery", policy, now, refused_by=order.not_again())
        request = wanted_again(self.picture, order, "delivery")
        look = Look(found, dict(self.picture.stock_of(request.lines, found.nearest)))
        decision, look = decide_widely(self.picture, request, look, now, oldest_seconds=0)
        if decision.status != "planned":
            return _Decided(None)
        change = moved(order, wish, decision, customer, now)
        return _Decided(change, pack(request, look.found.inside, look.stock, policy, decision), contact)

    def _sent_there(self, order: Order, wish: Wish) -> bool:
        known = self.orders.contact(order.order_id) if wish.ship_to else None
        return not wish.ship_to or (known is not None and known.ship_to == wish.ship_to)

    def _with_address(self, order: Order, wish: Wish) -> CustomerContact | None:
        """The person with the address on the parcel, where it was given now; None where it is known already."""
        known = self.orders.contact(order.order_id)
        if wish.ship_to is None:
            if known is None or not known.ship_to:
                raise InvalidRequest.of("ship_to", "ship_to_required", "Say where it is to be sent.")
            return None
        if known is None:
            return CustomerContact(wish.ship_to["recipient"], wish.ship_to["phone"], ship_to=wish.ship_to)
        return replace(known, ship_to=wish.ship_to)

    def _place(self, order: Order, wish: Wish) -> CustomerPlace:
        """Where the parcel goes: by the address's postal code, where that is known; else where the customer was."""
        code = (wish.ship_to or {}).get("postal_code")
        if not code:
            return order.customer
        country = order.customer.country
        place = CustomerPlace(country, postal_code=canonical(country, "postal", code))
        known = self.picture.where(place, required=False).point is not None
        return place if known else order.customer

    def _tidy(self, order: Order) -> None:
        """Nothing is refused because of what nobody paid in time, or of a picture that is old."""
        self.picture.config.forget(REREAD_SECONDS)
        self.picture.locations.forget(REREAD_SECONDS)
        self.expire.holding(order.lines)

    def _gone(self, order: Order, now: datetime) -> Conflict:
        left = Choices(self.picture).of(order, now)
        told = "This cannot be had any more; these are the choices now."
        return Conflict("choice_gone", told, extra={"choices": [dict(choice) for choice in left]})

    def _written(self, order: Order, decided: _Decided, command: Command, now: datetime) -> Answer | None:
        """The answer, also that of the same command sent twice at once; None when the world is different now."""
        assert decided.change is not None, order.order_id
        change = decided.change
        given = answered(command, 200, brief(change.order, now))
        added = change.order.shipments[len(order.shipments) :]
        write = Write(
            command_id=command.command_id,
            change=change,
            before=order,
            at=now,
            contact=decided.contact,
            locations=tuple((s.location_id, change.order.method) for s in added),
            decision=decided.packed,
            answer=given,
            idempotency_key=command.idempotency_key,
            movements=movements_of(change, command.command_id, now),
        )
        try:
            self.orders.write(write)
            return given
        except AnsweredBefore as before:
            return same_request(before.answer, command)
        except TooLarge:
            told = "The order is too large to be moved in one step: please ask the store, or cancel it."
            raise Conflict("too_large_together", told) from None
        except LocationChanged:
            self.picture.locations.forget()
        except NotWritten:
            pass
        return None
