"""A decision as JSON values: what the command line prints and operations are shown.

Distances are kilometres to the metre, money decimal strings in the currency of the policy, times ISO 8601 with the
offset of the location they are about. With its costs it is the retailer's own: never a checkout's answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from fulfillment.application.views import View, allocations, moment
from fulfillment.application.views import promise as promised_by
from fulfillment.domain.decision import Alternative, Decision, Objective, PlannedShipment, Shortfall
from fulfillment.domain.promise import Promise
from fulfillment.domain.routing.candidate import Candidate, Verdict
from fulfillment.domain.routing.changes import Change
from fulfillment.domain.routing.costs import Cost, amount


def decision(decision: Decision, candidates: Sequence[Candidate], currency: str) -> View:
    """The whole decision. ``candidates`` say how far away those are that a verdict is about."""
    distances = {candidate.location_id: candidate.distance_m for candidate in candidates}
    view: View = {
        "status": decision.status,
        "shipments": [shipment(s) for s in decision.shipments],
        "unfilled": [shortfall(s) for s in decision.unfilled],
        "candidates": [verdict(v, distances.get(v.location_id)) for v in decision.candidates],
        "runner_up": runner_up(decision.runner_up, currency),
        "objectives": [objective(o, currency) for o in decision.objectives],
        "proven": decision.proven,
        "policy": {"name": decision.policy_name, "version": decision.policy_version},
        "decided_at": instant(decision.decided_at),
    }
    if not decision.proven:
        view["bound"] = [objective(o, currency) for o in decision.bound]
    return view


def shipment(planned: PlannedShipment) -> View:
    """What one location would do."""
    return {
        "location_id": planned.location_id,
        "lines": allocations(planned.allocations),
        "distance_km": kilometres(planned.distance_m),
        "promise": promise(planned.promise),
        "cost": cost(planned.cost),
    }


def promise(promised: Promise) -> View:
    """``ready_by`` or ``deliver_by``; when the location must have done its part, and the hour that counts it."""
    view: View = {
        **promised_by(promised),
        "due_at": moment(promised.due_at, promised.timezone),
        "window": promised.window,
        "timezone": promised.timezone,
    }
    if promised.carrier is not None:
        view["carrier"] = promised.carrier
    return view


def cost(estimated: Cost | None) -> View:
    """The retailer's own estimate. A policy without rates says of no part what it costs, and of all that it is 0."""
    if estimated is None:
        return {"total": "0", "parts": {}}
    return {
        "total": decimal(estimated.total),
        "parts": {name: decimal(part) for name, part in sorted(estimated.parts.items())},
    }


def shortfall(short: Shortfall) -> View:
    """Units of a line that nobody supplies now."""
    view: View = {
        "line_id": short.line_id,
        "sku": short.sku,
        "quantity": short.quantity,
        "left": short.left,
    }
    if short.backordered_at is not None:
        view["backordered_at"] = short.backordered_at
    return view


def verdict(judged: Verdict, distance_m: int | None) -> View:
    """Why a location may supply, or may not."""
    return {
        "location_id": judged.location_id,
        "verdict": "eligible" if judged.eligible else "excluded",
        "reason": judged.reason,
        "detail": dict(sorted(judged.detail.items())),
        "distance_km": kilometres(distance_m),
    }


def runner_up(second: Alternative | None, currency: str) -> View | None:
    """The next best set of locations."""
    if second is None:
        return None
    return {
        "location_ids": list(second.location_ids),
        "objectives": [objective(o, currency) for o in second.objectives],
    }


def objective(measured: Objective, currency: str) -> View:
    """What a plan was compared by. ``unit`` where it is no plain number."""
    if measured.name == "distance":
        return {"name": measured.name, "value": kilometres(measured.value), "unit": "km"}
    if measured.name == "promise":
        return {"name": measured.name, "value": measured.value, "unit": "minutes"}
    if measured.name == "cost":
        return {"name": measured.name, "value": decimal(amount(measured.value)), "unit": currency}
    return {"name": measured.name, "value": measured.value}


def store(candidate: Candidate) -> View:
    """A store that could hand over what another cannot."""
    return {"location_id": candidate.location_id, "distance_km": kilometres(candidate.distance_m)}


def changes(found: Mapping[str, Sequence[Change]]) -> list[View]:
    """By location, the smallest single change of each kind that would bring it into the plan."""
    return [
        {"location_id": location_id, "changes": [change(one) for one in several]}
        for location_id, several in sorted(found.items())
    ]


def change(found: Change) -> View:
    """``units`` more of the SKUs named, ``nearer_km`` (then at ``distance_km``), or a ``floor`` so low."""
    detail = found.detail
    if found.kind == "units":
        return {"kind": found.kind, "units": dict(sorted(detail.items()))}
    if found.kind == "floor":
        return {"kind": found.kind, "floor": detail["floor"]}
    nearer = {"nearer_km": kilometres(detail["metres"])} if "metres" in detail else {}
    return {"kind": found.kind, **nearer, "distance_km": kilometres(detail["distance_m"])}


def kilometres(distance_m: int | None) -> float | None:
    """To the metre; unknown stays unknown."""
    return None if distance_m is None else distance_m / 1000


def decimal(value: Decimal) -> str:
    """Plain digits, without needless zeros and exponents."""
    digits = format(value, "f")
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def instant(at: datetime) -> str:
    """UTC, as exact as it was given."""
    return at.astimezone(UTC).isoformat()
