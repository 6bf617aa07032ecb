"""The words of a decision: every reason, objective and change has its own."""

from __future__ import annotations

from typing import get_args

import pytest

from fulfillment.cli.decision_words import (
    counted,
    first_worse,
    km,
    listed,
    measured,
    when,
    why_not,
    would_change,
)
from fulfillment.domain.basket import Method
from fulfillment.domain.decision import Objective
from fulfillment.domain.routing.candidate import FARTHEST_M, Detail, Reason, Verdict
from fulfillment.domain.routing.changes import Change
from tests.support.builders import MONDAY_NOON

WHY: list[tuple[Reason, Detail, str]] = [
    ("refused_before", {}, "said no to this order before"),
    ("closed", {}, "is closed"),
    ("paused", {}, "is paused"),
    ("method_not_offered", {}, "sends no parcels"),
    ("not_chosen", {}, "is not the store that the customer chose"),
    ("group_excluded", {"group": "outlets"}, "is in the group outlets, which the policy leaves out"),
    ("group_excluded", {"only": "java, bali"}, "is in none of the groups that the policy asks: java, bali"),
    ("kind_excluded", {"kind": "locker"}, "is a locker, which the policy leaves out"),
    ("no_coordinates", {}, "is at an unknown distance, and the policy has a limit"),
    ("outside_service_area", {}, "does not deliver to this address"),
    ("too_far", {"limit_m": 25_000}, "is farther away than the policy's limit of 25 km"),
    ("no_carrier", {}, "is served by no carrier that goes to this address"),
    (
        "not_open_soon",
        {"opens_at": "2026-12-25T03:00:00+00:00"},
        "can promise nothing within two weeks; it opens Fri 25 Dec 2026 10:00 WIB",
    ),
    ("not_open_soon", {}, "can promise nothing within two weeks"),
    ("capacity_full", {"limit": 3}, "has taken all the orders that it can (3)"),
    ("capacity_full", {"limit": 0}, "takes no orders of this kind"),
    (
        "misses_promise",
        {"promise_at": "2026-11-25T14:00:00+00:00"},
        "would deliver only by Wed 25 Nov 2026 21:00 WIB",
    ),
    ("no_stock", {}, "has none of it"),
    ("below_floor", {"available": 1, "floor": 2}, "has 1, and keeps a floor of 2"),
    ("outside_ring", {}, "was not asked: a plan was found nearer by"),
    ("beaten", {"units": 1, "missing": 1, "floor": 1}, "has 1 of 2 after its floor of 1"),
    ("beaten", {"units": 2, "missing": 0}, "has all 2, too"),
    ("beaten", {"units": 1, "missing": 0}, "has it, too"),
    ("not_enough", {"units": 1, "missing": 1, "floor": 1}, "has 1 of 2 after its floor of 1"),
    ("not_enough", {"units": 2, "missing": 0}, "has everything, but the policy allows no such plan"),
]


@pytest.mark.parametrize(("reason", "detail", "told"), WHY)
def test_every_reason_has_its_words(reason: Reason, detail: Detail, told: str) -> None:
    assert why_not(Verdict("x", reason, detail), "delivery", "Asia/Jakarta") == told


@pytest.mark.parametrize(
    ("reason", "detail", "told"),
    [
        ("method_not_offered", {}, "hands out no pickups"),
        (
            "misses_promise",
            {"promise_at": "2026-11-25T14:00:00+00:00"},
            "would be ready only by Wed 25 Nov 2026 14:00 UTC",
        ),
    ],
)
def test_a_pickup_has_words_of_its_own(reason: Reason, detail: Detail, told: str) -> None:
    method: Method = "pickup"

    assert why_not(Verdict("x", reason, detail), method, "UTC") == told


@pytest.mark.parametrize(
    ("objective", "told"),
    [
        (Objective("distance", 12_345), "12.3 km"),
        (Objective("shipments", 1), "1 shipment"),
        (Objective("cost", 12_500_000), "12.5 GBP"),
        (Objective("promise", 90), "90 minutes from now"),
        (Objective("missing", 2), "2 missing"),
        (Objective("other_zone", 1), "1 from another zone"),
        (Objective("other_zone", 0), "none from another zone"),
        (Objective("group_rank", 3), "group rank 3"),
    ],
)
def test_every_objective_has_its_words(objective: Objective, told: str) -> None:
    assert measured(objective, "GBP") == told


def test_the_first_objective_that_differs_is_told() -> None:
    best, other = (Objective("a", 1), Objective("b", 2)), (Objective("a", 1), Objective("b", 3))

    assert first_worse(best, other, "IDR") == ("b 3", "b 2")
    assert first_worse(best, best, "IDR") is None
    near, far = [Objective("other_zone", 0)], [Objective("other_zone", 1)]
    assert first_worse(near, far, "IDR") == ("1 from another zone", "none")


@pytest.mark.parametrize(
    ("metres", "unknown", "told"),
    [
        (1_000, 0, "1 km"),
        (FARTHEST_M, 1, "an unknown distance"),
        (2 * FARTHEST_M, 2, "2 unknown distances"),
        (FARTHEST_M + 11_100, 1, "11.1 km and one unknown"),
        (2 * FARTHEST_M + 11_100, 2, "11.1 km and 2 unknown"),
    ],
)
def test_a_sum_says_how_many_distances_nobody_knows(metres: int, unknown: int, told: str) -> None:
    assert measured(Objective("distance", metres), "IDR", unknown) == told


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (Change("units", {"tee": 2, "cap": 1}), "1 more of cap and 2 more of tee"),
        (Change("km", {"metres": 400, "distance_m": 1_000}), "400 m nearer"),
        (Change("km", {"distance_m": 1_000}), "a known distance of at most 1 km"),
        (Change("floor", {"floor": 0}), "a floor of 0"),
    ],
)
def test_every_change_has_its_words(change: Change, told: str) -> None:
    assert would_change(change) == told


def test_no_reason_is_without_words() -> None:
    assert {reason for reason, _, _ in WHY} | {"chosen"} == set(get_args(Reason))


def test_small_words() -> None:
    assert [listed(list("abc")[:n]) for n in range(4)] == ["", "a", "a and b", "a, b and c"]
    assert [km(n) for n in (0, 999, 1_000, 12_345_678)] == ["0 m", "999 m", "1 km", "12,345.7 km"]
    assert when(MONDAY_NOON, "Asia/Makassar") == "Mon 23 Nov 2026 13:00 WITA"
    assert counted("capacity_full") == "capacity full"
    assert counted("misses_promise") == "too late"
