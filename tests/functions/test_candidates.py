"""A location as a decision sees it: what operations say of it, what waits there, and how far it is looked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from fulfillment import bootstrap
from fulfillment.adapters import aws
from fulfillment.adapters.dynamodb import keys
from fulfillment.adapters.dynamodb.rows import number, text
from fulfillment.application.picture import Picture, Where
from fulfillment.application.widening import Look, decide_widely
from fulfillment.domain.basket import CustomerPlace, Method
from fulfillment.domain.decision import Decision, DecisionRequest
from fulfillment.domain.location import ServiceArea
from fulfillment.domain.policy import CostRates, Fallback, Policy
from fulfillment.domain.routing.candidate import Candidate
from tests.support.builders import MONDAY_NOON, SENAYAN, a_line, a_location, stock
from tests.support.large_chain import a_chain, counted_reads, farthest, write_locations
from tests.support.world import World

HERE = Where(CustomerPlace("ID", SENAYAN), SENAYAN, "java", "point", 0.0)


def picture() -> Picture:
    return bootstrap._picture(True)


def candidate(method: Method = "delivery", policy: Policy | None = None, where: Where = HERE) -> Candidate:
    """The only location there is."""
    (found,) = picture().candidates(where, method, policy or Policy(), MONDAY_NOON).inside
    return found


def taken(world: World, window: str, orders: int) -> None:
    """So many pickups wait in an hour at senayan, of which nobody knows the orders."""
    world.tampered = True
    key = {"location_method": text(keys.location_method("senayan", "pickup")), "window": text(window)}
    aws.dynamodb().put_item(TableName="Capacity", Item={**key, "used": number(orders)})


# --- what operations say


def test_what_operations_know_of_a_location_is_in_the_candidate(world: World) -> None:
    world.given(
        a_location(
            "senayan",
            rank=7,
            groups=("mall",),
            refusal_rate=Decimal("0.05"),
            attributes={"sqm": 900, "vip": True},
        )
    )

    found = candidate(policy=Policy(groups={"flagship": ("senayan", "kota"), "other": ("kota",)}))

    assert (found.rank, found.groups, found.refusal_rate) == (7, ("flagship", "mall"), Decimal("0.05"))
    assert found.attributes == {"sqm": 900, "vip": True}


@pytest.mark.parametrize(
    ("customers", "locations", "area", "foreign"),
    [
        ("java", "java", None, False),
        ("java", "bali", None, True),
        ("java", "bali", ServiceArea(radius_km=5), False),  # it says itself that it serves this customer
        (None, "bali", None, None),
        ("java", None, None, None),
    ],
)
def test_another_island_is_foreign_unless_nobody_knows(
    world: World, customers: str | None, locations: str | None, area: ServiceArea | None, foreign: bool | None
) -> None:
    world.given(a_location("there", zone=locations, service_area=area))

    assert candidate(where=replace(HERE, zone=customers)).foreign is foreign


def test_opening_and_closing_are_of_the_moment_or_the_next(world: World) -> None:
    world.given(a_location("senayan"))

    noon = candidate()
    (night,) = picture().candidates(HERE, "pickup", Policy(), MONDAY_NOON.replace(hour=18)).inside

    assert (noon.opens_at, noon.closes_at) == (MONDAY_NOON, datetime(2026, 11, 23, 15, tzinfo=UTC))
    assert (night.opens_at, night.closes_at) == (
        datetime(2026, 11, 24, 3, tzinfo=UTC),
        datetime(2026, 11, 24, 15, tzinfo=UTC),
    )


def test_whoever_could_not_supply_is_not_asked_when_it_would(world: World) -> None:
    world.given(a_location("senayan", status="closed"))

    found = candidate()

    assert (found.promise, found.full, found.queued, found.opens_at) == (None, False, 0, None)


# --- what waits there


@pytest.mark.parametrize(
    ("policy", "queued"),
    [
        (Policy(), 0),  # nobody asks: no row is read for it
        (Policy(objectives=("load",)), 4),
        (Policy(objectives=("cost",)), 0),
        (Policy(objectives=("cost",), costs=CostRates(backlog_per_order=Decimal(1))), 4),
        (Policy(take_from=("slow_movers",)), 4),  # a rule of one's own may look at it
    ],
)
def test_what_waits_in_the_promised_hour_is_read_where_the_policy_asks_for_it(
    world: World, policy: Policy, queued: int
) -> None:
    world.given(a_location("senayan"))
    taken(world, "2026-11-23T13", 4)

    with counted_reads() as reads:
        found = candidate("pickup", policy)

    assert found.promise is not None
    assert (found.promise.window, found.queued, found.full) == ("2026-11-23T13", queued, False)
    assert reads["Capacity"] == (1 if queued else 0)


def test_a_full_hour_is_passed_over_and_the_queue_is_of_the_one_that_is_promised(world: World) -> None:
    world.given(a_location("senayan", capacity={"pickup": 3}))
    taken(world, "2026-11-23T13", 3)
    taken(world, "2026-11-23T14", 1)

    found = candidate("pickup")

    assert found.promise is not None
    assert (found.promise.window, found.queued) == ("2026-11-23T14", 1)


def test_where_every_hour_is_full_there_is_no_promise(world: World) -> None:
    world.given(a_location("senayan", capacity={"pickup": 1}))
    for hour in (13, 14):
        taken(world, f"2026-11-23T{hour}", 1)

    found = candidate("pickup", Policy(capacity_windows=2))

    assert (found.promise, found.full) == (None, True)


# --- how far it is looked


@pytest.fixture
def country(world: World) -> World:
    """A hundred stores; one tee next door and one at the rim, 9.95 km away."""
    write_locations(a_chain(100))
    world.given(stock("s00000", tee=1), stock(RIM, tee=1))
    return world


RIM = farthest(a_chain(100))


def decided(policy: Policy, tees: int, **more: Any) -> tuple[Decision, Look]:
    lines = (a_line("tee", tees),)
    found = picture().candidates(HERE, "delivery", policy, MONDAY_NOON)
    look = Look(found, dict(picture().stock_of(lines, found.nearest)))
    return decide_widely(picture(), DecisionRequest("delivery", lines, **more), look, MONDAY_NOON)


def test_it_is_looked_everywhere_before_the_policy_is_content_with_part(country: World) -> None:
    part = Policy(fallback=(Fallback("part"),))

    two, _ = decided(part, 2)
    three, _ = decided(part, 3)

    assert (two.status, [s.location_id for s in two.shipments]) == ("planned", ["s00000", RIM])
    assert (three.status, [s.location_id for s in three.shipments]) == ("partial", ["s00000", RIM])


@pytest.mark.parametrize(("last_km", "status"), [(9.9, "unfillable"), (10.0, "planned")])
def test_a_policy_with_rings_looks_no_farther_than_the_last(
    country: World, last_km: float, status: str
) -> None:
    decision, _ = decided(Policy(rings_km=(2.0, last_km)), 2)

    assert decision.status == status


def test_a_wider_look_keeps_what_was_read_and_reads_no_more_than_it_needs(country: World) -> None:
    decision, look = decided(Policy(), 2)

    assert {location_id for _, location_id in look.stock} == {"s00000", RIM}
    assert {c.location_id for c in look.found.nearest} == {"s00000", RIM}
    told = {
        (v.location_id, v.reason): v.detail.get("count") for v in decision.candidates if v.reason != "chosen"
    }
    assert told == {("*", "no_stock"): 63, ("*", "outside_ring"): 35}


def test_a_pickup_is_not_looked_for_elsewhere(country: World) -> None:
    found = picture().candidates(HERE, "pickup", Policy(), MONDAY_NOON, only="s00001")
    request = DecisionRequest("pickup", (a_line("tee"),), "s00001")

    decision, look = decide_widely(picture(), request, Look(found, {}), MONDAY_NOON)

    assert (decision.status, look.found) == ("unfillable", found)
