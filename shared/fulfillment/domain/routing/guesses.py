"""How good plans of one size can be at best: what the search leaves sets aside by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fulfillment.domain.routing.duals import Offer, reduced_costs
from fulfillment.domain.routing.parcels import Goods, Shelf, easiest, least_excess
from fulfillment.domain.routing.search import Guesses, Supplier, Vector
from fulfillment.domain.routing.wants import Wants


class Guessing:
    """Bounds by size. ``cost_at`` is the objective that counts money, where one does."""

    def __init__(
        self,
        wants: Wants,
        goods: Goods,
        suppliers: Sequence[Supplier],
        shelves: Sequence[Shelf],
        cost_at: int | None,
        *,
        partial: bool,
    ) -> None:
        self._wants = wants
        self._goods = goods
        self._suppliers = suppliers
        self._shelves = shelves
        self._cost_at = cost_at
        self._partial = partial
        self._bands = easiest([shelf.excess() for shelf in shelves]) if any(s.bands for s in shelves) else ()

    def free(self, _size: int) -> Guesses:
        """Where filling costs nothing: what opening costs."""
        values = [supplier.values for supplier in self._suppliers]
        return Guesses((0,) * len(values[0]) if values else (), values)

    def __call__(self, size: int) -> Guesses:
        """What opening costs, less what can be gained by it, and what weight adds at least."""
        opening = self.free(size)
        if self._partial:
            return Guesses(self._with(opening.base, 0, self._nowhere()), opening.of)
        at = self._cost_at
        if at is None:
            return opening
        needs, offers = self._offers(at)
        reduced = reduced_costs(needs, offers, size)
        weight = 0
        if self._bands:
            grams = sum(n * self._goods.grams.get(sku, 0) for sku, n in self._wants.needed.items())
            weight = least_excess([self._bands] * size, grams)
        members = [self._with(v, at, n) for v, n in zip(opening.of, reduced.members, strict=True)]
        return Guesses(self._with(opening.base, at, reduced.base + weight), members)

    def _with(self, vector: Vector, at: int, value: int) -> Vector:
        return (*vector[:at], value, *vector[at + 1 :])

    def _nowhere(self) -> int:
        """Units that no location has."""
        held = (sum(shelf.units.get(sku, 0) for shelf in self._shelves) for sku in self._wants.needed)
        return sum(max(0, n - there) for n, there in zip(self._wants.needed.values(), held, strict=True))

    def _offers(self, at: int) -> tuple[Mapping[str, int], Sequence[Offer]]:
        """Loose units by SKU, and each piece as one unit."""
        loose: dict[str, int] = {}
        for line in self._wants.loose:
            loose[line.sku] = loose.get(line.sku, 0) + line.quantity
        needs = {f"sku {sku}": n for sku, n in loose.items()}
        needs |= {f"piece {number}": 1 for number in range(len(self._wants.pieces))}
        return needs, [
            self._offer(supplier.values[at], shelf, loose)
            for supplier, shelf in zip(self._suppliers, self._shelves, strict=True)
        ]

    def _offer(self, opening: int, shelf: Shelf, loose: Mapping[str, int]) -> Offer:
        units = {f"sku {sku}": min(n, shelf.units[sku]) for sku, n in loose.items() if sku in shelf.units}
        price = {f"sku {sku}": shelf.unit_cost.get(sku, 0) for sku in loose if sku in shelf.units}
        for number, piece in enumerate(self._wants.pieces):
            if all(shelf.units.get(sku, 0) >= n for sku, n in piece.units.items()):
                units[f"piece {number}"] = 1
                price[f"piece {number}"] = sum(
                    n * shelf.unit_cost.get(sku, 0) for sku, n in piece.units.items()
                )
        return Offer(opening, units, price)
