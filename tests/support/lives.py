"""The lives of orders through the real handlers, one command after the other, each metered by itself.

The chain is the sample chain, with shelves filled so that an order needs as many stores as it is meant to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from fulfillment import bootstrap
from fulfillment.adapters import aws
from fulfillment.domain.policy import Policy
from fulfillment.domain.stock import StockRow
from tests.support import sample_chain
from tests.support.builders import PENDING_CARD, SHIP_TO
from tests.support.units import Meter, metering
from tests.support.world import World

STORES = ("senayan", "blok-m", "pondok-indah", "kelapa-gading")
CUSTOMER = {"point": {"lat": -6.2268, "lon": 106.8104}, "country": "ID"}
CONTACT = {"name": "Dewi Lestari", "phone": "081234567890", "locale": "id", "notify": ["whatsapp"]}


@dataclass(frozen=True)
class Shape:
    """What is ordered: how many lines of one unit each, and how many stores they come from."""

    name: str
    lines: int
    stores: int
    method: str


SHAPES = (
    Shape("1 line, picked up", 1, 1, "pickup"),
    Shape("5 lines from 2 stores", 5, 2, "delivery"),
    Shape("50 lines from 3 stores", 50, 3, "delivery"),
)


@dataclass(frozen=True)
class Step:
    """A command of an order's life and what it was charged. ``served``: of the life that ends well."""

    name: str
    meter: Meter
    served: bool = True


