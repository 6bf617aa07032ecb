"""The events of all orders and shelves, as they are kept beside what they tell of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import ValidationError

from fulfillment.adapters.dynamodb import keys
from fulfillment.adapters.dynamodb.documents import from_document
from fulfillment.adapters.dynamodb.rows import pages, text, text_of
from fulfillment.application.redrive_letters import UnreadableEvents
from fulfillment.domain.events import Event

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

MOST_NAMED = 20  # rows that a person can look at


@dataclass(frozen=True)
class DynamoDBOutbox:
    """See ``redrive_letters.Outbox``."""

    client: DynamoDBClient
    table: str

    def events(self) -> Iterator[Event]:
        """Every event there is, in no order, a page of 1 MB at a time; the whole table is read for it.

        UnreadableEvents names, after all others, the rows that cannot be read.
        """
        rows = pages(
            self.client.scan,
            TableName=self.table,
            FilterExpression="begins_with(sk, :event)",
            ProjectionExpression="order_id, sk, document",
            ExpressionAttributeValues={":event": text(keys.EVENT_PREFIX)},
        )
        unreadable = []
        for row in rows:
            try:
                yield from_document(Event, text_of(row, "document"))
            except (ValidationError, KeyError):
                unreadable.append(f"{text_of(row, 'order_id')} {text_of(row, 'sk')}")
        if unreadable:
            named = ", ".join(sorted(unreadable)[:MOST_NAMED])
            raise UnreadableEvents(f"{len(unreadable)} rows are not events that anybody can read: {named}")
