"""Seeded orders to decide: ``an_instance("whole", 17)`` is the same everywhere and always.

Stock and prices are constructed. How full the shelves are is drawn for each instance, so that some orders fit one
location, some need several and some cannot be supplied.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from fulfillment.domain.basket import Line, Money
from fulfillment.domain.decision import Decision, DecisionRequest, Item, decide
from fulfillment.domain.policy import (
    CostRates,
    Fallback,
    FloorRule,
    LocationFilter,
    Policy,
    SplitRules,
    TransportRate,
    WeightBand,
)
from fulfillment.domain.promise import Promise
from fulfillment.domain.routing.candidate import Candidate, StockPicture
from fulfillment.domain.stock import StockRow
from tests.support.builders import MONDAY_NOON

FAMILIES = ("splittable", "whole", "together", "cost", "mixed")
GROUPS = ("north", "south")
MOST_TRIES = 400  # to make a failing instance smaller; of hundreds of stores each try takes a while
MOST_LINES_BY_STEPS, MOST_SHIPMENTS_BY_STEPS = 8, 4  # see ``an_instance``


@dataclass(frozen=True)
class Instance:
    """Everything a decision is taken on, and where it came from."""

    family: str
    seed: int
    request: DecisionRequest
    candidates: tuple[Candidate, ...]
    stock: StockPicture
    policy: Policy

    def decided(self) -> Decision:
        return decide(self.request, self.candidates, self.stock, self.policy, MONDAY_NOON)

    def story(self) -> str:
        """All of it in a few lines, to be pasted under a failure."""
        shelves = [
            f"{row.location_id}: {row.sku} {row.on_hand}-{row.reserved}-{row.blocked} worth {row.unit_value}"
            for row in self.stock.values()
        ]
        return "\n".join(
            [
                f"{self.family} {self.seed}",
                repr(self.request),
                *map(repr, self.candidates),
                *shelves,
                repr(self.policy),
            ]
        )


def an_instance(family: str, seed: int) -> Instance:
    """One order of a family: 1 to 20 lines, 2 to 30 candidates, 1 to 5 shipments.

    Rates have steps by weight for orders of at most 8 lines in at most 4 shipments, and go by the kilometre for
    larger ones: where every gram may matter in every parcel, a large order is not always proven within the limit.
    """
    dice = random.Random(f"{family}-{seed}")
    skus = [f"sku{n}" for n in range(dice.randint(1, 12))]
    names = [f"s{n:02}" for n in range(dice.randint(2, 30))]
    lines = tuple(
        Line(str(n + 1), dice.choice(skus), _few(dice, 6)) for n in range(dice.choice([1, 2, 4, 8, 12, 20]))
    )
    policy = replace(
        _policy(family, dice, steps=len(lines) <= MOST_LINES_BY_STEPS), floors=_floors(dice, skus)
    )
    if family == "together":
        lines = tuple(replace(line, keep_together=dice.choice([None, None, "a", "b"])) for line in lines)
    request = DecisionRequest("delivery", lines, items=_items(dice, skus))
    candidates = tuple(_candidate(dice, name) for name in names)
    return Instance(family, seed, request, candidates, _stock(dice, lines, names, policy), policy)


def a_small_instance(seed: int) -> Instance:
    """One order with everything mixed that a policy can say: up to 4 lines, 5 candidates, 3 shipments."""
    dice = random.Random(f"small-{seed}")
    skus = [f"sku{n}" for n in range(dice.choice([1, 2, 3, 3]))]
    names = [f"s{n}" for n in range(dice.choice([1, 2, 3, 4, 4, 5, 5, 5, 5]))]
    groups = dice.choice([[None], [None], [None, "a"]])
    lines = tuple(
        Line(str(n + 1), dice.choice(skus), _few(dice, 3), _price(dice), keep_together=dice.choice(groups))
        for n in range(dice.choice([1, 2, 3, 4, 4]))
    )
    pickup = dice.random() < 0.1
    request = DecisionRequest(
        "pickup" if pickup else "delivery",
        lines,
        location_id=dice.choice(names) if pickup else None,
        accept_partial=dice.random() < 0.1,
        refused_by=frozenset(name for name in names if dice.random() < 0.03),
        items=_items(dice, skus),
        needed_by=MONDAY_NOON + timedelta(hours=30) if dice.random() < 0.1 else None,
    )
    candidates = tuple(_obstructed(dice, _candidate(dice, name)) for name in names)
    policy = _small_policy(dice, skus)
    stock = _stock(dice, lines, names, policy)
    if any(fallback.rung == "backorder" for fallback in policy.fallback):
        stock = _backorderable(dice, stock, skus, names)
    return Instance("small", seed, request, candidates, stock, policy)


def shrunk(instance: Instance, fails: Callable[[Instance], bool]) -> Instance:
    """A smaller instance that still fails: without the lines and candidates that are not needed for it.

    Halves are left out first, then smaller parts; after ``MOST_TRIES`` it is small enough.
    """
    tries = MOST_TRIES
    size = max(len(instance.request.lines), len(instance.candidates)) // 2
    while size and tries > 0:
        smaller = list(_without(instance, size))[:tries]
        tries -= len(smaller)
        failing = next((one for one in smaller if fails(one)), None)
        instance, size = (failing, size) if failing else (instance, size // 2)
    skus = {line.sku for line in instance.request.lines}
    names = {candidate.location_id for candidate in instance.candidates}
    kept = {key: row for key, row in instance.stock.items() if key[0] in skus and key[1] in names}
    return replace(instance, stock=kept)


def _without(instance: Instance, size: int) -> Iterator[Instance]:
    """The instance without so many lines, or so many candidates, one part after the other."""
    lines, candidates = instance.request.lines, instance.candidates
    for at in range(0, len(lines) if size < len(lines) else 0, size):
        yield replace(instance, request=replace(instance.request, lines=lines[:at] + lines[at + size :]))
    for at in range(0, len(candidates), size):
        yield replace(instance, candidates=candidates[:at] + candidates[at + size :])


def _price(dice: random.Random) -> Money | None:
    """What the line itself says that a unit costs; mostly the product says it."""
    return Money(Decimal(dice.randint(1, 30)) / 2, "IDR") if dice.random() < 0.1 else None


def _backorderable(
    dice: random.Random, stock: StockPicture, skus: list[str], names: list[str]
) -> StockPicture:
    """The same shelves; some locations may promise units that they do not have, some of them without a single one."""
    rows = dict(stock)
    for sku in skus:
        often = dice.choice([0.1, 0.5])
        for name in names:
            row = rows.get((sku, name)) or StockRow(sku, name, 0)
            if dice.random() < often:
                rows[sku, name] = replace(row, backorderable=True)
    return rows


def _few(dice: random.Random, most: int) -> int:
    return min(dice.randint(1, most), dice.randint(1, most))


def _policy(family: str, dice: random.Random, *, steps: bool) -> Policy:
    most = dice.randint(1, 5)
    steps = steps and most <= MOST_SHIPMENTS_BY_STEPS
    if family == "splittable":
        return Policy(split=SplitRules(most))
    if family == "whole":
        return Policy(split=SplitRules(most, lines="whole"), objectives=("shipments", "distance"))
    if family == "together":
        lines = dice.choice(["splittable", "splittable", "whole"])
        units = dice.choice([None, dice.randint(8, 40)])
        split = SplitRules(most, lines, dice.choice([(), ("fragile",)]), max_parcel_units=units)
        return Policy(split=split, objectives=("shipments", "distance"))
    if family == "cost":
        lines = dice.choice(["splittable", "splittable", "whole"])
        return Policy(
            split=SplitRules(most, lines),
            objectives=("cost",),
            take_from=("cost",),
            costs=_rates(dice, steps=steps),
        )
    least = Decimal(dice.choice([5, 20, 60]))
    mixes = [
        ("rank", "shipments", "cost"),
        ("shipments", "cost", "distance"),
        ("group_rank", "shipments", "promise", "distance"),
        ("load", "stock", "distance"),
        ("coverage", "shipments", "cost"),
    ]
    return Policy(
        split=SplitRules(most, min_parcel_value=dice.choice([None, least])),
        objectives=dice.choice(mixes),
        ranking=GROUPS,
        costs=_rates(dice, steps=steps),
    )


def _small_policy(dice: random.Random, skus: list[str]) -> Policy:
    most = dice.choice([1, 2, 3, 3])
    split = SplitRules(
        most,
        dice.choice(["splittable", "splittable", "whole"]),
        dice.choice([(), (), ("fragile",)]),
        dice.choice([None, None, None, Decimal(dice.randint(2, 12))]),
        dice.choice([None, None, None, dice.randint(2, 8)]),
    )
    objectives = [
        ("other_zone", "shipments", "distance"),
        ("other_zone", "shipments", "distance"),
        ("cost",),
        ("cost", "shipments"),
        ("rank", "shipments", "cost"),
        ("group_rank", "promise", "distance"),
        ("stock", "shipments"),
        ("coverage", "load", "distance"),
        ("distance",),
    ]
    ladder = [
        (),
        (),
        (Fallback("more_shipments", most + 1),),
        (Fallback("part"),),
        (Fallback("more_shipments", most + 1), Fallback("part")),
        (Fallback("backorder"),),
        (Fallback("more_shipments", most + 1), Fallback("backorder")),
        (Fallback("backorder"), Fallback("more_shipments", most + 1)),
        (Fallback("part"), Fallback("backorder")),
    ]
    filters = [
        *[LocationFilter()] * 15,
        LocationFilter(include_groups=("north", "flagship")),
        LocationFilter(exclude_groups=("south",)),
        LocationFilter(kinds=("store",), max_distance_km=4.0),
    ]
    return Policy(
        locations=dice.choice(filters),
        groups={"flagship": ("s1", "s2")},
        ranking=dice.choice([(), GROUPS, ("flagship", "north")]),
        floors=_floors(dice, skus),
        split=split,
        choose=dice.choice(["best", "best", "best", "in_order"]),
        objectives=dice.choice(objectives),
        take_from=dice.choice([("distance",), ("rank",), ("stock", "distance")]),
        costs=_rates(dice, steps=True),
        rings_km=dice.choice([(), (), (), (), (3.0,), (2.0, 10.0)]),
        fallback=dice.choice(ladder),
    )


def _floors(dice: random.Random, skus: list[str]) -> tuple[FloorRule, ...]:
    rules = [
        FloorRule(dice.randint(0, 1)),
        FloorRule(dice.randint(0, 2), kinds=("store",)),
        FloorRule(2, skus=(dice.choice(skus),)),
        FloorRule(1, tags=("fragile",), methods=("delivery",)),
        FloorRule(0, groups=("north",)),
    ]
    return tuple(rule for rule in rules if dice.random() < 0.2)


def _rates(dice: random.Random, *, steps: bool) -> CostRates:
    """Amounts of two decimals at most: nothing is ever rounded."""
    near = tuple(
        WeightBand(Decimal(amount), grams)
        for amount, grams in zip(sorted(dice.sample(range(1, 30), 3)), (500, 2_000, None), strict=True)
    )[0 if steps else 2 :]
    far = tuple(replace(band, amount=band.amount * 3) for band in near)
    transport = dice.choice(
        [
            (),
            (TransportRate(near, per_km=Decimal("0.05")),),
            (TransportRate(near, "same", up_to_km=10.0), TransportRate(far, per_km=Decimal("0.01"))),
        ]
    )
    return CostRates(
        transport=transport,
        per_shipment=Decimal(dice.randint(0, 20)) / 2,
        per_unit=Decimal(dice.randint(0, 4)) / 4,
        reroute=Decimal(dice.choice([0, 10, 40])),
        backlog_per_order=Decimal(dice.choice([0, 1])) / 2,
        weights=dice.choice([{}, {"scarcity": Decimal("0.5"), "transport": Decimal(2)}]),
    )


def _items(dice: random.Random, skus: list[str]) -> dict[str, Item]:
    return {
        sku: Item(
            weight_grams=dice.choice([0, 100, 250, 900]),
            tags=dice.choice([(), (), ("fragile",), ("new",)]),
            price=Decimal(dice.randint(1, 30)) / 2,
        )
        for sku in skus
    }


def _candidate(dice: random.Random, name: str) -> Candidate:
    ready = MONDAY_NOON + timedelta(hours=dice.choice([2, 4, 26, 50]))
    return Candidate(
        location_id=name,
        name=name.title(),
        kind=dice.choice(["store", "store", "warehouse"]),
        status="open",
        methods=frozenset({"pickup", "delivery"}),
        distance_m=dice.choice([dice.randint(0, 30_000), 1_000 * dice.randint(0, 6), None]),
        covered=dice.choice([None, True]),
        foreign=dice.choice([False, False, True]),
        zone="java",
        promise=Promise("delivery", ready, ready, "2026-11-23T14", "Asia/Jakarta"),
        queued=dice.randint(0, 6),
        rank=dice.choice([1, 2, 2, 3, 100]),
        groups=dice.choice([(), ("north",), ("south",), ("north", "south")]),
        refusal_rate=Decimal(dice.choice([0, 5, 25])) / 100,
    )


def _obstructed(dice: random.Random, candidate: Candidate) -> Candidate:
    """The same one; now and then something keeps it from supplying."""
    troubles: list[dict[str, object]] = [
        {"full": True, "promise": None},
        {"promise": None},
        {"status": dice.choice(["paused", "closed"])},
        {"covered": False},
        {"methods": frozenset({dice.choice(["pickup", "delivery"])})},
        {"foreign": None},
    ]
    return replace(candidate, **dice.choice(troubles)) if dice.random() < 0.1 else candidate  # type: ignore[arg-type]


def _stock(dice: random.Random, lines: tuple[Line, ...], names: list[str], policy: Policy) -> StockPicture:
    """Chance, and mostly a plan hidden in it: what a few locations need to supply everything between them."""
    large = len(names) > 5
    carried, most = dice.choice([0.1, 0.3, 0.8 if large else 0.6]), dice.choice([1, 1, 2, 8 if large else 4])
    parcels = policy.split.max_shipments
    helpers = dice.sample(names, min(len(names), dice.choice([dice.randint(1, parcels), parcels, parcels])))
    homes: dict[str, str] = {}
    rows: dict[tuple[str, str], StockRow] = {}
    units: Counter[tuple[str, str]] = Counter()
    for line in lines if dice.random() < 0.85 else ():
        whole = policy.split.lines == "whole" or line.keep_together
        for part in [line.quantity] if whole else [1] * line.quantity:
            home = dice.choice(helpers)
            name = homes.setdefault(line.keep_together, home) if line.keep_together else home
            units[line.sku, name] += part
    for sku in sorted({line.sku for line in lines}):
        for name in names:
            kept = dice.choice([0, 2]) if policy.floors and units[sku, name] else 0
            units[sku, name] += kept + (dice.randint(1, most) if dice.random() < carried else 0)
            reserved, blocked = dice.choice([0, 0, 1, 3]), dice.choice([0, 0, 0, 1])
            value = dice.choice([None, Decimal(dice.randint(0, 8)) / 4])
            if units[sku, name]:
                on_hand = units[sku, name] + reserved + blocked - dice.choice([0, 0, 0, 0, 0, 0, 0, 1])
                rows[sku, name] = StockRow(sku, name, on_hand, reserved, blocked, unit_value=value)
    return rows
