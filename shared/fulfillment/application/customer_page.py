"""What a customer sees of an order: where it stands, where and until when, the code, and what may be chosen.

Whoever has the link sees it, also the friend or driver who collects: so no name, no address and no phone number of the
customer stands in it, and what the customer paid does not either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal

from fulfillment.application import views
from fulfillment.application.choices import Choices
from fulfillment.application.choosing import policy_again
from fulfillment.application.notices import language
from fulfillment.application.ports import (
    CatalogRepository,
    Clock,
    ConfigRepository,
    LocationRepository,
    OrderRepository,
    PickupCodes,
)
from fulfillment.application.views import View
from fulfillment.domain import pickup_code
from fulfillment.domain.choice_steps import waiting_for_customer
from fulfillment.domain.errors import NotFound
from fulfillment.domain.hours import Interval, local_date
from fulfillment.domain.location import Location
from fulfillment.domain.order import HANDED_OVER, HOLDING, WORK, Order, Shipment
from fulfillment.domain.product import Product
from fulfillment.domain.promise import hours_of

DAYS_SHOWN = 7  # of opening hours: nobody plans to collect later than that

Standing = Literal[
    "to_pay",
    "received",
    "preparing",
    "ready",
    "collected",
    "on_the_way",
    "choose",
    "on_hold",
    "uncollected",
    "cancelled",
    "expired",
    "unfillable",
]
OVER = frozenset({"fulfilled", "cancelled", "expired"})  # orders of which nothing more is to be seen


def standing(order: Order, now: datetime) -> Standing:
    """Where the order stands, in a customer's words. What is over by the clock reads so from that instant on."""
    if order.is_overdue(now) or order.status == "expired":
        return "expired"
    if order.status == "needs_choice":
        if order.is_unanswered(now):
            return "cancelled"
        return "on_hold" if order.hold else "choose"
    if order.status in ("cancelled", "unfillable"):
        return "cancelled" if order.status == "cancelled" else "unfillable"
    if order.hold:
        return "on_hold"
    if order.status == "reserved":
        return "to_pay"
    return _at_work(order, now)


def _at_work(order: Order, now: datetime) -> Standing:
    live = {s.status for s in order.shipments if s.status in HOLDING | HANDED_OVER}
    if order.status == "fulfilled" or live & HANDED_OVER:
        return "collected" if order.method == "pickup" else "on_the_way"
    if not live and any(s.status == "uncollected" for s in order.shipments):
        return "uncollected"
    if "ready" in live:
        return "ready" if waiting_for_customer(order, now) else "uncollected"
    return "preparing" if live & {"accepted", "picked"} else "received"


def brief(order: Order, now: datetime) -> View:
    """What a command of the customer answers. It is kept with the command's key, so no code is in it."""
    return {
        "order_id": order.channel_order_id,
        "version": order.version,
        "method": order.method,
        "status": standing(order, now),
        "location_id": order.location_id,
    }


