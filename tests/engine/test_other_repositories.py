"""Stock, locations, products, policies, windows, sent messages: every method, on moto and on AWS's own engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from fulfillment import settings
from fulfillment.adapters import aws
from fulfillment.adapters.dynamodb.catalog import (
    DynamoDBCapacityRepository,
    DynamoDBCatalogRepository,
    DynamoDBConfigRepository,
    DynamoDBLocationRepository,
)
from fulfillment.adapters.dynamodb.deliveries import DynamoDBBoards, DynamoDBDeliveries
from fulfillment.adapters.dynamodb.rows import number, text
from fulfillment.adapters.dynamodb.tables import Tables
from fulfillment.application.notify_ports import Delivery
from fulfillment.application.ports import Stale, WindowKey
from fulfillment.domain.basket import Point
from fulfillment.domain.events import Event
from fulfillment.domain.location import PlaceRecord, Zone
from fulfillment.domain.policy import AppliesTo, CostRates, Policy
from tests.support import dynamodb_local
from tests.support.builders import MONDAY_NOON, SENAYAN, a_location, a_product
from tests.support.world import World

pytestmark = pytest.mark.parametrize("world", dynamodb_local.BOTH, indirect=True)


def tables() -> Tables:
    return settings.read().tables


# --- locations


def test_all_locations_are_read_and_remembered_for_a_minute(world: World) -> None:
    # Given locations, read once
    locations = DynamoDBLocationRepository(aws.dynamodb(), tables())
    world.given(a_location("senayan"))
    assert list(locations.all()) == [a_location("senayan")]

    # When another comes, then it is seen after a minute, or once the old picture is forgotten
    world.given(a_location("kota"))
    assert len(locations.all()) == 1
    world.clock.forward(seconds=61)
    assert len(locations.all()) == 2
    world.given(a_location("menteng"))
    locations.forget()
    assert len(locations.all()) == 3


def test_what_refused_a_write_is_in_what_is_read_next(world: World) -> None:
    # Given whoever listens to what is asked of DynamoDB: neither engine ever lags, AWS does
    asked: list[bool] = []

    def listen(params: dict[str, Any], **_: Any) -> None:
        asked.append(params.get("ConsistentRead", False))

    aws.dynamodb().meta.events.register_first("provide-client-params.dynamodb.Scan", listen)

    # When all locations are read again
    locations = DynamoDBLocationRepository(aws.dynamodb(), tables())
    locations.forget()
    locations.all()
    aws.dynamodb().meta.events.unregister("provide-client-params.dynamodb.Scan", listen)

    # Then no older picture of them is taken
    assert asked == [True]


def test_a_location_is_set_by_one_at_a_time(world: World) -> None:
    # Given a location that is new
    locations = DynamoDBLocationRepository(aws.dynamodb(), tables())
    assert locations.get("senayan") is None
    assert locations.put(a_location("senayan"), None) == 1

    # When two who saw version 1 change it, then the second does not
    assert locations.put(a_location("senayan", status="paused"), 1) == 2
    with pytest.raises(Stale):
        locations.put(a_location("senayan", status="closed"), 1)
    assert locations.get("senayan") == (a_location("senayan", status="paused"), 2)

    # And who does not care overwrites
    assert locations.put(a_location("senayan", methods=frozenset()), None) == 3
    assert locations.get("senayan") == (a_location("senayan", methods=frozenset()), 3)


# --- products, policies, places, windows, messages


def test_more_products_than_one_batch_takes_are_read(world: World) -> None:
    world.given([a_product(f"sku{n}") for n in range(130)])
    catalog = DynamoDBCatalogRepository(aws.dynamodb(), tables())
    found = catalog.products([f"sku{n}" for n in range(140)])
    assert len(found) == 130
    assert found["sku5"] == a_product("sku5")
    assert catalog.products([]) == {}


def test_more_codes_than_one_batch_takes_are_looked_up(world: World) -> None:
    # Given products with a barcode each
    world.given(a_product(f"SKU{n}", barcodes=(f"{n:08}",)) for n in range(70))
    catalog = DynamoDBCatalogRepository(aws.dynamodb(), tables())

    # When they are named by it, and others that nobody has
    found = catalog.skus_of([f"{n:08}" for n in range(80)])

    # Then
    assert found == {f"{n:08}": f"SKU{n}" for n in range(70)}
    assert catalog.skus_of(["sku1", "=sku1", "=", ""]) == {"sku1": "SKU1"}
    assert catalog.skus_of([]) == {}


def test_a_location_is_there_or_not(world: World) -> None:
    locations = DynamoDBLocationRepository(aws.dynamodb(), tables())
    assert not locations.exists("senayan")
    world.given(a_location("senayan"))
    assert locations.exists("senayan")


def test_policies_get_versions_and_the_newest_holds(world: World) -> None:
    # Given no policy
    config = DynamoDBConfigRepository(aws.dynamodb(), tables())
    assert config.policy("default") == Policy("default")

    # When twelve are set, then the twelfth holds
    for most in range(1, 13):
        config.put_policy(Policy("default", pickup_options=most))
    assert config.policy("default") == Policy("default", version=12, pickup_options=12)
    assert config.policy("sale") == Policy("sale")

    # And each version is still there
    assert config.policy_version("default", 3) == Policy("default", version=3, pickup_options=3)
    assert config.policy_version("default", 0) == Policy("default")
    assert config.policy_version("default", 13) is None
    assert config.policy_version("sale", 1) is None


def test_the_newest_of_every_policy_is_one_query(world: World) -> None:
    # Given two policies, one of them in two versions
    config = DynamoDBConfigRepository(aws.dynamodb(), tables())
    assert list(config.policies()) == []
    sale = Policy(
        "sale", applies_to=AppliesTo(channels=("web",)), costs=CostRates(per_unit=Decimal("1500.50"))
    )
    config.put_policy(sale)
    config.put_policy(Policy("default", pickup_options=5))
    config.put_policy(replace(sale, pickup_options=7))

    # Then a worker that has read nothing knows the newest of each
    other = DynamoDBConfigRepository(aws.dynamodb(), tables())
    assert list(other.policies()) == [
        Policy("default", version=1, pickup_options=5),
        replace(sale, version=2, pickup_options=7),
    ]


def test_a_policy_is_read_again_after_a_minute(world: World) -> None:
    # Given a worker that has read the policies, and another that changes one
    config = DynamoDBConfigRepository(aws.dynamodb(), tables())
    assert config.policy("default").version == 0
    DynamoDBConfigRepository(aws.dynamodb(), tables()).put_policy(Policy("default", pickup_options=5))

    # When less than a minute has passed, and more
    world.clock.forward(seconds=55)
    before = config.policy("default").version
    world.clock.forward(seconds=10)

    # Then
    assert (before, config.policy("default").version) == (0, 1)


def test_a_policy_that_changed_meanwhile_gets_the_version_after(world: World) -> None:
    # Given somebody who puts a policy just before another's is written
    config, other = (DynamoDBConfigRepository(aws.dynamodb(), tables()) for _ in range(2))
    world.between(lambda: other.put_policy(Policy("default", pickup_options=9)))

    # When
    stored = config.put_policy(Policy("default", pickup_options=5))

    # Then both are kept, and the later one is in force
    assert stored == Policy("default", version=2, pickup_options=5)
    assert config.policy_version("default", 1) == Policy("default", version=1, pickup_options=9)
    assert list(config.policies()) == [stored]


def test_a_policy_of_an_older_shape_is_in_nobodys_way(world: World) -> None:
    # Given a row as it was written before policies had parts
    old = {"pk": text("POLICY#default"), "sk": text("00000004"), "document": text('{"floors": {"store": 1}}')}
    aws.dynamodb().put_item(TableName="Config", Item=old)

    # Then it is not in force, and the next version comes after it
    config = DynamoDBConfigRepository(aws.dynamodb(), tables())
    assert config.policy("default") == Policy("default")
    assert config.put_policy(Policy("default")).version == 5


def test_places_are_found_by_kind_country_and_code(world: World) -> None:
    # Given a postal code and its prefix
    places = [PlaceRecord("ID", "postal", code, SENAYAN, 2.0, "java") for code in ("12190", "121")]
    world.given(places, PlaceRecord("ID", "area", "12190", Point(0, 0), 1.0))

    # Then exactly what exists of the asked is found
    config = DynamoDBConfigRepository(aws.dynamodb(), tables())
    assert config.places("ID", "postal", ["12190", "1219", "121"]) == {p.code: p for p in places}
    assert config.places("MY", "postal", ["12190"]) == {}


def test_all_zones_of_a_country_are_read(world: World) -> None:
    land = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
    zones = [Zone("bali", "ID", land, "Bali"), Zone("java", "ID", land, "Jawa")]
    world.given(zones, Zone("borneo", "MY", land))
    assert list(DynamoDBConfigRepository(aws.dynamodb(), tables()).zones("ID")) == zones


def test_windows_are_read_by_the_hundred(world: World) -> None:
    # Given orders in 120 windows
    windows: list[WindowKey] = [("senayan", "pickup", f"W{n}") for n in range(120)]
    for _, _, window in windows:
        row = {"location_method": text("senayan#pickup"), "window": text(window), "used": number(1)}
        aws.dynamodb().put_item(TableName="Capacity", Item=row)

    # When they and another are asked for, then those that somebody took come
    capacity = DynamoDBCapacityRepository(aws.dynamodb(), tables())
    used = capacity.used([*windows, ("kota", "pickup", "W1")])
    assert used == dict.fromkeys(windows, 1)
    assert capacity.used([]) == {}


CONFIRMED = Event("e1", "OrderConfirmed", MONDAY_NOON, "A-1", {"tasks": []})


def test_what_became_of_a_message_is_true_once_however_often_it_is_said(world: World) -> None:
    deliveries = DynamoDBDeliveries(aws.dynamodb(), tables().idempotency)
    assert deliveries.of("m1") == Delivery()

    # When a message is handed to two channels, and each thing is said twice
    for _ in range(2):
        deliveries.begin("m1", CONFIRMED, MONDAY_NOON)
        deliveries.taken("m1", "whatsapp", MONDAY_NOON, "aws-1")
        assert deliveries.failed("m1", "whatsapp") == CONFIRMED
        deliveries.taken("m1", "sms", MONDAY_NOON)
        assert deliveries.arrived("m1", "sms") == CONFIRMED

    # Then all of it is known, and nothing of another
    assert deliveries.of("m1") == Delivery(
        frozenset({"whatsapp", "sms"}), frozenset({"whatsapp"}), frozenset({"sms"})
    )
    assert deliveries.named("aws-1") == ("m1", "whatsapp")
    assert deliveries.of("m2") == Delivery()
    assert deliveries.named("aws-2") is None


def test_a_receipt_for_what_nobody_sent_leaves_nothing_behind(world: World) -> None:
    deliveries = DynamoDBDeliveries(aws.dynamodb(), tables().idempotency)

    assert deliveries.failed("m1", "sms") is None
    assert deliveries.arrived("m1", "sms") is None
    assert world.rows("Idempotency") == []


def test_an_open_board_is_written_down_once_a_minute(world: World) -> None:
    # Given two workers that each answer a board every few seconds
    table = tables().idempotency
    one, other = DynamoDBBoards(aws.dynamodb(), table), DynamoDBBoards(aws.dynamodb(), table)
    moments = [MONDAY_NOON + timedelta(seconds=seconds) for seconds in (0, 5, 30, 59)]

    # When it is open for a minute
    for at in moments:
        one.seen("senayan", at)
        other.seen("senayan", at)

    # Then the first moment stands, and the next minute's the next
    assert one.last_seen("senayan") == MONDAY_NOON
    other.seen("senayan", MONDAY_NOON + timedelta(seconds=61))
    assert one.last_seen("senayan") == MONDAY_NOON + timedelta(seconds=61)
    assert one.last_seen("kota") is None
