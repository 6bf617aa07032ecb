"""Who holds a customer's link in a world: looks, sets out, chooses; and what must be true of it at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from fulfillment.adapters.secrets import SecretKeys
from fulfillment.application.customer_links import customer_link
from tests.simulation.calls import Call, Reply, Story, Tick, Wait, on_task, tasks_of
from tests.simulation.services import KEY
from tests.support.builders import SHIP_TO
from tests.support.ledger import Ledger
from tests.support.secret_store import SecretStore

if TYPE_CHECKING:
    from tests.simulation.oracle import Heard
    from tests.simulation.stories import Cast

ASKED_BY = ("TaskRefused", "TaskPickedShort")  # events of a pickup after which its customer is asked
DELIVERED = {"choice": "delivery", "ship_to": SHIP_TO}


def link(order_id: str) -> str:
    """The word in the address of the order's page."""
    return customer_link(SecretKeys(SecretStore(**KEY), "pickup-code-key"), order_id)  # type: ignore[arg-type]


def looks_at(order_id: str) -> Call:
    """GET /c/{token}/order"""
    return Call("customer", "GET", "/c/{token}/order", {"token": link(order_id)})


def chooses(order_id: str, body: Mapping[str, Any], key: str) -> Call:
    """POST /c/{token}/choice"""
    return Call("customer", "POST", "/c/{token}/choice", {"token": link(order_id)}, body, key)


def sets_out(order_id: str, key: str) -> Call:
    """POST /c/{token}/on-my-way"""
    return Call("customer", "POST", "/c/{token}/on-my-way", {"token": link(order_id)}, {}, key)


def _opens(cast: Cast, number: int) -> Generator[Call | Wait, Reply, tuple[str, Reply]]:
    """The page of an order, some time later."""
    yield cast.pause(1, 60, 400)
    order_id = f"A-{number}"
    return order_id, (yield looks_at(order_id))


def customer(cast: Cast, orders: int) -> Story:
    """Looks at the pages; does what can be done there, now and then twice, or what was never offered."""
    chance = cast.chance
    for number in chance.sample(range(orders), orders) * 3:
        order_id, seen = yield from _opens(cast, number)
        if seen.status != 200:
            continue
        if seen.body["status"] == "ready":
            yield sets_out(order_id, cast.key())
        if seen.body["choices"] or chance.random() < 0.05:
            wanted = _one_of(cast, seen.body["choices"])
            yield cast.pause(0, 1, 300)
            reply = yield chooses(order_id, wanted, cast.key())
            if reply.status == 409 and reply.body.get("choices"):
                yield chooses(order_id, _one_of(cast, reply.body["choices"]), cast.key())
            elif chance.random() < 0.2:
                yield chooses(order_id, wanted, cast.key())


def waverer(cast: Cast, orders: int) -> Story:
    """Chooses at the very moment at which the time to choose is over."""
    chance = cast.chance
    for number in chance.sample(range(orders), orders) * 3:
        order_id, seen = yield from _opens(cast, number)
        if seen.status != 200 or not seen.body["choose_until"]:
            continue
        left = datetime.fromisoformat(seen.body["choose_until"]) - cast.now()
        yield Wait(max(0.0, left.total_seconds() - chance.choice((-1, 0, 0.02, 2))))
        if chance.random() < 0.5:
            yield Tick()
        yield chooses(order_id, _one_of(cast, seen.body["choices"]), cast.key())


def grumbler(cast: Cast) -> Story:
    """Staff who say no to pickups, or do not find all of them."""
    chance = cast.chance
    for _ in range(12):
        yield cast.pause(1, 60, 200)
        location_id = chance.choice(cast.locations)
        listed = yield tasks_of(location_id)
        tasks = listed.body.get("tasks", []) if listed.status == 200 else []
        pickups = [task for task in tasks if task["method"] == "pickup"]
        if not pickups:
            continue
        task = chance.choice(pickups)
        if task["status"] == "accepted" and chance.random() < 0.7:
            found = [chance.randint(0, line["quantity"]) for line in task["lines"]]
            lines = zip(task["lines"], found, strict=True)
            picked = {"lines": [{"line_id": line["line_id"], "picked": n} for line, n in lines]}
            yield on_task(location_id, task["task_id"], "pick", picked, cast.key())
        elif task["status"] == "open" and chance.random() < 0.7:
            yield on_task(location_id, task["task_id"], "accept", {}, cast.key())
        elif chance.random() < 0.5:
            reason = chance.choice(("no_time", "not_found", "damaged"))
            yield on_task(location_id, task["task_id"], "refuse", {"reason": reason}, cast.key())


def _one_of(cast: Cast, choices: list[dict[str, Any]]) -> dict[str, Any]:
    if not choices or cast.chance.random() < 0.1:
        return {"choice": "pickup", "location_id": cast.chance.choice(cast.locations)}
    chosen = cast.chance.choice(choices)
    if chosen["choice"] == "pickup":
        return {"choice": "pickup", "location_id": chosen["location_id"]}
    return DELIVERED if chosen["choice"] == "delivery" else {"choice": chosen["choice"]}


def what_customers_heard(
    ledger: Ledger,
    everything: list[Heard],
    limited: Mapping[str, bool],
    floor: int,
    least: Callable[[tuple[str, str], Heard], int],
) -> Iterator[str]:
    """A choice is made once for each time somebody was asked; it is only made when it was asked for; and a store that
    had everything all the time was not "gone".
    """
    by_link = {link(order_id): order_id for order_id in ledger.orders}
    for order_id, told in ledger.events.items():
        if told["ChoiceMade"] > sum(told[asked] for asked in ASKED_BY):
            yield f"{order_id} was chosen for {told['ChoiceMade']} times: {dict(told)}"
    wished = Counter(
        by_link.get(h.call.path["token"]) for h in everything if h.call.resource == "/c/{token}/choice"
    )
    for order_id, told in ledger.events.items():
        if told["ChoiceMade"] > wished[order_id]:
            yield f"{order_id} was moved, and its customer never chose"
    for heard in everything:
        gone = heard.reply is not None and heard.reply.code == "choice_gone"
        body = heard.call.body or {}
        if not gone or body.get("choice") != "pickup":
            continue
        order = ledger.orders[by_link[heard.call.path["token"]]]
        location_id = body["location_id"]
        if location_id in order.not_again() or limited[location_id]:
            continue
        wanted = Counter[str]()
        for line in order.lines:
            wanted[line.sku] += line.quantity
        if all(least((sku, location_id), heard) >= units + floor for sku, units in wanted.items()):
            yield f"{order.order_id}: {location_id} was gone, and had {dict(wanted)} all the time"
