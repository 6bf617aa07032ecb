"""Finding orders: what is over, what is to be done, who is behind them; on moto and on AWS's own engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from fulfillment import settings
from fulfillment.adapters import aws
from fulfillment.adapters.dynamodb.orders import DynamoDBOrderRepository
from fulfillment.application.ports import Held, Write
from fulfillment.domain.decision import Allocation
from fulfillment.domain.order import Change, Order
from fulfillment.domain.unpaid import Unpaid
from tests.support import dynamodb_local
from tests.support.builders import MONDAY_NOON
from tests.support.values import a_promise, a_reservation, a_shipment, an_order
from tests.support.world import World

pytestmark = pytest.mark.parametrize("world", dynamodb_local.BOTH, indirect=True)


@pytest.fixture
def orders(world: World) -> DynamoDBOrderRepository:
    """The repository with nothing in it."""
    return DynamoDBOrderRepository(aws.dynamodb(), settings.read().tables)


def a_write(order: Order, before: Order | None = None) -> Write:
    """The writing of an order that does nothing else."""
    return Write("c1", Change(order), before, MONDAY_NOON)


def test_reservations_are_found_from_their_deadline_on(orders: DynamoDBOrderRepository) -> None:
    # Given twelve reservations, in several partitions of the index, and an order that is paid
    ids = [f"R-{n}" for n in range(12)]
    for order_id in ids:
        orders.write(a_write(a_reservation(order_id=order_id)))
    orders.write(a_write(an_order()))
    deadline = MONDAY_NOON + timedelta(minutes=15)

    # Then none is over before the deadline, all are at it, and no more come than were asked for
    assert orders.overdue(deadline - timedelta(microseconds=1), 50) == []
    assert sorted(orders.overdue(deadline, 50)) == sorted(ids)
    assert len(orders.overdue(deadline, 5)) == 5

    # And one that is paid is found no more
    first = a_reservation(order_id="R-0")
    paid = replace(first, status="confirmed", reservation_expires_at=None, version=2)
    orders.write(a_write(paid, before=first))
    assert sorted(orders.overdue(deadline, 50)) == sorted(ids[1:])


def of(*skus: str) -> Held:
    """Whatever holds one of these SKUs, anywhere."""
    return Held(frozenset(skus))


def test_reservations_that_are_over_are_found_by_what_they_hold(orders: DynamoDBOrderRepository) -> None:
    # Given reservations of tees, of caps and of both
    tee, cap = Allocation("1", "tee", 1), Allocation("2", "cap", 1)
    for order_id, held in (("R-1", (tee,)), ("R-2", (cap,)), ("R-3", (tee, cap))):
        waiting = a_shipment("senayan", *held, status="waiting")
        orders.write(a_write(a_reservation(waiting, order_id=order_id)))
    deadline = MONDAY_NOON + timedelta(minutes=15)

    # Then a buyer of caps finds those that hold caps
    assert sorted(orders.overdue(deadline, 50, of("cap"))) == ["R-2", "R-3"]
    assert sorted(orders.overdue(deadline, 50, of("tee", "cap"))) == ["R-1", "R-2", "R-3"]
    assert orders.overdue(deadline, 50, of("sock")) == []


def test_reservations_that_are_over_are_found_by_place_and_by_customer(
    orders: DynamoDBOrderRepository,
) -> None:
    # Given a tee of Dewi's at one store, and one of somebody's at another
    at_kota = a_shipment("kota", status="waiting")
    orders.write(a_write(a_reservation(order_id="R-1", unpaid=Unpaid("dewi", 1))))
    orders.write(a_write(a_reservation(at_kota, order_id="R-2", unpaid=Unpaid("budi", 1))))
    deadline = MONDAY_NOON + timedelta(minutes=15)

    # Then each is found by where it is and whose it is
    assert orders.overdue(deadline, 50, Held(frozenset({"tee"}), at="kota")) == ["R-2"]
    assert orders.overdue(deadline, 50, Held(frozenset({"cap"}), at="kota")) == []
    assert orders.overdue(deadline, 50, Held(places=frozenset({"senayan", "menteng"}))) == ["R-1"]
    assert orders.overdue(deadline, 50, Held(customer="budi")) == ["R-2"]
    assert orders.overdue(deadline, 50, Held()) == []


def test_open_tasks_come_most_urgent_first_and_page_by_page(orders: DynamoDBOrderRepository) -> None:
    # Given tasks of which the last written is the most urgent, one of another store and one that is done
    for n in range(5):
        due = MONDAY_NOON + timedelta(hours=9 - n)
        task = a_shipment(promise=a_promise(at=due))
        orders.write(a_write(an_order(task, order_id=f"A-{n}")))
    orders.write(a_write(an_order(a_shipment("kota"), order_id="B-1")))
    orders.write(a_write(an_order(a_shipment(status="collected"), order_id="B-2", status="fulfilled")))

    # When they are read two at a time
    pages, after = [], None
    for _ in range(3):
        tasks, after = orders.open_tasks("senayan", 2, after)
        pages.append([order_id for order_id, _ in tasks])

    # Then all come, most urgent first
    assert pages == [["A-4", "A-3"], ["A-2", "A-1"], ["A-0"]]
    assert after is None


def test_tries_are_counted_one_by_one_up_to_the_most(orders: DynamoDBOrderRepository, world: World) -> None:
    presses = (None, None, "press", None, "other", "press")
    taken = [orders.take_try("A-1", a_shipment(), 3, press) for press in presses]
    assert taken == [True, True, True, False, False, True]  # the one that was right, once more
    assert orders.take_try("A-1", a_shipment(number=2), 3, None) is True
    assert sorted(row["tries"]["N"] for row in world.rows("Orders")) == ["1", "4"]
