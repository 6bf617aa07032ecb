"""The reply to every write of an order's life is lost once, and boto3 sends the same bytes again: each is done once.

The same at every call, with crashes and other trouble, but without boto3's own retries: ``tests/simulation``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fulfillment.adapters import aws
from fulfillment.adapters.secrets import SecretKeys
from fulfillment.domain import pickup_code
from tests.support.builders import PENDING_CARD, a_location, a_product, delivery_body, order_body, stock
from tests.support.faults import losing_replies
from tests.support.ledger import check_ledger
from tests.support.world import Reply, World

pytestmark = pytest.mark.engine

OPENED = {("tee", "senayan"): 9, ("tee", "kota"): 9}


@pytest.fixture
def shop(engine_world: World) -> World:
    """Two stores with nine tees each."""
    engine_world.given(a_product("tee"), a_location("senayan"), a_location("kota"))
    engine_world.given(stock("senayan", tee=9), stock("kota", tee=9))
    return engine_world


def code_of(order_id: str) -> str:
    """What its customer says."""
    kid, key = SecretKeys(aws.secretsmanager(), "pickup-code-key").newest()
    assert kid
    return pickup_code.derive(key, order_id, 1, 1)


Life = dict[str, Callable[[World], Any]]

LIVES: dict[str, Life] = {
    "a pickup": {
        "place": lambda shop: shop.order(order_body(payment=PENDING_CARD)),
        "confirm": lambda shop: shop.on_order("A-1", "confirm"),
        "accept": lambda shop: shop.on_task("senayan", "A-1~1", "accept"),
        "ready": lambda shop: shop.on_task("senayan", "A-1~1", "ready"),
        "collect": lambda shop: shop.on_task("senayan", "A-1~1", "collect", {"code": code_of("A-1")}),
    },
    "a delivery that is refused": {
        "place": lambda shop: shop.order(delivery_body()),
        "refuse": lambda shop: shop.on_task(home_of(shop), "D-1~1", "refuse", {"reason": "damaged"}),
        "reroute": lambda shop: shop.deliver("reroute", *shop.waiting_for("RerouteQueue")),
        "accept": lambda shop: shop.on_task(home_of(shop), "D-1~2", "accept"),
        "ship": lambda shop: shop.on_task(
            home_of(shop), "D-1~2", "ship", {"carrier": "JNE", "tracking_number": "1"}
        ),
    },
    "a pickup that is cancelled": {
        "place": lambda shop: shop.order(order_body()),
        "accept": lambda shop: shop.on_task("senayan", "A-1~1", "accept"),
        "ready": lambda shop: shop.on_task("senayan", "A-1~1", "ready"),
        "cancel": lambda shop: shop.on_order("A-1", "cancel"),
    },
    "a reservation that ends, and late money": {
        "place": lambda shop: shop.order(order_body(payment=PENDING_CARD)),
        "sweep": lambda shop: (shop.clock.forward(minutes=11), shop.sweep())[1],
        "confirm": lambda shop: shop.on_order("A-1", "confirm"),
    },
    "stock messages": {
        "a count": lambda shop: told(shop, type="count", on_hand=9, observed_at="2026-11-23T11:59:00+07:00"),
        "a sale": lambda shop: told(
            shop, type="movement", movement_id="m1", kind="sale", change=-1, at="2026-11-23T11:59:30+07:00"
        ),
        "a deep count": lambda shop: told(
            shop, type="count", on_hand=0, observed_at="2026-11-23T11:59:45+07:00"
        ),
    },
}


def home_of(shop: World) -> str:
    """The location of the newest shipment."""
    location_id: str = shop.get_order("D-1").body["shipments"][-1]["location_id"]
    return location_id


def told(shop: World, **message: Any) -> list[str]:
    return shop.deliver("stock_feed", {"sku": "tee", "location_id": "senayan", **message})


@pytest.mark.parametrize("life", LIVES)
def test_every_write_whose_reply_was_lost_is_done_once(shop: World, life: str) -> None:
    # When each command of a life loses the reply to the first transaction that it sends
    lost = {}
    for name, command in LIVES[life].items():
        with losing_replies(aws.dynamodb()) as replies:
            answer = command(shop)
        lost[name] = replies.lost
        assert answered_well(answer), (name, answer)

    # Then each lost one, and was done once: units, places, events and tries agree
    assert lost == dict.fromkeys(LIVES[life], 1)
    check_ledger(aws.dynamodb(), OPENED)


def answered_well(answer: Any) -> bool:
    """A Reply that says so, no message to be delivered again, or one reservation that ended."""
    return answer.status in (200, 201) if isinstance(answer, Reply) else answer in ([], 1)
