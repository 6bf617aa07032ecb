"""A decision as a short story that a store manager understands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from fulfillment.application.decision_views import decimal
from fulfillment.cli import decision_words as words
from fulfillment.cli.decision_lack import Lack
from fulfillment.cli.decision_words import km, listed, when
from fulfillment.domain.decision import Alternative, Objective, PlannedShipment
from fulfillment.domain.routing.candidate import FARTHEST_M, Candidate, Verdict

if TYPE_CHECKING:
    from fulfillment.cli.decide import Answer

MAX_OTHERS = 5  # locations that are told why they were not chosen; the rest are counted by reason


def story(found: Answer) -> str:
    """What, from where, by when, why there and not elsewhere, what came second, and what is missing."""
    return "\n".join(_Story(found).lines()) + "\n"


class _Story:
    def __init__(self, found: Answer) -> None:
        self.found = found
        self.decision = found.decision
        self.method = found.asked.request.method
        self.chosen = [shipment.location_id for shipment in self.decision.shipments]
        self.candidates = {candidate.location_id: candidate for candidate in found.candidates}
        self.timezones = {location.location_id: location.timezone for location in found.asked.locations}
        names = {
            candidate.location_id: candidate.name or candidate.location_id for candidate in found.candidates
        }
        self.names = words.told_apart(names)
        self.currency = found.policy.costs.currency
        self.others = sorted(
            (verdict for verdict in self.decision.candidates if verdict.location_id not in self.chosen),
            key=self._nearest,
        )

    def lines(self) -> Iterator[str]:
        yield from self._headline()
        yield ""
        for shipment in self.decision.shipments:
            yield from self._shipment(shipment)
        yield from self._missing()
        yield from self._could()
        yield from self._not_chosen()
        yield from self._runner_up()
        yield from self._changes()
        yield from self._how()

    def _headline(self) -> Iterator[str]:
        told = next((v for v in self.others if v.reason != "not_chosen"), None)
        asked = self.found.asked.request.location_id
        if self.chosen:
            names = listed([self._name(location_id) for location_id in self.chosen])
            part = {"partial": "Only in part: ", "backordered": "Some of it later: "}
            lead = part.get(self.decision.status, "")
            if told:
                other = self._name(told.location_id)
                yield f"{lead}{names}, not {other}: {other} {self._why(told)}."
            elif lead:
                yield f"{lead}{names}."
            else:
                yield f"{names} {'supplies' if len(self.chosen) == 1 else 'supply'} everything."
        elif asked:
            (verdict,) = (v for v in self.decision.candidates if v.location_id == asked)
            yield f"Not at {self._name(asked)}: {self._name(asked)} {self._why(verdict)}."
        elif self.decision.status == "backordered":
            later = {short.backordered_at for short in self.decision.unfilled if short.backordered_at}
            yield f"Nothing is there now: {listed([self._name(name) for name in sorted(later)])} will send it later."
        else:
            yield f"Nobody can supply this order: {self._lack().reason()}."

    def _shipment(self, shipment: PlannedShipment) -> Iterator[str]:
        goods = words.goods(shipment.allocations)
        promise = shipment.promise
        name, by = self._name(shipment.location_id), when(promise.at, promise.timezone)
        if self.method == "pickup":
            yield f"{name} hands over {goods}{self._away(shipment.distance_m)}, ready by {by}."
        else:
            carrier = f" with {promise.carrier}" if promise.carrier else ""
            yield f"{name} sends {goods}{self._away(shipment.distance_m)}{carrier}, there by {by}."
            yield f"  It must be packed by {when(promise.due_at, promise.timezone)}."
        if kept := sorted({(a.sku, a.floor) for a in shipment.allocations if a.floor}):
            floors = listed([f"{floor} x {sku}" for sku, floor in kept])
            yield f"  It keeps {floors} for its own customers."
        if shipment.cost and shipment.cost.total:
            parts = [f"{name} {decimal(part)}" for name, part in sorted(shipment.cost.parts.items()) if part]
            yield f"  Estimated cost: {decimal(shipment.cost.total)} {self.currency} ({', '.join(parts)})."

    def _missing(self) -> Iterator[str]:
        if self.decision.status == "unfillable":
            asked = self.found.asked.request.location_id
            yield from self._lack().missing_at(asked) if asked else self._lack().missing()
            return
        missing: Counter[tuple[str, str | None]] = Counter()
        for short in self.decision.unfilled:
            missing[short.sku, short.backordered_at] += short.quantity
        for (sku, location_id), units in missing.items():
            what = "it" if units == 1 else "them"
            later = f"; {self._name(location_id)} sends {what} later" if location_id else ""
            yield f"Missing: {units} x {sku}{later}."

    def _lack(self) -> Lack:
        return Lack(self.found, self._name, self._why)

    def _could(self) -> Iterator[str]:
        if self.found.could:
            stores = [f"{self._name(c.location_id)}{self._away(c.distance_m)}" for c in self.found.could]
            yield f"These could hand over everything: {'; '.join(stores)}."
        elif self.found.could is not None:
            yield "No other store has everything either."

    def _not_chosen(self) -> Iterator[str]:
        if not self.others:
            return
        yield ""
        yield "Not chosen:"
        for verdict in self.others[:MAX_OTHERS]:
            # what is out because of its unknown distance says so itself
            known = verdict.reason != "no_coordinates"
            away = self._away(self._distance(verdict.location_id)) if known else ""
            yield f"  {self._name(verdict.location_id)}{away}: {self._why(verdict)}."
        rest = Counter(words.counted(verdict.reason) for verdict in self.others[MAX_OTHERS:])
        if rest:
            counted = [
                f"{n} {reason}" for reason, n in sorted(rest.items(), key=lambda one: (-one[1], one[0]))
            ]
            yield f"  And {sum(rest.values()):,} farther away: {', '.join(counted)}."

    def _runner_up(self) -> Iterator[str]:
        second = self.decision.runner_up
        if second is None:
            return
        names = listed([self._name(location_id) for location_id in second.location_ids])
        worse = self._worse(second)
        told = (
            f"{worse[0]} instead of {worse[1]}" if worse else "just as good; the ids of the locations decided"
        )
        yield ""
        yield f"Second best: {names}, {told}."

    def _changes(self) -> Iterator[str]:
        for location_id, several in sorted((self.found.changes or {}).items()):
            name = self._name(location_id)
            if location_id in self.chosen:
                told = "is in the plan as it is"
            elif several:
                told = f"would supply with {', or '.join(words.would_change(one) for one in several)}"
            else:
                told = "would not supply with more units, a lower floor or fewer kilometres alone"
            yield f"{name} {told}."

    def _how(self) -> Iterator[str]:
        decision = self.decision
        yield ""
        version = f", version {decision.policy_version}" if decision.policy_version else ""
        yield f"By the policy {decision.policy_name}{version}, {when(decision.decided_at, self._timezone())}."
        if decision.objectives:
            unknown = self._unknown(self.chosen)
            by = ", ".join(words.measured(one, self.currency, unknown) for one in decision.objectives)
            best = "no plan is better" if decision.proven else "the search was cut short"
            yield f"Compared by: {by}; {best}."
        if not decision.proven and decision.bound:
            bound = ", ".join(self._bound(one) for one in decision.bound)
            yield f"No plan can be better than: {bound}."

    def _why(self, verdict: Verdict) -> str:
        if verdict.reason == "outside_ring" and not self.chosen:
            return "is farther away than the policy looks"
        told = words.why_not(verdict, self.method, self.timezones.get(verdict.location_id, "UTC"))
        second = self.decision.runner_up
        if verdict.reason != "beaten" or verdict.detail.get("missing") or second is None:
            return told
        if second.location_ids != (verdict.location_id,):
            return f"{told}; the plan is better"
        worse = self._worse(second)
        return (
            f"{told}, but that would be {worse[0]} instead of {worse[1]}"
            if worse
            else f"{told}, and is as good"
        )

    def _name(self, location_id: str) -> str:
        return self.names.get(location_id, location_id)

    def _timezone(self) -> str:
        """Of the first store of the plan, or else of the nearest."""
        first = [*self.chosen, *(verdict.location_id for verdict in self.others)][:1]
        return self.timezones.get(first[0], "UTC") if first else "UTC"

    def _worse(self, second: Alternative) -> tuple[str, str] | None:
        unknown = self._unknown(self.chosen), self._unknown(second.location_ids)
        return words.first_worse(self.decision.objectives, second.objectives, self.currency, unknown)

    def _unknown(self, location_ids: Iterable[str]) -> int:
        return sum(self._distance(location_id) is None for location_id in location_ids)

    def _bound(self, objective: Objective) -> str:
        """Of no plan in particular: as many unknown distances as there can be in it."""
        nowhere = self._unknown(self.candidates)
        return words.measured(objective, self.currency, min(nowhere, objective.value // FARTHEST_M))

    def _distance(self, location_id: str) -> int | None:
        candidate: Candidate | None = self.candidates.get(location_id)
        return candidate.distance_m if candidate else None

    def _away(self, distance_m: int | None) -> str:
        if distance_m is not None:
            return f", {km(distance_m)} away"
        # without the customer's point none is known, which need not be said of each
        return ", at an unknown distance" if self.found.asked.customer.point else ""

    def _nearest(self, verdict: Verdict) -> tuple[bool, int, str]:
        distance = self._distance(verdict.location_id)
        return distance is None, distance or 0, verdict.location_id
