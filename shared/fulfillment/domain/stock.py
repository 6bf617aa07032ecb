"""One SKU at one location, and the only arithmetic there is on it.

``available = on_hand - reserved - blocked`` after every change. A change never goes below nothing on any of the
three parts; only a count or a movement from the outside may leave ``available`` negative (a shortfall, which is
reported, not hidden).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Literal

RefusalReason = Literal["not_found", "damaged", "no_time", "closing", "other"]
EndingReason = Literal[
    RefusalReason, "stock_short", "not_accepted"
]  # the last is ours: a count showed that too much was promised


@dataclass(frozen=True)
class StockRow:
    """Whole units. ``missing`` is the part of ``blocked`` that staff could not find: a count settles it.

    ``observed_at`` is when on hand was last seen; None when it never was. ``unit_value`` is what a unit is worth to a
    customer who walks in there (scarcity), in the currency of the policy's amounts. ``backorderable``: the location
    may promise units that it does not have yet. ``refusals``: how many tasks staff refused or picked short for it here.
    """

    sku: str
    location_id: str
    on_hand: int
    reserved: int = 0
    blocked: int = 0
    missing: int = 0
    observed_at: datetime | None = None
    version: int = 0
    unit_value: Decimal | None = None
    backorderable: bool = False
    refusals: int = 0

    def __post_init__(self) -> None:
        assert self.reserved >= 0, self
        assert 0 <= self.missing <= self.blocked, self

    @property
    def doubtful(self) -> bool:
        """Whether somebody looked for units of it in vain, and nobody counted since."""
        return self.missing > 0

    @property
    def available(self) -> int:
        """Units that nobody was promised and nothing is wrong with; negative in a shortfall."""
        return self.on_hand - self.reserved - self.blocked

    def sellable(self, floor: int) -> int:
        """Units that may be offered when ``floor`` of them are kept for the shop."""
        return max(0, self.available - floor)

    def released(self, quantity: int) -> StockRow:
        """What the row becomes when ``quantity`` units are promised no more."""
        return replace(self, reserved=self.reserved - quantity, version=self.version + 1)

    def refused(self, quantity: int, reason: RefusalReason) -> StockRow:
        """What the row becomes when ``quantity`` reserved units are refused.

        ``not_found`` blocks everything that was thought available until a count; ``damaged`` blocks the quantity;
        the other reasons say nothing about stock.
        """
        freed = replace(self.released(quantity), refusals=self.refusals + 1)
        if reason == "not_found":
            lost = max(0, freed.available)
            return replace(freed, blocked=freed.blocked + lost, missing=freed.missing + lost)
        if reason == "damaged":
            return replace(freed, blocked=freed.blocked + quantity)
        return freed

    def emptied(self, quantity: int, reason: RefusalReason, picked: int) -> StockRow:
        """As ``refused``, and there is nothing of it to be had here at all: also what others were promised is believed
        to be missing until a count, but for the ``picked`` units, which somebody held in hand.
        """
        row = self.refused(quantity, reason)
        gone = max(0, row.on_hand - row.blocked - picked)
        return replace(row, blocked=row.blocked + gone, missing=row.missing + gone)

    def counted(self, on_hand: int, observed_at: datetime) -> StockRow:
        """What the row becomes when somebody counted: units that were missing are settled by it."""
        return replace(
            self,
            on_hand=on_hand,
            blocked=self.blocked - self.missing,
            missing=0,
            observed_at=observed_at,
            version=self.version + 1,
        )

    def moved(self, change: int) -> StockRow:
        """What the row becomes when ``change`` units came (+) or went (-) on the shelf."""
        return replace(self, on_hand=self.on_hand + change, version=self.version + 1)


MovementKind = Literal[
    "count",
    "sale",
    "return",
    "receipt",
    "adjustment",
    "handover",
    "refusal",
    "short_pick",
    "put_back",
    "write_off",
    "correction",
]


@dataclass(frozen=True)
class StockMovement:
    """A change of on hand or blocked, kept for the record; of reserved only when a correction made it.

    ``change`` is what came or went on the shelf (0 for a count or a block); ``on_hand`` is what a count saw.
    """

    movement_id: str
    sku: str
    location_id: str
    kind: MovementKind
    at: datetime
    change: int = 0
    blocked_change: int = 0
    reserved_change: int = 0
    on_hand: int | None = None
    order_id: str | None = None
    reason: str | None = None
