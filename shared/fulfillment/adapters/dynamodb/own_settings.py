"""What a store sets for itself, written with its event and its answer in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fulfillment.adapters.dynamodb import keys
from fulfillment.adapters.dynamodb.catalog import (
    DynamoDBLocationRepository,
    location_item,
    locations_mark,
    version_unchanged,
)
from fulfillment.adapters.dynamodb.order_write import add_answer, event_item
from fulfillment.adapters.dynamodb.orders import DynamoDBOrderRepository
from fulfillment.adapters.dynamodb.rows import number
from fulfillment.adapters.dynamodb.tables import Tables
from fulfillment.adapters.dynamodb.transaction import Transaction
from fulfillment.application.own_ports import OwnWrite
from fulfillment.application.ports import Answer, Stale
from fulfillment.domain.location import Location

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


@dataclass(frozen=True)
class DynamoDBOwnSettings:
    """See ``own_ports.OwnSettingsRepository``."""

    client: DynamoDBClient
    tables: Tables

    def recall(self, idempotency_key: str) -> Answer | None:
        """What was answered under this key."""
        return DynamoDBOrderRepository(self.client, self.tables).answer(idempotency_key)

    def get(self, location_id: str) -> tuple[Location, int] | None:
        """The location as it is now, with its version."""
        return DynamoDBLocationRepository(self.client, self.tables).get(location_id)

    def write(self, write: OwnWrite) -> None:
        """Stale when somebody changed the location since it was read; AnsweredBefore when this was done before."""
        transaction = Transaction(self.client)
        add_answer(transaction, self.tables, write.idempotency_key, write.answer, write.event.at)
        transaction.put(
            self.tables.locations,
            location_item(write.location, write.version + 1),
            condition=version_unchanged,
            refused=lambda _row: Stale(write.location.location_id),
            names={"#version": "version"},
            values={":version": number(write.version)},
        )
        transaction.put_new(self.tables.config, locations_mark())
        event = write.event
        transaction.put_new(self.tables.orders, event_item(event, keys.event(event.event_id, 0)))
        transaction.commit()
