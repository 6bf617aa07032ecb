"""The exercise's parts that are about messages: receipts of channels, webhooks."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

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
