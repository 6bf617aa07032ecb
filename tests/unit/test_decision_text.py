"""A decision as a store manager is told it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from fulfillment.cli.decide import answer
from fulfillment.cli.decide_read import read
from fulfillment.cli.decision_text import story as told_story
from fulfillment.domain.policy import Policy
from tests.support.builders import MONDAY_NOON
from tests.support.deciding import Console, a_place, an_input
from tests.support.world import FrozenClock

SENAYAN = a_place("senayan", 1.0, {"name": "Senayan"}, tee=3)
BLOK_M = a_place("blok-m", 0.5, {"name": "Blok M"}, tee=2)
FLOOR = {"floors": [{"units": 1}]}


def story(console: Console, asked: dict[str, Any], *options: str) -> list[str]:
    return console.told(asked, "--format", "text", *options).splitlines()


def test_a_plan_is_told_with_the_nearest_that_is_not_in_it(console: Console) -> None:
    assert story(console, an_input(SENAYAN, BLOK_M, policy=FLOOR)) == [
        "Senayan, not Blok M: Blok M has 1 of 2 after its floor of 1.",
        "",
        "Senayan sends 2 x tee, 1 km away, there by Wed 25 Nov 2026 21:00 WIB.",
        "  It must be packed by Mon 23 Nov 2026 14:00 WIB.",
        "  It keeps 1 x tee for its own customers.",
        "",
        "Not chosen:",
        "  Blok M, 500 m away: has 1 of 2 after its floor of 1.",
        "",
        "By the policy inline, Mon 23 Nov 2026 12:00 WIB.",
        "Compared by: 1 shipment, 1 km; no plan is better.",
    ]


def test_a_pickup_says_when_it_is_ready(console: Console) -> None:
    told = story(console, an_input(SENAYAN, method="pickup"))

    assert told[0] == "Senayan supplies everything."
    assert told[2] == "Senayan hands over 2 x tee, 1 km away, ready by Mon 23 Nov 2026 14:00 WIB."


def test_what_came_second_says_by_what_it_is_worse(console: Console) -> None:
    told = story(console, an_input(SENAYAN, a_place("kota", 9.0, {"name": "Kota"}, tee=2)))

    assert told[0] == "Senayan, not Kota: Kota has all 2, too, but that would be 9 km instead of 1 km."
    assert "Second best: Kota, 9 km instead of 1 km." in told


def test_what_is_as_good_is_decided_by_its_name(console: Console) -> None:
    told = story(console, an_input(a_place("a", 1.0, tee=2), a_place("b", 1.0, tee=2)))

    assert "Second best: b, just as good; the ids of the locations decided." in told


def test_one_that_has_everything_and_came_third_is_told_so(console: Console) -> None:
    told = story(console, an_input(*[a_place(name, n, tee=2) for n, name in enumerate("abc", 1)]))

    assert "  c, 3 km away: has all 2, too; the plan is better." in told


def test_a_pickup_that_the_store_cannot_supply_names_those_that_could(console: Console) -> None:
    asked = an_input(BLOK_M, SENAYAN, policy=FLOOR, method="pickup", location_id="blok-m")

    told = story(console, asked)

    assert told[0] == "Not at Blok M: Blok M has 1 of 2 after its floor of 1."
    assert "Missing at Blok M: 1 x tee." in told
    assert "These could hand over everything: Senayan, 1 km away." in told
    assert "  Senayan, 1 km away: is not the store that the customer chose." in told


def test_a_pickup_that_nobody_can_supply_says_so(console: Console) -> None:
    told = story(console, an_input(BLOK_M, method="pickup", location_id="blok-m", lines=[("tee", 9)]))

    assert "No other store has everything either." in told


SHUT = a_place("shut", 0.2, {"name": "Shut", "status": "closed"}, tee=9)
LATE = a_place("late", 0.3, {"name": "Late", "status": "paused"}, tee=2)
ONES = [a_place(f"s{n}", n, tee=1) for n in range(1, 5)]
NOBODY: dict[str, tuple[dict[str, Any], str, list[str]]] = {
    "there is too little": (
        an_input(BLOK_M, lines=[("tee", 9), ("tee", 1)]),
        "only 2 of 10 x tee are there",
        ["Nobody supplies: 10 x tee (2 at Blok M)."],
    ),
    "there is none": (
        an_input(BLOK_M, SHUT, lines=[("tee", 1), ("cap", 1)]),
        "nobody has any cap",
        ["Nobody supplies: 1 x cap (none anywhere).", "Not supplied without that: 1 x tee."],
    ),
    "the floors keep it": (
        an_input(BLOK_M, policy={"floors": [{"units": 5}]}),
        "what there is of tee is kept by the policy's floors",
        ["Nobody supplies: 2 x tee (floors keep what there is)."],
    ),
    "who has it is shut": (
        an_input(SHUT, a_place("empty")),
        "tee is only at Shut, which is closed",
        ["Nobody supplies: 2 x tee (9 at Shut, which is closed)."],
    ),
    "all who have it are out": (
        an_input(SHUT, LATE, a_place("b", 9, {"status": "closed"}, tee=1)),
        "tee is only at 3 locations that may not supply: 2 closed, 1 paused",
        ["Nobody supplies: 2 x tee (12 at 3 locations that may not supply: 2 closed, 1 paused)."],
    ),
    "the rest is at one that is shut": (
        an_input(LATE, *ONES[:1]),
        "only 1 of 2 x tee is there; 2 more at Late, which is paused",
        ["Nobody supplies: 2 x tee (1 at s1; 2 at Late, which is paused)."],
    ),
    "it lies in too many places": (
        an_input(*ONES, lines=[("tee", 4)]),
        "more than 3 shipments would be needed, which the policy does not allow",
        ["Nobody supplies: 4 x tee (4 are there, in 4 places; 3 shipments are allowed)."],
    ),
    "no more shipments than one": (
        an_input(*ONES[:2], policy={"split": {"max_shipments": 1}}),
        "no location has everything, and only 1 shipment is allowed",
        ["Nobody supplies: 2 x tee (2 are there, in 2 places; 1 shipment is allowed)."],
    ),
    "a line may not be split": (
        an_input(*ONES[:2], policy={"split": {"lines": "whole"}}),
        "the policy's rules on how an order may be split allow no plan",
        ["Nobody supplies: 2 x tee (2 are there, in 2 places; 3 shipments are allowed)."],
    ),
    "a line may not be split over many": (
        an_input(*ONES, policy={"split": {"lines": "whole"}}),
        "no plan of at most 3 shipments keeps the policy's rules on how an order may be split",
        ["Nobody supplies: 2 x tee (4 are there, in 4 places; 3 shipments are allowed)."],
    ),
    "a pickup is not split": (
        an_input(*ONES, method="pickup"),
        "no store has everything, and a pickup is not split",
        ["Nobody supplies: 2 x tee (4 are there, in 4 places)."],
    ),
    "it lies beyond the policy's rings": (
        an_input(ONES[3], *ONES[:1], policy={"rings_km": [2]}),
        "only 1 of 2 x tee is there; 1 more at s4, which is farther away than the policy looks",
        ["Nobody supplies: 2 x tee (1 at s1; 1 at s4, which is farther away than the policy looks)."],
    ),
    "nobody is there": (an_input(), "there are no locations", ["Nobody supplies: 2 x tee (none anywhere)."]),
}


@pytest.mark.parametrize("name", NOBODY)
def test_an_order_that_nobody_can_supply_says_what_decided_it(console: Console, name: str) -> None:
    asked, reason, missing = NOBODY[name]

    told = story(console, asked)

    assert told[0] == f"Nobody can supply this order: {reason}."
    assert told[2 : 2 + len(missing)] == missing


def test_a_search_that_was_cut_short_says_so() -> None:
    # Given a decision over stores that have enough, taken without the time to find a plan
    asked = read(json.dumps(an_input(*ONES, lines=[("tee", 4)])), Policy)
    found = answer(asked, None, FrozenClock(MONDAY_NOON))
    found = replace(found, decision=replace(found.decision, proven=False))

    # Then
    assert told_story(found).startswith(
        "Nobody can supply this order: the search was cut short before it found a plan."
    )


def test_a_chosen_store_that_is_closed_lacks_nothing(console: Console) -> None:
    told = story(console, an_input(SHUT, SENAYAN, method="pickup", location_id="shut"))

    assert told[0] == "Not at Shut: Shut is closed."
    assert not [line for line in told if line.startswith("Missing")]


def test_a_plan_of_a_part_says_so_and_what_is_missing(console: Console) -> None:
    told = story(console, an_input(*ONES[:1], lines=[("tee", 2), ("tee", 1)], policy={"fallback": ["part"]}))

    assert told[0] == "Only in part: s1."
    assert "Missing: 2 x tee." in told


def test_lines_of_one_sku_are_told_together(console: Console) -> None:
    told = story(console, an_input(SENAYAN, lines=[("tee", 1), ("tee", 1)]))

    assert told[2].startswith("Senayan sends 2 x tee, 1 km away")


def test_locations_of_one_name_are_told_apart_by_their_ids(console: Console) -> None:
    same = {"name": "Same"}

    told = story(console, an_input(a_place("a", 1.0, same, tee=2), a_place("b", 2.0, same, tee=2)))

    assert told[0].startswith("Same (a), not Same (b): ")


def test_an_unknown_distance_is_no_number(console: Console) -> None:
    # Given one store that is on the map and one that is not
    asked = an_input(a_place("a", 1.0, tee=1), a_place("b", None, tee=1))

    # When
    told = story(console, asked)

    # Then
    assert "b sends 1 x tee, at an unknown distance, there by Wed 25 Nov 2026 21:00 WIB." in told
    assert "Compared by: 2 shipments, 1 km and one unknown; no plan is better." in told
    assert "20,0" not in "".join(told)


def test_a_customer_who_is_nowhere_is_told_once(console: Console) -> None:
    told = story(console, an_input(a_place("a", 1.0, tee=2), a_place("b", 2.0, tee=2), customer={}))

    assert "a sends 2 x tee, there by Wed 25 Nov 2026 21:00 WIB." in told
    assert "Compared by: 1 shipment, an unknown distance; no plan is better." in told


def test_what_is_sent_later_is_told(console: Console) -> None:
    asked = an_input(a_place("kota", 1.0, {"name": "Kota"}, tee=0), policy={"fallback": ["backorder"]})
    asked["stock"][0]["backorderable"] = True

    told = story(console, asked)

    assert told[0] == "Nothing is there now: Kota will send it later."
    assert "Missing: 2 x tee; Kota sends them later." in told


def test_money_and_carriers_are_told_where_there_are_any(console: Console) -> None:
    carrier = {"name": "JNE", "cutoff": "15:00", "transit_days": {"same": 1, "other": 3}}
    policy = {"carriers": [carrier], "costs": {"per_shipment": 9000, "per_unit": "500"}}

    told = story(console, an_input(SENAYAN, policy=policy))

    assert told[2].startswith(
        "Senayan sends 2 x tee, 1 km away with JNE, there by Tue 24 Nov 2026 21:00 WIB."
    )
    assert "  Estimated cost: 10000 IDR (handling 10000)." in told


def test_many_that_were_not_chosen_are_counted_by_reason(console: Console) -> None:
    shut = [a_place(f"x{n}", 5.0 + n, {"status": "closed"}) for n in range(3)]
    others = [a_place(f"y{n}", 2.0 + n / 10, tee=1) for n in range(6)]

    told = story(console, an_input(SENAYAN, *shut, *others))

    assert "  And 4 farther away: 3 closed, 1 able to supply, with less or farther away." in told


def test_an_explanation_is_told(console: Console) -> None:
    closed = a_place("shut", 3.0, {"name": "Shut", "status": "closed"})
    asked = an_input(SENAYAN, BLOK_M, closed, policy=FLOOR)

    told = story(console, asked, "--explain", "blok-m", "senayan", "shut")

    assert "Blok M would supply with 1 more of tee, or a floor of 0." in told
    assert "Senayan is in the plan as it is." in told
    assert "Shut would not supply with more units, a lower floor or fewer kilometres alone." in told
