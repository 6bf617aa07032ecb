"""The best set of locations, and the second best: an exact search that says when it was cut short.

Plans are compared by vectors of whole numbers, strictly one after the other; ties go to the set whose sorted location
ids come first. Sets are looked at by size. Within a size the search branches on what is hardest to get: every set
that works has a member among the few that hold it, and sets with the first of these need not be looked at again
under the next. Who holds how much is kept as bits of whole numbers, so the last member of a set is found by ANDing
a few of them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import add

Vector = tuple[int, ...]

MAX_STEPS = 200_000  # a second or two in Lambda; 64 candidates in threes need 41,664 at the very most


class Budget:
    """How much work a search may do. ``left`` below 0: it was cut short."""

    def __init__(self, steps: int = MAX_STEPS) -> None:
        self.left = steps

    def spend(self) -> bool:
        """Take one step; False when there are none left."""
        self.left -= 1
        return self.left >= 0

    @property
    def was_enough(self) -> bool:
        """Whether nothing was left out."""
        return self.left >= 0


@dataclass(frozen=True)
class Supplier:
    """A location that may be opened, what opening it costs by objective, and what it could give of each want."""

    location_id: str
    values: Vector
    supply: Mapping[str, int]


@dataclass(frozen=True)
class Filling:
    """Who supplies what in a set. ``short`` units are supplied by nobody; ``cost`` comes on top of opening."""

    short: int
    cost: int
    taken: tuple[tuple[str, str, str, int], ...]  # (location_id, line_id, sku, units)


@dataclass(frozen=True)
class Plan:
    """A set of locations that works, and how good it is. ``location_ids`` are sorted."""

    values: Vector
    location_ids: tuple[str, ...]
    filling: Filling


@dataclass(frozen=True)
class Problem:
    """What is looked for.

    ``needs`` by want; a set works only if its supplies add up to them (all of them, unless ``partial``), and if
    ``fill`` finds a way to share the wants among its members. ``plain``: every set that adds up can be filled at no
    further cost. ``least`` is what filling adds at least, by objective. ``latest`` marks the objectives of which
    the largest counts, not the sum. ``cost_at`` is the objective that takes ``Filling.cost``; ``partial`` problems
    have the missing units as their first objective.
    """

    suppliers: Sequence[Supplier]
    needs: Mapping[str, int]
    most: int
    fill: Callable[[tuple[str, ...]], Filling | None]
    plain: bool
    least: Vector
    latest: tuple[bool, ...]
    cost_at: int | None = None
    partial: bool = False

    def joined(self, a: Vector, b: Vector) -> Vector:
        """How good two parts of a plan are together."""
        return tuple(max(x, y) if last else x + y for x, y, last in zip(a, b, self.latest, strict=True))

    def plan(self, members: Sequence[Supplier], values: Vector) -> Plan | None:
        """The plan of these members, whose opening comes to ``values``; None when they cannot be filled."""
        location_ids = tuple(sorted(supplier.location_id for supplier in members))
        filling = self.fill(location_ids)
        if filling is None:
            return None
        whole = list(values)
        if self.partial:
            whole[0] += filling.short
        if self.cost_at is not None:
            whole[self.cost_at] += filling.cost
        return Plan(tuple(whole), location_ids, filling)


@dataclass(frozen=True)
class Found:
    """The two best plans, best first, and a vector that no plan left out by a cut search can be better than."""

    plans: tuple[Plan, ...]
    bound: Vector | None


def best_plans(problem: Problem, budget: Budget) -> Found:
    """Search all sets of at most ``problem.most`` suppliers."""
    search = _Search(problem, budget)
    for size in range(1, min(problem.most, len(search.suppliers)) + 1):
        bound = search.least_of(size)
        if len(search.found) == 2 and bound > search.found[1].values:
            break
        search.descend(size, dict(problem.needs), search.everyone, search.nothing, ())
        if not budget.was_enough:
            best = search.found[0].values if search.found else bound
            return Found(tuple(search.found), min(bound, best))
    return Found(tuple(search.found), None)


class Holders:
    """Which suppliers have at least so many units of one want, as bits."""

    def __init__(self, supplies: Sequence[int]) -> None:
        self.amounts = sorted({n for n in supplies if n > 0})
        at = dict.fromkeys(self.amounts, 0)
        for index, n in enumerate(supplies):
            if n > 0:
                at[n] |= 1 << index
        self.masks = [0] * len(self.amounts)
        held = 0
        for place in range(len(self.amounts) - 1, -1, -1):
            held |= at[self.amounts[place]]
            self.masks[place] = held
        self.most = self.amounts[-1] if self.amounts else 0

    def of(self, units: int) -> int:
        """The suppliers with at least ``units``."""
        place = bisect_left(self.amounts, units)
        return self.masks[place] if place < len(self.masks) else 0


class _Search:
    def __init__(self, problem: Problem, budget: Budget) -> None:
        self.problem = problem
        self.budget = budget
        self.suppliers = sorted(problem.suppliers, key=lambda s: (s.values, s.location_id))
        self.by_id = sorted(range(len(self.suppliers)), key=lambda i: self.suppliers[i].location_id)
        self.everyone = (1 << len(self.suppliers)) - 1
        self.nothing: Vector = (0,) * len(problem.latest)
        self.sums = not any(problem.latest)
        self.lightest: Vector = tuple(map(min, zip(*(s.values for s in self.suppliers), strict=True)))
        self.holders = {
            want: Holders([s.supply.get(want, 0) for s in self.suppliers]) for want in problem.needs
        }
        self.found: list[Plan] = []  # at most two, best first

    def least_of(self, size: int) -> Vector:
        """No set of this size is better."""
        values = self.nothing
        for supplier in self.suppliers[:size]:
            values = self._joined(values, supplier.values if self.sums else self.lightest)
        return self._joined(values, self.problem.least)

    def descend(
        self, left: int, missing: Mapping[str, int], allowed: int, values: Vector, members: tuple[int, ...]
    ) -> None:
        """Look at all sets of ``members`` and ``left`` more of the ``allowed``."""
        if not self.budget.spend():
            return
        if left == 1:
            self._last(missing, allowed, values, members)
            return
        options = self._options(left, missing, allowed)
        while options and self.budget.was_enough:
            bit = options & -options
            options ^= bit
            allowed &= ~bit  # for all that follows: sets with it are looked at here
            index = bit.bit_length() - 1
            reached = self._joined(values, self.suppliers[index].values)
            rest = self._rest(missing, index)
            if self._is_beaten(reached, left - 1, rest, allowed, (*members, index)):
                if self.sums and not self.problem.partial:
                    return  # they come cheapest first: every later one is at least as bad
                continue
            self.descend(left - 1, rest, allowed, reached, (*members, index))

    def _last(
        self, missing: Mapping[str, int], allowed: int, values: Vector, members: tuple[int, ...]
    ) -> None:
        options = allowed
        if not self.problem.partial:
            if self.problem.plain and not missing:
                return  # one more would be needless
            for want, units in missing.items():
                options &= self.holders[want].of(units)
        while options and self.budget.was_enough:
            bit = options & -options
            options ^= bit
            index = bit.bit_length() - 1
            reached = self._joined(values, self.suppliers[index].values)
            chosen = (*members, index)
            rest = self._rest(missing, index) if self.problem.partial else {}
            if self._is_beaten(reached, 0, rest, 0, chosen):
                if self.sums and not self.problem.partial:
                    return
                continue
            self._keep(chosen, reached)

    def _options(self, left: int, missing: Mapping[str, int], allowed: int) -> int:
        """Suppliers of which every set that works has at least one: those of the want that the fewest hold."""
        if self.problem.partial:
            return allowed
        if not missing:
            return 0 if self.problem.plain else allowed
        fewest, options = len(self.suppliers) + 1, 0
        for want, units in missing.items():
            holders = allowed & self.holders[want].of(
                -(-units // left)
            )  # somebody gives an equal share or more
            if (count := holders.bit_count()) < fewest:
                fewest, options = count, holders
        return options

    def _rest(self, missing: Mapping[str, int], index: int) -> dict[str, int]:
        supply = self.suppliers[index].supply
        return {want: n - supply.get(want, 0) for want, n in missing.items() if n > supply.get(want, 0)}

    def _is_beaten(
        self, values: Vector, more: int, rest: Mapping[str, int], allowed: int, members: tuple[int, ...]
    ) -> bool:
        """Whether no set of these members and ``more`` of the allowed can be among the two best."""
        if len(self.found) < 2:
            return False
        bound = self._joined(values, self.problem.least)
        if more:
            if not allowed:
                return True
            next_one = (
                self.suppliers[(allowed & -allowed).bit_length() - 1].values if self.sums else self.lightest
            )
            for _ in range(more):
                bound = self._joined(bound, next_one)
        if self.problem.partial:
            short = sum(max(0, n - more * self.holders[want].most) for want, n in rest.items())
            bound = (max(bound[0], short), *bound[1:])
        worst = self.found[1]
        if bound != worst.values:
            return bound > worst.values
        return self._first_ids(members, more, allowed) >= worst.location_ids

    def _first_ids(self, members: tuple[int, ...], more: int, allowed: int) -> tuple[str, ...]:
        """The first that the sorted ids of such a set can be."""
        added = []
        for index in self.by_id if more else ():
            if allowed >> index & 1:
                added.append(index)
                if len(added) == more:
                    break
        return tuple(sorted(self.suppliers[i].location_id for i in (*members, *added)))

    def _keep(self, members: tuple[int, ...], values: Vector) -> None:
        if self.problem.plain and self._has_a_needless_one(members):
            return
        plan = self.problem.plan([self.suppliers[i] for i in members], values)
        if plan is not None:
            self.found = sorted([*self.found, plan], key=lambda p: (p.values, p.location_ids))[:2]

    def _has_a_needless_one(self, members: tuple[int, ...]) -> bool:
        for index in members:
            others = [self.suppliers[i].supply for i in members if i != index]
            if all(sum(s.get(want, 0) for s in others) >= n for want, n in self.problem.needs.items()):
                return True
        return False

    def _joined(self, a: Vector, b: Vector) -> Vector:
        return tuple(map(add, a, b)) if self.sums else self.problem.joined(a, b)
