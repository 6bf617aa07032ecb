"""Work that gives way when a shelf holds less than was promised."""

from __future__ import annotations

from dataclasses import replace

from fulfillment.domain.ledger import StockReplacement
from fulfillment.domain.order import Change, ShipmentStatus
from fulfillment.domain.stock import StockRow

GIVES_WAY: frozenset[ShipmentStatus] = frozenset({"open", "accepted"})  # what is picked was found


def short_of(row: StockRow) -> int:
    """How many units were promised and are not there. A till may sell what nobody knew of: that breaks no promise."""
    return min(row.reserved, max(0, -row.available))


def freed_at(change: Change, row: StockRow) -> int:
    """How many units of the row the change gives back."""
    return sum(e.quantity for e in change.stock if (e.sku, e.location_id) == (row.sku, row.location_id))


def only_while(change: Change, row: StockRow) -> Change | None:
    """The change, to happen only while the row is as it was read: what it frees there is said as the row's replacement.

    None when it frees nothing there.
    """
    here = [e for e in change.stock if (e.sku, e.location_id) == (row.sku, row.location_id)]
    if not here:
        return None
    assert {effect.kind for effect in here} == {"release"}, here
    after = row.released(freed_at(change, row))
    others = tuple(effect for effect in change.stock if effect not in here)
    return replace(change, stock=others, replacements=(StockReplacement(row, after),))
