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
from functools import reduce
from operator import add

from fulfillment.domain.routing.parcels import Score, Taken

Vector = tuple[int, ...]

# Some three seconds. Ordinary decisions take hundreds of steps; 64 candidates in threes are 41,664 sets.
MAX_STEPS = 200_000
# Where plans hang on what they cost, the second best is worth less work than the best.
RUNNER_UP_STEPS = 5_000


class Budget:
    """How much work a search may do. ``left`` below 0: it was cut short."""

    def __init__(self, steps: int = MAX_STEPS) -> None:
        self.left = steps

    def spend(self, steps: int = 1) -> bool:
        """Take so many steps; False when there are none left."""
        self.left -= steps
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
    taken: tuple[Taken, ...]


@dataclass(frozen=True)
class Plan:
    """A set of locations that works, and how good it is. ``location_ids`` are sorted."""

    values: Vector
    location_ids: tuple[str, ...]
    filling: Filling


@dataclass(frozen=True)
class Guesses:
    """A bound on plans of one size: ``base``, and one vector for each supplier, in the problem's order.

    No plan of that size is better than the base and the guesses of its members together.
    """

    base: Vector
    of: Sequence[Vector]


@dataclass(frozen=True)
class Problem:
    """What is looked for.

    ``needs`` by want; a set works only if its supplies add up to them (all of them, unless ``partial``), and if
    ``fill`` finds a way to share the wants among its members that leaves out less, or costs no more, than a score.
    ``plain``: every set that adds up can be filled at no further cost. ``guesses`` by size. ``latest`` marks the
    objectives of which the largest counts, not the sum. ``cost_at`` is the objective that takes ``Filling.cost``;
    ``partial`` problems have the missing units as their first objective, and only units among their wants.
    """

    suppliers: Sequence[Supplier]
    needs: Mapping[str, int]
    most: int
    fill: Callable[[tuple[str, ...], Score | None], Filling | None]
    plain: bool
    guesses: Callable[[int], Guesses]
    latest: tuple[bool, ...]
    cost_at: int | None = None
    partial: bool = False

    def joined(self, a: Vector, b: Vector) -> Vector:
        """How good two parts of a plan are together."""
        return tuple(max(x, y) if last else x + y for x, y, last in zip(a, b, self.latest, strict=True))

    def plan(self, members: Sequence[Supplier], limit: Score | None = None) -> Plan | None:
        """The plan of these members; None when they cannot be filled, or not within the limit."""
        location_ids = tuple(sorted(supplier.location_id for supplier in members))
        filling = self.fill(location_ids, limit)
        if filling is None:
            return None
        whole = list(self.opening(members))
        if self.partial:
            whole[0] += filling.short
        if self.cost_at is not None:
            whole[self.cost_at] += filling.cost
        return Plan(tuple(whole), location_ids, filling)

    def opening(self, members: Sequence[Supplier]) -> Vector:
        """How good it is to open these, before anything is supplied."""
        return reduce(self.joined, (supplier.values for supplier in members))


@dataclass(frozen=True)
class Found:
    """The two best plans, best first, and a vector that no plan left out by a cut search can be better than.

    Where plans are not ``plain`` the second may be not the very second best: it is looked for less long.
    """

    plans: tuple[Plan, ...]
    bound: Vector | None


def best_plans(problem: Problem, budget: Budget) -> Found:
    """Search all sets of at most ``problem.most`` suppliers."""
    search = _Search(problem, budget, keep=2 if problem.plain else 1)
    bound = search.all_sizes()
    if bound is None and search.keep == 1 and search.found:
        left, budget.left = budget.left, min(RUNNER_UP_STEPS, budget.left)
        search.keep = 2
        search.all_sizes()
        budget.left = left
    return Found(tuple(search.found), bound)


class _Search:
    """The plans found so far, and how many of them are to be the best for certain."""

    def __init__(self, problem: Problem, budget: Budget, keep: int) -> None:
        self.problem = problem
        self.budget = budget
        self.keep = keep
        self.found: list[Plan] = []  # at most two, best first

    @property
    def to_beat(self) -> Plan | None:
        """The plan that another must be better than to matter."""
        return self.found[self.keep - 1] if len(self.found) >= self.keep else None

    def all_sizes(self) -> Vector | None:
        """Look at all sets; a bound on those left out when the work was too much."""
        level: _Level | None = None
        sizes = range(1, min(self.problem.most, len(self.problem.suppliers)) + 1)
        for size in sizes:
            if level is None or not self.problem.plain:
                level = _Level(self, self.problem.guesses(size))
            if self.to_beat and level.least_of(size) > self.to_beat.values:
                if self.problem.plain:
                    break
                continue
            level.descend(size, dict(self.problem.needs), level.everyone, level.base, ())
            if not self.budget.was_enough:
                later = (_Level(self, self.problem.guesses(n)).least_of(n) for n in sizes if n > size)
                return min([level.least_of(size), *later, *(plan.values for plan in self.found)])
        return None

    def keep_plan(self, members: Sequence[Supplier]) -> None:
        """Fill the set, and keep its plan when it is one of the two best."""
        if self.problem.plain and self._has_a_needless_one(members):
            return
        ids = tuple(sorted(supplier.location_id for supplier in members))
        if any(plan.location_ids == ids for plan in self.found):
            return
        plan = self.problem.plan(members, self._limit(members))
        if plan is not None:
            self.found = sorted([*self.found, plan], key=lambda p: (p.values, p.location_ids))[:2]

    def _limit(self, members: Sequence[Supplier]) -> Score | None:
        """What filling may leave out and cost at most, when all that is compared before is equal."""
        at, worst = self.problem.cost_at, self.to_beat
        if at is None or worst is None or self.problem.partial:
            return None
        values = self.problem.opening(members)
        return (0, worst.values[at] - values[at]) if values[:at] == worst.values[:at] else None

    def _has_a_needless_one(self, members: Sequence[Supplier]) -> bool:
        for one in members:
            others = [supplier.supply for supplier in members if supplier is not one]
            if all(sum(s.get(want, 0) for s in others) >= n for want, n in self.problem.needs.items()):
                return True
        return False


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


