"""How can this basket reach this customer? Reads only; the reservation is the truth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from fulfillment.application import offers, views
from fulfillment.application.choosing import items_of, policy_of
from fulfillment.application.own import own_of
from fulfillment.application.picture import Picture, Where
from fulfillment.application.ports import Clock, OptionSigner, OrderRepository
from fulfillment.application.views import View
from fulfillment.application.widening import Look, decide_widely
from fulfillment.domain.basket import Basket, Method, quantity_by_sku, weight_grams
from fulfillment.domain.decision import Decision, DecisionRequest, PlannedShipment, decide
from fulfillment.domain.order import unique_order_id
from fulfillment.domain.policy import Policy
from fulfillment.domain.product import Product
from fulfillment.domain.routing.candidate import Candidate, Verdict


@dataclass(frozen=True)
class FindOptions:
    """Pickup stores by distance and a delivery plan, each with the option id that an order may echo."""

    picture: Picture
    orders: OrderRepository
    signer: OptionSigner
    clock: Clock

    def __call__(self, basket: Basket, methods: Sequence[Method], own_order_id: str | None = None) -> View:
        """The options, or empty lists and the reasons. InvalidRequest for an unknown SKU or place.

        ``own_order_id``: an order of this channel whose reservation does not count, since a new one would replace it.
        """
        now = self.clock.now()
        if own_order_id is not None:
            order = self.orders.load(unique_order_id(basket.channel, own_order_id))
            own = own_of(order if order and order.is_replaceable(now) else None)
            return replace(self, picture=own.picture(self.picture))(basket, methods)
        products = self.picture.known_products(basket.lines)
        where = self.picture.where(basket.customer, required=True)
        answer: View = {
            "pickup": [],
            "delivery": [],
            "reasons": [],
            "point_source": where.source,
            "precision_km": where.precision_km,
            "zone": where.zone,
        }
        if "pickup" in methods:
            self._pickup(answer, basket, where, now, products)
        if "delivery" in methods:
            self._delivery(answer, basket, where, now, products)
        return answer

    def _pickup(
        self, answer: View, basket: Basket, where: Where, now: datetime, products: Mapping[str, Product]
    ) -> None:
        policy = policy_of(self.picture.config, basket, "pickup", products, now)
        found = self.picture.candidates(where, "pickup", policy, now)
        near, far = _within_radius(found.inside, policy)
        stock = self.picture.stock_of(basket.lines, near)
        wanted = DecisionRequest("pickup", basket.lines, accept_partial=True, items=items_of(products))
        verdicts = [*far, *found.outside]
        for candidate in near:
            request = replace(wanted, location_id=candidate.location_id)
            decision = decide(request, [candidate], stock, policy, now)
            if decision.shipments:
                option_id = self._option_id(basket, decision, "pickup", now)
                answer["pickup"].append(views.pickup_option(candidate, option_id, decision.unfilled))
            else:
                verdicts += decision.candidates
        answer["pickup"] = answer["pickup"][: policy.pickup_options]
        answer["reasons"] += reasons("pickup", verdicts)

    def _delivery(
        self,
        answer: View,
        basket: Basket,
        where: Where,
        now: datetime,
        products: Mapping[str, Product],
    ) -> None:
        policy = policy_of(self.picture.config, basket, "delivery", products, now).without(
            "part", "backorder"
        )
        found = self.picture.candidates(where, "delivery", policy, now)
        look = Look(found, dict(self.picture.stock_of(basket.lines, found.nearest)))
        request = DecisionRequest("delivery", basket.lines, items=items_of(products))
        decision, _ = decide_widely(self.picture, request, look, now)
        if decision.status == "planned":
            option_id = self._option_id(basket, decision, "delivery", now)
            answer["delivery"].append(delivery_option(option_id, decision.shipments, products))
        else:
            answer["reasons"] += reasons("delivery", decision.candidates)
            answer["reasons"].append(
                {"method": "delivery", "reason": "unfillable", "missing": views.missing(decision.unfilled)}
            )

    def _option_id(self, basket: Basket, decision: Decision, method: Method, now: datetime) -> str:
        missing = sum(s.quantity for s in decision.unfilled)
        made = offers.offer(basket, method, decision.shipments, missing, decision.policy_version)
        return offers.sign(self.signer, made, now)


def delivery_option(
    option_id: str | None, shipments: Sequence[PlannedShipment], products: Mapping[str, Product]
) -> View:
    """A delivery plan as a checkout sees it: parcels, weights and days; never what it costs the retailer."""
    weight_by_sku = {sku: product.weight_grams for sku, product in products.items()}
    parcels = [
        {
            "location_id": s.location_id,
            "lines": views.allocations(s.allocations),
            "weight_grams": weight_grams(
                quantity_by_sku((a.sku, a.quantity) for a in s.allocations), weight_by_sku
            ),
            "zone": s.zone,
            **views.promise(s.promise),
        }
        for s in shipments
    ]
    last = max(shipments, key=lambda s: s.promise.at)
    return {
        "option_id": option_id,
        "shipments": parcels,
        "weight_grams": sum(parcel["weight_grams"] for parcel in parcels),
        **views.promise(last.promise),
    }


def reasons(method: Method, verdicts: Sequence[Verdict]) -> list[View]:
    """Why nobody else is offered: each reason with how many locations it keeps out and the nearest of them."""
    count: dict[str, int] = defaultdict(int)
    nearest: dict[str, int] = {}
    for verdict in verdicts:
        if verdict.eligible:
            continue
        count[verdict.reason] += int(verdict.detail.get("count", 1))
        at_m = verdict.detail.get("distance_m", verdict.detail.get("nearest_m"))
        if isinstance(at_m, int):
            nearest[verdict.reason] = min(at_m, nearest.get(verdict.reason, at_m))
    return [
        {"method": method, "reason": reason, "count": n, "nearest_km": views.kilometres(nearest.get(reason))}
        for reason, n in sorted(count.items())
    ]


def _within_radius(candidates: Sequence[Candidate], policy: Policy) -> tuple[list[Candidate], list[Verdict]]:
    """Stores that are listed, and verdicts on those too far to be.

    A store at an unknown distance is listed last; not when it says whom it serves and this is somebody else.
    """
    radius_m = policy.pickup_radius_km * 1000
    near: list[Candidate] = []
    far: list[Verdict] = []
    for candidate in candidates:
        if candidate.distance_m is None and candidate.covered is False:
            far.append(Verdict(candidate.location_id, "no_coordinates"))
        elif candidate.distance_m is not None and candidate.distance_m > radius_m:
            far.append(Verdict(candidate.location_id, "too_far", {"distance_m": candidate.distance_m}))
        else:
            near.append(candidate)
    return near, far
