"""The map under a policy's rings, and what it keeps of the policies in use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from fulfillment.adapters import geography
from fulfillment.adapters.geography import VIEWS_KEPT, ShapelyGeography
from fulfillment.application.ports import Search, Seen
from fulfillment.domain.basket import CustomerPlace, Method, Point
from fulfillment.domain.location import Location
from fulfillment.domain.policy import Policy
from fulfillment.domain.reach import Reach
from tests.support.builders import SENAYAN, a_location, north_of


def a_map() -> ShapelyGeography:
    return ShapelyGeography(lambda country: [])


def a_search(policy: Policy, point: Point | None = SENAYAN) -> Search:
    return Search(CustomerPlace("ID", point), point, None, "delivery", policy)


def ids(found: Sequence[Seen]) -> list[str]:
    return [seen.location.location_id for seen in found]


def in_a_row(count: int) -> list[Location]:
    """Stores at 0, 1, 2, ... km."""
    return [a_location(f"s{n:03d}", point=north_of(SENAYAN, n)) for n in range(count)]


def test_what_a_policy_in_use_makes_of_the_locations_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given one policy that is asked by again and again, among more than are kept
    made: list[str] = []

    def reach(method: Method, policy: Policy) -> Reach:
        made.append(policy.name)
        return Reach(method, policy)

    monkeypatch.setattr(geography, "Reach", reach)
    the_map, locations = a_map(), in_a_row(3)

    # When
    for n in range(3 * VIEWS_KEPT):
        for name in ("daily", f"p{n}"):
            the_map.around(locations, a_search(Policy(name=name)), 1, 1)

    # Then it is worked out once
    assert made.count("daily") == 1
    assert len(made) == 1 + 3 * VIEWS_KEPT


def test_a_policy_with_rings_asks_nobody_beyond_the_last() -> None:
    # Given stores that are asked by their rank, the farthest first
    locations = [replace(one, rank=100 - n) for n, one in enumerate(in_a_row(10))]
    locations += [a_location("nowhere", point=None), a_location("x", point=SENAYAN, status="closed")]
    rings = Policy(objectives=("rank", "distance"), rings_km=(1.0, 3.0))

    # When
    found = a_map().around(locations, a_search(rings), 64, 36)
    few = a_map().around(locations, a_search(rings), 4, 36)
    named = a_map().among(locations, a_search(rings), ["s003", "s004", "s001"])

    # Then those beyond are counted, and no obstacle is named for them
    assert ids(found.able) == ["s003", "s002", "s001", "s000"]
    assert (ids(found.unable), found.beyond, found.could_beyond, found.next_m) == (["x"], 7, False, 4_000)
    assert (ids(few.able), few.could_beyond) == (ids(found.able), False)
    assert ids(named) == ["s003", "s001"]


def test_rings_are_around_a_point() -> None:
    found = a_map().around(in_a_row(3), a_search(Policy(rings_km=(1.0,)), None), 64, 36)

    assert (ids(found.able), ids(found.unable), found.beyond, found.next_m) == ([], [], 3, None)
