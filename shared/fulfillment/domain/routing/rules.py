"""The built-in rules that plans are compared by, and the names of all there are."""

from __future__ import annotations

from fulfillment.domain.policy import Policy
from fulfillment.domain.routing import own_rules
from fulfillment.domain.routing.registry import RULES, RuleView, rule

OWN_RULES = own_rules  # imported so that they are registered wherever the built-in ones are


def known_rules() -> tuple[str, ...]:
    """The names that a policy may use, in alphabetical order."""
    return tuple(sorted(RULES))


def uses_own_rules(policy: Policy) -> bool:
    """Whether a rule of the retailer's own has a say, which may look at anything of a location."""
    return not BUILT_IN.issuperset((*policy.objectives, *policy.take_from))


def counts_queues(policy: Policy) -> bool:
    """Whether its plans depend on how many orders wait at a location."""
    named = {*policy.objectives, *policy.take_from}
    backlog = "cost" in named and policy.costs.backlog_per_order > 0
    return "load" in named or backlog or uses_own_rules(policy)


@rule("other_zone", combine="measure")
def other_zone(view: RuleView) -> int | None:
    """Parcels from another land than the customer's, where no service area says that they are as good."""
    return None if view.candidate.foreign is None else int(view.candidate.foreign)


@rule("shipments", combine="measure")
def shipments(_view: RuleView) -> int:
    """Parcels, or stores to go to."""
    return 1


@rule("distance", combine="measure")
def distance(view: RuleView) -> int:
    """Metres; a location whose distance is not known is farther than any other."""
    return view.candidate.metres


@rule("rank")
def rank(view: RuleView) -> int:
    """The location's own rank: 1 before 2."""
    return view.candidate.rank


@rule("group_rank")
def group_rank(view: RuleView) -> int | None:
    """The place of its best group in the policy's ``ranking``; abstains from a location in none of them."""
    groups = view.policy.groups_of(view.candidate.location_id, view.candidate.groups)
    return next((place for place, name in enumerate(view.policy.ranking) if name in groups), None)


@rule("stock")
def stock(view: RuleView) -> int:
    """Most units of what is needed first."""
    return -sum(view.units.values())


@rule("coverage")
def coverage(view: RuleView) -> int:
    """Most SKUs in full first."""
    return -sum(view.units.get(sku, 0) >= wanted for sku, wanted in view.needed.items())


@rule("load", combine="measure")
def load(view: RuleView) -> int:
    """Orders that wait there in the promised hour."""
    return view.candidate.queued


@rule("promise", combine="latest")
def promise(view: RuleView) -> int | None:
    """Minutes from now until it is ready or delivered."""
    promised = view.candidate.promise
    return None if promised is None else int((promised.at - view.at).total_seconds() // 60)


@rule("cost", combine="cost")
def cost(_view: RuleView) -> int:
    """Money; what a plan costs depends on what each location supplies, so it is no sum of words on locations."""
    return 0


BUILT_IN = frozenset(name for name, registered in RULES.items() if registered.says.__module__ == __name__)
