"""What became of each message to a person, and when a board was last open: kept beside the idempotency keys.

Every change adds to a set, so that it is the same however often it is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from fulfillment.adapters.dynamodb import keys
from fulfillment.adapters.dynamodb.documents import from_document, to_document
from fulfillment.adapters.dynamodb.rows import Row, instant_of, number, text, text_of
from fulfillment.application.notify_ports import Delivery
from fulfillment.domain.events import Event

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

KEPT_DAYS = 19  # a message may wait 4 days in its queue and 14 in the dead letters, and be sent again
SEEN_SECONDS = 60  # a board asks every few seconds; to know the minute is enough

known = "attribute_exists(idempotency_key)"  # true from before the message was first handed to a channel
a_minute_ago = (
    "attribute_not_exists(seen_at) OR seen_at < :before"  # true once a minute while a board is open
)


@dataclass(frozen=True)
class DynamoDBDeliveries:
    """See ``notify_ports.Deliveries``."""

    client: DynamoDBClient
    table: str

    def of(self, message_id: str) -> Delivery:
        """What is known of the message."""
        key = {"idempotency_key": text(keys.sent_message(message_id))}
        row = self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item", {})
        return Delivery(_set(row, "taken"), _set(row, "failed"), _set(row, "arrived"))

    def begin(self, message_id: str, event: Event, at: datetime) -> None:
        """Keep the event until the message's story is over."""
        change = "SET #event = if_not_exists(#event, :event), expires_at = :expires"
        values = {":event": text(to_document(event)), ":expires": _expiry(at)}
        self._update(message_id, change, values, names={"#event": "event"})

    def taken(self, message_id: str, channel: str, at: datetime, name: str | None = None) -> None:
        """The channel has it; ``name`` is what the service calls it."""
        if name:
            self.client.put_item(
                TableName=self.table,
                Item={
                    "idempotency_key": text(keys.service_name(name)),
                    "message_id": text(message_id),
                    "channel": text(channel),
                    "expires_at": _expiry(at),
                },
            )
        values = {":channel": {"SS": [channel]}, ":expires": _expiry(at)}
        self._update(message_id, "SET expires_at = :expires ADD taken :channel", values)

    def failed(self, message_id: str, channel: str) -> Event | None:
        """The channel gave it up."""
        return self._told(message_id, "failed", channel)

    def arrived(self, message_id: str, channel: str) -> Event | None:
        """The channel brought it there."""
        return self._told(message_id, "arrived", channel)

    def named(self, name: str) -> tuple[str, str] | None:
        """Message and channel of what a service calls so."""
        key = {"idempotency_key": text(keys.service_name(name))}
        row = self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item")
        return (text_of(row, "message_id"), text_of(row, "channel")) if row else None

    def _told(self, message_id: str, what: str, channel: str) -> Event | None:
        values = {":channel": {"SS": [channel]}}
        try:
            row = self._update(
                message_id, "ADD #what :channel", values, names={"#what": what}, condition=known
            )
        except ClientError as error:
            if not _refused(error):
                raise
            return None
        return from_document(Event, text_of(row, "event")) if "event" in row else None

    def _update(
        self,
        message_id: str,
        change: str,
        values: Mapping[str, Any],
        *,
        names: Mapping[str, str] | None = None,
        condition: str = "",
    ) -> Row:
        more: dict[str, Any] = {"ExpressionAttributeNames": dict(names)} if names else {}
        if condition:
            more["ConditionExpression"] = condition
        answer = self.client.update_item(
            TableName=self.table,
            Key={"idempotency_key": text(keys.sent_message(message_id))},
            UpdateExpression=change,
            ExpressionAttributeValues=dict(values),
            ReturnValues="ALL_NEW",
            **more,
        )
        return answer["Attributes"]


@dataclass
class DynamoDBBoards:
    """See ``notify_ports.Boards``. Each worker asks the table once a minute, and the table writes once a minute."""

    client: DynamoDBClient
    table: str
    _asked: dict[str, datetime] = field(default_factory=dict)

    def seen(self, location_id: str, at: datetime) -> None:
        """Somebody has the board open now."""
        before = at - timedelta(seconds=SEEN_SECONDS)
        if self._asked.get(location_id, before) > before:
            return
        self._asked[location_id] = at
        try:
            self.client.put_item(
                TableName=self.table,
                Item={
                    "idempotency_key": text(keys.board(location_id)),
                    "seen_at": text(keys.instant(at)),
                    "expires_at": _expiry(at),
                },
                ConditionExpression=a_minute_ago,
                ExpressionAttributeValues={":before": text(keys.instant(before))},
            )
        except ClientError as error:
            if not _refused(error):
                raise

    def last_seen(self, location_id: str) -> datetime | None:
        """When somebody had, to the minute."""
        key = {"idempotency_key": text(keys.board(location_id))}
        row = self.client.get_item(TableName=self.table, Key=key).get("Item", {})
        return instant_of(row, "seen_at")


def _set(row: Row, name: str) -> frozenset[str]:
    return frozenset(row[name]["SS"]) if name in row else frozenset()


def _expiry(at: datetime) -> Any:
    return number(int((at + timedelta(days=KEPT_DAYS)).timestamp()))


def _refused(error: ClientError) -> bool:
    return error.response["Error"]["Code"] == "ConditionalCheckFailedException"
