"""``fulfillment decide``: one decision on a file, with the reasons. No AWS, no environment, nothing is changed."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from fulfillment.adapters.clock import SystemClock
from fulfillment.adapters.sphere import great_circle_m
from fulfillment.application import decision_views
from fulfillment.application.try_decision import stores_that_could
from fulfillment.application.views import View
from fulfillment.cli.decide_read import Asked, BadInput, read
from fulfillment.domain.decision import Decision, decide
from fulfillment.domain.hours import opening_at_or_after
from fulfillment.domain.location import Location
from fulfillment.domain.policy import Policy
from fulfillment.domain.promise import hours_of, promises
from fulfillment.domain.routing.candidate import Candidate
from fulfillment.domain.routing.changes import Change, what_would_change

if TYPE_CHECKING:
    from fulfillment.application.ports import Clock

PLANNED, BAD_INPUT, UNFILLABLE = 0, 2, 3  # exit codes

ABOUT = """\
Decide where an order is supplied from, by the same function as the deployed router, on what INPUT says.

INPUT is JSON: {"now", "request", "locations", "stock", "products", "policy"}. Everything but ids, stock numbers and
the basket's lines may be left out: see events/decide/README.md for every field and its default.

  now        ISO 8601 with offset; the moment of the call where it is left out, and then no two answers need be equal
  request    channel, customer {point, postal_code, area_code, country}, lines [{line_id, sku, quantity, ...}],
             method (delivery) or methods, location_id (pickup), accept_partial, needed_by, refused_by
  locations  location_id, and what is not said stands in no order's way: always open, serves everyone, unlimited
  stock      location_id, sku, on_hand; reserved and blocked are 0
  policy     a policy document, or the name of a shipped policy (fulfillment policy show); else the default

Exit codes: 0 planned, and also partial or backordered, where the policy or the customer allows it; 2 bad input, with
all that is wrong on standard error; 3 unfillable.
"""


@dataclass(frozen=True)
class Answer:
    """The decision, all it was taken on, and what was asked beside it."""

    asked: Asked
    candidates: tuple[Candidate, ...]
    policy: Policy
    decision: Decision
    could: tuple[Candidate, ...] | None
    changes: dict[str, tuple[Change, ...]] | None

    def view(self) -> View:
        """The OUTPUT."""
        view = decision_views.decision(self.decision, self.candidates, self.policy.costs.currency)
        if self.could is not None:
            view["could"] = [decision_views.store(candidate) for candidate in self.could]
        if self.changes is not None:
            view["changes"] = decision_views.changes(self.changes)
        return view


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """INPUT, and how to be told."""
    parser.description = ABOUT
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("input", metavar="INPUT", help="a JSON file; - reads standard input")
    parser.add_argument(
        "--policy", metavar="P", help="a policy file (YAML or JSON) or a shipped policy's name"
    )
    parser.add_argument(
        "--format",
        choices=("json", "text", "map"),
        default="json",
        help="json, a story, or a page to look at",
    )
    parser.add_argument(
        "--explain",
        nargs="+",
        action="extend",
        metavar="LOCATION",
        help="say the smallest change of each kind after which these would supply",
    )


def run(arguments: argparse.Namespace) -> int:
    """Read, decide, tell; the exit code."""
    try:
        text = _text(arguments.input)
        override = _policy_of(arguments.policy) if arguments.policy else None
        asked = read(text, _shipped, ignore_policy=override is not None)
        found = answer(asked, override, SystemClock(), arguments.explain)
    except BadInput as bad:
        for line in bad.lines():
            print(line, file=sys.stderr)
        return BAD_INPUT
    sys.stdout.write(_told(found, arguments.format))
    return UNFILLABLE if found.decision.status == "unfillable" else PLANNED


def answer(
    asked: Asked, override: Policy | None, clock: Clock, explain: Sequence[str] | None = None
) -> Answer:
    """Decide. ``override`` goes before the INPUT's own policy; BadInput where ``explain`` names no location."""
    policy = override or asked.policy or Policy()
    now = asked.now or clock.now()
    candidates = tuple(candidates_of(asked, policy, now))
    known = {candidate.location_id for candidate in candidates}
    if lost := [name for name in explain or () if name not in known]:
        raise BadInput([f"--explain: there is no location {name!r}" for name in lost])
    decision = decide(asked.request, candidates, asked.stock, policy, now)
    changes = {
        name: what_would_change(asked.request, candidates, asked.stock, policy, now, name)
        for name in sorted(set(explain or ()))
    }
    return Answer(
        asked=asked,
        candidates=candidates,
        policy=policy,
        decision=decision,
        could=stores_that_could(decision, asked.request, candidates, asked.stock, policy),
        changes=None if explain is None else changes,
    )


