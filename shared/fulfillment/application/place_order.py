"""Decide and reserve in one transaction: the order exists with its units, or nothing happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from fulfillment.application import offers, views
from fulfillment.application.choosing import items_of, policy_of
from fulfillment.application.decision_record import pack
from fulfillment.application.expire_reservations import ExpireReservations, kept_from
from fulfillment.application.find_options import delivery_option
from fulfillment.application.own import own_of
from fulfillment.application.picture import (
    REREAD_SECONDS,
    SOLD_OUT_REREAD_SECONDS,
    Candidates,
    Picture,
    Where,
)
from fulfillment.application.ports import (
    Answer,
    AnsweredBefore,
    Clock,
    Command,
    Held,
    LocationChanged,
    NotWritten,
    OptionSigner,
    OrderRepository,
    Stale,
    StockShort,
    TooLarge,
    TooManyUnpaid,
    WindowFull,
    Write,
)
from fulfillment.application.saying_no import refusal_of, too_large_together, too_many_unpaid
from fulfillment.application.timetable import first_look
from fulfillment.application.widening import REFUSAL_SECONDS, Look, decide_widely
from fulfillment.application.writing import MAX_ROUNDS, answered, same_request
from fulfillment.domain.basket import Basket, Method
from fulfillment.domain.decision import Decision, DecisionRequest
from fulfillment.domain.errors import Busy, Conflict, InvalidRequest, OutOfStock, Refusal, WrongState
from fulfillment.domain.location import Location
from fulfillment.domain.order import Change, CustomerContact, Order, Payment, unique_order_id
from fulfillment.domain.order_steps import placed, replaced, unfillable
from fulfillment.domain.policy import Policy
from fulfillment.domain.product import Product
from fulfillment.domain.scarcity import takes_scarce
from fulfillment.domain.unpaid import Unpaid, customer_hash


@dataclass(frozen=True)
class OrderRequest:
    """An order as it comes in, from whatever channel."""

    order_id: str
    basket: Basket
    method: Method
    payment: Payment
    contact: CustomerContact
    location_id: str | None = None
    option_id: str | None = None
    accept_partial: bool = False
    replaces: str | None = None
    by: str | None = None  # the employee who placed it for somebody in a store

    @property
    def unique_id(self) -> str:
        """The id that is unique over all channels."""
        return unique_order_id(self.basket.channel, self.order_id)


@dataclass(frozen=True)
class PlaceOrder:
    """Reserve and route an order. ``signer`` None: no option ids are taken (queues make none)."""

    orders: OrderRepository
    picture: Picture
    expire: ExpireReservations
    clock: Clock
    signer: OptionSigner | None = None

    def __call__(self, request: OrderRequest, command: Command) -> Answer:
        """201 with the order; 200 with the order as it is when it was placed before under another key.

        InvalidRequest names the field; OutOfStock says what is left; OfferChanged carries the option that holds now.
        """
        if earlier := self._earlier(request, command):
            return earlier
        try:
            return self._placed(request, command)
        except Conflict:  # what it lacks may be what it took itself: the same order, sent twice at once
            if earlier := self._earlier(request, command):
                return earlier
            raise

    def _placed(self, request: OrderRequest, command: Command) -> Answer:
        _require_payable(request.payment, self.clock.now())
        products = self.picture.known_products(request.basket.lines)
        chosen = self._chosen_store(request)
        where = self.picture.where(request.basket.customer, required=request.method == "delivery")
        wanted = DecisionRequest(
            request.method,
            request.basket.lines,
            chosen,
            accept_partial=request.accept_partial,
            items=items_of(products),
        )
        look: Look | None = None
        looked_again = False
        for _ in range(MAX_ROUNDS):
            now = self.clock.now()
            gives_way = self._gives_way(request, now)
            own = own_of(gives_way)
            picture = own.picture(self.picture)
            look = look or self._look(picture, request, chosen, where, products, now)
            oldest_seconds = 0 if looked_again else REFUSAL_SECONDS
            decision, look = decide_widely(picture, wanted, look, now, oldest_seconds)
            if refusal := refusal_of(decision, request.method, part_is_enough=request.accept_partial):
                held = _held_by_others(request, decision, look)
                if looked_again or not self._may_have_changed(refusal, held):
                    raise refusal
                looked_again, look = True, None
                continue
            self._hold_to_option(request, decision, look.found, products, now)
            policy = look.found.search.policy
            packed = pack(wanted, look.found.inside, look.stock, policy, decision)
            scarce = takes_scarce(decision.shipments, look.stock, policy.scarce)
            draft = self._draft(request, command, policy, now, scarce=scarce)
            change = placed(_in_place_of(gives_way, draft, policy), decision, now, request.by)
            try:
                return self._write(request, command, change, gives_way, packed, policy, now)
            except (AnsweredBefore, Stale):
                if earlier := self._earlier(request, command):
                    return earlier
                look = look if gives_way is None else None
            except StockShort as short:
                look.stock.update(own.freed(short.rows))
            except TooManyUnpaid as above:
                self._let_others_of_the_customer_go(change.order, gives_way, policy, above)
                look = None
            except (WindowFull, LocationChanged) as lost:
                self._let_go(lost)
                look = None
        raise Busy("busy", "Too many others want the same at this moment; send the same request again.")

    def record_refusal(self, request: OrderRequest, command: Command, refusal: Refusal) -> Answer:
        """Keep an order that a queue brought and nobody can supply, so that a person sees it and nothing is lost."""
        if earlier := self._earlier(request, command):
            return earlier
        now = self.clock.now()
        policy = policy_of(self.picture.config, request.basket, request.method, {}, now)
        change = unfillable(self._draft(request, command, policy, now), refusal.code)
        write = Write(command.command_id, change, None, now, contact=request.contact)
        try:
            self.orders.write(write)
        except Stale:
            if earlier := self._earlier(request, command):
                return earlier
            raise
        return answered(command, 201, views.order(change.order, now))

    def _earlier(self, request: OrderRequest, command: Command) -> Answer | None:
        answer, order = self.orders.recall(command.idempotency_key, request.unique_id)
        if answer:
            return same_request(answer, command)
        if order is None:
            return None
        if order.fingerprint != command.fingerprint:
            raise Conflict(
                "order_id_taken", f"Another order of this channel has the order_id {request.order_id!r}."
            )
        return answered(command, 200, views.order(order, self.clock.now()))

    def _chosen_store(self, request: OrderRequest) -> str | None:
        if request.method == "delivery":
            return None
        if request.location_id is None:
            raise InvalidRequest.of(
                "location_id", "location_required", "A pickup needs the store that was chosen."
            )
        locations = self.picture.locations
        if not _has(locations.all(), request.location_id):
            locations.forget(REREAD_SECONDS)  # it may be new
        if not _has(locations.all(), request.location_id):
            raise InvalidRequest.of(
                "location_id", "unknown_location", f"There is no location {request.location_id!r}."
            )
        return request.location_id

    def _may_have_changed(self, refusal: Refusal, held: Held | None) -> bool:
        """End what others did not pay in time, and let go of old pictures of the locations and policies: whether
        there were any.

        What is sold out is seldom a matter of the locations' settings, so a rush for the last unit reads them rarely.
        """
        sold_out = isinstance(refusal, OutOfStock)
        old_seconds = SOLD_OUT_REREAD_SECONDS if sold_out else REREAD_SECONDS
        rules = self.picture.config.forget(old_seconds)
        places = self.picture.locations.forget(old_seconds)
        ended = self.expire.in_the_way(held) if held else 0
        return bool(ended) or rules or places

    def _let_go(self, lost: NotWritten) -> None:
        """Windows are read at every look; locations only when it was one of them that changed."""
        if isinstance(lost, LocationChanged):
            self.picture.locations.forget()

    def _let_others_of_the_customer_go(
        self, order: Order, gives_way: Order | None, policy: Policy, above: TooManyUnpaid
    ) -> None:
        """End what the customer did not pay in time, so that it counts no more; too_many_unpaid when nothing was."""
        assert order.unpaid is not None, order
        assert policy.max_unpaid_units is not None, policy
        if not self.expire.in_the_way(Held(customer=order.unpaid.customer)):
            own = gives_way.unpaid if gives_way else None
            others = above.units - (own.units if own and own.customer == order.unpaid.customer else 0)
            raise too_many_unpaid(order.unpaid, policy.max_unpaid_units, others)

    def _look(
        self,
        picture: Picture,
        request: OrderRequest,
        chosen: str | None,
        where: Where,
        products: Mapping[str, Product],
        now: datetime,
    ) -> Look:
        policy = policy_of(self.picture.config, request.basket, request.method, products, now)
        # Part of an order is for whoever asked for it, and what is not there yet is not promised to anybody.
        policy = policy.without(*(() if request.accept_partial else ("part",)), "backorder")
        found = picture.candidates(where, request.method, policy, now, only=chosen)
        return Look(found, dict(picture.stock_of(request.basket.lines, found.inside)))

    def _hold_to_option(
        self,
        request: OrderRequest,
        decision: Decision,
        found: Candidates,
        products: Mapping[str, Product],
        now: datetime,
    ) -> None:
        if request.option_id is None:
            return
        if self.signer is None:
            raise InvalidRequest.of(
                "option_id", "option_not_taken", "Orders from a queue carry no option_id."
            )
        missing = sum(s.quantity for s in decision.unfilled)
        made = offers.offer(
            request.basket, request.method, decision.shipments, missing, decision.policy_version
        )
        option_id = offers.sign(self.signer, made, now)
        if request.method == "pickup":
            (store,) = (c for c in found.inside if c.location_id == request.location_id)
            option = views.pickup_option(store, option_id, decision.unfilled)
        else:
            option = delivery_option(option_id, decision.shipments, products)
        offers.check(self.signer, request.option_id, made, option, now)

    def _gives_way(self, request: OrderRequest, now: datetime) -> Order | None:
        """The order whose place this one takes. InvalidRequest when there is none, WrongState when it must stay."""
        if request.replaces is None:
            return None
        order = self.orders.load(unique_order_id(request.basket.channel, request.replaces))
        if order is None:
            told = f"This channel has no order {request.replaces!r}."
            raise InvalidRequest.of("replaces", "unknown_order", told)
        if order.hold:
            raise WrongState("on_hold", f"The order {request.replaces!r} is held by a person.")
        if not order.is_replaceable(now):
            status = "expired" if order.is_overdue(now) else order.status
            told = f"The order {request.replaces!r} is {status}: there is no reservation to replace."
            raise WrongState("not_reserved", told)
        return order

    def _draft(
        self, request: OrderRequest, command: Command, policy: Policy, now: datetime, *, scarce: bool = False
    ) -> Order:
        pending = request.payment.state == "pending"
        payment = request.payment
        deadline = policy.payment_deadline(payment.kind, now, payment.pay_by, scarce=scarce)
        return Order(
            order_id=request.unique_id,
            channel=request.basket.channel,
            channel_order_id=request.order_id,
            method=request.method,
            status="reserved" if pending else "confirmed",
            lines=request.basket.lines,
            customer=request.basket.customer,
            payment=request.payment,
            shipments=(),
            fingerprint=command.fingerprint,
            created_at=now,
            location_id=request.location_id,
            reservation_expires_at=deadline if pending else None,
            policy_name=policy.name,
            policy_version=policy.version,
            unpaid=_unpaid(request) if pending else None,
            scarce=scarce and pending,
        )

    def _write(
        self,
        request: OrderRequest,
        command: Command,
        change: Change,
        gives_way: Order | None,
        packed: bytes,
        policy: Policy,
        now: datetime,
    ) -> Answer:
        given = answered(command, 201, views.order(change.order, now))
        write = Write(
            command_id=command.command_id,
            change=change,
            before=None,
            at=now,
            contact=request.contact,
            locations=tuple((s.location_id, request.method) for s in change.order.shipments),
            decision=packed,
            answer=given if command.idempotency_key else None,
            idempotency_key=command.idempotency_key,
            max_unpaid=policy.max_unpaid_units,
            look_at=first_look(change.order, policy, self.picture.locations.all(), now),
            replaced=(replaced(gives_way, request.unique_id, now), gives_way) if gives_way else None,
        )
        try:
            self.orders.write(write)
        except TooLarge:
            raise too_large_together() from None
        return given


def _in_place_of(gives_way: Order | None, draft: Order, policy: Policy) -> Order:
    """The new order of an owner who changes the basket: its time goes on, so that nobody parks a unit by ordering anew
    for ever. It is kept as long as an extension would keep it, or as the old one would have been.
    """
    until = draft.reservation_expires_at
    if gives_way is None or until is None:
        return draft
    payment, now = draft.payment, draft.created_at
    extended = policy.extended_deadline(
        payment.kind, gives_way.since, now, payment.pay_by, scarce=draft.scarce
    )
    left = min(until, gives_way.reservation_expires_at or until)
    return replace(draft, reservation_expires_at=max(extended, left), kept_since=gives_way.since)


def _has(locations: Sequence[Location], location_id: str) -> bool:
    return any(location.location_id == location_id for location in locations)


def _held_by_others(request: OrderRequest, decision: Decision, look: Look) -> Held | None:
    """What others may hold that this order lacks. None when a store that was chosen has nothing reserved and room:
    to look for what is overdue costs eight queries, and in a rush for what is gone everybody would make them.
    """
    held = kept_from(request.basket.lines, decision, request.location_id)
    reserved = any(look.stock[key].reserved for key in look.stock if key[0] in held.skus)
    return None if held.at is not None and not held.places and not reserved else held


def _unpaid(request: OrderRequest) -> Unpaid | None:
    customer = customer_hash(request.contact.phone, request.contact.email)
    units = sum(line.quantity for line in request.basket.lines)
    return Unpaid(customer, units) if customer else None


def _require_payable(payment: Payment, now: datetime) -> None:
    """A deadline that is over would set units aside for nobody."""
    if payment.state == "pending" and payment.pay_by is not None and payment.pay_by <= now:
        raise InvalidRequest.of("payment.pay_by", "pay_by_is_over", "The time to pay is over already.")
