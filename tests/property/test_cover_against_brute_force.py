"""The search finds what looking at every set of locations finds."""

from __future__ import annotations

import random
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fulfillment.domain.cover import Cover, Supplier, cheapest_cover

INSTANCES = 3_000
SKUS = ("a", "b", "c", "d")


def holds(chosen: tuple[Supplier, ...], needed: dict[str, int]) -> bool:
    return all(sum(s.units.get(sku, 0) for s in chosen) >= n for sku, n in needed.items())


def every_member_helps(chosen: tuple[Supplier, ...], needed: dict[str, int]) -> bool:
    """Whether each gives something that was missing still when it was added, cheapest first."""
    missing = dict(needed)
    for supplier in sorted(chosen, key=lambda s: (s.cost, s.location_id)):
        left = {sku: max(0, n - supplier.units.get(sku, 0)) for sku, n in missing.items()}
        if left == missing:
            return False
        missing = left
    return True


def by_brute_force(needed: dict[str, int], suppliers: list[Supplier], most: int) -> list[Cover]:
    """Every set that holds what is needed and has no idle member, best first."""
    found = [
        Cover(
            tuple(map(sum, zip(*(s.cost for s in chosen), strict=True))),
            tuple(sorted(s.location_id for s in chosen)),
        )
        for size in range(1, most + 1)
        for chosen in combinations(suppliers, size)
        if holds(chosen, needed) and every_member_helps(chosen, needed)
    ]
    return sorted(found, key=lambda cover: (cover.cost, cover.location_ids))


def cheapest_of_all_sets(
    needed: dict[str, int], suppliers: list[Supplier], most: int
) -> tuple[int, ...] | None:
    """The least cost over all sets whatever, with idle members and all."""
    costs = [
        tuple(map(sum, zip(*(s.cost for s in chosen), strict=True)))
        for size in range(1, most + 1)
        for chosen in combinations(suppliers, size)
        if holds(chosen, needed)
    ]
    return min(costs, default=None)


def an_instance(dice: random.Random) -> tuple[dict[str, int], list[Supplier], int]:
    """A small basket, up to nine shelves of which many tie, and how many parcels there may be."""
    needed = {sku: dice.randint(1, 4) for sku in SKUS[: dice.randint(1, 4)]}
    names = dice.sample([f"s{n}" for n in range(9)], dice.randint(0, 9))
    suppliers = [
        Supplier(
            name,
            (dice.randint(0, 1), 1, dice.choice([0, 5, 5, 10, dice.randrange(100)])),
            {sku: dice.choice([0, 0, 1, 2, 4]) for sku in SKUS},
        )
        for name in names
    ]
    return needed, suppliers, dice.randint(1, 4)


@pytest.mark.parametrize("seed", range(6))
def test_thousands_of_small_baskets_are_covered_as_brute_force_covers_them(seed: int) -> None:
    dice, covered = random.Random(seed), 0

    for _ in range(INSTANCES // 6):
        needed, suppliers, most = an_instance(dice)
        expected = [*by_brute_force(needed, suppliers, most), None, None]

        found = cheapest_cover(needed, suppliers, most)

        assert found.proven
        assert [found.best, found.runner_up] == expected[:2], (needed, suppliers, most)
        assert (found.best.cost if found.best else None) == cheapest_of_all_sets(needed, suppliers, most)
        covered += found.best is not None

    # The instances are worth something: some can be covered and some cannot
    assert INSTANCES // 6 * 0.3 < covered < INSTANCES // 6 * 0.95


shelves = st.lists(
    st.builds(
        Supplier,
        st.text("abcdef", min_size=1, max_size=2),
        st.tuples(st.integers(0, 1), st.just(1), st.integers(0, 3)),
        st.fixed_dictionaries({sku: st.integers(0, 3) for sku in SKUS}),
    ),
    max_size=7,
    unique_by=lambda s: s.location_id,
)
baskets = st.dictionaries(st.sampled_from(SKUS), st.integers(1, 4), min_size=1)


@settings(max_examples=100)
@given(baskets, shelves, st.integers(1, 4))
def test_any_basket_is_covered_as_brute_force_covers_it(
    needed: dict[str, int], suppliers: list[Supplier], most: int
) -> None:
    expected = [*by_brute_force(needed, suppliers, most), None, None]

    found = cheapest_cover(needed, suppliers, most)

    assert [found.best, found.runner_up] == expected[:2]


@given(baskets, shelves, st.randoms(use_true_random=False))
def test_the_order_of_the_locations_does_not_matter(
    needed: dict[str, int], suppliers: list[Supplier], dice: random.Random
) -> None:
    shuffled = dice.sample(suppliers, len(suppliers))

    assert cheapest_cover(needed, suppliers, 3) == cheapest_cover(needed, shuffled, 3)
