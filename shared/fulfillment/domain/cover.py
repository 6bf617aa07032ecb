"""The cheapest set of locations that together hold what is wanted.

Costs are tuples of whole numbers that add up over the set and are compared in order: strictly lexicographic. Ties go
to the set whose sorted location ids come first. A depth-first search with bounds; exact unless it says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Cost = tuple[int, ...]

MAX_STEPS = 200_000  # about a second in Lambda; 64 candidates in threes need 41,664


@dataclass(frozen=True)
class Supplier:
    """A location that may be opened for an order, what opening it costs and what it could give of each SKU."""

    location_id: str
    cost: Cost
    units: Mapping[str, int]


@dataclass(frozen=True)
class Cover:
    """A set of locations that holds everything, and what it costs. ``location_ids`` are sorted."""

    cost: Cost
    location_ids: tuple[str, ...]


@dataclass(frozen=True)
class CoverSearch:
    """The best cover and the best other one. ``proven`` is False when the search was cut short."""

    best: Cover | None
    runner_up: Cover | None
    proven: bool


def cheapest_cover(needed: Mapping[str, int], suppliers: Sequence[Supplier], most: int) -> CoverSearch:
    """Search all sets of at most ``most`` suppliers that hold ``needed`` (units by SKU, each at least 1).

    Only sets in which every member is needed at the moment it is added are looked at; a set with an idle member
    costs no less than the set without it.
    """
    search = _Search(needed, suppliers, most)
    search.descend(0, dict(needed), (0,) * (len(suppliers[0].cost) if suppliers else 0), ())
    ranked = [*search.found, None, None]
    return CoverSearch(best=ranked[0], runner_up=ranked[1], proven=search.steps <= MAX_STEPS)


class _Search:
    def __init__(self, needed: Mapping[str, int], suppliers: Sequence[Supplier], most: int) -> None:
        useful = [s for s in suppliers if any(s.units.get(sku, 0) > 0 for sku in needed)]
        self.suppliers = sorted(useful, key=lambda s: (s.cost, s.location_id))
        self.most = most
        self.found: list[Cover] = []  # the two best, best first
        self.steps = 0
        # most_from[i][sku]: the most that any one supplier from i on has of the SKU
        self.most_from: list[dict[str, int]] = [dict.fromkeys(needed, 0)]
        for supplier in reversed(self.suppliers):
            after = self.most_from[-1]
            self.most_from.append({sku: max(after[sku], supplier.units.get(sku, 0)) for sku in needed})
        self.most_from.reverse()

    def descend(self, start: int, missing: Mapping[str, int], cost: Cost, chosen: tuple[str, ...]) -> None:
        if not missing:
            self._keep(Cover(cost, tuple(sorted(chosen))))
            return
        slots = self.most - len(chosen)
        for index in range(start, len(self.suppliers)):
            self.steps += 1
            if self.steps > MAX_STEPS or self._hopeless(index, missing, slots):
                return
            supplier = self.suppliers[index]
            added = tuple(a + b for a, b in zip(cost, supplier.cost, strict=True))
            if len(self.found) == 2 and added > self.found[1].cost:
                return  # suppliers come cheapest first: every later one costs at least as much
            left = {sku: n - supplier.units.get(sku, 0) for sku, n in missing.items()}
            if left != missing:
                self.descend(
                    index + 1,
                    {sku: n for sku, n in left.items() if n > 0},
                    added,
                    (*chosen, supplier.location_id),
                )

    def _hopeless(self, index: int, missing: Mapping[str, int], slots: int) -> bool:
        best = self.most_from[index]
        return any(n > slots * best[sku] for sku, n in missing.items())

    def _keep(self, cover: Cover) -> None:
        self.found = sorted([*self.found, cover], key=lambda c: (c.cost, c.location_ids))[:2]
