"""An order for the customer who stands in the store: what is not here is set aside elsewhere, or delivered."""

from __future__ import annotations

from dataclasses import dataclass

from fulfillment.application.choosing import value_of
from fulfillment.application.place_order import OrderRequest, PlaceOrder
from fulfillment.application.ports import Answer, CatalogRepository, Command, LocationRepository
from fulfillment.domain.basket import Basket, CustomerPlace, Line, Method, Money
from fulfillment.domain.errors import NotFound
from fulfillment.domain.location import Location
from fulfillment.domain.order import CustomerContact, Payment
from fulfillment.domain.postal import canonical

CHANNEL = "store"


@dataclass(frozen=True)
class Wanted:
    """What the customer wants; ``location_id`` None of a pickup: here."""

    lines: tuple[Line, ...]
    method: Method
    contact: CustomerContact
    location_id: str | None = None


@dataclass(frozen=True)
class SellInStore:
    """Paid at the hand-over, at the price of the catalog where it knows one."""

    place_order: PlaceOrder
    locations: LocationRepository
    catalog: CatalogRepository

    def __call__(self, location_id: str, wanted: Wanted, by: str, command: Command) -> Answer:
        """As any order. Its id comes from the command, so that a repeat is the same order."""
        found = self.locations.get(location_id)
        if found is None:
            raise NotFound("unknown_location", "There is no such location.")
        pickup = wanted.method == "pickup"
        request = OrderRequest(
            order_id=f"S-{command.command_id[:12].upper()}",
            basket=Basket(CHANNEL, _place(found[0], wanted), wanted.lines),
            method=wanted.method,
            payment=Payment("on_handover", "cash", self._due(wanted)),
            contact=wanted.contact,
            location_id=(wanted.location_id or location_id) if pickup else None,
            by=by,
        )
        return self.place_order(request, command)

    def _due(self, wanted: Wanted) -> Money | None:
        products = self.catalog.products({line.sku for line in wanted.lines})
        amount = value_of(wanted.lines, products)
        currencies = {product.price.currency for product in products.values() if product.price}
        return Money(amount, currencies.pop()) if amount is not None and len(currencies) == 1 else None


def _place(store: Location, wanted: Wanted) -> CustomerPlace:
    """Where the parcel goes, if that is known by its postal code; else where the customer stands."""
    postal_code = (wanted.contact.ship_to or {}).get("postal_code")
    if wanted.method == "delivery" and postal_code:
        return CustomerPlace(store.country, postal_code=canonical(store.country, "postal", postal_code))
    return CustomerPlace(store.country, point=store.point)
