"""What a reservation holds never counts against its owner: the picture in which it is free again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from fulfillment.application.picture import Picture
from fulfillment.application.ports import CapacityRepository, StockKey, StockReader, WindowKey
from fulfillment.domain.order import Order
from fulfillment.domain.routing.candidate import StockPicture


@dataclass(frozen=True)
class Own:
    """Units by shelf and places by window. Nothing of either: the picture is as it is."""

    units: Mapping[StockKey, int]
    places: Mapping[WindowKey, int]

    def freed(self, rows: StockPicture) -> StockPicture:
        """The rows as they were without what is its own.

        They may have been read after the reservation ended, and hold nothing of it any more: whoever writes on this
        does so on condition that the order is as it was.
        """
        return {
            key: replace(row, reserved=max(0, row.reserved - self.units.get(key, 0)))
            for key, row in rows.items()
        }

    def picture(self, picture: Picture) -> Picture:
        """The same picture, as the owner sees it."""
        if not self.units:
            return picture
        return replace(
            picture, stock=_OwnStock(picture.stock, self), capacity=_OwnCapacity(picture.capacity, self)
        )


def own_of(order: Order | None) -> Own:
    """What the reservation holds; without one, nothing."""
    units: Counter[StockKey] = Counter()
    places: Counter[WindowKey] = Counter()
    for shipment in order.shipments if order else ():
        if order and shipment.holds_stock:
            places[shipment.location_id, order.method, shipment.promise.window] += 1
            for sku, quantity in shipment.units():
                units[sku, shipment.location_id] += quantity
    return Own(units, places)


@dataclass(frozen=True)
class _OwnStock:
    """See ``ports.StockReader``."""

    stock: StockReader
    own: Own

    def rows(self, keys: Collection[StockKey]) -> StockPicture:
        return self.own.freed(self.stock.rows(keys))

    def whereabouts(self, sku: str, at_most_seconds_old: float) -> Mapping[str, int]:
        found = Counter(self.stock.whereabouts(sku, at_most_seconds_old))
        found.update({location_id: n for (held, location_id), n in self.own.units.items() if held == sku})
        return found


@dataclass(frozen=True)
class _OwnCapacity:
    """See ``ports.CapacityRepository``."""

    capacity: CapacityRepository
    own: Own

    def used(self, windows: Collection[WindowKey]) -> Mapping[WindowKey, int]:
        used = self.capacity.used(windows)
        return {window: max(0, n - self.own.places.get(window, 0)) for window, n in used.items()}
