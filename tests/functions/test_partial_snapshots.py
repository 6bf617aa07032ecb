"""A full snapshot that is only part of its store does not empty the rest, unless somebody says that it is so."""

from __future__ import annotations

import pytest

from fulfillment.application import take_stock_file
from tests.support.builders import a_location, a_product, stock
from tests.support.sabotage import change
from tests.support.till_files import drop, errors, feed, report, sent, take
from tests.support.world import World

NOON = "2026-11-23T12:00:00+07:00"
SNAPSHOT = "sku,on_hand,observed_at\n"
SKUS = [f"sku{n}" for n in range(8)]
NIGHT = "snapshots/senayan/night"


@pytest.fixture
def shop(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A store with nine units each of eight SKUs, whose snapshots may leave out one of them, or a quarter."""
    monkeypatch.setattr(take_stock_file, "FEW", 1)
    world.given([a_product(sku) for sku in SKUS], a_location("senayan"))
    world.given(stock("senayan", **dict.fromkeys(SKUS, 9)))
    return world


def naming(skus: int, at: str = NOON) -> str:
    """A snapshot of the first so many."""
    return SNAPSHOT + "".join(f"{sku},7,{at}\n" for sku in SKUS[:skus])


def on_hand(shop: World) -> list[int]:
    return [shop.stock(sku, "senayan").on_hand for sku in SKUS]


def test_a_snapshot_of_half_a_store_empties_nothing_and_says_what_to_do(shop: World) -> None:
    # When
    take(drop("snapshots/senayan/night.csv", naming(4)))
    feed(shop)

    # Then what it names is counted, the rest stays, and the answer says why and how it is meant
    assert on_hand(shop) == [7] * 4 + [9] * 4
    assert report(NIGHT)["zeroed"] == 0
    ((row, _line, column, reason),) = errors(NIGHT) or ()
    assert (row, column) == ("", "")
    assert reason == (
        "nothing was counted as 0: 4 SKUs with units there are not named beside 4 that are, more than 25 % of all; "
        "if they are gone, drop the file once more as night.complete.csv"
    )


def test_the_same_file_under_a_name_that_says_it_is_complete_empties_the_rest(shop: World) -> None:
    # Given
    take(drop("snapshots/senayan/night.csv", naming(4)))
    feed(shop)

    # When
    take(drop("snapshots/senayan/night.Complete.CSV", naming(4)))
    feed(shop)

    # Then
    assert on_hand(shop) == [7] * 4 + [0] * 4
    assert report(f"{NIGHT}.Complete")["zeroed"] == 4


@pytest.mark.parametrize(("named", "zeroed"), [(6, 2), (5, 0)])
def test_a_quarter_may_have_gone(shop: World, named: int, zeroed: int) -> None:
    take(drop("snapshots/senayan/night.csv", naming(named)))

    assert report(NIGHT)["zeroed"] == zeroed


def test_a_few_may_always_have_gone(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(take_stock_file, "FEW", 7)

    take(drop("snapshots/senayan/night.csv", naming(1)))

    assert report(NIGHT)["zeroed"] == 7


def test_what_has_no_units_or_was_counted_later_does_not_go(shop: World) -> None:
    # Given four SKUs of which there is nothing, and one that was counted after noon
    for sku in SKUS[4:]:
        change("Stock", {"sku": sku, "location_id": "senayan"}, on_hand=0, available=0)
    later = "2026-11-23T12:01:00+07:00"
    count = {"type": "count", "sku": "sku3", "location_id": "senayan", "on_hand": 5, "observed_at": later}
    assert shop.deliver("stock_feed", count) == []

    # When a snapshot of noon names three, as tills do that leave out what they have none of
    take(drop("snapshots/senayan/night.csv", naming(3)))

    # Then it is a full one
    assert (report(NIGHT)["zeroed"], errors(NIGHT)) == (5, None)


def test_a_row_that_nobody_can_read_is_no_unit_that_goes(shop: World) -> None:
    change("Stock", {"sku": "sku7", "location_id": "senayan"}, on_hand="many")

    assert take(drop("snapshots/senayan/night.csv", naming(7))) == []

    assert [message["sku"] for message in sent(shop)] == SKUS
