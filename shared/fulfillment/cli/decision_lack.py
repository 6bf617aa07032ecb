"""What an order lacks that nobody supplies: how much of it there is, where, and what decided that it stays there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fulfillment.cli.decision_words import counted, listed
from fulfillment.domain.policy import Policy
from fulfillment.domain.routing.candidate import Verdict
from fulfillment.domain.routing.shelves import Shelves

if TYPE_CHECKING:
    from fulfillment.cli.decide import Answer


@dataclass
class Wanted:
    """Units of a SKU; ``there`` at locations that may supply, ``shut`` at those that may not, after their floors."""

    sku: str
    quantity: int
    there: dict[str, int] = field(default_factory=dict)
    shut: dict[str, int] = field(default_factory=dict)
    kept: bool = False  # whether there are units that floors keep

    @property
    def units(self) -> int:
        """How many could be supplied, were there no limit on shipments."""
        return sum(self.there.values())

    @property
    def short(self) -> bool:
        """Whether there are fewer than are wanted."""
        return self.units < self.quantity

    def __str__(self) -> str:
        return f"{self.quantity} x {self.sku}"


class Lack:
    """An unfillable order's lack, in words. ``name`` and ``why`` say a location's name, and why it does not supply."""

    def __init__(self, found: Answer, name: Callable[[str], str], why: Callable[[Verdict], str]) -> None:
        self._found = found
        self._name = name
        self._why = why
        self._verdicts = {verdict.location_id: verdict for verdict in found.decision.candidates}
        self._wanted = _wanted(found, self._verdicts)
        self._short = [one for one in self._wanted if one.short]

    def reason(self) -> str:
        """What decided that nobody supplies the order."""
        if not self._verdicts:
            return "there are no locations"
        if nowhere := [one for one in self._short if not one.there and not one.shut]:
            if kept := [one.sku for one in nowhere if one.kept]:
                return f"what there is of {listed(kept)} is kept by the policy's floors"
            return f"nobody has any {listed([one.sku for one in nowhere])}"
        if self._short:
            first = self._short[0]
            if not first.there:
                return f"{first.sku} is only {self._at_shut(first)}"
            more = f"; {sum(first.shut.values())} more {self._at_shut(first)}" if first.shut else ""
            return f"only {first.units} of {first} {_are(first.units)} there{more}"
        return self._not_together()

    def missing_at(self, location_id: str) -> Iterator[str]:
        """What the store that the customer chose has too little of; nothing where that is not what hinders it."""
        verdict = self._verdicts[location_id]
        if verdict.eligible or verdict.reason in ("no_stock", "below_floor"):
            lacks = [
                f"{missing} x {one.sku}"
                for one in self._wanted
                if (missing := one.quantity - one.there.get(location_id, 0)) > 0
            ]
            if lacks:
                yield f"Missing at {self._name(location_id)}: {listed(lacks)}."

    def missing(self) -> Iterator[str]:
        """What nobody supplies, with where it is."""
        for one in self._short or self._wanted:
            yield f"Nobody supplies: {one} ({self._where(one)})."
        if self._short and (rest := [str(one) for one in self._wanted if not one.short]):
            yield f"Not supplied without that: {listed(rest)}."

    def _not_together(self) -> str:
        """There is enough of everything, and yet no plan."""
        if self._found.asked.request.method == "pickup":
            return "no store has everything, and a pickup is not split"
        if not self._found.decision.proven:
            return "the search was cut short before it found a plan"
        most = _most_shipments(self._found.policy)
        places = {location_id for one in self._wanted for location_id in one.there}
        if len(places) > 1 and most == 1:
            return "no location has everything, and only 1 shipment is allowed"
        if len(places) <= most:
            return "the policy's rules on how an order may be split allow no plan"
        if self._has_rules():
            return (
                f"no plan of at most {most} shipments keeps the policy's rules on how an order may be split"
            )
        return f"more than {most} shipments would be needed, which the policy does not allow"

    def _has_rules(self) -> bool:
        split = self._found.policy.split
        limits = (split.keep_together, split.min_parcel_value, split.max_parcel_units)
        together = any(line.keep_together for line in self._found.asked.request.lines)
        return split.lines == "whole" or together or any(limits)

    def _where(self, one: Wanted) -> str:
        told = []
        if len(one.there) == 1:
            told.append(f"{one.units} at {self._name(next(iter(one.there)))}")
        elif one.there:
            told.append(f"{one.units} are there, in {len(one.there)} places")
            if not one.short and self._found.asked.request.method == "delivery":
                most = _most_shipments(self._found.policy)
                told.append(f"{most} shipment{'s are' if most != 1 else ' is'} allowed")
        if one.shut:
            told.append(f"{sum(one.shut.values())} {self._at_shut(one)}")
        return "; ".join(told) or ("floors keep what there is" if one.kept else "none anywhere")

    def _at_shut(self, one: Wanted) -> str:
        """``at Senayan, which is closed``, or ``at 3 locations that may not supply: 2 closed, 1 too far``."""
        if len(one.shut) == 1:
            location_id = next(iter(one.shut))
            return f"at {self._name(location_id)}, which {self._why(self._verdicts[location_id])}"
        reasons = Counter(self._verdicts[location_id].reason for location_id in one.shut)
        commonest = sorted(reasons.items(), key=lambda told: (-told[1], told[0]))
        told = ", ".join(f"{n} {counted(reason)}" for reason, n in commonest)
        return f"at {len(one.shut)} locations that may not supply: {told}"


def _wanted(found: Answer, verdicts: Mapping[str, Verdict]) -> list[Wanted]:
    request, stock = found.asked.request, found.asked.stock
    wanted: dict[str, Wanted] = {}
    for line in request.lines:
        wanted.setdefault(line.sku, Wanted(line.sku, 0)).quantity += line.quantity
    tags = {sku: item.tags for sku, item in request.items.items() if item.tags}
    now = found.decision.decided_at
    shelves = Shelves(tuple(wanted), stock, found.policy, request.method, tags, now)
    for candidate in found.candidates:
        location_id = candidate.location_id
        units = shelves.sellable(candidate, shelves.floors(candidate))
        for sku, one in wanted.items():
            row = stock.get((sku, location_id))
            if sku in units:
                (one.there if verdicts[location_id].eligible else one.shut)[location_id] = units[sku]
            elif row is not None and row.available > 0:
                one.kept = True
    return list(wanted.values())


def _most_shipments(policy: Policy) -> int:
    more = (rung.max_shipments or 0 for rung in policy.fallback if rung.rung == "more_shipments")
    return max([policy.split.max_shipments, *more])


def _are(number: int) -> str:
    return "is" if number == 1 else "are"
