"""Policies in force: the one that applies decides options, orders and what is rerouted."""

from __future__ import annotations

from typing import Any

from fulfillment import bootstrap
from fulfillment.application.ports import Command
from fulfillment.domain.location import ServiceArea, Zone
from tests.support.builders import (
    SENAYAN,
    a_location,
    a_product,
    asked,
    delivery_body,
    north_of,
    order_body,
    order_lines,
    stock,
)
from tests.support.world import World

POLICY = "/v1/policies/{name}"
JAVA = {"type": "Polygon", "coordinates": [[[106, -7], [107, -7], [107, -6], [106, -6], [106, -7]]]}


def put(world: World, name: str, **document: Any) -> None:
    """A policy that every function knows from now on."""
    assert world.admin("PUT", POLICY, path={"name": name}, body=document).status == 200
    world.clock.forward(seconds=61)


def two_stores(world: World) -> None:
    """Senayan is near and has rank 2, Kota is 9 km away and has rank 1; each has three tees."""
    world.given(a_product("tee", tags=("hot",)))
    world.given(a_location("senayan", rank=2), a_location("kota", point=north_of(SENAYAN, 9), rank=1))
    world.given(stock("senayan", tee=3), stock("kota", tee=3))


def supplier(world: World, order_id: str, **more: Any) -> str:
    """Who supplies a delivery of one tee."""
    order = world.order(delivery_body(order_id, **more))
    assert order.status == 201, order.body
    (shipment,) = order.body["shipments"]
    return str(shipment["location_id"])


def test_the_policy_of_a_channel_decides_its_orders_and_no_others(world: World) -> None:
    two_stores(world)
    put(world, "by-rank", applies_to={"channels": ["app"]}, objectives=["rank"])

    assert supplier(world, "A-1", channel="web") == "senayan"
    assert supplier(world, "A-2", channel="app") == "kota"


def test_an_option_and_its_order_are_decided_by_the_same_policy(world: World) -> None:
    two_stores(world)
    put(world, "by-rank", applies_to={"methods": ["delivery"]}, objectives=["rank"])

    (option,) = world.options(asked(methods=["delivery"])).body["delivery"]

    assert [s["location_id"] for s in option["shipments"]] == ["kota"]
    assert supplier(world, "A-1", option_id=option["option_id"]) == "kota"


def test_a_dear_order_may_have_a_policy_of_its_own(world: World) -> None:
    # Given tees at 199,000 and a policy from 500,000 on; a line's own price goes before the product's
    two_stores(world)
    put(world, "dear", applies_to={"value_from": "500000"}, objectives=["rank"])
    reduced = [line | {"unit_price": {"amount": "9000", "currency": "IDR"}} for line in order_lines(tee=3)]

    assert supplier(world, "A-1", lines=reduced) == "senayan"
    assert supplier(world, "A-2", lines=order_lines(tee=3)) == "kota"


def test_a_floor_by_tag_is_kept_by_options_and_orders(world: World) -> None:
    two_stores(world)
    put(world, "default", floors=[{"units": 3, "tags": ["hot"]}])

    options = world.options(asked()).body

    assert (options["pickup"], options["delivery"]) == ([], [])
    assert world.order(order_body()).status == 409


def test_the_reservation_itself_leaves_the_floor_alone(world: World) -> None:
    # Given a floor of one of three, and another order that is written between the decision and the reservation
    two_stores(world)
    put(world, "default", floors=[{"units": 1, "skus": ["tee"]}])
    world.between(lambda: world.order(order_body("A-1")))

    late = world.order(order_body("A-2", lines=order_lines(tee=2)))

    assert late.status == 409
    assert world.stock("tee", "senayan").available == 2


def test_a_refused_delivery_is_rerouted_by_the_policy_that_it_was_placed_under(world: World) -> None:
    # Given a third store, nearest of all but last in rank
    two_stores(world)
    world.given(a_location("blok-m", point=north_of(SENAYAN, 1), rank=9), stock("blok-m", tee=3))
    put(world, "by-rank", applies_to={"channels": ["web"]}, objectives=["rank"])
    assert supplier(world, "A-1") == "kota"

    # When the first in rank says no
    world.settle()
    world.on_task("kota", "A-1~1", "refuse", {"reason": "no_time"})
    world.settle()

    # Then the second in rank supplies, not the nearest
    shipments = world.get_order("A-1").body["shipments"]
    assert [(s["location_id"], s["status"]) for s in shipments] == [("kota", "refused"), ("senayan", "open")]


