"""The best plan by trying them all: for questions so small that nothing needs to be clever."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from tests.support.reading import Block, Place, Problem

Load = Counter[str]  # units by SKU
Loads = Sequence[Load]  # of each place of a set


@dataclass(frozen=True, order=True)
class Best:
    """A plan, best first: the fewest units missing, then the objectives, then the location ids."""

    missing: int
    values: tuple[int, ...]
    location_ids: tuple[str, ...]


def best_by_brute_force(question: Problem, *, part: bool = False) -> Best | None:
    """The best of all plans that supply everything; of all that supply something where part is allowed.

    Where units and the choice of places are all that matters, nobody supplies what the others could without it.
    """
    any_way_will_do = "cost" not in question.objectives
    frugal = any_way_will_do and question.is_plain and not part
    return min(
        (
            _plan(question, places, loads)
            for places, loads in all_plans(question, part, any_way_will_do)
            if not (frugal and _has_a_needless_one(question, places))
        ),
        default=None,
    )


def _has_a_needless_one(question: Problem, places: Sequence[Place]) -> bool:
    return any(
        all(sum(p.units[sku] for p in places if p is not one) >= n for sku, n in question.wanted.items())
        for one in places
    )


def first_by_brute_force(question: Problem, *, part: bool = False) -> Best | None:
    """The plan that takes the most from the first location by the objectives, then the most from the next."""
    order = sorted(question.places, key=lambda place: (*place.scores.values(), place.location_id))
    first: tuple[tuple[int, ...], Sequence[Place], Loads] | None = None
    for places, loads in all_plans(question, part):
        taken = tuple(
            sum(load.total() for p, load in zip(places, loads, strict=True) if p is o) for o in order
        )
        if first is None or taken > first[0]:
            first = taken, places, loads
    return _plan(question, *first[1:]) if first else None


def all_plans(
    question: Problem, part: bool, any_way_will_do: bool = False
) -> Iterator[tuple[Sequence[Place], Loads]]:
    """Every set of places with every way to share the blocks among all of them, or with any one that is in full."""
    for size in range(1, question.most + 1):
        for places in combinations(question.places, size):
            for loads in _shared(question, places, question.blocks, [Counter() for _ in places], part):
                missing = _missing(question, loads)
                if _allowed(question, loads, missing):
                    yield places, loads
                    if any_way_will_do and not missing:
                        break  # no other way to share changes what the set comes to


def _plan(question: Problem, places: Sequence[Place], loads: Loads) -> Best:
    names = [place.location_id for place in places]
    values = question.values(dict(zip(names, loads, strict=True)))
    return Best(_missing(question, loads), values, tuple(sorted(names)))


def _missing(question: Problem, loads: Loads) -> int:
    return question.wanted.total() - sum(load.total() for load in loads)


def _allowed(question: Problem, loads: Loads, missing: int) -> bool:
    in_one = len(loads) == 1 and not missing
    lacking = question.wanted.copy()
    for load in loads:
        lacking.subtract(load)
    if missing and question.least_value is not None and question.worth(lacking) < question.least_value:
        return False
    if missing and question.may_lack is not None and not set(+lacking) <= question.may_lack:
        return False
    return all(
        load.total() > 0
        and (question.most_units is None or load.total() <= question.most_units)
        and (question.least_value is None or in_one or question.worth(load) >= question.least_value)
        for load in loads
    )


def _shared(
    question: Problem, places: Sequence[Place], blocks: Sequence[Block], loads: list[Load], part: bool
) -> Iterator[Loads]:
    if not blocks:
        yield [load.copy() for load in loads]
        return
    for shares in _ways(blocks[0], places, loads, part):
        added = [load + share for load, share in zip(loads, shares, strict=True)]
        if question.most_units is None or all(load.total() <= question.most_units for load in added):
            yield from _shared(question, places, blocks[1:], added, part)


def _ways(block: Block, places: Sequence[Place], loads: Loads, part: bool) -> Iterator[Loads]:
    """Every way to share a block: what each place gives of it."""
    nothing: Load = Counter()
    if not block.divisible:
        for index, place in enumerate(places):
            if all(place.units.get(sku, 0) - loads[index][sku] >= n for sku, n in block.units.items()):
                yield [Counter(block.units) if n == index else nothing for n in range(len(places))]
        if part:
            yield [nothing] * len(places)
        return
    ((sku, wanted),) = block.units.items()
    room = [place.units.get(sku, 0) - load[sku] for place, load in zip(places, loads, strict=True)]
    least = 0 if part else wanted
    for units in _splits(wanted, least, room):
        yield [Counter({sku: n}) if n else nothing for n in units]


def _splits(most: int, least: int, room: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Every way to take from ``least`` to ``most`` units from shelves with so much room."""
    if not room:
        if least <= 0:
            yield ()
        return
    for units in range(min(most, room[0]), -1, -1):
        for rest in _splits(most - units, least - units, room[1:]):
            yield (units, *rest)
