"""Filling in order: the first location gives all it can, then the next, as far as a plan can come of it.

What Magento, Saleor and Spree do, but complete: a location is passed over where with it no plan is left within the
most shipments.
"""

from __future__ import annotations

from collections.abc import Mapping

from fulfillment.domain.routing.parcels import Place
from fulfillment.domain.routing.search import Budget, Found, Plan, Problem, Supplier, Vector, best_plans


def first_plans(problem: Problem, places: Mapping[str, Place], budget: Budget) -> Found:
    """The first two plans in the order of the locations' places. A cut search knows nothing of what it left out."""
    walk = _Walk(problem, places, budget)
    if problem.partial:
        walk.take_what_there_is()
    else:
        walk.on(0, dict(problem.needs), ())
    if problem.partial and not walk.plans:
        return best_plans(problem, budget)  # the first ones cannot be filled together
    return Found(tuple(walk.plans), None if budget.was_enough else walk.nothing)


class _Walk:
    def __init__(self, problem: Problem, places: Mapping[str, Place], budget: Budget) -> None:
        self.problem = problem
        self.budget = budget
        self.suppliers = sorted(problem.suppliers, key=lambda s: places[s.location_id])
        self.nothing: Vector = (0,) * len(problem.latest)
        self.plans: list[Plan] = []
        # most_from[i][want]: the most that any one supplier from i on has of it
        self.most_from: list[dict[str, int]] = [dict.fromkeys(problem.needs, 0)]
        for supplier in reversed(self.suppliers):
            later = self.most_from[-1]
            self.most_from.append({want: max(n, supplier.supply.get(want, 0)) for want, n in later.items()})
        self.most_from.reverse()

    def on(self, start: int, missing: Mapping[str, int], members: tuple[Supplier, ...]) -> None:
        """Go on from ``start`` with these members until two plans are found."""
        if not self.budget.spend():
            return
        if not missing and (plan := self.problem.plan(members)):
            self.plans.append(plan)
            return
        slots = self.problem.most - len(members)
        for index in range(start, len(self.suppliers) if slots else 0):
            most = self.most_from[index]
            if len(self.plans) == 2 or any(n > slots * most[want] for want, n in missing.items()):
                return
            supplier = self.suppliers[index]
            rest = _rest(missing, supplier)
            if rest != missing or not missing:
                self.on(index + 1, rest, (*members, supplier))

    def take_what_there_is(self) -> None:
        """One plan of the first that have anything of what is still missing."""
        missing: Mapping[str, int] = self.problem.needs
        members: list[Supplier] = []
        for supplier in self.suppliers:
            rest = _rest(missing, supplier)
            if rest != missing and len(members) < self.problem.most:
                members.append(supplier)
                missing = rest
        if members and (plan := self.problem.plan(members)):
            self.plans.append(plan)


def _rest(missing: Mapping[str, int], supplier: Supplier) -> dict[str, int]:
    return {
        want: n - supplier.supply.get(want, 0)
        for want, n in missing.items()
        if n > supplier.supply.get(want, 0)
    }
