"""What the customers of the end-to-end tests want, and where."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from tests.e2e import kiosks
from tests.local.calls import operations
from tests.local.stack import Stack
from tests.local.stories import SHIP_TO, new_id

SKU = "TEE-RED-M"
MORE_THAN_THERE_IS = 9_999
ONLY_HERE = "TEE-SENAYAN-M"  # no other store has it
STORE = "senayan"
LAST_BATIK = "BATIK-TULIS-L"  # one store has one
PAID = {"state": "captured", "kind": "card"}


def basket(quantity: int, sku: str = SKU) -> dict[str, Any]:
    """By postal code, so that the places are read, too."""
    return {
        "channel": "web",
        "customer": {"postal_code": "12190", "country": "ID"},
        "lines": [{"line_id": "1", "sku": sku, "quantity": quantity}],
    }


def with_contact(body: dict[str, Any]) -> dict[str, Any]:
    """A person of her own: what is unpaid is limited per person."""
    phone = f"+62812{uuid4().int % 10**8:08}"
    contact = {"name": "Dewi", "phone": phone, "locale": "id", "notify": ["whatsapp"]}
    return {**body, "customer": {**body["customer"], "contact": contact}}


def pickup_order(quantity: int, **more: Any) -> dict[str, Any]:
    body = {
        **basket(quantity),
        "order_id": new_id("E"),
        "method": "pickup",
        "location_id": STORE,
        "payment": PAID,
    }
    return with_contact({**body, **more})


def delivery_order(quantity: int, sku: str = SKU) -> dict[str, Any]:
    """For somebody whom more places serve than a decision looks at."""
    body = {
        **basket(quantity, sku),
        "customer": kiosks.CUSTOMER,
        "order_id": new_id("E"),
        "method": "delivery",
        "ship_to": SHIP_TO,
        "payment": PAID,
    }
    return with_contact(body)


def batiks_left(stack: Stack) -> int:
    """Whether the last batik is for sale."""
    (row,) = operations(stack).get(f"/v1/stock/{LAST_BATIK}").expect(200)["locations"]
    available: int = row["available"]
    return available
