"""Who the staff member is and which locations the token names: taken from the verified claims, never from the path.

API Gateway verifies a token's signature, issuer and time. Whose app it was made for and whether it is an id token is
asked here, then the location, then the role, then (on a shared phone) the PIN; nothing is looked up before the location
is known to be the caller's.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fulfillment.api.gateway import Request
from fulfillment.application.work_tasks import TaskStep
from fulfillment.domain import people
from fulfillment.domain.errors import Forbidden, InvalidRequest, NotFound
from fulfillment.domain.names import can_be_a_name
from fulfillment.domain.people import Role

MAX_PAGE = 100
CURSOR_KEYS = {"order_id", "sk", "work_location", "work_due"}


@dataclass(frozen=True)
class Staff:
    """A person at work, or a phone that is shared, with the locations the token names."""

    name: str  # the employee number
    role: Role
    locations: frozenset[str]


def staff(request: Request) -> Staff:
    """Who the id token names. NotFound for any other token, so that nothing is told to it; Forbidden without a role."""
    assert request.door is not None, "functions of staff answer with bootstrap.staff_door()"
    claims = request.claims
    if claims.get("token_use") != "id" or claims.get("aud") != request.door.client_id:
        raise _no_such_location()
    role = people.role_of(groups_of(claims))
    if role is None:
        raise Forbidden("role_required", "You are in no group that works here; a supervisor can change that.")
    return Staff(
        name=str(claims.get("cognito:username") or claims.get("sub") or ""),
        role=role,
        locations=people.locations_in(str(claims.get("custom:locations", ""))),
    )


def groups_of(claims: Mapping[str, Any]) -> list[str]:
    """``cognito:groups``: a list, or the text that API Gateway makes of one (``a,b``; ``[a b]`` elsewhere)."""
    groups = claims.get("cognito:groups") or ()
    return re.findall(r"[^\s,\[\]]+", groups) if isinstance(groups, str) else [str(group) for group in groups]


def location_of(request: Request) -> tuple[Staff, str]:
    """For what is only read: the caller and the location asked for, which must be one of theirs; NotFound otherwise."""
    person = staff(request)
    location_id = request.path.get("location_id", "")
    if location_id not in person.locations:
        raise _no_such_location()
    return person, location_id


def actor_of(request: Request) -> tuple[Staff, str]:
    """For what changes something: who does it, and where. On a shared phone that is whose number and PIN came along
    (``X-Employee``, ``X-Pin``), with that person's role; Forbidden without them.
    """
    person, location_id = location_of(request)
    if person.role != "device":
        return person, location_id
    assert request.door is not None
    employee, pin = request.headers.get("x-employee", ""), request.headers.get("x-pin", "")
    if not (employee and pin):
        raise Forbidden(
            "pin_required", "This phone is shared: send X-Employee and X-Pin of whoever holds it."
        )
    holder = request.door.check_pin(location_id, employee, pin)
    return Staff(holder.employee, holder.role, frozenset({location_id})), location_id


def supervisor_of(request: Request) -> tuple[Staff, str]:
    """As ``actor_of``, for what a picker may not do; Forbidden for one."""
    person, location_id = actor_of(request)
    if not people.may_supervise(person.role):
        raise Forbidden("supervisor_required", "Only a supervisor may do this.")
    return person, location_id


def step_of(request: Request) -> TaskStep:
    """The task a step is about, and who takes it."""
    person, location_id = actor_of(request)
    return TaskStep(location_id, request.path.get("task_id", ""), person.name)


def supervisor_step_of(request: Request) -> TaskStep:
    """As ``step_of``, for a step that a picker may not take."""
    person, location_id = supervisor_of(request)
    return TaskStep(location_id, request.path.get("task_id", ""), person.name)


def _no_such_location() -> NotFound:
    return NotFound("unknown_location", "There is no such location.")


def page_of(request: Request, location_id: str) -> tuple[int, Mapping[str, str] | None]:
    """(limit, where the last page ended) of a listing; InvalidRequest names the field."""
    limit = request.query.get("limit", "50")
    if not (limit.isascii() and limit.isdigit() and len(limit) <= 3 and 1 <= int(limit) <= MAX_PAGE):
        raise InvalidRequest.of("limit", "invalid_limit", f"limit must be 1 to {MAX_PAGE}.")
    cursor = request.query.get("cursor")
    if not cursor:
        return int(limit), None
    try:
        after = json.loads(base64.urlsafe_b64decode(cursor))
        genuine = set(after) == CURSOR_KEYS and all(can_be_a_name(v) for v in after.values())
        genuine = genuine and after["work_location"] == location_id
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        genuine = False
    if not genuine:
        raise InvalidRequest.of("cursor", "invalid_cursor", "This is not a cursor of this listing.")
    return int(limit), after


def cursor_of(after: Mapping[str, str] | None) -> str | None:
    """Where a page ended, as a word to send back."""
    return base64.urlsafe_b64encode(json.dumps(dict(after)).encode()).decode() if after else None
