"""The part of what a decision was given that it can have looked at.

A policy may name thousands of locations and SKUs, and a location carries what other orders ask; none of that fits a
record that is written with every order, and none of it changes this decision.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from fulfillment.domain.carrier import Calendar, Carrier
from fulfillment.domain.decision import DecisionRequest
from fulfillment.domain.policy import FloorRule, Policy
from fulfillment.domain.routing.candidate import Candidate
from fulfillment.domain.routing.rules import uses_own_rules
from fulfillment.domain.service_rules import ServiceRules


def essential_request(request: DecisionRequest) -> DecisionRequest:
    """The request without its lines, which are written apart, and with what is known of their SKUs alone."""
    items = {line.sku: request.items[line.sku] for line in request.lines if line.sku in request.items}
    return replace(request, lines=(), items=items)


def essential_policy(policy: Policy, request: DecisionRequest, candidates: Iterable[Candidate]) -> Policy:
    """The policy with the groups of these candidates alone, and the floors of these SKUs.

    Promises were made before: days off did their part. That a carrier serves a location is asked again.
    """
    ids = {candidate.location_id for candidate in candidates}
    groups = {
        name: here for name, named in policy.groups.items() if (here := tuple(n for n in named if n in ids))
    }
    skus = {line.sku for line in request.lines}
    tags = {tag for sku, item in request.items.items() if sku in skus for tag in item.tags}
    floors = (_essential_floor(rule, skus, tags) for rule in policy.floors)
    return replace(
        policy,
        applies_to=None,
        groups=groups,
        floors=tuple(rule for rule in floors if rule),
        calendars=tuple(replace(calendar, days_off=()) for calendar in policy.calendars),
        payment_windows_minutes={},
        extend_up_to_minutes=Policy.extend_up_to_minutes,
        scarce=None,
        max_unpaid_units=Policy.max_unpaid_units,
        service=ServiceRules(),
    )


def _essential_floor(rule: FloorRule, skus: set[str], tags: set[str]) -> FloorRule | None:
    """The rule with what it says of this order; None when it cannot hold. (Empty lists would hold always.)"""
    ours = tuple(sku for sku in rule.skus if sku in skus)
    marked = tuple(tag for tag in rule.tags if tag in tags)
    if (rule.skus and not ours) or (rule.tags and not marked):
        return None
    return replace(rule, skus=ours, tags=marked)


def essential_candidate(candidate: Candidate, policy: Policy, *, whole: bool = True) -> Candidate:
    """The candidate as a retailer's own rules may have looked at it; where the policy has none, or not ``whole``,
    without its name and attributes.
    """
    if whole and uses_own_rules(policy):
        return candidate
    spoken_of = _groups_spoken_of(policy)
    groups = tuple(name for name in candidate.groups if name in spoken_of)
    return replace(candidate, name="", groups=groups, attributes={})


def essential_candidates(
    candidates: Sequence[Candidate], policy: Policy, *, whole: bool = True
) -> list[Candidate]:
    """All of them so, in the order of their ids."""
    return [
        essential_candidate(c, policy, whole=whole) for c in sorted(candidates, key=lambda c: c.location_id)
    ]


def _groups_spoken_of(policy: Policy) -> set[str]:
    named = (policy.locations.include_groups, policy.locations.exclude_groups, policy.ranking)
    parts: tuple[FloorRule | Carrier | Calendar, ...] = (*policy.floors, *policy.carriers, *policy.calendars)
    return {group for groups in (*named, *(part.groups for part in parts)) for group in groups}