def test_a_part_is_sent_only_where_policy_and_customer_agree(world: World) -> None:
    two_stores(world)
    seven = order_lines(tee=7)

    strict = world.order(delivery_body("A-1", lines=seven, accept_partial=True))
    put(world, "default", fallback=["part"])
    unasked = world.order(delivery_body("A-2", lines=seven))
    agreed = world.order(delivery_body("A-3", lines=seven, accept_partial=True))

    assert (strict.status, unasked.status, agreed.status) == (409, 409, 201)
    assert [m["missing"] for m in agreed.body["missing"]] == [1]


def test_lines_that_belong_together_come_from_one_store(world: World) -> None:
    # Given a top here, a skirt there, and both of them far away
    world.given(a_product("top"), a_product("skirt"))
    world.given(a_location("senayan"), a_location("kota", point=north_of(SENAYAN, 9)))
    world.given(a_location("bandung", point=north_of(SENAYAN, 120)))
    world.given(stock("senayan", top=1), stock("kota", skirt=1), stock("bandung", top=1, skirt=1))
    suit = [line | {"keep_together": "suit"} for line in order_lines(top=1, skirt=1)]
    world.admin("PUT", POLICY, path={"name": "default"}, body={"objectives": ["distance"]})
    world.clock.forward(seconds=61)

    torn = world.options(asked(lines=order_lines(top=1, skirt=1), methods=["delivery"])).body["delivery"]

    assert len(torn[0]["shipments"]) == 2
    assert supplier(world, "A-1", lines=suit) == "bandung"


def test_a_refused_parcel_is_rerouted_whole_or_all_of_it_is_missing(world: World) -> None:
    # Given a policy that sends part, three tees from Senayan, and one tee elsewhere
    world.given(a_product("tee"))
    world.given(a_location("senayan"), a_location("kota", point=north_of(SENAYAN, 9)))
    world.given(stock("senayan", tee=3), stock("kota", tee=1))
    put(world, "default", fallback=["part"])
    assert supplier(world, "A-1", lines=order_lines(tee=3)) == "senayan"
    world.settle()

    # When Senayan says no
    world.on_task("senayan", "A-1~1", "refuse", {"reason": "damaged"})
    world.settle()

    # Then no unit is forgotten
    order = world.get_order("A-1").body
    assert (order["status"], [u["missing"] for u in order["unfilled"]]) == ("unfillable", [3])


def test_a_refusal_says_all_that_is_missing_whatever_a_policy_would_send(world: World) -> None:
    world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=1))
    put(world, "default", fallback=["part", "backorder"])

    options = world.options(asked(lines=order_lines(tee=2), methods=["delivery"])).body
    order = world.order(delivery_body(lines=order_lines(tee=2)))

    assert options["delivery"] == []
    assert [(m["missing"], m["left"]) for r in options["reasons"] for m in r.get("missing", [])] == [(2, 1)]
    assert (order.status, [(m["missing"], m["left"]) for m in order.body["left"]]) == (409, [(1, 1)])


def test_an_order_that_an_option_was_made_for_is_not_refused_by_a_policy_of_a_minute_ago(
    world: World,
) -> None:
    # Given functions that know a floor which keeps everything
    two_stores(world)
    put(world, "default", floors=[{"units": 3}])
    assert world.order(order_body("A-1")).status == 409

    # When it is lifted, and half a minute later the options know
    world.admin("PUT", POLICY, path={"name": "default"}, body={"floors": []})
    world.clock.forward(seconds=30)

    # Then the order is taken, though its function's picture is younger than a minute
    assert world.order(order_body("A-2")).status == 201


def test_a_policy_is_given_back_as_it_is_now(world: World) -> None:
    assert world.admin("GET", POLICY, path={"name": "default"}).body["version"] == 0

    put(world, "default", pickup_options=3)
    world.restart()
    world.admin("GET", POLICY, path={"name": "default"})
    world.admin("PUT", POLICY, path={"name": "default"}, body={"pickup_options": 4})

    assert world.admin("GET", POLICY, path={"name": "default"}).body["pickup_options"] == 4


def test_a_function_that_does_not_know_a_policy_yet_reroutes_by_what_the_order_was_placed_under(
    world: World,
) -> None:
    # Given a reroute function that read the policies before one was put that leaves the museum's shop out
    world.given(a_product("tee"), a_location("senayan"), a_location("blok-m", point=north_of(SENAYAN, 2)))
    world.given(a_location("museum", point=north_of(SENAYAN, 1), groups=("museum",)))
    world.given(stock("senayan", tee=1), stock("blok-m", tee=1), stock("museum", tee=1))
    warm = bootstrap.reroute_order()
    warm.picture.config.policies()
    world.restart()
    put(world, "shops", applies_to={"channels": ["web"]}, locations={"exclude_groups": ["museum"]})
    assert supplier(world, "A-1") == "senayan"

    # When Senayan refuses, and that function takes the message
    world.on_task("senayan", "A-1~1", "refuse", {"reason": "no_time"})
    assert warm("A-1", Command("c-1", "f")) == "rerouted"

    # Then the museum is still left out
    assert world.get_order("A-1").body["shipments"][-1]["location_id"] == "blok-m"


