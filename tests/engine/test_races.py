"""No unit is sold twice and none is lost, whoever comes at once. On AWS's own engine: moto cannot carry this claim."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from fulfillment import bootstrap
from fulfillment.adapters import aws
from fulfillment.application.feed_stock import StockChange, StockCount
from fulfillment.application.reroute_order import RerouteOrder
from fulfillment.domain.errors import OutOfStock
from fulfillment.domain.policy import Policy
from tests.support.builders import KM_NORTH, SENAYAN, a_line, a_location, a_product, north_of, stock
from tests.support.ledger import check_ledger
from tests.support.races import Job, a_command, cancel, confirm, place, race, refuse, shuffled, warm
from tests.support.world import World

pytestmark = pytest.mark.engine

Figure = Callable[[str, Any], None]  # pytest's record_property


@pytest.mark.parametrize(
    ("units", "run"), [(200, 1), *(pytest.param(500, run, marks=pytest.mark.soak) for run in range(1, 6))]
)
def test_so_many_units_go_to_exactly_so_many_of_more_buyers(
    engine_world: World, record_property: Figure, units: int, run: int
) -> None:
    # Given so many units
    engine_world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=units))
    warm()

    # When eight buyers come for every five of them, eight at a time
    buyers = units * 8 // 5
    sold = race([partial(place, f"A-{n}") for n in range(buyers)])
    record_property("figure", sold.figure(f"{units} units", run))

    # Then each unit has one, and the others hear that it is out of stock and that none is left
    assert sold.count() == {201: units, "out_of_stock": buyers - units}
    left = [line["left"] for no in sold.answers if isinstance(no, OutOfStock) for line in no.extra["left"]]
    assert left == [0] * (buyers - units)

    # And rows and counters agree
    ledger = check_ledger(aws.dynamodb(), {("tee", "senayan"): units})
    assert len(ledger.orders) == len(ledger.answers) == units
    row = engine_world.stock("tee", "senayan")
    assert (row.on_hand, row.reserved, row.available) == (units, units, 0)
    assert sum(ledger.windows.values()) == units


@pytest.mark.soak
def test_two_thousand_units_go_to_exactly_two_thousand_of_thirty_two_hundred_buyers(
    engine_world: World, record_property: Figure
) -> None:
    # Given two thousand units
    engine_world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=2000))
    warm()

    # When 3,200 buyers come, thirty-two at a time
    sold = race([partial(place, f"A-{n}") for n in range(3200)], threads=32)
    record_property("figure", sold.figure("2,000 units, 32 workers", 1))

    # Then exactly so many have one
    assert sold.count() == {201: 2000, "out_of_stock": 1200}
    assert len(check_ledger(aws.dynamodb(), {("tee", "senayan"): 2000}).orders) == 2000


def test_the_last_unit_goes_to_exactly_one_of_ten_buyers(engine_world: World) -> None:
    # Given one unit
    engine_world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=1))
    warm()

    # When ten want it at once
    sold = race([partial(place, f"A-{n}") for n in range(10)], threads=10)

    # Then one gets it
    assert sold.count() == {201: 1, "out_of_stock": 9}
    check_ledger(aws.dynamodb(), {("tee", "senayan"): 1})


def test_ten_equal_orders_at_once_are_one_order_and_ten_equal_answers(engine_world: World) -> None:
    # Given ten units
    engine_world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=10))
    warm()

    # When the same order comes ten times at once under one key
    sold = race([partial(place, "A-1")] * 10, threads=10)

    # Then there is one order, and all ten got the same bytes
    assert sold.count() == {201: 10}
    assert len({answer.body for answer in sold.answers}) == 1
    ledger = check_ledger(aws.dynamodb(), {("tee", "senayan"): 10})
    assert list(ledger.orders) == ["A-1"]
    assert engine_world.stock("tee", "senayan").reserved == 1


def test_a_capacity_of_five_admits_exactly_five_of_forty_buyers(engine_world: World) -> None:
    # Given plenty of tees at a store that hands over five orders an hour, and promises that may not move
    engine_world.given(a_product("tee"), stock("senayan", tee=100))
    engine_world.given(a_location("senayan", capacity={"pickup": 5}))
    bootstrap.operate().config.put_policy(Policy(capacity_windows=1))
    warm()

    # When forty buyers come
    sold = race([partial(place, f"A-{n}") for n in range(40)])

    # Then five are admitted, and the others hear why not
    assert sold.count() == {201: 5, "capacity_full": 35}
    ledger = check_ledger(aws.dynamodb(), {("tee", "senayan"): 100})
    assert list(ledger.windows.values()) == [5]


def test_a_full_hour_moves_the_promise_and_never_overfills_the_next(engine_world: World) -> None:
    # Given five orders an hour, and promises that may move by three more hours
    engine_world.given(a_product("tee"), stock("senayan", tee=100))
    engine_world.given(a_location("senayan", capacity={"pickup": 5}))
    bootstrap.operate().config.put_policy(Policy(capacity_windows=4))
    warm()

    # When forty buyers come
    sold = race([partial(place, f"A-{n}") for n in range(40)])

    # Then four hours are full and nobody else is admitted
    assert sold.count() == {201: 20, "capacity_full": 20}
    assert list(check_ledger(aws.dynamodb()).windows.values()) == [5, 5, 5, 5]


@pytest.mark.parametrize(
    ("seed", "apart"),
    [
        (11, timedelta(milliseconds=1)),
        (12, timedelta(milliseconds=1)),
        (13, timedelta(milliseconds=1)),
        (14, timedelta(minutes=5)),
    ],
)
def test_at_the_deadline_the_unit_goes_to_the_payer_or_to_the_next_buyer_and_never_to_both(
    engine_world: World,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Figure,
    seed: int,
    apart: timedelta,
) -> None:
    # Given ten tees, each reserved by somebody who has not paid yet
    skus = [f"tee{n}" for n in range(10)]
    engine_world.given(a_location("senayan"), [a_product(sku) for sku in skus])
    engine_world.given([stock("senayan", **{sku: 1}) for sku in skus])
    warm()
    for sku in skus:
        place(f"FIRST-{sku}", a_line(sku), payment="pending")

    # When, for each of them, the money, the sweep and another buyer arrive at the deadline, on servers whose clocks
    # are apart
    deadline = engine_world.clock.now() + timedelta(minutes=10)
    monkeypatch.setattr(engine_world.clock, "now", _clocks_around(deadline, apart, seed))
    jobs: list[Job] = []
    for sku in skus:
        jobs += shuffled(
            [
                partial(confirm, f"FIRST-{sku}"),
                partial(bootstrap.expire_reservations().one, f"FIRST-{sku}"),
                partial(place, f"NEXT-{sku}", a_line(sku)),
            ],
            seed,
        )
    ended = race(jobs)
    record_property("figure", ended.figure("ten deadlines", seed))

    # Then exactly one of the two has each unit
    ledger = check_ledger(aws.dynamodb(), {(sku, "senayan"): 1 for sku in skus})
    for sku in skus:
        has = [name for name in (f"FIRST-{sku}", f"NEXT-{sku}") if _has(ledger.orders.get(name))]
        assert len(has) <= 1, has
        assert engine_world.stock(sku, "senayan").reserved == len(has)
    assert set(ended.count()) <= {None, 200, 201, "out_of_stock", "paid_but_gone"}


def test_a_reservation_ends_once_however_many_sweeps_meet(engine_world: World) -> None:
    # Given twenty reservations that are over
    engine_world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=20))
    warm()
    for n in range(20):
        place(f"A-{n}", payment="pending")
    engine_world.clock.forward(minutes=10)

    # When eight sweeps run at once
    race([bootstrap.expire_reservations().sweep] * 8)

    # Then every unit came back once
    ledger = check_ledger(aws.dynamodb(), {("tee", "senayan"): 20})
    assert ledger.count("expired") == 20
    assert engine_world.stock("tee", "senayan").available == 20


@pytest.mark.parametrize("seed", [21, 22])
def test_nothing_is_lost_when_orders_refusals_counts_and_cancels_meet(
    engine_world: World, record_property: Figure, seed: int
) -> None:
    # Given three stores with two SKUs, and thirty deliveries under way
    stores = ["senayan", "kota", "menteng"]
    engine_world.given(a_product("tee"), a_product("cap"))
    engine_world.given(
        [a_location(name, point=north_of(SENAYAN, n + KM_NORTH)) for n, name in enumerate(stores)]
    )
    engine_world.given([stock(name, tee=40, cap=25) for name in stores])
    warm()
    both = (a_line("tee", 1, "1"), a_line("cap", 1, "2"))
    for n in range(30):
        place(f"OLD-{n}", *both, location_id=None)
    engine_world.clock.forward(minutes=5)

    # When eight threads order, cancel, refuse, reroute, count and sell at the till
    chance = random.Random(seed)
    opened = {(sku, name): units for name in stores for sku, units in (("tee", 40), ("cap", 25))}
    jobs: list[Job] = [partial(place, f"NEW-{n}", *both, location_id=None) for n in range(60)]
    jobs += [partial(cancel, f"OLD-{n}") for n in range(0, 30, 3)]
    jobs += [partial(_refuse_and_reroute, f"OLD-{n}", chance.choice(REASONS)) for n in range(1, 30, 3)]
    for n in range(20):
        sku, name = chance.choice(sorted(opened))
        at = engine_world.clock.now() - timedelta(seconds=chance.randint(1, 100))
        jobs.append(partial(_sell, f"till-{n}", sku, name, at))
    for sku, name in sorted(opened):
        jobs.append(partial(_count, sku, name, 30, engine_world.clock.now() - timedelta(seconds=50)))
    mixed = race(shuffled(jobs, seed))
    record_property("figure", mixed.figure("mixed work", seed))

    # Then nothing is lost and nothing is there twice
    ledger = check_ledger(aws.dynamodb(), opened)
    assert sum(ledger.count(status) for status in ("confirmed", "cancelled", "unfillable")) == len(
        ledger.orders
    )
    assert mixed.count()[201] >= 1
    assert "busy" not in mixed.count()


REASONS = ["no_time", "damaged", "not_found"]


def _refuse_and_reroute(order_id: str, reason: Any) -> str:
    order = bootstrap.get_order().orders.load(order_id)
    assert order
    refuse(f"{order_id}~1", order.shipments[0].location_id, reason)
    reroute: RerouteOrder = bootstrap.reroute_order()
    return reroute(order_id, replace(a_command(f"reroute.{order_id}"), idempotency_key=None))


def _sell(movement_id: str, sku: str, location_id: str, at: datetime) -> str:
    return bootstrap.feed_stock().movement(StockChange(movement_id, sku, location_id, "sale", -1, at))


def _count(sku: str, location_id: str, on_hand: int, at: datetime) -> str:
    return bootstrap.feed_stock().count(StockCount(sku, location_id, on_hand, at))


def _clocks_around(moment: datetime, apart: timedelta, seed: int) -> Callable[[], datetime]:
    chance = random.Random(seed)
    return lambda: moment - chance.choice([apart, timedelta(0)])


def _has(order: Any) -> bool:
    return order is not None and any(s.holds_stock for s in order.shipments)
