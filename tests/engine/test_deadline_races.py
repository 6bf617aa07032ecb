"""At a deadline each unit is one buyer's, whoever extends, pays, sweeps and buys in the same millisecond."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from fulfillment import bootstrap
from fulfillment.adapters import aws
from fulfillment.domain.order import Order
from tests.support.builders import a_line, a_location, a_product, stock
from tests.support.ledger import Ledger, check_ledger
from tests.support.races import Job, confirm, extend, hold, place, race, shuffled, warm
from tests.support.world import World

pytestmark = pytest.mark.engine

Figure = Callable[[str, Any], None]  # pytest's record_property
SKUS = [f"tee{n}" for n in range(10)]


@pytest.fixture
def at_the_deadline(engine_world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Ten tees, each reserved by somebody who has not paid; it is their deadline, give or take a millisecond."""
    engine_world.given(a_location("senayan"), [a_product(sku) for sku in SKUS])
    engine_world.given([stock("senayan", **{sku: 1}) for sku in SKUS])
    warm()
    for sku in SKUS:
        place(f"FIRST-{sku}", a_line(sku), payment="pending")
    deadline = engine_world.clock.now() + timedelta(minutes=10)
    monkeypatch.setattr(engine_world.clock, "now", clocks_around(deadline))
    return engine_world


def clocks_around(moment: datetime) -> Callable[[], datetime]:
    """Clocks of many servers, a millisecond apart."""
    chance = random.Random(7)
    return lambda: moment + timedelta(milliseconds=chance.choice([-1, -1, -1, 0]))


def held_once(world: World, names: Callable[[str], list[str]]) -> Ledger:
    """The ledger, in which each unit is held by one of these at most."""
    ledger = check_ledger(aws.dynamodb(), {(sku, "senayan"): 1 for sku in SKUS})
    for sku in SKUS:
        has = [name for name in names(sku) if holds(ledger.orders.get(name))]
        assert len(has) <= 1, has
        assert world.stock(sku, "senayan").reserved == len(has)
    return ledger


def holds(order: Order | None) -> bool:
    """Whether it has units."""
    return order is not None and any(s.holds_stock for s in order.shipments)


@pytest.mark.parametrize("seed", [61, 62, 63])
def test_extending_is_yes_or_no_and_never_both(
    at_the_deadline: World, record_property: Figure, seed: int
) -> None:
    # When, for each, the customer is still at it, pays, is swept and another buyer comes
    jobs: list[Job] = []
    for sku in SKUS:
        jobs += shuffled(
            [
                partial(extend, f"FIRST-{sku}"),
                partial(confirm, f"FIRST-{sku}"),
                partial(bootstrap.expire_reservations().one, f"FIRST-{sku}"),
                partial(place, f"NEXT-{sku}", a_line(sku)),
            ],
            seed,
        )
    ended = race(jobs)
    record_property("figure", ended.figure("ten deadlines, extended or not", seed))

    # Then one of the two has each unit, and whoever was told "extended" was not ended at the old deadline
    ledger = held_once(at_the_deadline, lambda sku: [f"FIRST-{sku}", f"NEXT-{sku}"])
    assert all(told["ReservationExtended"] <= 1 for told in ledger.events.values())
    for sku in SKUS:
        told = ledger.events[f"FIRST-{sku}"]
        assert not (told["ReservationExtended"] and told["OrderExpired"])
    assert set(ended.count()) <= {None, 200, 201, "out_of_stock", "paid_but_gone", "not_reserved"}


@pytest.mark.parametrize("seed", [81, 82])
def test_an_order_is_replaced_or_ended_and_its_unit_is_never_in_both(
    at_the_deadline: World, record_property: Figure, seed: int
) -> None:
    # When, for each, its owner changes the basket, the sweep comes by and another wants the unit
    jobs: list[Job] = []
    for n, sku in enumerate(SKUS):
        jobs += shuffled(
            [
                partial(place, f"SECOND-{sku}", a_line(sku), payment="pending", replaces=f"FIRST-{sku}"),
                partial(bootstrap.expire_reservations().one, f"FIRST-{sku}"),
                partial(place, f"NEXT-{sku}", a_line(sku)),
            ],
            seed + n,
        )
    ended = race(jobs)
    record_property("figure", ended.figure("ten deadlines, replaced or not", seed))

    # Then one of the three has each unit, and whatever gave way ended in that very step
    ledger = held_once(at_the_deadline, lambda sku: [f"FIRST-{sku}", f"SECOND-{sku}", f"NEXT-{sku}"])
    for sku in SKUS:
        if f"SECOND-{sku}" in ledger.orders:
            assert ledger.orders[f"FIRST-{sku}"].status == "cancelled"


@pytest.mark.parametrize("seed", [71, 72])
def test_an_order_is_held_or_ended_and_never_both(
    at_the_deadline: World, record_property: Figure, seed: int
) -> None:
    # When, for each, a person holds it, the sweep comes by, the money arrives and another buyer wants the unit
    jobs: list[Job] = []
    for sku in SKUS:
        jobs += shuffled(
            [
                partial(hold, f"FIRST-{sku}"),
                bootstrap.expire_reservations().sweep,
                partial(confirm, f"FIRST-{sku}"),
                partial(place, f"NEXT-{sku}", a_line(sku)),
            ],
            seed,
        )
    ended = race(jobs)
    record_property("figure", ended.figure("ten deadlines, held or not", seed))

    # Then one of the two has each unit, and what is held is what did not end
    ledger = held_once(at_the_deadline, lambda sku: [f"FIRST-{sku}", f"NEXT-{sku}"])
    for sku in SKUS:
        first, told = ledger.orders[f"FIRST-{sku}"], ledger.events[f"FIRST-{sku}"]
        assert told["OrderHeld"] == (first.hold is not None) <= (first.status in ("reserved", "confirmed"))
        assert not (first.hold and told["OrderExpired"] and first.status == "reserved")
