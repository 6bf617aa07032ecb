"""A decision against an oracle: is its plan allowed, is it what it says it is, and is there none that is better?"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from fulfillment.domain.decision import Decision
from tests.support.builders import MONDAY_NOON
from tests.support.instances import Instance, shrunk
from tests.support.ladder import Rung, later
from tests.support.reading import Problem, millionths, problem


def asked(instance: Instance, rung: Rung | None = None) -> Problem:
    """What an instance asks, in plain numbers; on the first rung of its ladder where none is named."""
    return problem(instance.request, instance.candidates, instance.stock, instance.policy, MONDAY_NOON, rung)


def faults(question: Problem, instance: Instance, decision: Decision) -> list[str]:
    """Everything that is wrong with a decision's plan, whatever others there are."""
    plan = {s.location_id: Counter({a.sku: 0 for a in s.allocations}) for s in decision.shipments}
    by_line: Counter[str] = Counter({s.line_id: s.quantity for s in decision.unfilled})
    suppliers: dict[str, set[str]] = {}
    for shipment in decision.shipments:
        for allocation in shipment.allocations:
            plan[shipment.location_id][allocation.sku] += allocation.quantity
            by_line[allocation.line_id] += allocation.quantity
            suppliers.setdefault(allocation.line_id, set()).add(shipment.location_id)
    return [
        *_if(
            by_line != Counter({x.line_id: x.quantity for x in instance.request.lines}), "units do not add up"
        ),
        *_if(len(plan) != len(decision.shipments), "a location supplies twice"),
        *_if(len(plan) > question.most, "too many shipments"),
        *_parcel_faults(question, plan, in_full=not decision.unfilled),
        *_divided(question, suppliers, decision),
        *_left_out(question, decision),
        *_untold(question, plan, decision),
    ]


def backorder_faults(instance: Instance, rung: Rung, decision: Decision) -> list[str]:
    """Whether what is short is promised for later by whom it should be, and whether the status says so."""
    by_sku = later(
        instance.request,
        instance.candidates,
        instance.stock,
        instance.policy,
        MONDAY_NOON,
        rung,
        chosen(decision),
    )
    lacking = {short.sku for short in decision.unfilled}
    nothing = "unfillable" if not decision.shipments else "partial"
    status = "planned" if not lacking else "backordered" if lacking <= by_sku.keys() else nothing
    promised = {} if status == "unfillable" else by_sku  # nothing comes later of an order that is not taken
    return [
        *_if(decision.status != status, f"{decision.status}, not {status}"),
        *(
            f"{short.sku} later from {short.backordered_at}, not {promised.get(short.sku)}"
            for short in decision.unfilled
            if short.backordered_at != promised.get(short.sku)
        ),
    ]


def _left_out(question: Problem, decision: Decision) -> Iterable[str]:
    lacking: Counter[str] = Counter()
    for short in decision.unfilled:
        lacking[short.sku] += short.quantity
    if not decision.shipments or not lacking:
        return
    least = question.least_value
    yield from _if(least is not None and question.worth(lacking) < least, "too little is left out")
    yield from _if(
        question.may_lack is not None and not set(lacking) <= question.may_lack, "nobody has it later"
    )


def _parcel_faults(question: Problem, plan: dict[str, Counter[str]], *, in_full: bool) -> Iterable[str]:
    places = {place.location_id: place for place in question.places}
    alone = len(plan) == 1 and in_full
    for name, load in plan.items():
        if name not in places:
            yield f"{name} may not supply"
            continue
        yield from _if(any(n > places[name].units[sku] for sku, n in load.items()), f"{name} has less")
        yield from _if(not load.total() or min(load.values()) < 1, f"{name} supplies nothing of something")
        most, least = question.most_units, question.least_value
        yield from _if(most is not None and load.total() > most, f"{name} sends too many units")
        yield from _if(
            least is not None and not alone and question.worth(load) < least, f"{name} sends too little"
        )


