"""A long feed, out of order, told twice and partly nonsense, while parcels leave: every shelf comes out as it must."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from time import perf_counter
from typing import Any

import pytest

from fulfillment import bootstrap
from fulfillment.adapters import aws
from tests.support.builders import MONDAY_NOON, a_location, delivery_body, order_lines, stock
from tests.support.feed_model import AHEAD, OPENING, PRODUCTS, STORES, Expected, drawn
from tests.support.moto_world import tables_in_memory
from tests.support.world import FrozenClock, World

SEED = 5
BATCH = 10  # as the template has it
PARCELS = 100  # in equal distances


@dataclass
class KeptLetters:
    """Where messages are put that no retry can help: a list."""

    letters: Counter[tuple[str, str]] = field(default_factory=Counter)

    def park(self, body: str, reason: str) -> None:
        """Keep it with the first word of the reason."""
        self.letters[body, reason.partition(":")[0]] += 1


@dataclass
class Counting:
    """A client of DynamoDB that counts its calls while it is asked to."""

    client: Any
    calls: int = 0

    def __getattr__(self, name: str) -> Any:
        self.calls += name in {"get_item", "batch_get_item", "query", "transact_write_items"}
        return getattr(self.client, name)


@dataclass
class Feed:
    """The feed, played into a world by tens, a parcel leaving now and then."""

    world: World
    clock: FrozenClock
    letters: KeptLetters
    counting: Counting
    expected: Expected = field(default_factory=Expected)
    seconds: float = 0
    calls: int = 0
    parcels: int = 0

    def play(self, rows: int) -> None:
        """All of it, in ten minutes."""
        bodies = drawn(SEED, rows)
        batches = [bodies[start : start + BATCH] for start in range(0, rows, BATCH)]
        every = max(1, len(batches) // PARCELS)
        for number, batch in enumerate(batches):
            self.clock.at = MONDAY_NOON + number * 2 * AHEAD / len(batches)
            self._deliver(batch)
            if number % every == 0:
                self._send_parcel(number)

    def _deliver(self, batch: list[str]) -> None:
        began, before = perf_counter(), self.counting.calls
        assert self.world.deliver("stock_feed", *batch) == []
        self.seconds += perf_counter() - began
        self.calls += self.counting.calls - before
        self.expected.hear(batch, self.clock.at)

    def _send_parcel(self, number: int) -> None:
        sku, units = PRODUCTS[number % len(PRODUCTS)].sku, 1 + number % 3
        self.clock.at += timedelta(microseconds=1)
        placed = self.world.order(delivery_body(f"P-{number}", lines=order_lines(**{sku: units})))
        (task,) = placed.body["shipments"]
        for step, said in (("accept", {}), ("ship", {"carrier": "JNE", "tracking_number": f"J{number}"})):
            assert self.world.on_task(task["location_id"], task["task_id"], step, said).status == 200
        self.expected.handed_over((sku, task["location_id"]), units, f"P-{number}", self.clock.at)
        self.parcels += 1

    def check(self) -> None:
        """Every shelf is as it must be, and every message that could not be applied is put aside with its reason."""
        rows = {shelf: self.world.stock(*shelf) for shelf in self.expected.shelves}
        assert {shelf: row.on_hand for shelf, row in rows.items()} == {
            shelf: known.on_hand() for shelf, known in self.expected.shelves.items()
        }
        assert {row.reserved for row in rows.values()} == {0}
        assert self.letters.letters == self.expected.parked

    def figure(self, engine: str, rows: int) -> str:
        """A line for the summary."""
        reasons = Counter(reason for _, reason in self.letters.letters.elements())
        return (
            f"stock feed on {engine}, seed {SEED}: {rows:,} messages, {self.parcels} parcels between them, "
            f"{len(self.expected.shelves)} shelves all as they must be, parked {dict(reasons)}, "
            f"{self.calls / rows:.2f} calls of DynamoDB and {self.seconds / rows * 1000:.2f} ms a message"
        )


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> KeptLetters:
    """What is parked, kept."""
    kept = KeptLetters()
    monkeypatch.setattr(bootstrap, "parked", lambda: kept)
    return kept


def feed_of(world: World, letters: KeptLetters, patch: pytest.MonkeyPatch) -> Feed:
    """Five stores with eight products each, and whoever counts calls before them."""
    world.given(PRODUCTS)
    for store in STORES:
        world.given(a_location(store), stock(store, **{product.sku: OPENING for product in PRODUCTS}))
    counting = Counting(aws.dynamodb())
    patch.setattr(aws, "dynamodb", lambda: counting)
    world.restart()
    return Feed(world, world.clock, letters, counting)


@pytest.mark.parametrize(
    "rows", [pytest.param(5_000, marks=pytest.mark.proof), pytest.param(100_000, marks=pytest.mark.soak)]
)
def test_a_long_feed_leaves_every_shelf_as_it_must_be(
    rows: int,
    aws_queues: dict[str, str],
    clock: FrozenClock,
    letters: KeptLetters,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    with tables_in_memory(aws_queues, clock) as world:
        feed = feed_of(world, letters, monkeypatch)

        feed.play(rows)

        feed.check()
        record_property("figure", feed.figure("the engine in memory", rows))


@pytest.mark.engine
def test_a_feed_leaves_every_shelf_of_the_real_engine_as_it_must_be(
    engine_world: World,
    letters: KeptLetters,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    feed = feed_of(engine_world, letters, monkeypatch)

    feed.play(400)

    feed.check()
    record_property("figure", feed.figure("DynamoDB Local", 400))
