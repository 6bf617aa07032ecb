"""What an order may cost, in DynamoDB's units: bounds somewhat above what `make bench` prints, so that nobody doubles
the price by accident, and the formula itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from fulfillment.adapters import aws
from tests.support import aws_world, moto_world
from tests.support.builders import a_location, a_product, order_body, stock
from tests.support.lives import SHAPES, Shape, steps_of
from tests.support.units import metering, size
from tests.support.world import FrozenClock, World

ONE_LINE, FIVE_LINES, FIFTY_LINES = SHAPES

# (writes, reads) at most. Raise a bound only with what it buys beside it.
BOUNDS: dict[Shape, dict[str, tuple[int, int]]] = {
    ONE_LINE: {
        "options": (0, 45),
        "place, unpaid": (24, 6),
        "confirm": (14, 5),
        "tell of the order": (2, 9),
        "accept, all tasks": (12, 5),  # with the order's place in the deadline index
        "ready": (13, 5),
        "tell the code": (1, 6),
        "collect": (19, 5),
        "cancel": (17, 5),
    },
    FIVE_LINES: {
        "options": (0, 55),
        "place, unpaid": (44, 95),
        "confirm": (17, 5),
        "tell of the order": (3, 15),
        "accept, all tasks": (20, 12),  # with the hours of the stores, so that no sweep has to look
        "ship, all tasks": (38, 9),
        "tell of the parcels": (2, 11),
        "cancel": (31, 5),
        "refuse": (19, 5),
        "reroute": (27, 65),
    },
    FIFTY_LINES: {
        "options": (0, 420),
        "place, unpaid": (150, 750),
        "confirm": (25, 6),
        "tell of the order": (4, 45),
        "accept, all tasks": (32, 20),
        "ship, all tasks": (150, 12),
        "tell of the parcels": (3, 15),
        "cancel": (135, 6),
        "refuse": (50, 6),
        "reroute": (60, 260),
    },
}


@pytest.fixture
def shop(aws_queues: dict[str, str], clock: FrozenClock) -> Iterator[World]:
    """The router with its tables in memory: fifty lines from three stores take their time on moto."""
    aws_world.empty()
    with moto_world.tables_in_memory(aws_queues, clock) as made:
        yield made


@pytest.mark.parametrize("shape", SHAPES, ids=[shape.name for shape in SHAPES])
def test_no_command_costs_more_than_its_bound(shop: World, shape: Shape) -> None:
    spent = {step.name: step.meter for step in steps_of(shop, shape)}

    assert spent.keys() == BOUNDS[shape].keys()
    too_dear = {
        name: (meter.total("write"), meter.total("read"), dict(meter.by_row("write")))
        for name, meter in spent.items()
        if meter.total("write") > BOUNDS[shape][name][0] or meter.total("read") > BOUNDS[shape][name][1]
    }
    assert too_dear == {}


def test_each_row_of_an_order_is_charged_by_what_it_is(shop: World) -> None:
    # Given a store, and nothing read yet
    shop.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=3))
    shop.order(order_body("A-0"))

    # When a paid order is placed
    with metering(aws.dynamodb()) as meter:
        shop.order(order_body("A-1"))

    # Then each row is a KB in a transaction, and an entry of an index a KB outside
    assert meter.by_row("write") == {
        "Idempotency": 2,
        "order": 2,
        "contact": 2,
        "task": 2,
        "index work": 1,
        "index due": 1,
        "Stock": 2,
        "Capacity": 2,
        "location check": 2,
        "event": 2,
        "decision": 2,
    }
    assert meter.by_row("read") & Counter(["Idempotency", "Orders", "Stock"]) == {
        "Idempotency": 1,
        "Orders": 1,
        "Stock": 1,
    }


@pytest.mark.parametrize(
    ("value", "bytes_"),
    [
        ({"S": "é"}, 2),
        ({"N": "100"}, 2),  # one digit that counts
        ({"N": "1234567"}, 5),
        ({"N": "-12"}, 3),
        ({"B": b"1234"}, 4),
        ({"BOOL": True}, 1),
        ({"NULL": True}, 1),
        ({"SS": ["ab", "c"]}, 3),
        ({"L": [{"S": "ab"}]}, 6),
        ({"M": {"k": {"S": "ab"}}}, 7),
    ],
)
def test_the_size_of_an_attribute_is_its_name_and_its_value(value: Any, bytes_: int) -> None:
    assert size({"name": value}) == 4 + bytes_
