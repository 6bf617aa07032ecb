"""At the moment at which the time to choose is over, the customer has chosen or the order ends; never both."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from fulfillment import bootstrap
from fulfillment.adapters import aws
from fulfillment.application.ports import Answer
from fulfillment.bootstrap.customer import choose
from fulfillment.domain.choice_steps import Wish
from tests.engine.test_ladder_races import SKUS, Figure, around, step, sweep
from tests.support.builders import SENAYAN, a_line, a_location, a_product, north_of, stock
from tests.support.ledger import Ledger, check_ledger
from tests.support.races import Job, a_command, hold, place, race, shuffled, warm
from tests.support.world import World

pytestmark = pytest.mark.engine

STORES = ("senayan", "kota")
AT_KOTA, CANCELLED = Wish("pickup", "kota"), Wish("cancel")


@pytest.fixture
def asked(engine_world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Ten pickups that their store refused, while another has a tee for each; it is the end of the time to choose, give
    or take a millisecond.
    """
    engine_world.given([a_product(sku) for sku in SKUS])
    for n, name in enumerate(STORES):
        engine_world.given(a_location(name, point=north_of(SENAYAN, n)))
        engine_world.given([stock(name, **{sku: 1}) for sku in SKUS])
    warm()
    bootstrap.every_minute()
    for sku in SKUS:
        place(f"A-{sku}", a_line(sku))
        refuse = a_command(f"refuse.{sku}")
        bootstrap.work_tasks().refuse(step(f"A-{sku}"), "no_time", None, refuse)
        assert bootstrap.reroute_order()(f"A-{sku}", a_command(f"ask.{sku}")) == "asked"
    engine_world.clock.forward(hours=24)
    assert sweep() == len(SKUS)  # reminders
    monkeypatch.setattr(engine_world.clock, "now", around(engine_world.clock.now() + timedelta(hours=24)))
    return engine_world


def chooses(sku: str, wish: Wish) -> Answer:
    """What is pressed on the page."""
    return choose()(f"A-{sku}", wish, a_command(f"choose.{sku}.{wish.choice}"))


def ledger() -> Ledger:
    """All rows, with nothing wrong among them."""
    return check_ledger(aws.dynamodb(), {(sku, name): 1 for sku in SKUS for name in STORES})


@pytest.mark.parametrize("seed", [101, 102])
def test_a_customer_chooses_or_the_order_ends(asked: World, record_property: Figure, seed: int) -> None:
    # When each chooses the other store, while two sweeps come by for each
    jobs: list[Job] = [sweep, sweep] * len(SKUS)
    jobs += [partial(chooses, sku, AT_KOTA) for sku in SKUS]
    ended = race(shuffled(jobs, seed))
    record_property("figure", ended.figure("ten choices, made or too late", seed))

    # Then each has the tee of the other store, or its money back; or nobody ended it yet, and the next sweep does
    while sweep():
        pass
    rows = ledger()
    for sku in SKUS:
        order, told = rows.orders[f"A-{sku}"], rows.events[f"A-{sku}"]
        assert (told["ChoiceMade"], told["OrderCancelled"]) in {(1, 0), (0, 1)}
        assert told["RefundRequired"] == told["OrderCancelled"] == (order.status == "cancelled")
        assert told["ChoiceReminded"] == 1
        assert (asked.stock(sku, "senayan").reserved, asked.stock(sku, "kota").reserved) == (
            0,
            told["ChoiceMade"],
        )
    assert ended.count()[200] == sum(told["ChoiceMade"] for told in rows.events.values())
    assert set(ended.count()) <= {*range(len(SKUS) + 1), 200, "choice_over", "order_ended"}


@pytest.mark.parametrize("seed", [111])
def test_whoever_ends_it_or_holds_it_is_one(asked: World, record_property: Figure, seed: int) -> None:
    # When a person holds each, the customer cancels it and two sweeps come by
    jobs: list[Job] = [sweep, sweep] * len(SKUS)
    for sku in SKUS:
        jobs += [partial(hold, f"A-{sku}"), partial(chooses, sku, CANCELLED)]
    ended = race(shuffled(jobs, seed))
    record_property("figure", ended.figure("ten questions, held, cancelled or over", seed))

    # Then money goes back once, and for nothing that is held
    rows = ledger()
    for sku in SKUS:
        order, told = rows.orders[f"A-{sku}"], rows.events[f"A-{sku}"]
        assert told["OrderCancelled"] == told["RefundRequired"] == (order.status == "cancelled")
        assert (told["OrderHeld"], order.hold is not None) in {(0, False), (1, True)}
        assert order.status == ("needs_choice" if order.hold else "cancelled")
