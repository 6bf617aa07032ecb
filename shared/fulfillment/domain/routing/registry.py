"""How rules are registered and asked. A rule ranks a location or abstains.

A policy names rules in its objectives; plans are compared by the first, ties go to the next. A rule is a small pure
function, registered under its name::

    @rule("fewest_waiting")
    def fewest_waiting(view: RuleView) -> int | None:
        return view.candidate.queued

Lower is better, and None abstains. What a rule says of a plan is made of what it says of the plan's locations:

- a **rank** counts from the best location there is (the best is 0) and adds up; a location that it abstains from
  comes one behind the last. This is what ``@rule`` registers;
- a **measure** has a zero of its own (metres, shipments) and adds up; abstaining is 0;
- the **latest** is the largest of the plan's locations (the customer waits for the last parcel);
- the **cost** is not said by location: see ``costs``.

A rule that abstains from every location has no say in that decision. The built-in rules are in ``rules``, a
retailer's own in ``own_rules``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from fulfillment.domain.policy import Policy
from fulfillment.domain.routing.candidate import Candidate

Combine = Literal["rank", "measure", "latest", "cost"]


@dataclass(frozen=True)
class RuleView:
    """What a rule may look at. ``units`` it could give and units ``needed``, by SKU; ``at`` is the moment."""

    candidate: Candidate
    units: Mapping[str, int]
    needed: Mapping[str, int]
    policy: Policy
    at: datetime


Rule = Callable[[RuleView], int | None]


@dataclass(frozen=True)
class Registered:
    """A rule by its name, and how its words on locations become a word on a plan."""

    name: str
    says: Rule
    combine: Combine


RULES: dict[str, Registered] = {}


def rule(name: str, combine: Combine = "rank") -> Callable[[Rule], Rule]:
    """Register a rule under a name that no other has."""

    def register(says: Rule) -> Rule:
        assert name not in RULES, name
        RULES[name] = Registered(name, says, combine)
        return says

    return register


@dataclass(frozen=True)
class Column:
    """What one rule says of each location, in the order they were given; for ``cost`` all is 0."""

    name: str
    combine: Combine
    values: tuple[int, ...]


def column(name: str, views: Sequence[RuleView]) -> Column | None:
    """A rule's words on all locations; None when it abstains from every one. KeyError for a name nobody registered."""
    registered = RULES[name]
    said = [registered.says(view) for view in views]
    ranked = [value for value in said if value is not None]
    if not ranked:
        return None
    if registered.combine != "rank":
        return Column(name, registered.combine, tuple(value or 0 for value in said))
    best, behind = min(ranked), max(ranked) - min(ranked) + 1
    return Column(name, "rank", tuple(behind if value is None else value - best for value in said))
