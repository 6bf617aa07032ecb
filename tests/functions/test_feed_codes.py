"""A till says what it scans or what somebody typed: the feed knows which product is meant, and which is none."""

from __future__ import annotations

from typing import Any

import pytest

from fulfillment.adapters import aws
from tests.support.builders import MONDAY_NOON, a_location, a_product
from tests.support.world import World

AT = MONDAY_NOON.isoformat()


@pytest.fixture
def shop(world: World) -> World:
    """A red tee with two barcodes, and a store."""
    world.given(a_product("TEE-RED-M", barcodes=("2010070000372", "20100700")), a_location("senayan"))
    return world


def a_count(sku: str, on_hand: int = 4, **more: Any) -> dict[str, Any]:
    told = {"type": "count", "sku": sku, "location_id": "senayan", "on_hand": on_hand, "observed_at": AT}
    return told | more


def reasons(shop: World) -> list[str]:
    """Codes of what was parked."""
    return [reason.partition(":")[0] for reason in shop.parked("StockFeedDeadLetters")]


@pytest.mark.parametrize(
    "code", ["TEE-RED-M", "  TEE-RED-M\t", "tee-red-m", " Tee-Red-M", "2010070000372", "20100700 "]
)
def test_a_code_is_counted_as_the_product_that_it_means(shop: World, code: str) -> None:
    assert shop.deliver("stock_feed", a_count(code, location_id=" senayan ")) == []

    assert shop.stock("TEE-RED-M", "senayan").on_hand == 4
    assert [movement.sku for movement in shop.movements("TEE-RED-M", "senayan")] == ["TEE-RED-M"]
    assert reasons(shop) == []


def test_one_movement_told_by_sku_and_by_barcode_is_one_movement(shop: World) -> None:
    # Given
    sold = {"type": "movement", "movement_id": "m", "location_id": "senayan", "change": -1, "at": AT}

    # When
    shop.deliver("stock_feed", a_count("TEE-RED-M", observed_at="2026-11-23T04:00:00Z"))
    shop.deliver("stock_feed", sold | {"sku": "tee-red-m"}, sold | {"sku": "20100700"})

    # Then
    assert shop.stock("TEE-RED-M", "senayan").on_hand == 3


def test_a_sku_as_it_is_wins_over_the_same_in_other_letters_and_over_a_barcode(shop: World) -> None:
    # Given products whose SKUs the loader would not let stand beside the red tee
    shop.given(a_product("tee-red-m", barcodes=()), a_product("20100700", barcodes=()))

    # When
    shop.deliver("stock_feed", a_count("tee-red-m", 1), a_count("20100700", 2), a_count("TEE-red-M", 3))

    # Then
    assert shop.stock("tee-red-m", "senayan").on_hand == 1
    assert shop.stock("20100700", "senayan").on_hand == 2
    assert shop.stock("TEE-RED-M", "senayan").on_hand == 3


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("unicorn", "unknown_sku"),
        ("2010070000373", "unknown_sku"),
        ("=20100700", "not_understood"),
        ("", "not_understood"),
        ("   ", "not_understood"),
        ("TEE\nRED", "not_understood"),
        ("T" * 65, "not_understood"),
    ],
)
def test_a_code_that_means_nothing_is_parked_with_the_reason(shop: World, code: str, reason: str) -> None:
    assert shop.deliver("stock_feed", a_count(code)) == []

    assert reasons(shop) == [reason]
    assert shop.rows("Stock") == []


def test_a_code_that_was_unknown_is_known_as_soon_as_its_product_is_loaded(shop: World) -> None:
    # Given a count of something that is not loaded yet
    shop.deliver("stock_feed", a_count("cap"))
    assert reasons(shop) == ["unknown_sku"]

    # When it is, and the message is played again in the same second
    shop.given(a_product("cap", barcodes=()))
    shop.deliver("stock_feed", a_count("cap"))

    # Then
    assert shop.stock("cap", "senayan").on_hand == 4


def test_a_location_that_was_unknown_is_known_as_soon_as_it_is_there(shop: World) -> None:
    shop.deliver("stock_feed", a_count("20100700", location_id="kota"))
    assert reasons(shop) == ["unknown_location"]

    shop.given(a_location("kota"))
    shop.deliver("stock_feed", a_count("20100700", location_id="kota"))

    assert shop.stock("TEE-RED-M", "kota").on_hand == 4


def test_a_barcode_that_was_given_to_another_product_means_that_one_within_a_minute(shop: World) -> None:
    # Given a barcode that was used
    shop.deliver("stock_feed", a_count("20100700"))

    # When a cap gets it, and a minute goes by
    shop.given(a_product("cap", barcodes=("20100700",)))
    shop.clock.forward(seconds=61)
    shop.deliver("stock_feed", a_count("20100700", 9))

    # Then
    assert shop.stock("cap", "senayan").on_hand == 9


def test_products_and_locations_are_not_read_for_each_message(shop: World) -> None:
    # Given a shelf that was counted
    shop.deliver("stock_feed", a_count("20100700"))

    # When it is counted again in the same minute
    shop.clock.forward(seconds=59)
    again = a_count("20100700", 5, observed_at=shop.clock.at.isoformat())
    calls = shop.calls(lambda: shop.deliver("stock_feed", again))

    # Then
    assert shop.stock("TEE-RED-M", "senayan").on_hand == 5
    assert calls == ["GetItem", "Query", "Query", "TransactWriteItems"]


def test_what_stands_for_a_code_is_no_product(shop: World) -> None:
    """The row of a code lies in the same table: whoever asks for a product by its key must not find it."""
    reply = shop.admin("GET", "/v1/stock/{sku}", path={"sku": "=20100700"})

    assert (reply.status, reply.body["code"]) == (404, "unknown_sku")


def test_a_location_whose_row_is_broken_is_counted_all_the_same(shop: World) -> None:
    # Given a location whose document somebody spoiled by hand
    row = {"location_id": {"S": "broken"}, "version": {"N": "1"}, "document": {"S": "{"}}
    aws.dynamodb().put_item(TableName="Locations", Item=row)

    # When
    again = shop.deliver("stock_feed", a_count("20100700", location_id="broken"), a_count("20100700"))

    # Then
    assert again == []
    assert shop.stock("TEE-RED-M", "broken").on_hand == 4
    assert shop.stock("TEE-RED-M", "senayan").on_hand == 4