@dataclass(frozen=True)
class CustomerPage:
    """Reads only. ``choices`` is asked when there is something to choose, and then anew each time: what is shown can
    be had.
    """

    orders: OrderRepository
    locations: LocationRepository
    catalog: CatalogRepository
    config: ConfigRepository
    codes: PickupCodes
    choices: Callable[[], Choices]
    clock: Clock

    def __call__(self, order_id: str, language_wanted: str | None = None) -> View:
        """The view. NotFound when the order is gone."""
        order = self.orders.load(order_id)
        if order is None:
            raise NotFound("unknown_link", "There is no such order any more.")
        now = self.clock.now()
        contact = self.orders.contact(order_id)
        lang = language_wanted or language(contact.locale if contact else "id")
        task = _task_shown(order)
        found = self.locations.get(task.location_id) if task and order.method == "pickup" else None
        products = self.catalog.products({line.sku for line in order.lines})
        stands = standing(order, now)
        view: View = {
            **brief(order, now),
            "language": lang,
            "lines": [_line(line.sku, line.quantity, products, lang) for line in order.lines],
            "missing": [_line(short.sku, short.quantity, products, lang) for short in order.missing],
            "place": self._place(order, found[0], now) if found else None,
            "promise": views.promise(task.promise) if task else None,
            "timezone": task.promise.timezone if task else None,
            "collect_until": views.moment(task.collect_until, task.promise.timezone)
            if task and task.collect_until and stands == "ready"
            else None,
            "code": self._code(order, now),
            "on_my_way_at": views.moment(task.on_my_way_at, task.promise.timezone)
            if task and task.on_my_way_at
            else None,
            "parcels": [_parcel(s) for s in order.shipments if s.status == "shipped"],
            "parcels_to_come": sum(s.status in WORK for s in order.shipments)
            if order.method == "delivery"
            else 0,
            "choices": self._choices(order, now) if stands == "choose" else [],
            "choose_until": views.moment(order.question.until)
            if order.question and stands == "choose"
            else None,
            "found": [_line(sku, n, products, lang) for sku, n in _found(order)]
            if stands == "choose"
            else [],
            "address_known": bool(contact and contact.ship_to),
            "amount_due": views.money(order.payment.amount_due)
            if order.payment.state == "on_handover" and order.status not in OVER
            else None,
            "refund": order.refund_required,
            "pay_until": views.moment(order.reservation_expires_at)
            if stands == "to_pay" and order.reservation_expires_at
            else None,
            "over": order.status in OVER,
        }
        mark = sha256(views.as_json(view).encode()).hexdigest()[:16]
        return {**view, "mark": mark, "at": views.moment(now)}

    def _code(self, order: Order, now: datetime) -> str | None:
        task = waiting_for_customer(order, now)
        if task is None or task.code is None or order.hold:
            return None
        key = self.codes.key(task.code.kid)
        code = pickup_code.derive(key, order.order_id, task.number, task.code.code_version)
        return pickup_code.shown(code)

    def _choices(self, order: Order, now: datetime) -> list[View]:
        return [dict(choice) for choice in self.choices().of(order, now)]

    def _place(self, order: Order, location: Location, now: datetime) -> View:
        point = location.point
        return {
            "location_id": location.location_id,
            "name": location.name,
            "address": location.contact.address,
            "phone": location.contact.phone,
            "maps_url": location.contact.maps_url,
            "point": {"lat": point.lat, "lon": point.lon} if point else None,
            "hours": self._hours(order, location, now),
        }

    def _hours(self, order: Order, location: Location, now: datetime) -> list[View]:
        hours = hours_of(location, policy_again(self.config, order))
        today = local_date(now, location.timezone)
        days = [today + timedelta(days=n) for n in range(DAYS_SHOWN)]
        return [{"date": day.isoformat(), "open": _intervals(hours.on(day))} for day in days]


def _intervals(intervals: Sequence[Interval]) -> list[list[str]]:
    return [[f"{i.opens:%H:%M}", f"{i.closes:%H:%M}"] for i in sorted(intervals, key=lambda i: i.opens)]


def _task_shown(order: Order) -> Shipment | None:
    """The task that the page speaks of: the last that goes on or was done, else the last there was. Of a delivery in
    parcels it is the one that comes last: nothing earlier is promised.
    """
    going = [s for s in order.shipments if s.status in HOLDING | HANDED_OVER]
    if going and order.method == "delivery":
        return max(going, key=lambda task: task.promise.at)
    shown = going or order.shipments
    return shown[-1] if shown else None


def _found(order: Order) -> list[tuple[str, int]]:
    """What a short pick found, and keeps until the customer says what is to happen."""
    return [unit for s in order.shipments if s.holds_stock for unit in s.units()]


def _line(sku: str, quantity: int, products: Mapping[str, Product], lang: str) -> View:
    product = products.get(sku)
    return {
        "sku": sku,
        "quantity": quantity,
        "name": product.name(lang) if product else sku,
        "variant": product.variant if product else "",
    }


def _parcel(shipment: Shipment) -> View:
    return {
        "carrier": shipment.carrier,
        "tracking_number": shipment.tracking_number,
        **views.promise(shipment.promise),
    }