class _Level:
    """The sets of one size (of all sizes, when the problem is plain), with suppliers in the order of their guesses."""

    def __init__(self, search: _Search, guesses: Guesses) -> None:
        problem = search.problem
        ranked = sorted(
            zip(guesses.of, problem.suppliers, strict=True), key=lambda one: (one[0], one[1].location_id)
        )
        self.search = search
        self.problem = problem
        self.base = guesses.base
        self.guesses = [guess for guess, _ in ranked]
        self.suppliers = [supplier for _, supplier in ranked]
        self.by_id = sorted(range(len(ranked)), key=lambda i: self.suppliers[i].location_id)
        self.everyone = (1 << len(ranked)) - 1
        self.sums = not any(problem.latest)
        self.lightest: Vector = tuple(map(min, zip(*self.guesses, strict=True)))
        self.holders = {
            want: Holders([s.supply.get(want, 0) for s in self.suppliers]) for want in problem.needs
        }

    def least_of(self, size: int) -> Vector:
        """No set of this size is better."""
        return self._with_cheapest(self.base, size, self.everyone)

    def descend(
        self, left: int, missing: Mapping[str, int], allowed: int, guess: Vector, members: tuple[int, ...]
    ) -> None:
        """Look at all sets of ``members`` and ``left`` more of the ``allowed``."""
        if not self.search.budget.spend():
            return
        options = self._options(left, missing, allowed)
        while options and self.search.budget.was_enough:
            bit = options & -options
            options ^= bit
            allowed &= ~bit  # for all that follows: sets with it are looked at here
            index = bit.bit_length() - 1
            reached = self._joined(guess, self.guesses[index])
            chosen = (*members, index)
            rest = self._rest(missing, index) if left > 1 or self.problem.partial else {}
            if self._is_beaten(reached, left - 1, rest, allowed, chosen):
                if self.sums and not self.problem.partial:
                    return  # they come cheapest first: every later one is at least as bad
            elif left > 1:
                self.descend(left - 1, rest, allowed, reached, chosen)
            else:
                self.search.keep_plan([self.suppliers[i] for i in chosen])

    def _options(self, left: int, missing: Mapping[str, int], allowed: int) -> int:
        """Suppliers of which every set that works has at least one: those of the want that the fewest hold.

        The last member of a set has to hold all that is missing.
        """
        if self.problem.partial:
            return allowed
        if not missing:
            return 0 if self.problem.plain else allowed  # one more would be needless
        if left == 1:
            for want, units in missing.items():
                allowed &= self.holders[want].of(units)
            return allowed
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
        self, guess: Vector, more: int, rest: Mapping[str, int], allowed: int, members: tuple[int, ...]
    ) -> bool:
        """Whether no set of these members and ``more`` of the allowed matters."""
        worst = self.search.to_beat
        if worst is None:
            return False
        if more > allowed.bit_count():
            return True
        bound = self._with_cheapest(guess, more, allowed) if more else guess
        if self.problem.partial:
            short = sum(max(0, n - more * self.holders[want].most) for want, n in rest.items())
            bound = (max(bound[0], short), *bound[1:])
        if bound != worst.values:
            return bound > worst.values
        return self._first_ids(members, more, allowed) >= worst.location_ids

    def _with_cheapest(self, guess: Vector, more: int, allowed: int) -> Vector:
        for _ in range(more):
            bit = allowed & -allowed
            guess = self._joined(guess, self.guesses[bit.bit_length() - 1] if self.sums else self.lightest)
            allowed ^= bit
        return guess

    def _first_ids(self, members: tuple[int, ...], more: int, allowed: int) -> tuple[str, ...]:
        """The first that the sorted ids of such a set can be."""
        added = []
        for index in self.by_id if more else ():
            if allowed >> index & 1:
                added.append(index)
                if len(added) == more:
                    break
        return tuple(sorted(self.suppliers[i].location_id for i in (*members, *added)))

    def _joined(self, a: Vector, b: Vector) -> Vector:
        return tuple(map(add, a, b)) if self.sums else self.problem.joined(a, b)
