"""At the moment at which time takes a task away, whoever comes for it has it or comes too late; never both."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from fulfillment import bootstrap
from fulfillment.adapters import aws
from fulfillment.application.ports import Answer
from fulfillment.application.work_tasks import TaskStep
from fulfillment.domain import pickup_code
from tests.support.builders import a_line, a_location, a_product, stock
from tests.support.ledger import Ledger, check_ledger
from tests.support.races import Job, a_command, place, race, shuffled, warm
from tests.support.world import World

pytestmark = pytest.mark.engine

Figure = Callable[[str, Any], None]  # pytest's record_property
SKUS = [f"tee{n}" for n in range(10)]


@pytest.fixture
def shop(engine_world: World) -> World:
    """A store with ten tees, each of its own kind."""
    engine_world.given(a_location("senayan"), [a_product(sku) for sku in SKUS])
    engine_world.given([stock("senayan", **{sku: 1}) for sku in SKUS])
    warm()
    bootstrap.every_minute()
    return engine_world


def around(moment: datetime) -> Callable[[], datetime]:
    """Clocks of many servers, a millisecond apart."""
    chance = random.Random(7)
    return lambda: moment + timedelta(milliseconds=chance.choice([-1, -1, 0, 0]))


def sweep() -> int:
    """One of the sweeps that overlap."""
    return bootstrap.every_minute().ladder.sweep()


def step(order_id: str) -> TaskStep:
    """Budi, at the order's only task."""
    return TaskStep("senayan", f"{order_id}~1", "budi")


def accept(order_id: str) -> Answer:
    """Budi takes it."""
    return bootstrap.work_tasks().accept(step(order_id), a_command(f"accept.{order_id}"))


def ready(order_id: str) -> Answer:
    """Budi puts it aside."""
    return bootstrap.work_tasks().ready(step(order_id), None, None, a_command(f"ready.{order_id}"))


def collect(order_id: str) -> Answer:
    """The customer says the code."""
    tasks = bootstrap.work_tasks()
    _, key = tasks.codes.newest()
    code = pickup_code.derive(key, order_id, 1, 1)
    return tasks.collect(step(order_id), code, None, a_command(f"collect.{order_id}"))


def ledger() -> Ledger:
    """All rows, with nothing wrong among them."""
    return check_ledger(aws.dynamodb(), {(sku, "senayan"): 1 for sku in SKUS})


@pytest.mark.parametrize("seed", [91, 92])
def test_a_task_is_accepted_or_offered_elsewhere(
    shop: World, monkeypatch: pytest.MonkeyPatch, record_property: Figure, seed: int
) -> None:
    # Given ten parcels of which the store was reminded, at the moment at which they are taken from it
    for sku in SKUS:
        place(f"D-{sku}", a_line(sku), location_id=None)
    shop.clock.forward(minutes=10)
    assert sweep() == len(SKUS)
    moment = shop.clock.now() + timedelta(minutes=10)
    monkeypatch.setattr(shop.clock, "now", around(moment))

    # When Budi takes each, while two sweeps come by for each
    jobs: list[Job] = [sweep, sweep] * len(SKUS)
    jobs += [partial(accept, f"D-{sku}") for sku in SKUS]
    ended = race(shuffled(jobs, seed))
    record_property("figure", ended.figure("ten tasks, accepted or offered elsewhere", seed))

    # Then each is his or nobody's, whose units are on sale again
    rows = ledger()
    for sku in SKUS:
        (task,) = rows.orders[f"D-{sku}"].shipments
        told = rows.events[f"D-{sku}"]
        assert (told["TaskAccepted"], told["TaskRefused"]) in {(1, 0), (0, 1)}
        assert task.status == ("accepted" if told["TaskAccepted"] else "refused")
        assert shop.stock(sku, "senayan").available == told["TaskRefused"]


@pytest.mark.parametrize("seed", [93, 94])
def test_goods_are_collected_or_stand_aside(
    shop: World, monkeypatch: pytest.MonkeyPatch, record_property: Figure, seed: int
) -> None:
    # Given ten pickups that are ready, at closing time of the last day
    for sku in SKUS:
        for act in (partial(place, f"A-{sku}", a_line(sku)), partial(accept, f"A-{sku}")):
            act()
        ready(f"A-{sku}")
    shop.clock.forward(hours=58)
    assert sweep() == len(SKUS)
    monkeypatch.setattr(shop.clock, "now", around(shop.clock.now() + timedelta(hours=24)))

    # When each customer comes, while two sweeps come by for each
    jobs: list[Job] = [sweep, sweep] * len(SKUS)
    jobs += [partial(collect, f"A-{sku}") for sku in SKUS]
    ended = race(shuffled(jobs, seed))
    record_property("figure", ended.figure("ten pickups, collected or not", seed))

    # Then each unit left with its customer or stands aside; or it is still there, and the next sweep ends it
    sweep()
    rows = ledger()
    for sku in SKUS:
        told, shelf = rows.events[f"A-{sku}"], shop.stock(sku, "senayan")
        assert told["TaskCollected"] + told["TaskUncollected"] <= 1
        assert told["TaskUncollected"] == told["RefundRequired"] == shelf.blocked
        assert shelf.on_hand == 1 - told["TaskCollected"]
    assert set(ended.count()) <= {*range(len(SKUS) + 1), 200, "kept_no_longer", "wrong_state"}
