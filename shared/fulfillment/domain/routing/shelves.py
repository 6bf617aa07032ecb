"""What each location could give of each SKU after the units that it keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from fulfillment.domain.basket import Method
from fulfillment.domain.policy import FloorRule, Policy
from fulfillment.domain.routing.candidate import Candidate, StockPicture


class Shelves:
    """Stock as a decision may use it. ``tags`` by SKU, of the SKUs that have any."""

    def __init__(
        self,
        skus: Sequence[str],
        stock: StockPicture,
        policy: Policy,
        method: Method,
        tags: Mapping[str, tuple[str, ...]],
        now: datetime,
    ) -> None:
        self._skus = skus
        self._stock = stock
        self._policy = policy
        self._method = method
        self._tags = tags
        self._now = now

    def floors(self, candidate: Candidate) -> Mapping[str, int]:
        """Units of each SKU that the location keeps; SKUs without a floor are missing."""
        if not self._policy.floors:
            return {}
        rules = [rule for rule in self._policy.floors if self._holds_at(rule, candidate)]
        kept: dict[str, int] = {}
        for rule in rules:  # the last rule that holds wins
            for sku in self._skus:
                if _holds_for(rule, sku, self._tags.get(sku, ())):
                    kept[sku] = rule.units
        return kept

    def sellable(self, candidate: Candidate, floors: Mapping[str, int]) -> dict[str, int]:
        """Units of each SKU that the location could give; those it has none of are missing."""
        location_id = candidate.location_id
        units: dict[str, int] = {}
        for sku in self._skus:
            row = self._stock.get((sku, location_id))
            if row is not None and (free := row.sellable(floors.get(sku, 0) if floors else 0)):
                units[sku] = free
        return units

    def available(self, candidate: Candidate) -> int:
        """Units of all the SKUs that are there, floors and all."""
        rows = (self._stock.get((sku, candidate.location_id)) for sku in self._skus)
        return sum(max(0, row.available) for row in rows if row)

    def _holds_at(self, rule: FloorRule, candidate: Candidate) -> bool:
        if rule.kinds and candidate.kind not in rule.kinds:
            return False
        if rule.methods and self._method not in rule.methods:
            return False
        if rule.groups and not self._policy.groups_of(candidate.location_id, candidate.groups) & set(
            rule.groups
        ):
            return False
        return rule.hours_before_closing is None or self._closes_within(candidate, rule.hours_before_closing)

    def _closes_within(self, candidate: Candidate, hours: float) -> bool:
        """Whether it is open now and closes within so many hours."""
        if candidate.closes_at is None or (candidate.opens_at and candidate.opens_at > self._now):
            return False
        return candidate.closes_at - self._now <= timedelta(hours=hours)


def _holds_for(rule: FloorRule, sku: str, tags: tuple[str, ...]) -> bool:
    return (not rule.skus or sku in rule.skus) and (not rule.tags or not set(rule.tags).isdisjoint(tags))
