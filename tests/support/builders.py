"""Short ways to say what a test is about: ``a_store("senayan", tee=3)``."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

from fulfillment.domain.basket import Basket, CustomerPlace, Line, Money, Point
from fulfillment.domain.hours import Interval, OpeningHours
from fulfillment.domain.location import Contact, Location
from fulfillment.domain.product import Product
from fulfillment.domain.stock import StockRow

MONDAY_NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)  # 12.00 WIB
TEN_TO_TEN = OpeningHours(weekly=dict.fromkeys(range(1, 8), (Interval(time(10), time(22)),)))
SENAYAN = Point(-6.2253, 106.7998)
KM_NORTH = 0.0089932  # degrees of latitude


def north_of(point: Point, kilometres: float) -> Point:
    """A point so far north."""
    return Point(point.lat + kilometres * KM_NORTH, point.lon)


def a_square(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    """A polygon of GeoJSON."""
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def a_location(location_id: str, **more: Any) -> Location:
    """A store in Jakarta that opens from ten to ten."""
    usual = Location(
        location_id=location_id,
        name=location_id.title(),
        kind="store",
        timezone="Asia/Jakarta",
        country="ID",
        point=SENAYAN,
        zone="java",
        hours=TEN_TO_TEN,
        prep_minutes=60,
        contact=Contact(address=f"Jalan {location_id.title()} 1, Jakarta"),
    )
    return replace(usual, **more)


def a_product(sku: str, **more: Any) -> Product:
    """Something to sell: 200 g, Rp 199.000."""
    usual = Product(
        sku=sku,
        name_id=f"Kaus {sku}",
        name_en=f"T-shirt {sku}",
        variant="M",
        barcodes=("2000000000015",),
        weight_grams=200,
        price=Money(Decimal(199000), "IDR"),
    )
    return replace(usual, **more)


def stock(location_id: str, **on_hand: int) -> list[StockRow]:
    """Rows of a location: ``stock("senayan", tee=3)``."""
    return [StockRow(sku, location_id, units, version=1) for sku, units in on_hand.items()]


def a_line(sku: str = "tee", quantity: int = 1, line_id: str = "1") -> Line:
    """A line of a basket."""
    return Line(line_id, sku, quantity)


def a_basket(*lines: Line, point: Point | None = SENAYAN) -> Basket:
    """A web basket of a customer in Senayan."""
    return Basket("web", CustomerPlace("ID", point), lines or (a_line(),))


def order_body(order_id: str = "A-1", **more: Any) -> dict[str, Any]:
    """The JSON of a paid pickup order of one tee at ``senayan``."""
    body: dict[str, Any] = {
        "order_id": order_id,
        "channel": "web",
        "method": "pickup",
        "location_id": "senayan",
        "customer": {
            "point": {"lat": SENAYAN.lat, "lon": SENAYAN.lon},
            "contact": {"name": "Dewi", "phone": "081234567890", "locale": "id", "notify": ["whatsapp"]},
        },
        "lines": [{"line_id": "1", "sku": "tee", "quantity": 1}],
        "payment": {"state": "captured", "kind": "card"},
    }
    return body | more


SHIP_TO = {
    "recipient": "Dewi",
    "phone": "081234567890",
    "street": "Jalan Asia Afrika 8",
    "kecamatan": "Tanah Abang",
    "city": "Jakarta Pusat",
    "province": "DKI Jakarta",
}


def delivery_body(order_id: str = "D-1", **more: Any) -> dict[str, Any]:
    """The JSON of a paid delivery order of one tee."""
    body = order_body(order_id, method="delivery", ship_to=SHIP_TO)
    del body["location_id"]
    return body | more


def order_lines(**units: int) -> list[dict[str, Any]]:
    """The JSON of lines: ``order_lines(tee=2, cap=1)``."""
    return [
        {"line_id": str(n), "sku": sku, "quantity": quantity}
        for n, (sku, quantity) in enumerate(units.items(), 1)
    ]


def asked(**more: Any) -> dict[str, Any]:
    """The JSON of a question: how can one tee reach a customer in Senayan?"""
    body: dict[str, Any] = {
        "channel": "web",
        "customer": {"point": {"lat": SENAYAN.lat, "lon": SENAYAN.lon}},
        "lines": order_lines(tee=1),
        "methods": ["pickup", "delivery"],
    }
    return body | more


PENDING_CARD = {"state": "pending", "kind": "card"}
