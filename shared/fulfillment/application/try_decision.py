"""What would be decided now, by which reasons, and what would change it. Reads live stock and has no effect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from fulfillment.application import decision_views
from fulfillment.application.choosing import items_of, policy_of
from fulfillment.application.picture import Picture, Where
from fulfillment.application.ports import Clock
from fulfillment.application.views import View
from fulfillment.application.widening import Look, decide_widely
from fulfillment.domain.basket import Basket, Method
from fulfillment.domain.decision import Decision, DecisionRequest, decide
from fulfillment.domain.errors import InvalidRequest
from fulfillment.domain.policy import Policy
from fulfillment.domain.product import Product
from fulfillment.domain.routing.candidate import Candidate, StockPicture
from fulfillment.domain.routing.changes import Change, what_would_change

MAX_COULD = 5  # stores named to a customer whose own cannot; more is no choice


@dataclass(frozen=True)
class Trial:
    """What to try. ``policy``: one to try out, or the name of one that was put; None: the one an order would get."""

    basket: Basket
    method: Method
    location_id: str | None = None
    policy: Policy | str | None = None
    accept_partial: bool = False
    needed_by: datetime | None = None
    explain: tuple[str, ...] = ()


@dataclass(frozen=True)
class TryDecision:
    """Decides as an order would be decided, and tells everything that was weighed, costs too: for operations."""

    picture: Picture
    clock: Clock

    def __call__(self, trial: Trial) -> View:
        """The decision; InvalidRequest for an unknown SKU, place, location or policy."""
        now = self.clock.now()
        products = self.picture.known_products(trial.basket.lines)
        where = self.picture.where(trial.basket.customer, required=trial.method == "delivery")
        policy = self._policy(trial, products, now)
        request = DecisionRequest(
            trial.method,
            trial.basket.lines,
            trial.location_id,
            accept_partial=trial.accept_partial,
            items=items_of(products),
            needed_by=trial.needed_by,
        )
        look = self._look(trial, where, policy, now)
        decision, look = decide_widely(self.picture, request, look, now)
        view = {
            **decision_views.decision(decision, look.found.inside, policy.costs.currency),
            "point_source": where.source,
            "precision_km": where.precision_km,
            "zone": where.zone,
        }
        if trial.location_id and decision.status == "unfillable":
            view["could"] = self._could(trial, where, request, decision, policy, now)
        if trial.explain:
            view["changes"] = self._changes(trial, where, request, look, policy, now)
        return view

    def _policy(self, trial: Trial, products: Mapping[str, Product], now: datetime) -> Policy:
        if isinstance(trial.policy, Policy):
            return trial.policy
        config = self.picture.config
        if trial.policy is None:
            return policy_of(config, trial.basket, trial.method, products, now)
        known = {policy.name: policy for policy in (config.policy(Policy().name), *config.policies())}
        if trial.policy not in known:
            raise InvalidRequest.of("policy", "unknown_policy", f"There is no policy {trial.policy!r}.")
        return known[trial.policy]

    def _look(self, trial: Trial, where: Where, policy: Policy, now: datetime) -> Look:
        found = self.picture.candidates(where, trial.method, policy, now, only=trial.location_id)
        if trial.location_id and not found.inside:
            told = f"There is no location {trial.location_id!r}."
            raise InvalidRequest.of("location_id", "unknown_location", told)
        return Look(found, dict(self.picture.stock_of(trial.basket.lines, found.nearest)))

    def _could(
        self,
        trial: Trial,
        where: Where,
        request: DecisionRequest,
        decision: Decision,
        policy: Policy,
        now: datetime,
    ) -> list[View]:
        near = self.picture.candidates(where, trial.method, policy, now).nearest
        stock = self.picture.stock_of(trial.basket.lines, near)
        could = stores_that_could(decision, request, near, stock, policy) or ()
        return [decision_views.store(candidate) for candidate in could]

    def _changes(
        self,
        trial: Trial,
        where: Where,
        request: DecisionRequest,
        look: Look,
        policy: Policy,
        now: datetime,
    ) -> list[View]:
        found: dict[str, tuple[Change, ...]] = {}
        for place, location_id in enumerate(trial.explain):
            candidates, stock = self._with(trial, where, look, policy, now, place, location_id)
            found[location_id] = what_would_change(request, candidates, stock, policy, now, location_id)
        return decision_views.changes(found)

    def _with(
        self,
        trial: Trial,
        where: Where,
        look: Look,
        policy: Policy,
        now: datetime,
        place: int,
        location_id: str,
    ) -> tuple[Sequence[Candidate], StockPicture]:
        """What was looked at, and this location if it lay too far away to be looked at."""
        if any(candidate.location_id == location_id for candidate in look.found.inside):
            return look.found.inside, look.stock
        found = self.picture.candidates(where, trial.method, policy, now, only=location_id).nearest
        if not found:
            told = f"There is no location {location_id!r}."
            raise InvalidRequest.of(f"explain.{place}", "unknown_location", told)
        stock = {**look.stock, **self.picture.stock_of(trial.basket.lines, found)}
        return [*look.found.inside, *found], stock


def stores_that_could(
    decision: Decision,
    request: DecisionRequest,
    candidates: Sequence[Candidate],
    stock: StockPicture,
    policy: Policy,
) -> tuple[Candidate, ...] | None:
    """The nearest stores that could hand over all that the chosen one cannot; None where nobody asks for them."""
    if request.location_id is None or decision.status != "unfillable":
        return None
    found: list[Candidate] = []
    for candidate in sorted(candidates, key=lambda c: (c.metres, c.location_id)):
        there = replace(request, location_id=candidate.location_id, accept_partial=False)
        if decide(there, [candidate], stock, policy, decision.decided_at).status == "planned":
            found.append(candidate)
        if len(found) == MAX_COULD:
            break
    return tuple(found)
