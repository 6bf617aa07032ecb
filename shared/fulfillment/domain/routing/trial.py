"""Tries out who supplies what in one set of locations, where one choice bears on another.

Depth first, one task after the other (a piece, or the loose units of a SKU), with a bound on what is still to come and
a memory of what was reached before. The first of equals is kept: shares are tried from the first location on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from fulfillment.domain.routing.costs import Band, parcel_price
from fulfillment.domain.routing.parcels import Goods, ParcelRules, Score, Shelf, Taken, least_excess
from fulfillment.domain.routing.search import Budget
from fulfillment.domain.routing.wants import Piece

STEPS = 3  # one try is that many steps of the budget: it takes about as long


@dataclass(frozen=True)
class Task:
    """One choice: where a piece goes, or how the loose units of a SKU are shared."""

    units: Mapping[str, int]
    piece: Piece | None


@dataclass(frozen=True)
class Tried:
    """The best way. ``loose`` units by (location_id, sku)."""

    short: int
    cost: int
    pieces: Sequence[Taken]
    loose: Mapping[tuple[str, str], int]


class _Parcel:
    """What one location supplies so far."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.left = dict(shelf.units)
        self.taken: Counter[str] = Counter()
        self.grams = 0
        self.value = 0
        self.count = 0
        self.excess: tuple[Band, ...] = shelf.excess()

    def take(self, sku: str, units: int, goods: Goods) -> None:
        """Take units off the shelf; a negative number puts them back."""
        self.left[sku] -= units
        self.taken[sku] += units
        self.grams += units * goods.grams.get(sku, 0)
        self.value += units * goods.price.get(sku, 0)
        self.count += units

    def rows(self) -> int:
        """Stock rows that it takes from."""
        return sum(1 for units in self.taken.values() if units)

    def band(self) -> int:
        """The first band that its weight so far fits."""
        for number, band in enumerate(self.excess):
            if band.up_to_grams is None or self.grams <= band.up_to_grams:
                return number
        return max(0, len(self.excess) - 1)


