"""Which locations a policy lets supply at all, and which it looks at before nearer ones; before anybody reads stock.

``routing.verdicts`` says why one may not; this says it for a whole chain at once, from what operations know alone.
"""

from __future__ import annotations

from itertools import takewhile

from fulfillment.domain.basket import Method
from fulfillment.domain.location import Location
from fulfillment.domain.policy import Policy

OTHER_ZONE = "other_zone"
OF_THE_LOCATION = frozenset(
    {"rank", "group_rank"}
)  # rules whose word on a location is the same for every order


class Reach:
    """One policy's view of locations for one method."""

    def __init__(self, method: Method, policy: Policy) -> None:
        self._method = method
        self._filter = policy.locations
        self._ranking = policy.ranking
        self._named = {name: frozenset(ids) for name, ids in policy.groups.items()}
        leading = takewhile(lambda rule: rule == OTHER_ZONE or rule in OF_THE_LOCATION, policy.objectives)
        # A pickup is the customer's own way, which the policy does not choose.
        self.leading = tuple(leading) if method == "delivery" else ()

    def could_supply(self, location: Location) -> bool:
        """Whether it works, offers the method and is one of those that the policy names."""
        rule = self._filter
        if location.status != "open" or self._method not in location.methods:
            return False
        if rule.kinds and location.kind not in rule.kinds:
            return False
        if not rule.include_groups and not rule.exclude_groups:
            return True
        groups = self._groups(location)
        wanted = not rule.include_groups or not groups.isdisjoint(rule.include_groups)
        return wanted and groups.isdisjoint(rule.exclude_groups)

    def precedence(self, location: Location) -> tuple[int, ...]:
        """What the policy asks of the location itself before it asks how far away it is; lower comes first."""
        return tuple(self._said(rule, location) for rule in self.leading if rule in OF_THE_LOCATION)

    def _said(self, rule: str, location: Location) -> int:
        if rule == "rank":
            return location.rank
        groups = self._groups(location)
        return next((n for n, name in enumerate(self._ranking) if name in groups), len(self._ranking))

    def _groups(self, location: Location) -> frozenset[str]:
        """As ``Policy.groups_of``, for thousands of locations and groups of thousands."""
        named = (name for name, ids in self._named.items() if location.location_id in ids)
        return frozenset(location.groups).union(named)
