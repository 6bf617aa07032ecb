"""Who supplies what within a set of locations: the cheapest way, and of equals the one that takes from the first.

Units that may be split and cost nothing but by the unit are taken from the cheapest location first. What hangs
together (pieces that may not be divided, a parcel's weight, its least value or most units) is tried out: see ``trial``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from fulfillment.domain.basket import quantity_by_sku
from fulfillment.domain.routing.parcels import Goods, ParcelRules, Score, Shelf, by_line
from fulfillment.domain.routing.search import Budget, Filling
from fulfillment.domain.routing.trial import STEPS, Task, Trial
from fulfillment.domain.routing.wants import Wants


class Filler:
    """Fills sets of the given shelves. What cannot be had of the SKUs of ``may_lack`` is left out, and counted."""

    def __init__(
        self,
        wants: Wants,
        shelves: Sequence[Shelf],
        rules: ParcelRules,
        goods: Goods,
        budget: Budget,
        *,
        may_lack: Collection[str] = (),
    ) -> None:
        self._wants = wants
        self._shelves = {shelf.location_id: shelf for shelf in shelves}
        self._rules = rules
        self._goods = goods
        self._budget = budget
        self._may_lack = may_lack
        self._loose = quantity_by_sku((line.sku, line.quantity) for line in wants.loose)
        self._hangs_together = (
            bool(wants.pieces)
            or rules.least_value is not None
            or rules.most_units is not None
            or any(shelf.bands for shelf in shelves)
        )

    def is_plain(self, most: int) -> bool:
        """Whether every set of at most ``most`` with enough units can be filled, at no cost beyond opening it."""
        free = not any(shelf.unit_cost for shelf in self._shelves.values())
        roomy = self._rules.most_rows is None or len(self._loose) * most <= self._rules.most_rows
        return free and roomy and not self._hangs_together and not self._may_lack

    def __call__(self, location_ids: tuple[str, ...], limit: Score | None = None) -> Filling | None:
        """The cheapest filling in which every member supplies something; None when there is none within the limit."""
        self._budget.spend(STEPS)
        members = sorted((self._shelves[name] for name in location_ids), key=_place)
        if not self._hangs_together:
            shared = self._shared_by_unit_cost(members)
            if shared is None:
                return None
            if self._rules.most_rows is None or len(shared) <= self._rules.most_rows:
                return self._filling(members, shared)
        trial = Trial(
            members, self._tasks(members), self._rules, self._goods, self._budget, may_lack=self._may_lack
        )
        best = trial.best(limit)
        if best is None:
            return None
        taken = [*best.pieces, *by_line(self._wants.loose, members, best.loose)]
        return Filling(best.short, best.cost, tuple(taken))

    def _shared_by_unit_cost(self, members: Sequence[Shelf]) -> dict[tuple[str, str], int] | None:
        """Loose units by (location_id, sku), each SKU from where a unit costs least; None when it cannot be."""
        taken: dict[tuple[str, str], int] = {}
        for sku, wanted in self._loose.items():
            left = wanted
            for shelf in sorted(
                members, key=lambda shelf: shelf.unit_cost.get(sku, 0)
            ):  # stable: first by place
                if units := min(left, shelf.units.get(sku, 0)):
                    taken[shelf.location_id, sku] = units
                    left -= units
            if left and sku not in self._may_lack:
                return None
        busy = {location_id for location_id, _ in taken}
        return taken if len(busy) == len(members) else None

    def _filling(self, members: Sequence[Shelf], taken: Mapping[tuple[str, str], int]) -> Filling:
        cost = sum(n * self._shelves[name].unit_cost.get(sku, 0) for (name, sku), n in taken.items())
        short = sum(self._loose.values()) - sum(taken.values())
        return Filling(short, cost, tuple(by_line(self._wants.loose, members, taken)))

    def _tasks(self, members: Sequence[Shelf]) -> list[Task]:
        """The heaviest pieces first, then the loose SKUs that the fewest members have."""
        pieces = sorted(self._wants.pieces, key=lambda piece: -sum(piece.units.values()))
        grams = self._goods.grams
        loose = sorted(
            self._loose.items(),
            key=lambda want: (
                sum(want[0] in shelf.units for shelf in members) > 1,
                -want[1] * grams.get(want[0], 0),
                want[0],
            ),
        )
        return [
            *(Task(piece.units, piece) for piece in pieces),
            *(Task({sku: units}, None) for sku, units in loose),
        ]


def _place(shelf: Shelf) -> tuple[object, ...]:
    return shelf.place
