"""Two orders, from "what can I get?" to "handed over", told so that a person can follow: `make run` plays them, and
the end-to-end tests hold them. Everything goes through the public API, signed as its callers sign."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from tests.local.calls import Caller, checkout, operations, staff
from tests.local.inbox import Inbox, Told
from tests.local.stack import Stack

CUSTOMER_POINT = {"lat": -6.2297, "lon": 106.8095}  # at the Senayan sports complex, Jakarta
CONTACT = {"name": "Dewi Lestari", "phone": "081234567890", "locale": "id", "notify": ["whatsapp"]}
SHIP_TO = {
    "recipient": "Dewi Lestari",
    "phone": "081234567890",
    "street": "Jalan Asia Afrika 8",
    "kecamatan": "Tanah Abang",
    "city": "Jakarta Pusat",
    "province": "DKI Jakarta",
    "postal_code": "10270",
}
CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}")
PATIENCE_SECONDS = 60  # stream, bus, queue and function, each with a cold start on a busy machine

Say = Callable[[str], None]


def run(stack: Stack, say: Say = print) -> None:
    """Play both stories; AssertionError when one does not end as it must."""
    inbox = Inbox(stack)
    say("\nStory 1: click and collect")
    pickup(stack, inbox, say)
    say("\nStory 2: ship from store, and the first store cannot find it")
    delivery(stack, inbox, say)


def pickup(stack: Stack, inbox: Inbox, say: Say) -> str:
    """A customer chooses a store, pays by QRIS, and gets two tees against a code. Answers the order id."""
    shop = checkout(stack)
    lines = [{"line_id": "1", "sku": "TEE-RED-M", "quantity": 2}]
    say("  Dewi at Senayan, Jakarta, wants 2 x TEE-RED-M in a store.")
    options = shop.post("/v1/options", ask(lines, ["pickup"])).expect(200)
    for option in options["pickup"][:3]:
        lacking = "".join(f", {m['missing']} missing" for m in option["missing"])
        say(
            f"    offered: {option['name']}, {option['distance_km']} km, {option['availability']}{lacking}, "
            f"ready by {option['ready_by']}"
        )
    _say_reasons(options, say)
    chosen = next(o for o in options["pickup"] if o["availability"] == "all_now")
    location_id = chosen["location_id"]

    before = _stock(stack, "TEE-RED-M", location_id)
    body = order(new_id("P"), lines, "pickup", option_id=chosen["option_id"], location_id=location_id)
    body["payment"] = {"state": "pending", "kind": "qris"}
    order_id: str = body["order_id"]
    placed = shop.post("/v1/orders", body, key=uuid4().hex).expect(201)
    after = _stock(stack, "TEE-RED-M", location_id)
    say(
        f"  Order {order_id} at {chosen['name']}: {placed['status']} until {placed['reservation_expires_at']}."
    )
    say(
        f"    {location_id}: reserved {before['reserved']} -> {after['reserved']}, "
        f"available {before['available']} -> {after['available']}"
    )
    assert after["reserved"] == before["reserved"] + 2, (before, after)
    assert after["available"] == before["available"] - 2, (before, after)

    shop.post(f"/v1/orders/{order_id}/confirm", {}, key=uuid4().hex).expect(200)
    say("  Dewi pays by QRIS.")
    told = inbox.wait_for(to_store(f"{order_id}~1"), seconds=PATIENCE_SECONDS)
    say(f"    {location_id} sees:  {told.body['subject']}: {told.body['text']}")
    received = inbox.wait_for(to_customer("OrderConfirmed", order_id), seconds=PATIENCE_SECONDS)
    say(f"    Dewi gets: {received.body['text']}")

    person = staff(stack, location_id)
    step(person, location_id, f"{order_id}~1", "accept")
    step(person, location_id, f"{order_id}~1", "ready")
    say("  Staff accept, pick and put it aside.")
    ready = inbox.wait_for(to_customer("TaskReady", order_id), seconds=PATIENCE_SECONDS)
    say(f"    Dewi gets: {ready.body['text']}")
    code = CODE.search(ready.body["text"])
    assert code is not None, ready
    step(person, location_id, f"{order_id}~1", "collect", {"code": code[0]})
    done = shop.get(f"/v1/orders/{order_id}").expect(200)
    assert done["status"] == "fulfilled", done
    say(f"  Dewi shows the code and walks out with it. Order {order_id}: {done['status']}.")
    return order_id


def delivery(stack: Stack, inbox: Inbox, say: Say) -> str:
    """A parcel is routed, refused, rerouted and shipped. Answers the order id."""
    shop = checkout(stack)
    lines = [{"line_id": "1", "sku": "SCARF-SILK-RED", "quantity": 1}]
    say("  Dewi wants 1 x SCARF-SILK-RED at home; two stores have one each.")
    options = shop.post("/v1/options", ask(lines, ["delivery"])).expect(200)
    (plan,) = options["delivery"]
    say(f"    offered: {len(plan['shipments'])} parcel of {plan['weight_grams']} g, by {plan['deliver_by']}")
    _say_reasons(options, say)

    body = order(new_id("D"), lines, "delivery", option_id=plan["option_id"], ship_to=SHIP_TO)
    order_id: str = body["order_id"]
    placed = shop.post("/v1/orders", body, key=uuid4().hex).expect(201)
    (first,) = placed["shipments"]
    say(f"  Order {order_id}, paid: {first['location_id']} is to send it ({first['distance_km']} km away).")
    told = inbox.wait_for(to_store(f"{order_id}~1"), seconds=PATIENCE_SECONDS)
    say(f"    {first['location_id']} sees:  {told.body['subject']}: {told.body['text']}")
    received = inbox.wait_for(to_customer("OrderConfirmed", order_id), seconds=PATIENCE_SECONDS)
    say(f"    Dewi gets: {received.body['text']}")

    person = staff(stack, first["location_id"])
    step(person, first["location_id"], f"{order_id}~1", "refuse", {"reason": "not_found"})
    row = _stock(stack, "SCARF-SILK-RED", first["location_id"])
    assert (row["available"], row["reserved"]) == (0, 0), row
    say(
        f"  {first['location_id']} cannot find it: its {row['blocked']} unit is blocked until somebody counts."
    )
    second = wait_for_shipment(shop, order_id, 2)
    assert second["location_id"] != first["location_id"], second
    told = inbox.wait_for(to_store(second["task_id"]), seconds=PATIENCE_SECONDS)
    say(f"    rerouted: {second['location_id']} sees:  {told.body['subject']}: {told.body['text']}")

    person = staff(stack, second["location_id"])
    step(person, second["location_id"], second["task_id"], "accept")
    parcel = {"carrier": "JNE", "tracking_number": f"JNE{uuid4().hex[:8].upper()}"}
    step(person, second["location_id"], second["task_id"], "ship", parcel)
    shipped = inbox.wait_for(to_customer("TaskShipped", order_id), seconds=PATIENCE_SECONDS)
    say(f"    Dewi gets: {shipped.body['text']}")
    done = shop.get(f"/v1/orders/{order_id}").expect(200)
    assert done["status"] == "fulfilled", done
    say(f"  Order {order_id}: {done['status']}.")
    return order_id


def new_id(prefix: str) -> str:
    """An order id that no earlier run used."""
    return f"{prefix}-{uuid4().hex[:8].upper()}"


def ask(
    lines: list[dict[str, Any]], methods: list[str], point: Mapping[str, float] = CUSTOMER_POINT
) -> dict[str, Any]:
    """The body of POST /v1/options."""
    return {
        "channel": "web",
        "customer": {"point": dict(point), "country": "ID"},
        "lines": lines,
        "methods": methods,
    }


def order(order_id: str, lines: list[dict[str, Any]], method: str, **more: Any) -> dict[str, Any]:
    """The body of POST /v1/orders, paid."""
    return {
        "order_id": order_id,
        "channel": "web",
        "method": method,
        "customer": {"point": dict(CUSTOMER_POINT), "country": "ID", "contact": CONTACT},
        "lines": lines,
        "payment": {"state": "captured", "kind": "card"},
        **more,
    }


def step(person: Caller, location_id: str, task_id: str, name: str, body: object = None) -> Any:
    """One step of staff, which must succeed."""
    path = f"/v1/locations/{location_id}/tasks/{task_id}/{name}"
    return person.post(path, body or {}, key=uuid4().hex).expect(200)


def to_store(task_id: str) -> Callable[[Told], bool]:
    """The message that tells a store of this task."""
    return lambda told: told.topic == "store" and f" {task_id}:" in told.body["subject"]


def to_customer(event: str, order_id: str) -> Callable[[Told], bool]:
    """The message that tells the customer of this event of the order."""
    return lambda told: (
        told.topic == "customer" and told.attributes["event"] == event and order_id in told.body["subject"]
    )


def wait_for_shipment(shop: Caller, order_id: str, number: int) -> dict[str, Any]:
    """The order's ``number``-th shipment, as soon as there is one."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        shipments = shop.get(f"/v1/orders/{order_id}").expect(200)["shipments"]
        if len(shipments) >= number:
            found: dict[str, Any] = shipments[number - 1]
            return found
        time.sleep(0.2)
    raise AssertionError(f"order {order_id} got no shipment {number} within {PATIENCE_SECONDS} s")


def _stock(stack: Stack, sku: str, location_id: str) -> dict[str, Any]:
    picture = operations(stack).get(f"/v1/stock/{sku}").expect(200)
    found: dict[str, Any] = next(row for row in picture["locations"] if row["location_id"] == location_id)
    return found


def _say_reasons(options: Mapping[str, Any], say: Say) -> None:
    told = ", ".join(f"{r['count']} x {r['reason']}" for r in options["reasons"] if r.get("count"))
    if told:
        say(f"    not offered: {told}")
