"""What callers send and hear, and the stories that make them send it."""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.functions import CHECKOUT, CONTEXT, api_event, handler, staff_claims

SUPERVISOR = "siti"
TASK = "/v1/locations/{location_id}/tasks/{task_id}"


@dataclass(frozen=True)
class Call:
    """One HTTP request, as often as it is sent."""

    function: str
    method: str
    resource: str
    path: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    key: str | None = None
    staff_of: str | None = None  # signed in for this location; None is a checkout
    by: str = "budi"  # or a supervisor: siti

    def send(self) -> Reply:
        """Through the function's handler."""
        event = api_event(
            self.method,
            self.resource,
            path=self.path,
            body=self.body,
            headers={"Idempotency-Key": self.key} if self.key else {},
            caller=CHECKOUT,
            claims=self._claims(),
        )
        answer = handler(self.function)(event, CONTEXT)
        return Reply(answer["statusCode"], answer["body"])

    def _claims(self) -> Mapping[str, str] | None:
        role = "supervisor" if self.by == SUPERVISOR else "picker"
        more = {"cognito:groups": role}
        return staff_claims(self.staff_of, name=self.by, **more) if self.staff_of else None


@dataclass(frozen=True)
class Reply:
    """What the caller heard."""

    status: int
    raw: str

    @property
    def body(self) -> Any:
        """The JSON of it."""
        return json.loads(self.raw)

    @property
    def code(self) -> str:
        """A refusal's word."""
        found: str = self.body.get("code", "")
        return found


@dataclass(frozen=True)
class Wait:
    """The caller does something else for a while."""

    seconds: float


@dataclass(frozen=True)
class Say:
    """A message is put in a queue."""

    queue: str
    body: str


@dataclass(frozen=True)
class Tick:
    """A minute is over: a sweep begins, whatever else goes on."""


Story = Generator[Call | Wait | Say | Tick, Reply, None]


def place(order_id: str, body: Mapping[str, Any], key: str) -> Call:
    """POST /v1/orders"""
    return Call("orders", "POST", "/v1/orders", {}, {**body, "order_id": order_id}, key)


def on_order(order_id: str, step: str, key: str, body: Mapping[str, Any] | None = None) -> Call:
    """POST /v1/orders/{order_id}/confirm, /cancel, ..."""
    return Call("orders", "POST", f"/v1/orders/{{order_id}}/{step}", {"order_id": order_id}, body or {}, key)


def tasks_of(location_id: str) -> Call:
    """GET the work list."""
    return Call(
        "tasks",
        "GET",
        "/v1/locations/{location_id}/tasks",
        {"location_id": location_id},
        staff_of=location_id,
    )


def on_task(
    location_id: str, task_id: str, step: str, body: Mapping[str, Any], key: str, by: str = "budi"
) -> Call:
    """POST a step of a task."""
    path = {"location_id": location_id, "task_id": task_id}
    return Call("tasks", "POST", f"{TASK}/{step}", path, body, key, staff_of=location_id, by=by)


def of_store(location_id: str, word: str, body: Mapping[str, Any], key: str) -> Call:
    """POST what a supervisor sets for the store: pause, resume, capacity."""
    resource, path = f"/v1/locations/{{location_id}}/{word}", {"location_id": location_id}
    return Call("tasks", "POST", resource, path, body, key, staff_of=location_id, by=SUPERVISOR)