class Trial:
    """One set and what it is to supply."""

    def __init__(
        self,
        members: Sequence[Shelf],
        tasks: Sequence[Task],
        rules: ParcelRules,
        goods: Goods,
        budget: Budget,
        *,
        may_lack: Collection[str],
    ) -> None:
        self._parcels = [_Parcel(shelf) for shelf in members]
        self._tasks = tasks
        self._rules = rules
        self._goods = goods
        self._budget = budget
        self._may_lack = may_lack
        self._partial = bool(may_lack)
        self._rest = self._least_of_rest()
        several = Counter(sku for task in tasks for sku in task.units)
        self._contested = sorted(sku for sku, n in several.items() if n > 1)
        self._shares: list[dict[int, int]] = []  # by task: units (1 for a piece) by member
        self._seen: dict[object, Score] = {}
        self._score: Score | None = None
        self._limit: Score | None = None
        self._worth = sum(goods.price.get(sku, 0) * n for task in tasks for sku, n in task.units.items())
        self._grams = sum(goods.grams.get(sku, 0) * n for task in tasks for sku, n in task.units.items())
        self._excess: dict[tuple[int, ...], int] = {}  # by the band that each parcel has reached
        self._best: list[dict[int, int]] = []

    def best(self, limit: Score | None) -> Tried | None:
        """The way that leaves out the fewest units, then costs least; None when there is none within the limit."""
        self._limit = limit
        self._try(0, 0, 0)
        if self._score is None:
            return None
        pieces: list[Taken] = []
        loose: dict[tuple[str, str], int] = {}
        for task, shares in zip(self._tasks, self._best, strict=True):
            for member, units in shares.items():
                location_id = self._parcels[member].shelf.location_id
                if task.piece:
                    pieces += [(location_id, x.line_id, x.sku, x.quantity) for x in task.piece.lines]
                else:
                    loose[location_id, next(iter(task.units))] = units
        return Tried(self._score[0], self._score[1], pieces, loose)

    def _least_of_rest(self) -> list[Score]:
        """By task: what it and all later ones leave out and cost at least, each on its own."""
        rest = [(0, 0)]
        for task in reversed(self._tasks):
            short, cost = rest[-1]
            for sku, units in task.units.items():
                left = units
                offers = (
                    (p.shelf.unit_cost.get(sku, 0), p.left[sku]) for p in self._parcels if sku in p.left
                )
                for price, there in sorted(offers):
                    cost += price * min(left, there)
                    left -= min(left, there)
                short += left
            rest.append((short, cost))
        return rest[::-1]

    def _try(self, number: int, short: int, cost: int) -> None:
        """Do the tasks from ``number`` on, after so many units were left out and so much was spent."""
        if not self._budget.spend(STEPS) or self._is_hopeless(number, short, cost):
            return
        if number == len(self._tasks):
            self._end(short, cost)
            return
        task = self._tasks[number]
        if task.piece:
            self._place(number, task, short, cost)
        else:
            ((sku, units),) = task.units.items()
            dear = [parcel.shelf.unit_cost.get(sku, 0) for parcel in self._parcels]
            self._share(number, sku, units, sorted(range(len(dear)), key=dear.__getitem__), {}, short, cost)

    def _is_hopeless(self, number: int, short: int, cost: int) -> bool:
        rest_short, rest_cost = self._rest[number]
        if rest_short and not self._partial:
            return True
        least = (short + rest_short, cost + rest_cost + self._least_excess())
        if self._score is not None and least >= self._score:
            return True
        if self._limit is not None and least > self._limit:
            return True
        return self._breaks_a_rule(number, short) or self._been_here(number, (short, cost))

    def _least_excess(self) -> int:
        """What the parcels' weights cost at least in the end, given what they weigh so far."""
        bands = tuple([parcel.band() for parcel in self._parcels])
        if bands not in self._excess:
            tables = [parcel.excess[band:] for parcel, band in zip(self._parcels, bands, strict=True)]
            grams = 0 if self._partial else self._grams
            self._excess[bands] = least_excess(tables, grams)
        return self._excess[bands]

    def _breaks_a_rule(self, number: int, short: int) -> bool:
        tasks = self._tasks[number:]
        if self._rules.most_rows is not None:
            new = {sku for task in tasks for sku in task.units if sku not in self._contested}
            coming = 0 if self._partial else len(new)
            if sum(parcel.rows() for parcel in self._parcels) + coming > self._rules.most_rows:
                return True
        value = self._rules.least_value
        if value is None or (len(self._parcels) == 1 and not self._partial):
            return False
        if short and not tasks and self._worth - sum(parcel.value for parcel in self._parcels) < value:
            return True
        must = len(self._parcels) > 1 or short > 0
        return must and any(self._most_value(parcel, tasks) < value for parcel in self._parcels)

    def _most_value(self, parcel: _Parcel, tasks: Sequence[Task]) -> int:
        """What a parcel can still be worth."""
        price = self._goods.price
        coming = (
            min(units, parcel.left.get(sku, 0)) * price.get(sku, 0)
            for task in tasks
            for sku, units in task.units.items()
        )
        return parcel.value + sum(coming)

    def _been_here(self, number: int, score: Score) -> bool:
        """Whether the same was reached before and no dearer: what follows would be the same."""
        state = (number, *(self._state(parcel) for parcel in self._parcels))
        before = self._seen.get(state)
        if before is not None and before <= score:
            return True
        self._seen[state] = score
        return False

    def _state(self, parcel: _Parcel) -> tuple[object, ...]:
        """All of a parcel that bears on what may follow."""
        rules = self._rules
        return (
            parcel.count > 0,
            parcel.grams if parcel.shelf.bands else 0,
            parcel.value if rules.least_value is not None else 0,
            parcel.count if rules.most_units is not None else 0,
            parcel.rows() if rules.most_rows is not None else 0,
            *(parcel.left.get(sku, 0) for sku in self._contested),
        )

    def _place(self, number: int, task: Task, short: int, cost: int) -> None:
        """Try a piece at each member, the cheapest first."""
        prices = [
            sum(n * p.shelf.unit_cost.get(sku, 0) for sku, n in task.units.items()) for p in self._parcels
        ]
        for member in sorted(range(len(prices)), key=prices.__getitem__):
            parcel = self._parcels[member]
            if not self._holds(parcel, task):
                continue
            for sku, units in task.units.items():
                parcel.take(sku, units, self._goods)
            self._next(number, {member: 1}, short, cost + prices[member])
            for sku, units in task.units.items():
                parcel.take(sku, -units, self._goods)
        if all(sku in self._may_lack for sku in task.units):
            self._next(number, {}, short + sum(task.units.values()), cost)

    def _next(self, number: int, shares: dict[int, int], short: int, cost: int) -> None:
        self._shares.append(dict(shares))
        self._try(number + 1, short, cost)
        self._shares.pop()

    def _holds(self, parcel: _Parcel, task: Task) -> bool:
        most = self._rules.most_units
        if most is not None and parcel.count + sum(task.units.values()) > most:
            return False
        return all(parcel.left.get(sku, 0) >= units for sku, units in task.units.items())

    def _room(self, parcel: _Parcel, sku: str) -> int:
        there = parcel.left.get(sku, 0)
        most = self._rules.most_units
        return there if most is None else min(there, most - parcel.count)

    def _share(
        self,
        number: int,
        sku: str,
        left: int,
        members: Sequence[int],
        shares: dict[int, int],
        short: int,
        cost: int,
    ) -> None:
        """Try all ways to share ``left`` units of a SKU among these members, the cheapest first and the most first."""
        if not left or not members:
            self._next(number, shares, short + left, cost)
            return
        member, others = members[0], members[1:]
        parcel = self._parcels[member]
        most = min(left, self._room(parcel, sku))
        later = sum(self._room(self._parcels[m], sku) for m in others)
        least = 0 if sku in self._may_lack else max(0, left - later)
        price = parcel.shelf.unit_cost.get(sku, 0)
        for units in range(most, least - 1, -1):
            if not self._budget.was_enough:
                return
            if not units:
                self._share(number, sku, left, others, shares, short, cost)
                continue
            parcel.take(sku, units, self._goods)
            shares[member] = units
            self._share(number, sku, left - units, others, shares, short, cost + units * price)
            del shares[member]
            parcel.take(sku, -units, self._goods)

    def _end(self, short: int, cost: int) -> None:
        if not all(parcel.count for parcel in self._parcels):
            return
        score = (short, cost + sum(parcel_price(parcel.excess, parcel.grams) for parcel in self._parcels))
        within = self._limit is None or score <= self._limit
        if within and (self._score is None or score < self._score):
            self._score, self._best = score, list(self._shares)
