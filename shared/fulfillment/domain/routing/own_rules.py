"""A retailer's own rules. Add yours here: a function of what a location is and has, with a test.

Each is small, pure and says what it ranks by. It may look at ``view.candidate.attributes``, which are the location's
own ``attributes`` document: what a retailer knows of a store and the router does not.
"""

from __future__ import annotations

from decimal import Decimal

from fulfillment.domain.routing.registry import RuleView, rule

NEVER_SOLD = 10**12  # thousandths of weeks: longer than anything that sells at all


@rule("slow_movers")
def slow_movers(view: RuleView) -> int | None:
    """Where the goods would lie longest comes first: most weeks of supply.

    ``weekly_sales`` is an attribute of the location, in units a week; a store that does not say is abstained from,
    one that sells none comes first. Example: 18 units at 9 a week are 2 weeks, 22 units at 1 a week are 22; the
    second store supplies.
    """
    weekly = view.candidate.attributes.get("weekly_sales")
    if isinstance(weekly, bool) or not isinstance(weekly, (int, Decimal)) or weekly < 0:
        return None
    if not weekly:
        return -NEVER_SOLD
    return -int(Decimal(sum(view.units.values())) * 1000 / Decimal(weekly))
