"""Rules of these tests alone: what a retailer would add to say what no built-in rule says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal

from fulfillment.domain.routing.registry import RULES, Rule, RuleView, rule


def _said(attribute: str) -> Rule:
    """What the location says of itself under this name; abstains where it says nothing."""

    def says(view: RuleView) -> int | None:
        value = view.candidate.attributes.get(attribute)
        return value if isinstance(value, int) else None

    return says


def weighted_priority(view: RuleView) -> int | None:
    """IBM's sum: the location's rank and its miles, each by a weight. Lower wins.

    The weights are attributes of the location; one that does not say both is abstained from, and so is one without
    coordinates.
    """
    of_rank, of_miles = (view.candidate.attributes.get(name) for name in ("by_distribution", "by_geography"))
    if not isinstance(of_rank, int) or not isinstance(of_miles, int) or view.candidate.distance_m is None:
        return None
    return round(view.candidate.rank * of_rank + Decimal(view.candidate.distance_m) / 1609 * of_miles)


RULES_OF_THE_TESTS: dict[str, Callable[[RuleView], int | None]] = {
    "said_first": _said("first"),
    "said_second": _said("second"),
    "said_third": _said("third"),
    "weighted_priority": weighted_priority,
}


@contextmanager
def registered() -> Iterator[None]:
    """Within, policies may name these rules; afterwards nobody knows them any more."""
    for name, says in RULES_OF_THE_TESTS.items():
        rule(name)(says)
    try:
        yield
    finally:
        for name in RULES_OF_THE_TESTS:
            del RULES[name]
