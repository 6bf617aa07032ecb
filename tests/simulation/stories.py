"""Who is about in a world: shoppers, staff, tills, somebody who guesses codes. Each is drawn from the world's seed."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fulfillment.domain import pickup_code
from fulfillment.domain.order import parse_task_id
from tests.simulation.calls import (
    SUPERVISOR,
    Say,
    Story,
    Tick,
    Wait,
    of_store,
    on_order,
    on_task,
    place,
    tasks_of,
)
from tests.simulation.services import KEY
from tests.support.builders import delivery_body, order_body

SKUS = ("tee", "cap")
TEN_MINUTES = 600.0  # that a task may wait before it is spoken of
PAID = {"amount": "199000", "currency": "IDR"}
REASONS = ("not_found", "not_found", "not_found", "damaged", "no_time", "other")
LATE_SECONDS = (
    595.0,
    600.0,
    605.0,
    900.0,
)  # a card is waited for ten minutes: around its deadline, and after


@dataclass(frozen=True)
class Cast:
    """What a story is told with."""

    chance: random.Random
    now: Callable[[], datetime]
    locations: tuple[str, ...]
    sent: list[dict[str, Any]]  # what tills said, for the oracle
    hurry: bool = False  # everybody comes at once

    def pause(self, *seconds: float) -> Wait:
        """One of these; none in a hurry."""
        drawn = self.chance.choice(seconds)
        return Wait(0 if self.hurry else drawn)

    def key(self) -> str:
        """A new idempotency key."""
        return f"key-{self.chance.getrandbits(48):012x}"


def shopper(cast: Cast, number: int) -> Story:
    """Orders; pays in time, late or never; or thinks better of it."""
    chance = cast.chance
    order_id = f"A-{number}"
    body = _basket(cast, order_id)
    pending = body["payment"]["state"] == "pending"
    yield cast.pause(0, 0, 1, 5, 60, 300)
    if chance.random() < 0.15:
        body |= {"channel": "market"}
        yield Say("IntakeQueue", json.dumps(body))
        order_id = f"market:{order_id}"
    else:
        reply = yield place(order_id, body, cast.key())
        if reply.status not in (200, 201):
            return
    if pending and chance.random() < 0.2:
        yield cast.pause(1, 60, *LATE_SECONDS)
        other = {**_basket(cast, order_id), "payment": body["payment"], "replaces": order_id}
        reply = yield place(f"{order_id}-instead", other, cast.key())
        if reply.status in (200, 201):
            order_id, body = f"{order_id}-instead", other
    if pending:
        yield cast.pause(1, 60, *LATE_SECONDS)
        yield from _pays(cast, order_id, body)
    elif chance.random() < 0.35:
        yield cast.pause(1, 60, 1200)
        yield on_order(order_id, "cancel", cast.key(), _some_lines(cast, body))


def rusher(cast: Cast, number: int, location_id: str, units: int) -> Story:
    """Wants all the tees that a store has, at the moment at which others do."""
    lines = [{"line_id": "1", "sku": "tee", "quantity": units}]
    body = order_body(f"R-{number}", lines=lines, location_id=location_id)
    yield place(f"R-{number}", body, cast.key())


def _pays(cast: Cast, order_id: str, body: Mapping[str, Any]) -> Story:
    fate = cast.chance.random()
    if cast.chance.random() < 0.2:
        yield on_order(order_id, "extend", cast.key())
        yield cast.pause(1, *LATE_SECONDS)
    if fate < 0.15:
        return
    if fate < 0.3:
        yield on_order(order_id, "cancel", cast.key(), _some_lines(cast, body))
        return
    yield on_order(order_id, "confirm", cast.key())
    if fate > 0.85:
        yield on_order(order_id, "confirm", cast.key())
    elif fate > 0.75:
        yield on_order(order_id, "cancel", cast.key())


def _basket(cast: Cast, order_id: str) -> dict[str, Any]:
    chance = cast.chance
    skus = chance.choice((("tee",), ("tee",), ("cap",), ("tee", "cap"), ("tee", "tee")))
    lines = [
        {"line_id": str(n), "sku": sku, "quantity": chance.choice((1, 1, 1, 2))}
        for n, sku in enumerate(skus, 1)
    ]
    state = chance.choice(("captured", "captured", "pending", "pending", "pending", "on_handover"))
    payment = {"state": state, "kind": "card" if state != "on_handover" else "cash"}
    if chance.random() < 0.5:
        return order_body(order_id, lines=lines, payment=payment, location_id=chance.choice(cast.locations))
    more = {"accept_partial": True} if chance.random() < 0.2 else {}
    return delivery_body(order_id, lines=lines, payment=payment, **more)


def _some_lines(cast: Cast, body: Mapping[str, Any]) -> dict[str, Any]:
    lines = [line["line_id"] for line in body["lines"]]
    return {"lines": [cast.chance.choice(lines)]} if cast.chance.random() < 0.3 else {}


def staff(cast: Cast, location_id: str, steps: int) -> Story:
    """Does what the work list says, one step at a time; now and then refuses; tries the wrong code; looks elsewhere."""
    chance = cast.chance
    for _ in range(steps):
        yield cast.pause(0, 0, 5, 60, 400)
        reply = yield tasks_of(location_id)
        tasks = reply.body.get("tasks", []) if reply.status == 200 else []
        if not tasks:
            continue
        task = chance.choice(tasks)
        step, body = _next_step(cast, task)
        mine = location_id if chance.random() < 0.95 else chance.choice(cast.locations)
        by = SUPERVISOR if step in ("hand-over", "unlock") else chance.choice(("budi", "budi", "rudi"))
        yield on_task(mine, task["task_id"], step, body, cast.key(), by)


def _next_step(cast: Cast, task: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    chance = cast.chance
    if task["put_back"]:
        return "put-back", _putting_back(cast, task)
    if chance.random() < 0.2:
        reason = chance.choice(REASONS)
        everything = reason in ("not_found", "damaged") and chance.random() < 0.4
        return "refuse", {"reason": reason, "everything": everything}
    if task["status"] == "open" or (task["status"] == "accepted" and chance.random() < 0.1):
        return "accept", {"take_over": chance.random() < 0.5}
    if task["status"] == "accepted" and chance.random() < 0.6:
        return "pick", _picking(cast, task)
    if task["method"] == "delivery":
        return "ship", {"carrier": "JNE", "tracking_number": "JX-1"}
    if task["status"] in ("accepted", "picked"):
        return "ready", {"staging": "Rak B3"}
    return _at_the_counter(cast, task)


def _at_the_counter(cast: Cast, task: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    fate = cast.chance.random()
    if task["code_locked"] and fate < 0.5:
        return "unlock", {}
    if fate < 0.1:
        return "undo-ready", {}
    if fate < 0.2:
        proof = {"collector_name": "Sari", "document": "ktp", "reason": "HP mati"}
        return "hand-over", {**proof, "amount_received": PAID}
    if fate < 0.4:
        return "collect", _collecting("0000-0000")
    return "collect", _collecting(_code(task["task_id"], cast.chance.choice((1, 1, 2))))


def _picking(cast: Cast, task: Mapping[str, Any]) -> dict[str, Any]:
    short = cast.chance.random() < 0.4
    lines = [
        {
            "line_id": line["line_id"],
            "picked": cast.chance.randint(0, line["quantity"]) if short else line["quantity"],
        }
        for line in task["lines"]
    ]
    return {"lines": lines}


def _putting_back(cast: Cast, task: Mapping[str, Any]) -> dict[str, Any]:
    aside = [line for line in task["lines"] if line["aside"]]
    some = cast.chance.sample(aside, cast.chance.randint(1, len(aside)))
    lines = [{"line_id": line["line_id"], "quantity": cast.chance.randint(1, line["aside"])} for line in some]
    return {"lines": lines, "written_off": cast.chance.random() < 0.3}


def _collecting(code: str) -> dict[str, Any]:
    return {"code": code, "amount_received": PAID}


def _code(task_id: str, version: int = 1) -> str:
    order_id, number = parse_task_id(task_id)
    return pickup_code.derive(KEY["k1"].encode(), order_id, number, version)


def guesser(cast: Cast, location_id: str, tries: int) -> Story:
    """Tries codes at whatever is ready."""
    for _ in range(tries):
        yield cast.pause(1, 120)
        reply = yield tasks_of(location_id)
        tasks = reply.body.get("tasks", []) if reply.status == 200 else []
        for task in [task for task in tasks if task["status"] == "ready"][:1]:
            yield on_task(location_id, task["task_id"], "collect", _collecting("1111-1111"), cast.key())


def slow_clerk(cast: Cast, location_id: str) -> Story:
    """Takes a task at the very moment at which it is taken from the store."""
    chance = cast.chance
    for _ in range(3):
        yield Wait(chance.choice((5, 60)))
        reply = yield tasks_of(location_id)
        tasks = reply.body.get("tasks", []) if reply.status == 200 else []
        waiting = [task for task in tasks if task["status"] == "open"]
        if not waiting:
            continue
        yield Wait(TEN_MINUTES)
        yield Tick()
        yield Wait(TEN_MINUTES - chance.choice((0, 1, 61)))
        yield Tick()
        yield on_task(location_id, chance.choice(waiting)["task_id"], "accept", {}, cast.key())
        yield Tick()


def latecomer(cast: Cast) -> Story:
    """What was put aside is come for at the very moment at which it is kept no longer."""
    chance = cast.chance
    for _ in range(12):
        yield Wait(chance.choice((1, 60, 400)))
        location_id = chance.choice(cast.locations)
        reply = yield tasks_of(location_id)
        tasks = reply.body.get("tasks", []) if reply.status == 200 else []
        pickups = [task for task in tasks if task["method"] == "pickup"]
        if not pickups:
            continue
        task = chance.choice(pickups)
        for step in {"open": ("accept", "ready"), "accepted": ("ready",)}.get(task["status"], ()):
            reply = yield on_task(location_id, task["task_id"], step, {}, cast.key())
        task = reply.body if reply.status == 200 and "collect_until" in reply.body else task
        if not task["collect_until"]:
            continue
        left = datetime.fromisoformat(task["collect_until"]) - cast.now()
        yield Wait(max(0.0, left.total_seconds() - chance.choice((0, 0.01, 0.05, 2))))
        yield Tick()
        yield on_task(
            location_id, task["task_id"], "collect", _collecting(_code(task["task_id"])), cast.key()
        )


def boss(cast: Cast, location_id: str) -> Story:
    """Pauses the store for a while, or takes fewer orders; changes their mind."""
    chance = cast.chance
    for _ in range(2):
        yield cast.pause(0, 5, 60)
        until = (cast.now() + timedelta(seconds=chance.choice((2, 60, 600)))).isoformat()
        word, body = chance.choice(
            (("pause", {"until": until}), ("pause", {}), ("capacity", {"method": "pickup", "per_hour": 1}))
        )
        yield of_store(location_id, word, body, cast.key())
        yield cast.pause(1, 60, 600)
        yield of_store(location_id, "resume", {}, cast.key())


def desk(cast: Cast, orders: int) -> Story:
    """Stops an order to look at it, and lets it go on."""
    chance = cast.chance
    for _ in range(chance.choice((1, 2))):
        yield cast.pause(5, 60, 500)
        order_id = f"A-{chance.randrange(orders)}"
        yield on_order(order_id, "hold", cast.key(), {"reason": "fraud_check"})
        yield cast.pause(1, 300, 900)
        yield on_order(order_id, "release", cast.key())


def till(cast: Cast, location_id: str, messages: int) -> Story:
    """Counts and movements, late, twice, out of order; now and then nonsense."""
    chance = cast.chance
    for number in range(messages):
        yield cast.pause(0, 10, 300)
        at = cast.now() - timedelta(seconds=chance.choice((0.5, 3, 60, 600, 4000)))
        sku = chance.choice(SKUS) if chance.random() < 0.93 else "nothing-we-know"
        message: dict[str, Any] = {"sku": sku, "location_id": location_id}
        if chance.random() < 0.5:
            on_hand = chance.choice((0, 1, 2, 3, 4))
            message |= {"type": "count", "on_hand": on_hand, "observed_at": at.isoformat()}
        else:
            kind, change = chance.choice((("sale", -1), ("receipt", 2), ("return", 1)))
            message |= {"type": "movement", "movement_id": f"{location_id}-{number}", "at": at.isoformat()}
            message |= {"kind": kind, "change": change}
        for _ in range(chance.choice((1, 1, 2))):
            yield Say("StockFeedQueue", json.dumps(message))
        cast.sent.append(message)
