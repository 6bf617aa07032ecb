"""Whether an order takes some of what is nearly gone."""

from __future__ import annotations

from collections.abc import Sequence

from fulfillment.domain.basket import quantity_by_sku
from fulfillment.domain.decision import PlannedShipment
from fulfillment.domain.policy import Scarce
from fulfillment.domain.routing.candidate import StockPicture


def takes_scarce(shipments: Sequence[PlannedShipment], stock: StockPicture, rule: Scarce | None) -> bool:
    """Whether at most ``rule.units_left`` units of a SKU are left for others at a location that is to supply it."""
    if rule is None:
        return False
    for shipment in shipments:
        floors = {a.sku: a.floor for a in shipment.allocations}
        taken = quantity_by_sku((a.sku, a.quantity) for a in shipment.allocations)
        for sku, units in taken.items():
            row = stock.get((sku, shipment.location_id))
            if row is not None and row.available - units - floors[sku] <= rule.units_left:
                return True
    return False
