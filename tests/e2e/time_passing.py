"""What time brings to a store's work, and what a supervisor sets for the store."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from fulfillment.adapters.dynamodb import keys
from fulfillment.adapters.dynamodb.documents import from_document
from fulfillment.adapters.dynamodb.order_write import shipment_item
from fulfillment.adapters.dynamodb.rows import instant_of, text, text_of
from fulfillment.domain.order import Shipment
from tests.e2e.wishes import STORE, pickup_order
from tests.local.calls import checkout, staff, supervisor
from tests.local.stories import step

if TYPE_CHECKING:
    from tests.e2e.exercise import Scene


def ladder(scene: Scene) -> None:
    """New work is looked at and left for later; what nobody came for in time is ended and stands aside."""
    caller, person = checkout(scene.stack), staff(scene.stack, STORE)
    new, old = pickup_order(1), pickup_order(1)
    for body in (new, old):
        caller.post("/v1/orders", body, key=uuid4().hex).expect(201)
    for word in ("accept", "ready"):
        step(person, STORE, f"{old['order_id']}~1", word)
    _kept_until_now(scene, old["order_id"])

    def left_for_later() -> bool:
        _sweep(scene)
        due_at = instant_of(_row(scene, new["order_id"], keys.ORDER), "due_at")
        return due_at is not None and due_at > datetime.now(UTC)

    scene.until("a look at new work", left_for_later)

    def ended() -> bool:
        _sweep(scene)
        order = caller.get(f"/v1/orders/{old['order_id']}").expect(200)
        return bool(order["shipments"][0]["status"] == "uncollected")

    scene.until("the end of what nobody came for", ended)


def own_settings(scene: Scene) -> None:
    """A paused store takes no orders; resumed, it takes fewer an hour, and then as many as before."""
    caller, person = checkout(scene.stack), supervisor(scene.stack, STORE)
    location = f"/v1/locations/{STORE}"
    person.post(f"{location}/pause", {"reason": "busy"}, key=uuid4().hex).expect(200)
    try:
        refused = caller.post("/v1/orders", pickup_order(1), key=uuid4().hex).expect(409)
        assert refused["code"] == "paused", refused
    finally:
        person.post(f"{location}/resume", {}, key=uuid4().hex).expect(200)

    def takes_orders() -> bool:  # a function that has just looked does not look again within seconds
        return bool(caller.post("/v1/orders", pickup_order(1), key=uuid4().hex).status == 201)

    scene.until("a store that takes orders again", takes_orders)
    for per_hour in (500, None):
        limit = {"method": "pickup", "per_hour": per_hour}
        person.post(f"{location}/capacity", limit, key=uuid4().hex).expect(200)


def _kept_until_now(scene: Scene, order_id: str) -> None:
    """Nobody can wait for three days: the moment until which it is kept is moved."""
    row = _row(scene, order_id, keys.shipment(1))
    task = from_document(Shipment, text_of(row, "document"))
    moved = replace(task, collect_until=datetime.now(UTC) - timedelta(minutes=1))
    client, orders = scene.stack.client("dynamodb"), scene.stack.tables["Orders"]
    client.put_item(TableName=orders, Item=shipment_item(order_id, moved))
    client.update_item(
        TableName=orders,
        Key={"order_id": text(order_id), "sk": text(keys.ORDER)},
        UpdateExpression="SET due_at = :now",
        ExpressionAttributeValues={":now": text(keys.instant(datetime.now(UTC)))},
    )


def _row(scene: Scene, order_id: str, sk: str) -> Any:
    key = {"order_id": text(order_id), "sk": text(sk)}
    table = scene.stack.tables["Orders"]
    return scene.stack.client("dynamodb").get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]


def _sweep(scene: Scene) -> None:
    scene.stack.client("lambda").invoke(FunctionName=scene.stack.function_name("sweep"), Payload=b"{}")
