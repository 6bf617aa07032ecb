"""What a policy names that is not there: told, not refused, since a policy may be put before its locations are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from fulfillment.application.views import View
from fulfillment.domain.location import Location
from fulfillment.domain.policy import Policy

MOST_TOLD = 100  # more of them have one reason


def policy_warnings(policy: Policy, locations: Callable[[], Sequence[Location]]) -> list[View]:
    """Groups that no location is in, and locations that are not there, each at its field. ``locations`` is asked for
    policies alone that name some.
    """
    groups, named = list(_groups(policy)), list(_locations(policy))
    if not groups and not named:
        return []
    there = locations()
    ids = {location.location_id for location in there}
    known = {name for location in there for name in location.groups} | {
        name for name, members in policy.groups.items() if members
    }
    strange = [
        *(
            (field, "unknown_group", f"no location is in the group {name!r}")
            for field, name in groups
            if name not in known
        ),
        *(
            (field, "unknown_location", f"there is no location {name!r}")
            for field, name in named
            if name not in ids
        ),
    ]
    return [
        {"field": field, "code": code, "message": told} for field, code, told in islice(strange, MOST_TOLD)
    ]


def _groups(policy: Policy) -> Iterator[tuple[str, str]]:
    lists = {
        "locations.include_groups": policy.locations.include_groups,
        "locations.exclude_groups": policy.locations.exclude_groups,
        "ranking": policy.ranking,
        **{f"floors.{n}.groups": rule.groups for n, rule in enumerate(policy.floors)},
        **{f"carriers.{n}.groups": carrier.groups for n, carrier in enumerate(policy.carriers)},
        **{f"calendars.{n}.groups": calendar.groups for n, calendar in enumerate(policy.calendars)},
    }
    return ((f"{field}.{place}", name) for field, names in lists.items() for place, name in enumerate(names))


def _locations(policy: Policy) -> Iterator[tuple[str, str]]:
    return (
        (f"groups.{group}.{place}", location_id)
        for group, ids in policy.groups.items()
        for place, location_id in enumerate(ids)
    )
