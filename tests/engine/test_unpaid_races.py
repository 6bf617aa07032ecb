"""Nobody parks a hot item, however many hands order at once (RELIABILITY, T39)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from fulfillment import bootstrap
from fulfillment.adapters import aws
from fulfillment.domain.policy import Policy
from fulfillment.domain.unpaid import customer_hash
from tests.support.builders import a_line, a_location, a_product, stock
from tests.support.ledger import check_ledger
from tests.support.races import Job, cancel, confirm, place, race, shuffled, warm
from tests.support.world import World

pytestmark = pytest.mark.engine

Figure = Callable[[str, Any], None]  # pytest's record_property
PARKER = "+6281111111111"
LIMIT = 30


def test_one_customer_cannot_hold_a_hot_item_and_the_others_are_served(
    engine_world: World, record_property: Figure
) -> None:
    # Given 500 units of a hot item
    engine_world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=500))
    warm()

    # When one customer tries to hold all of them, sixteen orders at once of five each, while forty others want one
    jobs: list[Job] = [
        partial(place, f"PARK-{n}", a_line("tee", 5), phone=PARKER, payment="pending") for n in range(100)
    ]
    others = [partial(place, f"BUY-{n}", phone=f"+62822{n:07}", payment="pending") for n in range(40)]
    held = race(shuffled(jobs + others, 39), threads=16)
    record_property("figure", held.figure("parking a hot item", 39))

    # Then it stops at the limit exactly, and everybody else is served
    assert held.count() == {201: LIMIT // 5 + 40, "too_many_unpaid": 100 - LIMIT // 5}
    ledger = check_ledger(aws.dynamodb(), {("tee", "senayan"): 500})
    assert ledger.unpaid[f"UNPAID#{customer_hash(PARKER, None)}"] == LIMIT
    assert engine_world.stock("tee", "senayan").reserved == LIMIT + 40


@pytest.mark.parametrize("seed", [51, 52])
def test_the_count_follows_what_is_reserved_whatever_ends_it(engine_world: World, seed: int) -> None:
    # Given a customer who may hold ten units, and holds ten, half of them overdue
    engine_world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=200))
    bootstrap.operate().config.put_policy(Policy(max_unpaid_units=10))
    warm()
    for n in range(5):
        place(f"OLD-{n}", phone=PARKER, payment="pending")
    engine_world.clock.forward(minutes=6)
    for n in range(5):
        place(f"NEW-{n}", phone=PARKER, payment="pending")
    engine_world.clock.forward(minutes=4)

    # When orders are placed, paid, let go of and swept at once
    jobs: list[Job] = [partial(place, f"MORE-{n}", phone=PARKER, payment="pending") for n in range(20)]
    jobs += [partial(confirm, "NEW-0"), partial(confirm, "NEW-1"), partial(cancel, "NEW-2")]
    jobs += [bootstrap.expire_reservations().sweep] * 3
    race(shuffled(jobs, seed))

    # Then what is counted is what is reserved, and that is never above the limit
    ledger = check_ledger(aws.dynamodb(), {("tee", "senayan"): 200})
    (used,) = ledger.unpaid.values()
    assert used == ledger.count("reserved") <= 10
    assert ledger.count("confirmed") == 2
