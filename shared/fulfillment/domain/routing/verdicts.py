"""What stands between a location and an order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from fulfillment.domain.carrier import Way, services
from fulfillment.domain.routing.candidate import Candidate, Detail, Reason

if TYPE_CHECKING:
    from fulfillment.domain.decision import DecisionRequest
    from fulfillment.domain.policy import Policy

Obstacle = tuple[Reason, Detail]
Check = Callable[["DecisionRequest", Candidate, "Policy"], Obstacle | None]


def obstacle(request: DecisionRequest, candidate: Candidate, policy: Policy) -> Obstacle | None:
    """Why a location may not supply, whatever it has on its shelves: the firmest reason; None when it may."""
    for check in CHECKS:
        if found := check(request, candidate, policy):
            return found
    return None


def at(candidate: Candidate) -> dict[str, int | str]:
    """The distance as a detail, where it is known."""
    return {} if candidate.distance_m is None else {"distance_m": candidate.distance_m}


def _refused(request: DecisionRequest, candidate: Candidate, _policy: Policy) -> Obstacle | None:
    return ("refused_before", {}) if candidate.location_id in request.refused_by else None


def _status(_request: DecisionRequest, candidate: Candidate, _policy: Policy) -> Obstacle | None:
    return None if candidate.status == "open" else (candidate.status, {})


def _method(request: DecisionRequest, candidate: Candidate, _policy: Policy) -> Obstacle | None:
    return None if request.method in candidate.methods else ("method_not_offered", {"method": request.method})


def _chosen(request: DecisionRequest, candidate: Candidate, _policy: Policy) -> Obstacle | None:
    return None if request.location_id in (None, candidate.location_id) else ("not_chosen", at(candidate))


def _groups(_request: DecisionRequest, candidate: Candidate, policy: Policy) -> Obstacle | None:
    rule = policy.locations
    if not rule.include_groups and not rule.exclude_groups:
        return None
    groups = policy.groups_of(candidate.location_id, candidate.groups)
    if excluded := sorted(groups.intersection(rule.exclude_groups)):
        return "group_excluded", {"group": excluded[0]}
    if rule.include_groups and groups.isdisjoint(rule.include_groups):
        return "group_excluded", {"only": ", ".join(rule.include_groups)}
    return None


def _kind(_request: DecisionRequest, candidate: Candidate, policy: Policy) -> Obstacle | None:
    kinds = policy.locations.kinds
    return ("kind_excluded", {"kind": candidate.kind}) if kinds and candidate.kind not in kinds else None


def _service_area(request: DecisionRequest, candidate: Candidate, _policy: Policy) -> Obstacle | None:
    outside = request.method == "delivery" and candidate.covered is False
    return ("outside_service_area", at(candidate)) if outside else None


def _distance(_request: DecisionRequest, candidate: Candidate, policy: Policy) -> Obstacle | None:
    most_km = policy.locations.max_distance_km
    if most_km is None:
        return None
    if candidate.distance_m is None:
        return "no_coordinates", {}
    limit_m = round(most_km * 1000)
    return ("too_far", {**at(candidate), "limit_m": limit_m}) if candidate.distance_m > limit_m else None


def _capacity(_request: DecisionRequest, candidate: Candidate, _policy: Policy) -> Obstacle | None:
    return ("capacity_full", {"limit": candidate.capacity_limit or 0}) if candidate.full else None


def _opening(request: DecisionRequest, candidate: Candidate, policy: Policy) -> Obstacle | None:
    if candidate.promise is not None:
        return None
    if request.method == "delivery" and policy.carriers and not _is_served(candidate, policy):
        return "no_carrier", at(candidate)
    return "not_open_soon", {"opens_at": candidate.opens_at.isoformat()} if candidate.opens_at else {}


def _is_served(candidate: Candidate, policy: Policy) -> bool:
    groups = policy.groups_of(candidate.location_id, candidate.groups)
    way: Way = "other" if candidate.foreign else "same"
    return bool(services(policy.carriers, policy.calendars, groups, way))


def _needed_by(request: DecisionRequest, candidate: Candidate, _policy: Policy) -> Obstacle | None:
    if request.needed_by is None or candidate.promise is None or candidate.promise.at <= request.needed_by:
        return None
    return "misses_promise", {"promise_at": candidate.promise.at.isoformat()}


CHECKS: tuple[Check, ...] = (
    _refused,
    _status,
    _method,
    _chosen,
    _groups,
    _kind,
    _service_area,
    _distance,
    _capacity,
    _opening,
    _needed_by,
)


def shortness(
    needed: Mapping[str, int], candidate: Candidate, floors: Mapping[str, int], available: int
) -> Obstacle:
    """Why a location has nothing to give: its floors keep what is ``available``, or there is nothing."""
    if available:
        return "below_floor", {**at(candidate), "available": available, "floor": max(floors.values())}
    return "no_stock", {**at(candidate), "missing": sum(needed.values())}
