"""What is remembered of locations and of where a SKU is, how long, and what makes it be read again."""

from __future__ import annotations

from typing import Any

import pytest

from fulfillment import settings
from fulfillment.adapters import aws
from fulfillment.adapters.dynamodb import stock as stock_module
from fulfillment.adapters.dynamodb.catalog import CACHE_SECONDS, DynamoDBLocationRepository
from fulfillment.adapters.dynamodb.chain import DynamoDBChainWriter
from fulfillment.adapters.dynamodb.stock import DynamoDBStockRepository
from fulfillment.adapters.dynamodb.tables import Tables
from fulfillment.application.ports import Stale
from fulfillment.domain.stock import StockRow
from tests.support import dynamodb_local
from tests.support.builders import a_location, stock
from tests.support.large_chain import counted_reads, write_locations
from tests.support.world import World

pytestmark = pytest.mark.parametrize("world", dynamodb_local.BOTH, indirect=True)


def tables() -> Tables:
    return settings.read().tables


def locations() -> DynamoDBLocationRepository:
    return DynamoDBLocationRepository(aws.dynamodb(), tables())


def marks(world: World) -> list[dict[str, Any]]:
    return [row for row in world.rows("Config") if row["pk"]["S"] == "LOCATIONS"]


# --- locations


def test_the_same_picture_is_handed_out_until_a_location_changes(world: World) -> None:
    # Given two who have read the locations
    mine, theirs = locations(), locations()
    mine.put(a_location("senayan"), None)
    first = mine.all()
    theirs.all()

    # When time goes by, then the picture is the same one, and locations are not read again
    with counted_reads() as reads:
        for _ in range(3):
            world.clock.forward(seconds=CACHE_SECONDS + 1)
            assert mine.all() is first
    assert reads["Locations.Scan"] == 0

    # When one of them closes it, then both see it: that one at once, the other within a minute
    theirs.put(a_location("senayan", status="closed"), None)
    assert theirs.all()[0].status == "closed"
    assert mine.all() is first
    world.clock.forward(seconds=CACHE_SECONDS + 1)
    assert mine.all()[0].status == "closed"


def test_a_chain_that_is_loaded_is_seen_within_a_minute(world: World) -> None:
    mine = locations()
    assert mine.all() == []

    DynamoDBChainWriter(aws.dynamodb(), tables(), threads=1).put_locations([a_location("a"), a_location("b")])

    world.clock.forward(seconds=CACHE_SECONDS + 1)
    assert len(mine.all()) == 2


def test_a_loader_that_breaks_down_leaves_a_mark_of_what_it_wrote(world: World) -> None:
    # Given a loader whose second location cannot be written
    writer = DynamoDBChainWriter(aws.dynamodb(), tables(), threads=1)

    with pytest.raises(AssertionError):
        writer.put_locations([a_location("a"), a_location("b", methods=frozenset())])

    assert len(marks(world)) == 1


def test_a_change_that_was_refused_leaves_no_mark(world: World) -> None:
    locations().put(a_location("senayan"), None)
    before = marks(world)

    with pytest.raises(Stale):
        locations().put(a_location("senayan"), expected_version=7)

    assert marks(world) == before


def test_a_mark_that_was_seen_before_its_change_does_not_hide_it(world: World) -> None:
    # Given somebody who reads between the two halves of a change: DynamoDB shows them one after the other
    write_locations([a_location("senayan")])
    mine = locations()
    mine.all()
    world.clock.forward(seconds=CACHE_SECONDS + 1)
    write_locations([])
    assert mine.all()[0].status == "open"
    write_locations([a_location("senayan", status="closed")], marked=False)

    # When a minute is over, then it is seen though the mark is the same; and once is enough
    with counted_reads() as reads:
        for _ in range(3):
            world.clock.forward(seconds=CACHE_SECONDS + 1)
            assert mine.all()[0].status == "closed"
    assert reads["Locations.Scan"] == 1


def test_a_doubted_picture_is_checked_and_a_refuted_one_is_read_whatever_its_mark_says(world: World) -> None:
    # Given a location that came past the router
    mine = locations()
    mine.all()
    write_locations([a_location("kota")], marked=False)
    world.clock.forward(seconds=10)

    # When somebody was refused, perhaps because the picture is old, then a look at the mark is enough
    assert mine.forget(11) is False
    assert mine.forget(10) is True
    assert mine.all() == []

    # When a location itself refused, then the picture is wrong
    mine.forget()
    assert len(mine.all()) == 1


# --- where a SKU is


def shelves() -> DynamoDBStockRepository:
    return DynamoDBStockRepository(aws.dynamodb(), tables())


def test_a_sku_is_where_units_of_it_are_available(world: World) -> None:
    world.given(stock("a", tee=3, cap=1), stock("b", tee=0), stock("d", cap=9))
    world.given(StockRow("tee", "c", on_hand=2, blocked=2), StockRow("tee", "e", on_hand=2, reserved=3))

    assert shelves().whereabouts("tee", 0) == {"a": 3}
    assert shelves().whereabouts("sock", 0) == {}


def test_a_sku_that_lies_everywhere_is_read_to_the_last_page(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a service that answers a page of a few rows at a time
    world.given([stock(f"s{n:02}", tee=1) for n in range(25)])
    client = aws.dynamodb()
    query = client.query
    monkeypatch.setattr(client, "query", lambda **more: query(**more, Limit=10))

    assert len(shelves().whereabouts("tee", 0)) == 25


def test_where_a_sku_is_is_remembered_as_long_as_the_caller_likes(world: World) -> None:
    # Given a SKU that was looked for
    world.given(stock("a", tee=1))
    mine = shelves()
    mine.whereabouts("tee", 20)

    # When it comes to another shop, then it is found when the old answer is too old
    world.given(stock("b", tee=1))
    world.clock.forward(seconds=20)
    assert set(mine.whereabouts("tee", 20)) == {"a"}
    assert set(mine.whereabouts("tee", 19)) == {"a", "b"}


def test_no_more_is_remembered_than_there_is_room_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given room for two places
    monkeypatch.setattr(stock_module, "MAX_WHEREABOUTS", 2)
    world.given([stock(f"s{n}", tee=1, cap=1) for n in range(3)], stock("s0", sock=1))
    mine = shelves()

    # When more is looked for, then the oldest is forgotten and asked for again
    with counted_reads() as reads:
        for sku in ("tee", "tee", "cap", "sock", "tee"):
            mine.whereabouts(sku, 20)
    assert reads["Stock.Query"] == 4