def candidates_of(asked: Asked, policy: Policy, now: datetime) -> list[Candidate]:
    """Every location as the decision sees it, by id."""
    ordered = sorted(asked.locations, key=lambda location: location.location_id)
    covered = _covered(asked, ordered)
    return [_candidate(asked, location, covered[location.location_id], policy, now) for location in ordered]


def _covered(asked: Asked, locations: Sequence[Location]) -> dict[str, bool | None]:
    """Whether each service area holds the customer. Geometry is loaded only where there is an area."""
    if not any(location.service_area for location in locations):
        return {location.location_id: None for location in locations}
    from fulfillment.adapters.service_areas import ServiceAreas

    covering = ServiceAreas(locations).covering(asked.customer, asked.customer.point)
    return {
        location.location_id: bool(holds) if location.service_area else None
        for location, holds in zip(locations, covering, strict=True)
    }


def _candidate(
    asked: Asked, location: Location, covered: bool | None, policy: Policy, now: datetime
) -> Candidate:
    method, here = asked.request.method, asked.customer.point
    zones_known = asked.zone is not None and location.zone is not None
    same_zone = not zones_known or asked.zone == location.zone or bool(covered)
    queued = asked.used.get(location.location_id, 0)
    limit = location.capacity.get(method)
    first = next(promises(location, method, now, policy, same_zone, queued), None)
    full = first is not None and limit is not None and queued >= limit
    opening = opening_at_or_after(hours_of(location, policy), location.timezone, now)
    return Candidate(
        location_id=location.location_id,
        name=location.name,
        kind=location.kind,
        status=location.status,
        methods=location.methods,
        distance_m=great_circle_m(here, location.point) if here and location.point else None,
        covered=covered,
        foreign=not same_zone if zones_known else None,
        zone=location.zone,
        promise=None if full else first,
        full=full,
        capacity_limit=limit,
        queued=queued,
        rank=location.rank,
        groups=tuple(sorted(policy.groups_of(location.location_id, location.groups))),
        refusal_rate=location.refusal_rate,
        opens_at=opening[0] if opening else None,
        closes_at=opening[1] if opening else None,
        attributes=location.attributes,
    )


def _told(found: Answer, form: str) -> str:
    if form == "json":
        return json.dumps(found.view(), indent=2) + "\n"
    if form == "text":
        from fulfillment.cli.decision_text import story

        return story(found)
    from fulfillment.cli.decision_map import page

    return page(found)


def _text(name: str) -> str:
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return data.decode("utf-8-sig")
    except OSError as error:
        raise BadInput([f"{name}: {error.strerror}"]) from None
    except UnicodeDecodeError:
        raise BadInput([f"{name}: is not UTF-8 text"]) from None


def _policy_of(told: str) -> Policy:
    """A file; or, where there is no such file, a shipped policy."""
    from fulfillment.cli.policy_files import BadPolicy, read_policy

    path = Path(told)
    try:
        return read_policy(path) if path.exists() else _shipped(told)
    except BadPolicy as bad:
        raise BadInput(str(bad).splitlines()) from None
    except OSError as error:
        raise BadInput([f"{told}: {error.strerror}"]) from None
    except LookupError as error:
        raise BadInput([f"--policy: there is no such file, and {error.args[0]}"]) from None


def _shipped(name: str) -> Policy:
    """A shipped policy by its name, whose words may be set apart by spaces, too. LookupError says which there are."""
    from fulfillment.cli.policy_files import shipped_names, shipped_policy

    if name == Policy().name:
        return Policy()
    known = shipped_names()
    file = re.sub(r"[\s_]+", "-", name.strip().lower()).removesuffix("-to-serve")
    if file not in known:
        raise LookupError(f"there is no shipped policy {name!r}: default, {', '.join(known)}")
    return shipped_policy(file)
