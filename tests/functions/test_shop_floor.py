"""What staff do beside the tasks: count a shelf, look up a SKU, order for who stands there."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from fulfillment.domain.basket import Money
from tests.support.builders import SENAYAN, SHIP_TO, a_location, a_product, north_of, stock
from tests.support.functions import staff_claims
from tests.support.world import Reply, World

CONTACT = {"name": "Dewi", "phone": "081234567890"}
HERE = "/v1/locations/{location_id}"


@pytest.fixture
def shop(world: World) -> World:
    """Two tees and no cap here; caps 9 and 20 km away, in a store that is paused, and nobody knows where."""
    world.given(a_product("tee", barcodes=("2000000000015",)), a_product("cap", barcodes=("2000000000022",)))
    world.given(a_location("senayan"), stock("senayan", tee=2))
    world.given(a_location("bogor", name="Bogor", point=north_of(SENAYAN, -20)), stock("bogor", cap=1))
    world.given(a_location("kota", name="Kota", point=north_of(SENAYAN, 9)), stock("kota", cap=3, tee=1))
    world.given(a_location("shut", point=north_of(SENAYAN, 1), status="paused"), stock("shut", cap=9))
    world.given(a_location("somewhere", name="Somewhere", point=None), stock("somewhere", cap=2))
    return world


def post(shop: World, what: str, body: Any, *, key: str | None = None, of: str = "senayan") -> Reply:
    """A call of staff at senayan."""
    return shop.call(
        {"orders": "orders", "counts": "tasks"}[what],
        "POST",
        f"{HERE}/{what}",
        path={"location_id": "senayan"},
        body=body,
        headers={"Idempotency-Key": key or uuid4().hex},
        claims=staff_claims(of),
    )


def look_up(shop: World, code: str, of: str = "senayan") -> Reply:
    """GET a SKU or barcode at senayan."""
    path = {"location_id": "senayan", "code": code}
    return shop.call("orders", "GET", f"{HERE}/stock/{{code}}", path=path, claims=staff_claims(of))


def refused(reply: Reply) -> tuple[int, str]:
    """Status and code."""
    return reply.status, reply.body["code"]


# --- counting


def test_a_scan_and_a_number_become_a_count_of_the_shelf(shop: World) -> None:
    # Given a count by barcode, pressed twice
    seen = (shop.clock.now() - timedelta(minutes=3)).isoformat()
    body = {"sku": "2000000000015", "on_hand": 7, "observed_at": seen}
    first, again = post(shop, "counts", body), post(shop, "counts", body)

    # When the feed takes both
    told = shop.receive("StockFeedQueue")
    shop.deliver("stock_feed", *told)

    # Then it was counted once, as of when it was seen
    assert (first.status, first.body["sku"], again.raw) == (202, "tee", first.raw)
    assert json.loads(told[0])["sku"] == "tee"
    row = shop.stock("tee", "senayan")
    assert (row.on_hand, len(shop.movements("tee", "senayan"))) == (7, 1)


BAD: dict[str, tuple[dict[str, Any], str, str]] = {
    "nothing we sell": ({"sku": "4006381333931"}, "sku", "unknown_sku"),
    "less than nothing": ({"on_hand": -1}, "on_hand", "greater_than_equal"),
    "a moment to come": ({"observed_at": "2027-01-01T00:00:00+07:00"}, "observed_at", "in_the_future"),
    "long ago": ({"observed_at": "2025-01-01T00:00:00+07:00"}, "observed_at", "too_old"),
    "another store": ({"location_id": "kota"}, "location_id", "extra_forbidden"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_count_that_cannot_be_is_refused_while_one_stands_there(shop: World, name: str) -> None:
    more, field, code = BAD[name]
    body = {"sku": "tee", "on_hand": 1, "observed_at": shop.clock.now().isoformat()} | more

    reply = post(shop, "counts", body)

    assert reply.status == 422
    assert [(e["field"], e["code"]) for e in reply.body["errors"]] == [(field, code)]
    assert shop.receive("StockFeedQueue") == []


# --- looking up


@pytest.mark.parametrize("code", ["cap", "2000000000022"])
def test_a_scan_shows_what_is_here_and_where_the_nearest_are(shop: World, code: str) -> None:
    seen = look_up(shop, code).body

    assert (seen["sku"], seen["name"]["id"], seen["doubtful"]) == ("cap", "Kaus cap", False)
    assert seen["here"] == {"on_hand": 0, "reserved": 0, "blocked": 0, "available": 0}
    assert [(s["name"], s["distance_km"], s["available"]) for s in seen["nearest"]] == [
        ("Kota", 9.0, 3),
        ("Bogor", 20.0, 1),
        ("Somewhere", None, 2),
    ]


def test_what_nobody_sells_is_nowhere(shop: World) -> None:
    assert refused(look_up(shop, "4006381333931")) == (404, "unknown_sku")


# --- for the customer who stands there


def test_what_is_not_here_is_set_aside_in_another_store(shop: World) -> None:
    # Given prices, so that it is known what is due
    shop.given(a_product("cap", price=Money(99000, "IDR")))  # type: ignore[arg-type]
    body = {
        "lines": [{"line_id": "1", "sku": "cap", "quantity": 2}],
        "method": "pickup",
        "location_id": "kota",
        "contact": CONTACT,
    }

    # When it is ordered, and the button pressed again
    placed, again = (post(shop, "orders", body, key="k") for _ in range(2))

    # Then it is an order of the store's own channel, confirmed, and paid when it is handed over
    assert (placed.status, again.raw) == (201, placed.raw)
    assert (placed.body["channel"], placed.body["status"]) == ("store", "confirmed")
    assert placed.body["shipments"][0]["location_id"] == "kota"
    assert placed.body["payment"]["state"] == "on_handover"
    (task,) = shop.tasks("kota").body["tasks"]
    assert task["amount_due"] == {"amount": "198000", "currency": "IDR"}
    assert shop.stock("cap", "kota").reserved == 2

    # And the story says who placed it
    (told,) = [e for e in shop.told_on_the_bus() if e["type"] == "OrderConfirmed"]
    assert told["detail"]["by"] == "budi"


def test_what_is_here_is_set_aside_here(shop: World) -> None:
    lines = [{"line_id": "1", "sku": "tee", "quantity": 1}]

    placed = post(shop, "orders", {"lines": lines, "method": "pickup", "contact": CONTACT})

    assert placed.body["shipments"][0]["location_id"] == "senayan"


def test_it_may_be_delivered(shop: World) -> None:
    lines = [{"line_id": "1", "sku": "cap", "quantity": 1}]
    ship_to = {name: value for name, value in SHIP_TO.items() if name != "postal_code"}

    placed = post(
        shop, "orders", {"lines": lines, "method": "delivery", "contact": CONTACT, "ship_to": ship_to}
    )

    assert (placed.status, placed.body["method"]) == (201, "delivery")
    assert placed.body["shipments"][0]["location_id"] == "kota"


def test_what_the_customer_agreed_to_at_the_counter_is_kept(shop: World) -> None:
    # Given somebody who wants to hear by WhatsApp, and said so in the store
    agreed = {"channel": "whatsapp", "at": "2026-11-01T10:00:00+07:00", "where": "store"}
    contact = CONTACT | {"notify": ["whatsapp", "sms"], "opt_ins": [agreed]}
    lines = [{"line_id": "1", "sku": "tee", "quantity": 1}]

    post(shop, "orders", {"lines": lines, "method": "pickup", "contact": contact})

    (person,) = [row for row in shop.rows("Orders") if row["sk"]["S"] == "CONTACT"]
    kept = json.loads(person["document"]["S"])
    assert (kept["notify"], kept["opt_ins"]) == (["whatsapp", "sms"], [agreed])


def test_staff_see_that_it_is_paid_here_also_when_nobody_knows_how_much(shop: World) -> None:
    # Given a product without a price
    shop.given(a_product("tee", price=None))
    lines = [{"line_id": "1", "sku": "tee", "quantity": 1}]

    post(shop, "orders", {"lines": lines, "method": "pickup", "contact": CONTACT})

    (task,) = shop.tasks("senayan").body["tasks"]
    assert (task["to_pay"], task["amount_due"]) == (True, None)


def test_what_is_nowhere_cannot_be_set_aside(shop: World) -> None:
    lines = [{"line_id": "1", "sku": "tee", "quantity": 9}]

    assert refused(post(shop, "orders", {"lines": lines, "method": "pickup", "contact": CONTACT})) == (
        409,
        "out_of_stock",
    )


@pytest.mark.parametrize(
    ("more", "field", "code"),
    [
        ({"method": "delivery"}, "ship_to", "ship_to_required"),
        ({"method": "delivery", "location_id": "kota"}, "location_id", "location_not_taken"),
        ({"contact": {"name": "Dewi"}}, "contact.phone", "missing"),
        ({"channel": "web"}, "channel", "extra_forbidden"),
    ],
)
def test_an_order_that_says_too_little_or_too_much_is_refused(
    shop: World, more: dict[str, Any], field: str, code: str
) -> None:
    body = {
        "lines": [{"line_id": "1", "sku": "tee", "quantity": 1}],
        "method": "pickup",
        "contact": CONTACT,
    }

    reply = post(shop, "orders", body | more)

    assert reply.status == 422
    assert (field, code) in [(e["field"], e["code"]) for e in reply.body["errors"]]


# --- whose store


def test_another_store_is_not_theirs_to_count_look_up_or_order_at(shop: World) -> None:
    before = shop.everything()

    assert refused(look_up(shop, "cap", of="kota")) == (404, "unknown_location")
    assert refused(post(shop, "counts", {}, of="kota")) == (404, "unknown_location")
    assert refused(post(shop, "orders", {}, of="kota")) == (404, "unknown_location")
    assert shop.everything() == before
