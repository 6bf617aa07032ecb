"""Orders as they are kept: every method and every signal, on moto and on AWS's own engine."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fulfillment import settings
from fulfillment.adapters import aws
from fulfillment.adapters.dynamodb.order_write import add_write, order_item
from fulfillment.adapters.dynamodb.orders import DynamoDBOrderRepository
from fulfillment.adapters.dynamodb.transaction import MAX_ACTIONS, LedgerBroken, Transaction
from fulfillment.application.ports import (
    Answer,
    AnsweredBefore,
    LocationChanged,
    NotWritten,
    Stale,
    StockShort,
    WindowFull,
    Write,
)
from fulfillment.domain.decision import Allocation
from fulfillment.domain.events import EventType
from fulfillment.domain.ledger import CapacityEffect, StockEffect, StockReplacement
from fulfillment.domain.order import Change, Order
from fulfillment.domain.stock import StockMovement
from tests.support import dynamodb_local
from tests.support.builders import MONDAY_NOON, a_location, stock
from tests.support.values import a_contact, a_shipment, an_order
from tests.support.world import World

pytestmark = pytest.mark.parametrize("world", dynamodb_local.BOTH, indirect=True)

WINDOW = "2026-11-23T14"
TOLD: tuple[EventType, dict[str, Any]] = ("OrderConfirmed", {"tasks": []})


@pytest.fixture
def orders(world: World) -> DynamoDBOrderRepository:
    """The repository, and a store with three tees."""
    world.given(a_location("senayan"), stock("senayan", tee=3))
    return DynamoDBOrderRepository(aws.dynamodb(), settings.read().tables)


def a_write(order: Order | None = None, before: Order | None = None, **more: object) -> Write:
    """The writing of an order that does nothing else."""
    change = more.pop("change", None) or Change(order or an_order())
    return Write("c1", change, before, MONDAY_NOON, **more)  # type: ignore[arg-type]


def effects(*stock_effects: StockEffect, **more: object) -> Change:
    """An order with effects on stock."""
    return Change(an_order(), stock_effects, **more)  # type: ignore[arg-type]


def reserve(quantity: int = 1, floor: int = 0) -> StockEffect:
    """Tees wanted at senayan."""
    return StockEffect("reserve", "tee", "senayan", quantity, floor)


def test_an_order_is_read_back_as_it_was_written(orders: DynamoDBOrderRepository) -> None:
    # Given an order with everything an order brings
    order = an_order(a_shipment(), a_shipment("kota", number=2))
    change = Change(order, (reserve(),), events=(TOLD,))
    answer = Answer("f", 201, '{"order":"A-1"}')

    # When it is written
    orders.write(
        a_write(
            change=change,
            contact=a_contact(),
            locations=(("senayan", "pickup"),),
            decision=b"record",
            answer=answer,
            idempotency_key="caller#1",
        )
    )

    # Then it is there, in whatever way it is asked for
    assert orders.load("A-1") == order
    assert orders.recall(None, "A-1") == (None, order)
    assert orders.recall("caller#2", "A-1") == (None, order)
    assert orders.recall("caller#1", "A-1") == (answer, None)
    assert orders.contact("A-1") == a_contact()
    assert orders.orders(["A-1", "A-2"]) == {"A-1": replace(order, shipments=())}
    assert orders.contacts(["A-1", "A-2"]) == {"A-1": a_contact()}


def test_an_order_that_is_written_while_it_is_asked_for_answers_what_its_key_was_given(
    orders: DynamoDBOrderRepository,
) -> None:
    # Given the same request twice at once: the other one is written after we looked for its answer
    answer = Answer("f", 201, '{"order":"A-1"}')
    name, events = "before-call.dynamodb.Query", aws.dynamodb().meta.events

    def the_other_one(**_: Any) -> None:
        events.unregister(name, the_other_one)
        orders.write(a_write(answer=answer, idempotency_key="caller#1"))

    events.register(name, the_other_one)

    # Then ours is answered as that one was, not as an order that somebody else placed
    assert orders.recall("caller#1", "A-1") == (answer, None)


def test_what_is_not_there_is_none(orders: DynamoDBOrderRepository) -> None:
    assert orders.load("A-1") is None
    assert orders.recall("caller#1", "A-1") == (None, None)
    assert orders.contact("A-1") is None
    assert orders.orders([]) == {}
    assert orders.contacts([]) == {}


def test_more_orders_than_one_batch_takes_are_read(orders: DynamoDBOrderRepository) -> None:
    # Given 130 orders
    for n in range(130):
        aws.dynamodb().put_item(TableName="Orders", Item=order_item(an_order(order_id=f"A-{n}"), MONDAY_NOON))

    # When all are asked for, some twice
    asked = [f"A-{n}" for n in (*range(130), *range(20))]

    # Then all are found
    assert orders.orders(asked).keys() == set(asked)


def test_the_answer_under_a_key_comes_back_and_outweighs_everything_else(
    orders: DynamoDBOrderRepository, world: World
) -> None:
    # Given a command that was carried out and took all there was
    answer = Answer("f", 201, "{}")
    change = effects(reserve(3))
    orders.write(a_write(change=change, answer=answer, idempotency_key="caller#1"))

    # When it comes again
    with pytest.raises(AnsweredBefore) as before:
        orders.write(a_write(change=change, answer=Answer("g", 201, "x"), idempotency_key="caller#1"))

    # Then what was answered comes back, though the order is there and the stock is short as well
    assert before.value.answer == answer
    assert world.stock("tee", "senayan").reserved == 3


def test_an_order_is_placed_once_and_changed_by_one_at_a_time(orders: DynamoDBOrderRepository) -> None:
    # Given an order, and two who read it
    order = an_order()
    orders.write(a_write(order))
    changed = replace(order, status="cancelled", version=2)
    orders.write(a_write(changed, before=order))

    # When the other writes, or somebody places it again, then nothing is written
    with pytest.raises(Stale):
        orders.write(a_write(replace(order, status="fulfilled", version=2), before=order))
    with pytest.raises(Stale):
        orders.write(a_write(replace(order, fingerprint="another")))
    assert orders.load("A-1") == changed


def test_a_short_row_comes_back_as_it_is(orders: DynamoDBOrderRepository, world: World) -> None:
    # Given two tees at kota beside the three at senayan, and no cap
    world.given(a_location("kota"), stock("kota", tee=2))

    # When more is wanted than there is, of two rows and one that does not exist
    wanted = effects(
        reserve(4),
        StockEffect("reserve", "tee", "kota", 1, floor=2),
        StockEffect("reserve", "cap", "kota", 1),
    )
    with pytest.raises(StockShort) as short:
        orders.write(a_write(change=wanted))

    # Then all three are told as they are, and nothing was written
    assert {key: row.available for key, row in short.value.rows.items()} == {
        ("tee", "senayan"): 3,
        ("tee", "kota"): 2,
        ("cap", "kota"): 0,
    }
    assert short.value.rows["tee", "senayan"] == world.stock("tee", "senayan")
    assert orders.load("A-1") is None


def test_the_floor_stays_untouched(orders: DynamoDBOrderRepository, world: World) -> None:
    # When exactly what is above the floor is wanted, it is there
    orders.write(a_write(change=effects(reserve(2, floor=1))))
    assert world.stock("tee", "senayan").available == 1

    # When one more is wanted, it is not
    with pytest.raises(StockShort):
        orders.write(a_write(change=Change(an_order(order_id="A-2"), (reserve(1, floor=1),))))


@pytest.mark.parametrize(
    ("kind", "parts"),
    [
        ("release", {"on_hand": 3, "reserved": 0, "blocked": 0, "available": 3}),
        ("hand_over", {"on_hand": 1, "reserved": 0, "blocked": 0, "available": 1}),
        ("put_aside", {"on_hand": 3, "reserved": 0, "blocked": 2, "available": 1}),
    ],
)
def test_reserved_units_go_where_the_step_says(
    orders: DynamoDBOrderRepository, world: World, kind: str, parts: dict[str, int]
) -> None:
    # Given two reserved tees
    order = an_order()
    orders.write(a_write(change=effects(reserve(2))))

    # When the step is taken, as two lines of one SKU
    one = StockEffect(kind, "tee", "senayan", 1)  # type: ignore[arg-type]
    orders.write(a_write(before=order, change=Change(replace(order, version=2), (one, one))))

    # Then the row's parts agree
    row = world.stock("tee", "senayan")
    assert {name: getattr(row, name) for name in parts} == parts
    assert row.version == 3


@pytest.mark.parametrize("kind", ["release", "hand_over", "put_aside"])
def test_giving_back_what_was_never_taken_is_a_broken_ledger(
    orders: DynamoDBOrderRepository, kind: str
) -> None:
    with pytest.raises(LedgerBroken):
        orders.write(a_write(change=effects(StockEffect(kind, "tee", "senayan", 1))))  # type: ignore[arg-type]


def test_a_replaced_row_must_be_as_it_was_read(orders: DynamoDBOrderRepository, world: World) -> None:
    # Given a reserved tee that cannot be found
    order = an_order()
    orders.write(a_write(change=effects(reserve())))
    read = world.stock("tee", "senayan")
    gone = StockReplacement(read, read.refused(1, "not_found"))
    movement = StockMovement("c1.tee", "tee", "senayan", "refusal", MONDAY_NOON, blocked_change=3)
    refused = Change(replace(order, version=2), replacements=(gone,))

    # When the row changed since
    world.given(replace(read, on_hand=4, version=9))
    with pytest.raises(Stale):
        orders.write(a_write(before=order, change=refused))

    # When it did not, then everything on it is blocked, and that is on record
    world.given(read)
    orders.write(a_write(before=order, change=refused, movements=(movement,)))
    assert (world.stock("tee", "senayan").blocked, world.stock("tee", "senayan").missing) == (3, 3)
    assert len(world.rows("StockMovements")) == 1


@pytest.mark.parametrize(
    "now",
    [
        {"status": "paused"},
        {"status": "closed"},
        {"methods": frozenset({"delivery"})},
        {"methods": frozenset()},
    ],
)
def test_a_location_that_changed_since_it_was_read_gets_no_order(
    orders: DynamoDBOrderRepository, world: World, now: dict[str, object]
) -> None:
    # Given a location that changed
    world.given(a_location("senayan", **now))

    # When an order is written for it, then it is not
    with pytest.raises(LocationChanged, match="senayan"):
        orders.write(a_write(change=effects(reserve()), locations=(("senayan", "pickup"),)))
    assert world.stock("tee", "senayan").reserved == 0


def test_a_location_that_is_gone_gets_no_order(orders: DynamoDBOrderRepository) -> None:
    with pytest.raises(LocationChanged, match="kota"):
        orders.write(a_write(locations=(("kota", "pickup"),)))


def test_a_window_takes_as_many_orders_as_it_has_places(
    orders: DynamoDBOrderRepository, world: World
) -> None:
    # Given a window of two places that is full
    place = CapacityEffect("senayan", "pickup", WINDOW, 1, limit=2)
    for n in range(2):
        orders.write(a_write(change=Change(an_order(order_id=f"A-{n}"), capacity=(place,))))

    # When a third comes
    with pytest.raises(WindowFull):
        orders.write(a_write(change=Change(an_order(order_id="A-9"), capacity=(place,))))

    # Then it comes in once another gave its place back
    given_back = replace(place, orders=-1, limit=None)
    first = an_order(order_id="A-0")
    orders.write(a_write(before=first, change=Change(replace(first, version=2), capacity=(given_back,))))
    orders.write(a_write(change=Change(an_order(order_id="A-9"), capacity=(place,))))
    (row,) = world.rows("Capacity")
    assert (row["used"]["N"], row["window"]["S"]) == ("2", WINDOW)


def test_a_window_without_a_limit_is_counted(orders: DynamoDBOrderRepository, world: World) -> None:
    place = CapacityEffect("senayan", "pickup", WINDOW, 1)
    for n in range(3):
        orders.write(a_write(change=Change(an_order(order_id=f"A-{n}"), capacity=(place,))))
    assert [row["used"]["N"] for row in world.rows("Capacity")] == ["3"]


def test_giving_back_a_place_in_a_window_that_vanished_is_nothing(
    orders: DynamoDBOrderRepository, world: World
) -> None:
    # When two places are given back, one in a window that still is and one in a window that is gone
    held = CapacityEffect("senayan", "pickup", WINDOW, 1)
    order = an_order()
    orders.write(a_write(change=Change(order, (reserve(),), capacity=(held,))))
    gone = CapacityEffect("kota", "pickup", "2026-01-01T10", -1)
    release = StockEffect("release", "tee", "senayan", 1)
    ended = Change(replace(order, version=2), (release,), capacity=(replace(held, orders=-1), gone))
    orders.write(a_write(before=order, change=ended))

    # Then the rest of the write is done, and no window was made
    assert world.stock("tee", "senayan").available == 3
    assert [row["used"]["N"] for row in world.rows("Capacity")] == ["0"]


def test_a_place_that_moves_within_one_window_stays(orders: DynamoDBOrderRepository, world: World) -> None:
    place = CapacityEffect("senayan", "pickup", WINDOW, 1, limit=1)
    moved = Change(an_order(), capacity=(place, replace(place, orders=-1)))
    orders.write(a_write(change=moved))
    assert world.rows("Capacity") == []

    # And a window that is there tells that its orders changed: an audit compares it with them
    orders.write(a_write(change=Change(an_order(order_id="A-2"), capacity=(place,))))
    orders.write(a_write(change=replace(moved, order=an_order(order_id="A-3"))))
    assert [(row["used"]["N"], row["version"]["N"]) for row in world.rows("Capacity")] == [("1", "2")]


def test_fifty_lines_from_three_locations_are_written_and_read_back(
    orders: DynamoDBOrderRepository, world: World
) -> None:
    # Given an order of 50 lines whose plan takes 80 stock rows of three locations, and all an order brings
    places = ["senayan", "kota", "menteng"]
    shelves = [(f"sku{n}", place) for place in places for n in range(50)][:80]
    world.given([a_location(place) for place in places])
    world.given([stock(place, **{sku: 5}) for sku, place in shelves])
    tasks = [
        a_shipment(place, *(Allocation(sku, sku, 1) for sku, at in shelves if at == place), number=number)
        for number, place in enumerate(places[:2], start=1)
    ]
    tasks.append(a_shipment("menteng", Allocation("sku0", "sku0", 1), number=3))
    order = an_order(*tasks)
    taken = tuple(StockEffect("reserve", sku, place, 1) for sku, place in shelves)
    windows = tuple(CapacityEffect(place, "pickup", WINDOW, 1, limit=9) for place in places)
    write = a_write(
        change=Change(order, taken, capacity=windows, events=(TOLD,)),
        contact=a_contact(),
        locations=tuple((place, "pickup") for place in places),
        decision=b"x" * 64 * 1024,
        answer=Answer("f", 201, "{}"),
        idempotency_key="caller#1",
    )

    # Then it fits one transaction
    transaction = Transaction(aws.dynamodb())
    add_write(transaction, settings.read().tables, write)
    assert len(transaction._actions) == 94 <= MAX_ACTIONS

    # And is read back as it was written
    orders.write(write)
    assert orders.load("A-1") == order
    assert sum(row["reserved"]["N"] == "1" for row in world.rows("Stock")) == 80


def test_a_refused_write_leaves_nothing_behind(orders: DynamoDBOrderRepository, world: World) -> None:
    # Given what is there
    before = world.everything()

    # When a write is refused by its very last condition
    write = a_write(
        change=effects(reserve()),
        contact=a_contact(),
        locations=(("kota", "pickup"),),
        answer=Answer("f", 201, "{}"),
        idempotency_key="caller#1",
    )
    with pytest.raises(NotWritten):
        orders.write(write)

    # Then everything is as it was
    assert world.everything() == before
