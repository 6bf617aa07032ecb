"""Work that gives way when a shelf holds less than was promised."""

from __future__ import annotations

from dataclasses import replace

from fulfillment.domain.ledger import StockReplacement
from fulfillment.domain.order import Change, ShipmentStatus
from fulfillment.domain.stock import StockRow

GIVES_WAY: frozenset[ShipmentStatus] = frozenset({"open", "accepted"})  # what is picked was found


def only_while(change: Change, row: StockRow) -> Change | None:
    """The change, to happen only while the row is as it was read: what it frees there is said as the row's replacement.

    None when it frees nothing there.
    """
    here = [e for e in change.stock if (e.sku, e.location_id) == (row.sku, row.location_id)]
    if not here:
        return None
    assert {effect.kind for effect in here} == {"release"}, here
    after = row.released(sum(effect.quantity for effect in here))
    others = tuple(effect for effect in change.stock if effect not in here)
    return replace(change, stock=others, replacements=(StockReplacement(row, after),))
