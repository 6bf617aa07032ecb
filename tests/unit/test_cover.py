"""The cheapest set of locations, in examples; the property tests hold it against brute force."""

from __future__ import annotations

import pytest

from fulfillment.domain import cover
from fulfillment.domain.cover import Cover, CoverSearch, Supplier, cheapest_cover


def a_supplier(location_id: str, *cost: int, **units: int) -> Supplier:
    return Supplier(location_id, cost, units)


def test_one_location_that_has_everything_beats_two_that_are_nearer() -> None:
    found = cheapest_cover(
        {"tee": 1, "cap": 1},
        [
            a_supplier("near", 1, 10, tee=1),
            a_supplier("next", 1, 20, cap=1),
            a_supplier("far", 1, 999, tee=1, cap=1),
        ],
        most=3,
    )

    assert found == CoverSearch(Cover((1, 999), ("far",)), Cover((2, 30), ("near", "next")), proven=True)


def test_two_stores_are_found_where_a_greedy_search_takes_three() -> None:
    # Given a nearest store with most of it, and two others that have it all between them
    found = cheapest_cover(
        {"a": 1, "b": 1, "c": 1, "d": 1},
        [
            a_supplier("greedy", 1, 1, a=1, b=1, c=1),
            a_supplier("left", 1, 50, a=1, b=1),
            a_supplier("right", 1, 60, c=1, d=1),
        ],
        most=2,
    )

    assert found.best == Cover((2, 61), ("greedy", "right"))
    assert found.runner_up == Cover((2, 110), ("left", "right"))


def test_units_of_one_sku_are_gathered_from_several_shelves() -> None:
    found = cheapest_cover({"tee": 5}, [a_supplier("a", 1, tee=2), a_supplier("b", 1, tee=3)], most=2)

    assert found.best == Cover((2,), ("a", "b"))


def test_no_more_locations_than_allowed() -> None:
    shelves = [a_supplier(name, 1, tee=1) for name in "abc"]

    assert cheapest_cover({"tee": 3}, shelves, most=2).best is None
    assert cheapest_cover({"tee": 3}, shelves, most=3).best == Cover((3,), ("a", "b", "c"))


def test_a_tie_goes_to_the_location_ids() -> None:
    shelves = [a_supplier(name, 1, 5, tee=1) for name in ("c", "a", "b")]

    assert cheapest_cover({"tee": 1}, shelves, most=1) == CoverSearch(
        Cover((1, 5), ("a",)), Cover((1, 5), ("b",)), proven=True
    )


@pytest.mark.parametrize("shelves", [[], [a_supplier("a", 1, cap=9)], [a_supplier("a", 1, tee=0)]])
def test_what_nobody_has_is_not_covered(shelves: list[Supplier]) -> None:
    assert cheapest_cover({"tee": 1}, shelves, most=3) == CoverSearch(None, None, proven=True)


def test_a_search_that_was_cut_short_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given more sets than may be looked at
    monkeypatch.setattr(cover, "MAX_STEPS", 20)
    shelves = [a_supplier(f"{n:02d}", 1, n, **{f"sku{n}": 1, "tee": 1}) for n in range(30)]

    found = cheapest_cover({"tee": 3, "sku29": 1}, shelves, most=3)

    assert not found.proven


def test_64_candidates_in_threes_are_proven_within_the_limit() -> None:
    # Given the worst there is: every shelf looks as if it could help, and no three of them do
    needed = {"a": 3, "b": 3, "c": 4}
    shelves = [a_supplier(f"{n:02d}", 0, 1, n, a=1, b=1, c=2 - n % 2) for n in range(64)]

    found = cheapest_cover(needed, shelves, most=3)

    assert found.proven
    assert found.best == Cover((0, 3, 3), ("00", "01", "02"))
