"""Rows changed behind the router's back, as a bug or a hand in the console would."""

from __future__ import annotations

from typing import Any

from fulfillment.adapters import aws


def change(table: str, key: dict[str, str], **attributes: Any) -> None:
    """Overwrite attributes of a row; None takes an attribute away."""
    wanted = {name: {"S": value} for name, value in key.items()}
    found = aws.dynamodb().get_item(TableName=table, Key=wanted, ConsistentRead=True)
    assert "Item" in found, key
    kept = {name: value for name, value in found["Item"].items() if attributes.get(name, "") is not None}
    typed = {
        name: {"S": value} if isinstance(value, str) else {"N": str(value)}
        for name, value in attributes.items()
        if value is not None
    }
    aws.dynamodb().put_item(TableName=table, Item={**kept, **typed})


def lose(table: str, key: dict[str, str]) -> None:
    """Delete a row."""
    aws.dynamodb().delete_item(TableName=table, Key={name: {"S": value} for name, value in key.items()})


def document(order_id: str, sk: str, old: str, new: str) -> None:
    """Change a value inside the document of one of an order's rows."""
    key = {"order_id": order_id, "sk": sk}
    wanted = {name: {"S": value} for name, value in key.items()}
    kept = aws.dynamodb().get_item(TableName="Orders", Key=wanted)["Item"]["document"]["S"]
    assert old in kept, kept
    change("Orders", key, document=kept.replace(old, new))


def spoil(order_id: str, sk: str) -> None:
    """Let the document of one of an order's rows be packed, and its bytes no longer what was packed."""
    key = {"order_id": {"S": order_id}, "sk": {"S": sk}}
    kept = aws.dynamodb().get_item(TableName="Orders", Key=key)["Item"]
    aws.dynamodb().put_item(TableName="Orders", Item={**kept, "document": {"B": b"what is left of it"}})
