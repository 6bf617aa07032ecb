"""How long it takes to find the 64 nearest that could supply, and the 36 nearest others, in chains of any size.

Run alone: ``python -m tests.benchmarks.candidate_search``.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fulfillment.adapters.geography import ShapelyGeography
from fulfillment.application.picture import MAX_CANDIDATES, MAX_EXCLUDED
from fulfillment.application.ports import Search
from fulfillment.domain.basket import CustomerPlace, Method, Point
from fulfillment.domain.location import Location, ServiceArea
from fulfillment.domain.policy import Policy
from tests.support.builders import a_location, a_square

SIZES = (100, 1_000, 10_000, 50_000)
CITIES = 60
CUSTOMERS = 400
WARM_UP = 20
SEED = 1


@dataclass(frozen=True)
class Measured:
    """Of one kind of search: microseconds of processor time by size of the chain, and what building an index takes."""

    name: str
    built_us: dict[int, float]
    median_us: dict[int, float]
    p99_us: dict[int, float]

    @property
    def growth(self) -> float:
        """How much longer the median search takes in the largest chain than in the smallest."""
        return self.median_us[SIZES[-1]] / self.median_us[SIZES[0]]


def chain_of(size: int, *, areas: bool) -> list[Location]:
    """Stores of some cities between Aceh and Papua, a few large and many small; one in ten does not deliver."""
    chance = random.Random(SEED)
    cities = [Point(chance.uniform(-9, 5), chance.uniform(96, 140)) for _ in range(CITIES)]
    weights = [1 / rank for rank in range(1, CITIES + 1)]
    found = []
    for number in range(size):
        city = chance.choices(range(CITIES), weights)[0]
        middle = cities[city]
        found.append(
            a_location(
                f"s{number:05}",
                point=Point(middle.lat + chance.gauss(0, 0.15), middle.lon + chance.gauss(0, 0.15)),
                zone=f"island-{city % 12}",
                methods=frozenset({"pickup"} if chance.random() < 0.1 else {"pickup", "delivery"}),
                service_area=_area(number, middle) if areas else None,
            )
        )
    return found


def _area(number: int, middle: Point) -> ServiceArea:
    """A third each: the city's polygon, a circle, codes."""
    if number % 3 == 0:
        polygon = a_square(middle.lon - 0.4, middle.lat - 0.4, middle.lon + 0.4, middle.lat + 0.4)
        return ServiceArea(polygon=polygon)
    return ServiceArea(radius_km=25) if number % 3 == 1 else ServiceArea(prefixes=(f"{number % 900 + 100}",))


def searches(chain: Sequence[Location], method: Method, policy: Policy) -> list[Search]:
    """For people a few kilometres from a store, with a postal code."""
    chance = random.Random(SEED)
    found = []
    for near in (chance.choice(chain) for _ in range(CUSTOMERS)):
        assert near.point is not None
        here = Point(near.point.lat + chance.gauss(0, 0.05), near.point.lon + chance.gauss(0, 0.05))
        place = CustomerPlace("ID", here, postal_code=f"{chance.randrange(10_000, 99_999)}")
        found.append(Search(place, here, near.zone, method, policy))
    return found


def candidate_search() -> list[Measured]:
    """Each kind of search over chains of each size, in turns, so that a noisy moment is one of all sizes."""
    kinds: dict[str, tuple[Method, dict[str, Any], bool]] = {
        "pickup": ("pickup", {}, False),
        "delivery, own island first": ("delivery", {}, False),
        "delivery, service areas": ("delivery", {}, True),
        "delivery, nearest only": ("delivery", {"objectives": ("distance",)}, False),
    }
    return [
        _measured(name, {size: chain_of(size, areas=areas) for size in SIZES}, method, Policy(**rules))
        for name, (method, rules, areas) in kinds.items()
    ]


def _measured(
    name: str, chains: Mapping[int, Sequence[Location]], method: Method, policy: Policy
) -> Measured:
    maps = {size: ShapelyGeography(lambda _country: []) for size in chains}
    asked = {size: searches(chain, method, policy) for size, chain in chains.items()}
    taken: dict[int, list[float]] = {size: [] for size in chains}
    for number in (0, *range(WARM_UP), *range(CUSTOMERS)):  # the very first builds the index
        for size, chain in chains.items():
            started = time.thread_time()
            maps[size].around(chain, asked[size][number], MAX_CANDIDATES, MAX_EXCLUDED)
            taken[size].append((time.thread_time() - started) * 1e6)
    warm = {size: times[1 + WARM_UP :] for size, times in taken.items()}
    return Measured(
        name,
        {size: times[0] for size, times in taken.items()},
        {size: statistics.median(times) for size, times in warm.items()},
        {size: statistics.quantiles(times, n=100)[98] for size, times in warm.items()},
    )


def show(measured: Sequence[Measured]) -> None:
    """A table of medians and 99th percentiles."""
    print("\nCandidate search, index warm, one at a time: microseconds of processor time, median (p99)")
    heads = "".join(f"{f'{size:,} locations':>19}" for size in SIZES)
    print(f"  {'search':<28}{heads}{'growth':>9}")
    for row in measured:
        cells = "".join(f"{f'{row.median_us[size]:.0f} ({row.p99_us[size]:.0f})':>19}" for size in SIZES)
        print(f"  {row.name:<28}{cells}{row.growth:>8.1f}x")
        built = "".join(f"{f'{row.built_us[size] / 1000:.0f} ms':>19}" for size in SIZES)
        print(f"  {'  with building the index':<28}{built}")


if __name__ == "__main__":
    show(candidate_search())
