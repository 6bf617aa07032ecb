"""What a step does to stock rows and capacity windows, said as effects that one transaction carries out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from fulfillment.domain.basket import Method, quantity_by_sku
from fulfillment.domain.stock import StockRow

EffectKind = Literal["reserve", "release", "hand_over", "put_aside", "lose", "put_back", "write_off"]


@dataclass(frozen=True)
class StockEffect:
    """``quantity`` units of a row move between its parts.

    reserve: available to reserved, while ``floor`` stays untouched · release: reserved to available ·
    hand_over: reserved leaves the building · put_aside: reserved to blocked, until staff put it back ·
    lose: reserved to blocked, as missing, until a count · put_back: blocked to available · write_off: what is blocked
    is not there to be sold any more. ``refused``: it counts as a refusal of this SKU here.
    """

    kind: EffectKind
    sku: str
    location_id: str
    quantity: int
    floor: int = 0
    refused: bool = False


@dataclass(frozen=True)
class StockReplacement:
    """A row is rewritten as a whole; it must still be as it was read."""

    before: StockRow
    after: StockRow


@dataclass(frozen=True)
class CapacityEffect:
    """``orders`` is +1 to take a place in the window, -1 to give it back. ``limit`` None: counted, not limited."""

    location_id: str
    method: Method
    window: str
    orders: Literal[1, -1]
    limit: int | None = None


def stock_effects(
    kind: EffectKind,
    location_id: str,
    pairs: Iterable[tuple[str, int]],
    floors: Mapping[str, int] | None = None,
    *,
    refused: bool = False,
) -> tuple[StockEffect, ...]:
    """One effect per SKU: a transaction may touch a row once only. ``floors`` by SKU."""
    return tuple(
        StockEffect(kind, sku, location_id, quantity, (floors or {}).get(sku, 0), refused)
        for sku, quantity in quantity_by_sku(pairs).items()
    )