def _divided(question: Problem, suppliers: dict[str, set[str]], decision: Decision) -> Iterable[str]:
    short = {shortfall.line_id for shortfall in decision.unfilled}
    for block in question.blocks:
        if not block.divisible:
            hands = set[str]().union(*(suppliers.get(line_id, set()) for line_id in block.line_ids))
            yield from _if(len(hands) > 1, f"{sorted(block.line_ids)} leave from {sorted(hands)}")
            yield from _if(bool(hands and short & block.line_ids), f"{sorted(block.line_ids)} leave in part")


def _untold(question: Problem, plan: dict[str, Counter[str]], decision: Decision) -> Iterable[str]:
    """Whether the objectives are those of the plan, by the oracle's own reckoning."""
    if not plan or plan.keys() - {place.location_id for place in question.places}:
        return
    told = {objective.name: objective.value for objective in decision.objectives}
    true = dict(zip(question.objectives, question.values(plan), strict=True))
    yield from _if(
        told.pop("missing", 0) != question.wanted.total() - sum(x.total() for x in plan.values()),
        "missing units are not told",
    )
    yield from _if(told != true, f"objectives are {told}, not {true}")
    if "cost" in true:
        paid = sum(millionths(s.cost.total) for s in decision.shipments if s.cost)
        yield from _if(paid != true["cost"], f"shipments cost {paid}, not {true['cost']}")


def _if(wrong: bool, sentence: str) -> list[str]:
    return [sentence] if wrong else []


@dataclass
class Tally:
    """What a run of many instances came to."""

    name: str
    decided: int = 0
    planned: int = 0
    proven: int = 0
    shipments: Counter[int] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)
    decide_ms: list[float] = field(default_factory=list)
    oracle_ms: list[float] = field(default_factory=list)

    def figure(self, oracle: str) -> str:
        """One line for the test's output; the times judge nothing."""
        return (
            f"{oracle}, {self.name}: {self.decided:,} orders ({self.planned:,} planned), "
            f"{len(self.differences)} differences, {self.proven:,} proven; median / max ms: "
            f"decide {median(self.decide_ms):.1f} / {max(self.decide_ms):.0f}, "
            f"{oracle} {median(self.oracle_ms):.1f} / {max(self.oracle_ms):.0f}"
        )

    def compare(self, instance: Instance, differs: Callable[[Instance, Decision], list[str]]) -> None:
        """Decide, ask the oracle what is different, and write it down with the smallest case that shows it."""
        started = time.perf_counter()
        decision = instance.decided()
        decided = time.perf_counter()
        found = differs(instance, decision)
        ended = time.perf_counter()
        self.decided += 1
        self.planned += decision.status == "planned"
        self.proven += decision.proven
        self.shipments[len(decision.shipments)] += 1
        self.decide_ms.append((decided - started) * 1000)
        self.oracle_ms.append((ended - decided) * 1000)
        if found or not decision.proven:
            smallest = shrunk(instance, lambda one: bool(differs(one, one.decided()))) if found else instance
            again = differs(smallest, smallest.decided())
            self.differences.append("\n".join([*(again or ["not proven"]), smallest.story()]))


def tallied(
    name: str, instances: Iterable[Instance], differs: Callable[[Instance, Decision], list[str]]
) -> Tally:
    """All of them, compared; stops after five differences, which is enough to read."""
    tally = Tally(name)
    for instance in instances:
        tally.compare(instance, differs)
        if len(tally.differences) == 5:
            break
    return tally


def values_of(decision: Decision) -> tuple[int, ...] | None:
    """The objectives' values; None without a plan."""
    return tuple(o.value for o in decision.objectives) if decision.shipments else None


def missing(decision: Decision) -> int:
    """Units that nobody supplies now."""
    return sum(shortfall.quantity for shortfall in decision.unfilled)


def chosen(decision: Decision) -> Sequence[str]:
    """The ids of the locations that supply, in order."""
    return sorted(shipment.location_id for shipment in decision.shipments)
