"""Who the staff member is and which locations the token names: taken from the verified claims, never from the path."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fulfillment.api.gateway import Request
from fulfillment.application.work_tasks import TaskStep
from fulfillment.domain.errors import InvalidRequest, NotFound

MAX_PAGE = 100
CURSOR_KEYS = {"order_id", "sk", "work_location", "work_due"}


@dataclass(frozen=True)
class Staff:
    """A person at work, with the locations the token names."""

    name: str
    locations: frozenset[str]


def staff(claims: Mapping[str, Any]) -> Staff:
    """The person of an id token; NotFound for any other token, so that nothing is told to it."""
    if claims.get("token_use") != "id":
        raise NotFound("unknown_location", "There is no such location.")
    named = str(claims.get("custom:locations", ""))
    return Staff(
        name=str(claims.get("cognito:username") or claims.get("sub") or ""),
        locations=frozenset(part.strip() for part in named.split(",") if part.strip()),
    )


def location_of(request: Request) -> tuple[Staff, str]:
    """The person and the location asked for, which must be one of the person's; NotFound otherwise."""
    person = staff(request.claims)
    location_id = request.path.get("location_id", "")
    if location_id not in person.locations:
        raise NotFound("unknown_location", "There is no such location.")
    return person, location_id


def step_of(request: Request) -> TaskStep:
    """The task a step is about."""
    person, location_id = location_of(request)
    return TaskStep(location_id, request.path.get("task_id", ""), person.name)


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
        genuine = set(after) == CURSOR_KEYS and all(isinstance(v, str) for v in after.values())
        genuine = genuine and after["work_location"] == location_id
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        genuine = False
    if not genuine:
        raise InvalidRequest.of("cursor", "invalid_cursor", "This is not a cursor of this listing.")
    return int(limit), after


def cursor_of(after: Mapping[str, str] | None) -> str | None:
    """Where a page ended, as a word to send back."""
    return base64.urlsafe_b64encode(json.dumps(dict(after)).encode()).decode() if after else None