def least_writes(shape: Shape, step: str) -> dict[str, int]:
    """The fewest units that the command could write under the contract of README's data: each row that must change
    once, at one KB, two units in a transaction; each index entry that must change, one. By row.

    The lines of the refused task are those of the first store.
    """
    lines, stores, first = shape.lines, shape.stores, -(-shape.lines // shape.stores)
    key, order, event = {"Idempotency": 2}, {"order": 2}, {"event": 2}
    change = {**key, **order, **event}
    each_task = {"Idempotency": 2 * stores, "order": 2 * stores, "task": 2 * stores, "event": 2 * stores}
    taken = {"Stock": 2 * lines, "Capacity": 2 * stores}
    again = {"Stock": 2 * first, "Capacity": 2, "task": 2, "index work": 1}
    handed_over = {"Stock": 2 * lines, "StockMovements": 2 * stores, "index work": stores}
    new = {"contact": 2, "decision": 2, "location check": 2 * stores, "task": 2 * stores}
    unpaid = {"unpaid units": 2, "index due": 1}
    opened = {"task": 2 * stores, "index work": stores}
    return {
        "place, unpaid": change | taken | new | unpaid,
        "confirm": change | opened | unpaid,
        "tell of the order": {"Idempotency": 1 + stores},
        "accept, all tasks": each_task | {"index work": stores},
        "ready": change | {"task": 2, "index work": 1},
        "tell the code": {"Idempotency": 1},
        "collect": each_task | handed_over | {"tries": 2},
        "ship, all tasks": each_task | handed_over,
        "tell of the parcels": {"Idempotency": stores},
        "cancel": change | taken | opened,
        "refuse": change | again,
        "reroute": order | event | again | {"decision": 2, "location check": 2},
    }.get(step, {})


def steps_of(world: World, shape: Shape) -> list[Step]:
    """The life of a paid order to its end, then that of one that is cancelled, and (deliveries) one that is refused."""
    skus = fill(world, shape)
    return [*_served(world, shape, skus), *_ended(world, shape, skus)]


def fill(world: World, shape: Shape) -> list[str]:
    """The chain with as many SKUs, each at one of the stores alone; any number may be unpaid. Answers the SKUs."""
    bootstrap.operate().config.put_policy(Policy(max_unpaid_units=None))
    skus = sorted(sample_chain.chain().products)[: shape.lines]
    sample_chain.load_without_stock(skus)
    for number, sku in enumerate(skus):
        world.given(StockRow(sku, STORES[number * shape.stores // shape.lines], 1000, version=1))
    return skus


def _served(world: World, shape: Shape, skus: Sequence[str]) -> Iterator[Step]:
    world.options(_question(shape, skus))  # what a function reads once a minute is not an order's own price
    _order(world, shape, skus, "WARM-1")
    world.settle()
    world.heard("CustomerTopic")

    with metered("options", world) as step:
        _expect(world.options(_question(shape, skus)))
    yield step
    with metered("place, unpaid", world) as step:
        _order(world, shape, skus, "SERVED-1", payment=PENDING_CARD)
    yield step
    with metered("confirm", world) as step:
        _expect(world.on_order("SERVED-1", "confirm"))
    yield step
    yield from _told(world, "tell of the order")
    yield from _hand_over(world, shape, "SERVED-1")


def _hand_over(world: World, shape: Shape, order_id: str) -> Iterator[Step]:
    tasks = world.get_order(order_id).body["shipments"]
    with metered("accept, all tasks", world) as step:
        for task in tasks:
            _expect(world.on_task(task["location_id"], task["task_id"], "accept"))
    yield step
    if shape.method == "pickup":
        with metered("ready", world) as step:
            _expect(world.on_task(tasks[0]["location_id"], tasks[0]["task_id"], "ready"))
        yield step
        yield from _told(world, "tell the code")
        told = " ".join(message["text"] for message in world.heard("CustomerTopic"))
        code = re.findall(r"[0-9A-Z]{4}-[0-9A-Z]{4}", told)[-1]
        with metered("collect", world) as step:
            _expect(world.on_task(tasks[0]["location_id"], tasks[0]["task_id"], "collect", {"code": code}))
        yield step
    else:
        parcel = {"carrier": "JNE", "tracking_number": "CGK0001"}
        with metered("ship, all tasks", world) as step:
            for task in tasks:
                _expect(world.on_task(task["location_id"], task["task_id"], "ship", parcel))
        yield step
        yield from _told(world, "tell of the parcels")


def _ended(world: World, shape: Shape, skus: Sequence[str]) -> Iterator[Step]:
    _order(world, shape, skus, "CANCELLED-1")
    with metered("cancel", world, served=False) as step:
        _expect(world.on_order("CANCELLED-1", "cancel"))
    yield step
    if shape.method == "pickup":
        return
    _order(world, shape, skus, "REFUSED-1")
    world.settle()
    for sku in skus:
        world.given(StockRow(sku, STORES[-1], 1000, version=1))
    task = world.get_order("REFUSED-1").body["shipments"][0]
    with metered("refuse", world, served=False) as step:
        _expect(world.on_task(task["location_id"], task["task_id"], "refuse", {"reason": "no_time"}))
    yield step
    waiting = world.waiting_for("RerouteQueue")
    with metered("reroute", world, served=False) as step:
        assert world.deliver("reroute", *waiting) == []
    yield step


def _told(world: World, name: str) -> Iterator[Step]:
    with metered(name, world) as step:
        world.settle()
    yield step


@contextmanager
def metered(name: str, world: World, *, served: bool = True) -> Iterator[Step]:
    """Charge what happens inside."""
    world.clock.forward(seconds=1)
    with metering(aws.dynamodb()) as meter:
        yield Step(name, meter, served)


def _question(shape: Shape, skus: Sequence[str]) -> dict[str, Any]:
    return {"channel": "web", "customer": CUSTOMER, "lines": _lines(skus), "methods": [shape.method]}


def _order(world: World, shape: Shape, skus: Sequence[str], order_id: str, **more: Any) -> None:
    body: dict[str, Any] = {
        "order_id": order_id,
        "channel": "web",
        "method": shape.method,
        "customer": {**CUSTOMER, "contact": CONTACT},
        "lines": _lines(skus),
        "payment": {"state": "captured", "kind": "card"},
        **({"location_id": STORES[0]} if shape.method == "pickup" else {"ship_to": SHIP_TO}),
        **more,
    }
    placed = world.order(body)
    assert placed.status == 201, placed.raw
    assert len(placed.body["shipments"]) == shape.stores, placed.raw


def _lines(skus: Sequence[str]) -> list[dict[str, Any]]:
    return [{"line_id": str(n), "sku": sku, "quantity": 1} for n, sku in enumerate(skus, 1)]


def _expect(reply: Any) -> None:
    assert reply.status == 200, reply.raw