def test_a_store_whose_area_holds_the_customer_is_on_the_customers_side_in_all(world: World) -> None:
    # Given a store across the strait that delivers here, and a carrier that does not cross it
    world.given(a_product("tee"), Zone("java", "ID", JAVA))
    world.given(a_location("gilimanuk", zone="bali", service_area=ServiceArea(radius_km=50)))
    world.given(stock("gilimanuk", tee=1))
    put(world, "default", carriers=[{"name": "kurir", "cutoff": "18:00", "transit_days": {"same": 1}}])

    (option,) = world.options(asked(methods=["delivery"])).body["delivery"]

    assert [s["location_id"] for s in option["shipments"]] == ["gilimanuk"]


def warned(world: World, **document: Any) -> list[tuple[str, str, str]]:
    """Field, code and message of what putting this policy is answered with; it is put all the same."""
    answer = world.admin("PUT", POLICY, path={"name": "groups"}, body=document)
    assert answer.status == 200
    return [(told["field"], told["code"], told["message"]) for told in answer.body["warnings"]]


def test_a_group_that_no_location_is_in_is_told_wherever_a_policy_names_it(world: World) -> None:
    # Given a store in a group, and a policy that writes it wrongly in each place
    world.given(a_location("senayan", groups=("malls",)))
    carrier = {"name": "jne", "cutoff": "15:00", "transit_days": {"same": 1}, "groups": ["mals"]}

    # When
    told = warned(
        world,
        locations={"include_groups": ["malls", "mals"], "exclude_groups": ["mals"]},
        ranking=["mals", "malls"],
        floors=[{"units": 1}, {"units": 2, "groups": ["mals"]}],
        carriers=[carrier],
        calendars=[{"name": "eid", "groups": ["mals"]}],
    )

    # Then
    message = "no location is in the group 'mals'"
    assert told == [
        ("locations.include_groups.1", "unknown_group", message),
        ("locations.exclude_groups.0", "unknown_group", message),
        ("ranking.0", "unknown_group", message),
        ("floors.1.groups.0", "unknown_group", message),
        ("carriers.0.groups.0", "unknown_group", message),
        ("calendars.0.groups.0", "unknown_group", message),
    ]


def test_a_location_that_is_not_there_is_told_of_the_groups_that_name_it(world: World) -> None:
    world.given(a_location("senayan"))

    told = warned(world, groups={"malls": ["senayan", "senajan"]}, ranking=["malls"])

    assert told == [("groups.malls.1", "unknown_location", "there is no location 'senajan'")]


def test_a_group_is_known_from_the_moment_a_location_is_in_it(world: World) -> None:
    # Given a policy that came first
    world.given(a_location("senayan"))
    assert len(warned(world, ranking=["malls"])) == 1

    # When another function has put the location into the group
    world.given(a_location("senayan", groups=("malls",)))
    world.clock.forward(seconds=2)

    # Then
    assert warned(world, ranking=["malls"]) == []


def test_what_putting_a_policy_answered_can_be_put_again(world: World) -> None:
    answer = world.admin("PUT", POLICY, path={"name": "groups"}, body={"ranking": ["mals"]}).body

    again = world.admin("PUT", POLICY, path={"name": "groups"}, body=answer)

    assert (again.status, again.body) == (200, answer | {"version": 2})
    assert "warnings" not in world.admin("GET", POLICY, path={"name": "groups"}).body


def test_what_putting_a_policy_answered_can_be_tried(world: World) -> None:
    world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=5))
    answer = world.admin("PUT", POLICY, path={"name": "groups"}, body={"ranking": ["mals"]}).body

    tried = world.admin("POST", "/v1/decisions", body=asked(method="delivery") | {"policy": answer})

    assert tried.status == 200


def test_a_group_of_the_policys_own_that_holds_nothing_is_told(world: World) -> None:
    told = warned(world, groups={"malls": []}, ranking=["malls"])

    assert told == [("ranking.0", "unknown_group", "no location is in the group 'malls'")]


def test_locations_are_not_read_for_a_policy_that_names_none(world: World) -> None:
    put(world, "by-rank", objectives=["rank"])

    calls = world.calls(lambda: put(world, "by-rank", objectives=["rank"]))

    assert "Scan" not in calls


def test_many_faults_are_told_in_part(world: World) -> None:
    names = [f"g{n}" for n in range(100)]

    told = warned(world, ranking=names, locations={"include_groups": names})

    assert len(told) == 100
