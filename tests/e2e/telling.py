"""The exercise's parts that are about messages: receipts of channels, webhooks."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from tests.e2e.wishes import pickup_order
from tests.local.calls import checkout, operations

if TYPE_CHECKING:
    from tests.e2e.exercise import Scene


def receipts(scene: Scene) -> None:
    """A channel that took a message gives it up, and the event is told again; nobody's receipt, and nonsense."""
    told_id, stranger = f"msg_{uuid4().hex[:24]}", f"wamid.{uuid4().hex}"
    event = {
        "event_id": told_id,
        "type": "OrderConfirmed",
        "at": datetime.now(UTC).isoformat(),
        "order_id": "nobody",
        "detail": {},
    }
    row = {"idempotency_key": {"S": f"message#{told_id}"}, "event": {"S": json.dumps(event)}}
    dynamodb, table = scene.stack.client("dynamodb"), scene.stack.tables["Idempotency"]
    dynamodb.put_item(TableName=table, Item=row)
    statuses = [{"id": stranger, "status": "failed"}]
    entry = {"changes": [{"value": {"statuses": statuses}}]}
    blocked = {"eventType": "TEXT_BLOCKED", "isFinal": True, "context": {"reference": f"{told_id}|sms"}}
    for told in (blocked, {"whatsAppWebhookEntry": json.dumps(entry)}):
        scene.send("ReceiptsQueue", {"Message": json.dumps(told)})

    def failed() -> bool:
        found = dynamodb.get_item(TableName=table, Key={"idempotency_key": row["idempotency_key"]})["Item"]
        return "sms" in found.get("failed", {}).get("SS", ())

    scene.until("a receipt", failed)
    scene.parks("Receipts")


def webhooks(scene: Scene) -> None:
    """A confirmed order is for one endpoint, which is not there: it is put off. And nonsense."""
    caller = operations(scene.stack)
    name, url = f"shop-{uuid4().hex[:8]}", f"https://{uuid4().hex}.invalid/hooks"
    body = {"url": url, "events": ["order.confirmed"]}
    assert caller.put(f"/v1/webhooks/{name}", body).expect(200)["secret"].startswith("whsec_")
    sqs, queue = scene.stack.client("sqs"), scene.stack.queues["WebhooksQueue"]
    checkout(scene.stack).post("/v1/orders", pickup_order(1), key=uuid4().hex).expect(201)

    def put_off() -> bool:
        name = "ApproximateNumberOfMessagesNotVisible"
        told = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=[name])
        return int(told["Attributes"][name]) > 0

    scene.until("a webhook that waits", put_off)
    time.sleep(3)  # the name was asked for, and nobody knew it
    scene.watch()
    caller.put(f"/v1/webhooks/{name}", {**body, "enabled": False}).expect(200)
    assert caller.get(f"/v1/webhooks/{name}").expect(200)["secret"] is None
    scene.parks("Webhooks")
