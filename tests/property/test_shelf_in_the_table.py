"""One row of the Stock table under any sequence of what can happen to it, against a shopkeeper's own notes.

The notes follow the design's words, not the code's: on hand is the newest count and whatever came and went after it;
promised is what was promised and not yet handed over, given back or set aside. Requests are the adapters' own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from fulfillment.adapters.dynamodb.catalog import (
    DynamoDBCatalogRepository,
    DynamoDBLocationRepository,
    location_item,
)
from fulfillment.adapters.dynamodb.documents import to_document
from fulfillment.adapters.dynamodb.order_write import _stock_effect
from fulfillment.adapters.dynamodb.rows import text
from fulfillment.adapters.dynamodb.stock import DynamoDBStockRepository, movement_items, row_item
from fulfillment.adapters.dynamodb.tables import Tables
from fulfillment.adapters.dynamodb.transaction import Transaction
from fulfillment.application.feed_stock import FeedStock, StockChange, StockCount
from fulfillment.application.ports import CountedAhead, StockShort
from fulfillment.domain.ledger import EffectKind, StockEffect
from fulfillment.domain.stock import StockMovement, StockRow
from tests.memory_dynamodb.client import MemoryDynamoDB
from tests.support.aws_world import TABLE_VARIABLES
from tests.support.builders import MONDAY_NOON, a_location, a_product
from tests.support.world import FrozenClock

TABLES = Tables(
    **{variable.removesuffix("_TABLE").lower(): name for variable, name in TABLE_VARIABLES.items()}
)
OPENED = 12


@dataclass
class Notes:
    """What the shopkeeper knows."""

    promised: int = 0
    aside: int = 0
    counted: int = OPENED
    counted_at: datetime | None = None
    moved: dict[str, tuple[datetime, int]] = field(default_factory=dict)

    @property
    def on_hand(self) -> int:
        """The newest count and what came and went after it."""
        since = self.counted_at or datetime.min.replace(tzinfo=MONDAY_NOON.tzinfo)
        return self.counted + sum(change for at, change in self.moved.values() if at > since)


class Shelf(RuleBasedStateMachine):
    """Orders, staff, tills and counts."""

    def __init__(self) -> None:
        super().__init__()
        self.notes, self.clock, self.number = Notes(), FrozenClock(), 0
        self.client = MemoryDynamoDB()
        self.client.put_item(TableName="Stock", Item=row_item(StockRow("tee", "senayan", OPENED, version=1)))
        product = {"sku": text("tee"), "document": text(to_document(a_product("tee")))}
        self.client.put_item(TableName="Products", Item=product)
        self.client.put_item(TableName="Locations", Item=location_item(a_location("senayan"), 1))
        self.stock = DynamoDBStockRepository(self.client, TABLES)  # type: ignore[arg-type]
        self.feed = FeedStock(
            self.stock,
            DynamoDBCatalogRepository(self.client, TABLES),  # type: ignore[arg-type]
            DynamoDBLocationRepository(self.client, TABLES),  # type: ignore[arg-type]
            self.clock,
        )

    def _do(
        self, kind: EffectKind, quantity: int, floor: int = 0, *moved: StockMovement, at: datetime
    ) -> None:
        transaction = Transaction(self.client, counts_each_time=True)  # type: ignore[arg-type]
        _stock_effect(transaction, TABLES, StockEffect(kind, "tee", "senayan", quantity, floor), at)
        for item in movement_items(moved):
            transaction.put_new("StockMovements", item)
        transaction.commit()

    @rule(seconds=st.integers(1, 400))
    def later(self, seconds: int) -> None:
        self.clock.forward(seconds=seconds)

    @rule(quantity=st.integers(1, 6), floor=st.integers(0, 3))
    def reserve(self, quantity: int, floor: int) -> None:
        available = self.notes.on_hand - self.notes.promised - self.notes.aside
        short = None
        try:
            self._do("reserve", quantity, floor, at=self.clock.now())
            self.notes.promised += quantity
        except StockShort as refusal:
            short = refusal.rows["tee", "senayan"].available
        assert short == (None if available >= quantity + floor else available)

    @precondition(lambda self: self.notes.promised)
    @rule(data=st.data(), kind=st.sampled_from(["release", "put_aside"]))
    def give_back(self, data: st.DataObject, kind: EffectKind) -> None:
        quantity = data.draw(st.integers(1, self.notes.promised))
        self._do(kind, quantity, at=self.clock.now())
        self.notes.promised -= quantity
        self.notes.aside += quantity if kind == "put_aside" else 0

    @precondition(lambda self: self.notes.promised)
    @rule(data=st.data())
    def hand_over(self, data: st.DataObject) -> None:
        """Booked after the last count, whatever the clocks say."""
        quantity = data.draw(st.integers(1, self.notes.promised))
        self.number += 1
        at, name = self.clock.now(), f"order {self.number}"
        for _ in range(2):
            moved = StockMovement(name, "tee", "senayan", "handover", at, change=-quantity, order_id="A-1")
            try:
                self._do("hand_over", quantity, 0, moved, at=at)
                break
            except CountedAhead as count:
                at = count.observed_at + timedelta(microseconds=1)
        self.notes.promised -= quantity
        self.notes.moved[name] = (at, -quantity)

    @rule(seen=st.integers(0, 15), ago=st.integers(-240, 900))
    def count(self, seen: int, ago: int) -> None:
        at = self.clock.now() - timedelta(seconds=ago)
        if at == self.notes.counted_at:
            return  # two counts of one moment: another test's matter
        outcome = self.feed.count(StockCount("tee", "senayan", seen, at))
        newest = self.notes.counted_at is None or at > self.notes.counted_at
        assert outcome == ("applied" if newest else "older")
        if newest:
            self.notes.counted, self.notes.counted_at = seen, at

    @rule(change=st.integers(-3, 4), ago=st.integers(-240, 900), again=st.booleans())
    def move(self, change: int, ago: int, again: bool) -> None:
        self.number += 1
        at = self.clock.now() - timedelta(seconds=ago)
        told = StockChange(f"till-{self.number}", "tee", "senayan", "adjustment", change, at)
        self.feed.movement(told)
        if again:
            self.feed.movement(told)
        self.notes.moved[told.movement_id] = (at, change)

    @invariant()
    def the_row_says_what_the_notes_say(self) -> None:
        row = self.stock.row("tee", "senayan")
        assert row is not None
        notes = (self.notes.on_hand, self.notes.promised, self.notes.aside)
        assert (row.on_hand, row.reserved, row.blocked) == notes
        assert self.client.refused == []


def test_a_shelf_is_what_the_shopkeeper_notes() -> None:
    run_state_machine_as_test(Shelf, settings=settings(max_examples=60, stateful_step_count=30))


@pytest.mark.soak
def test_a_shelf_is_what_the_shopkeeper_notes_through_a_thousand_stories() -> None:
    run_state_machine_as_test(Shelf, settings=settings(max_examples=1_000, stateful_step_count=40))
