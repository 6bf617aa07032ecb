"""Everything that every function does on AWS, in parts: without any one permission, one of them ends in a refusal.

Each part calls the API and sends messages as the outside world does, and waits for what must come of it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from tests.e2e import kiosks, telling
from tests.e2e.customers import customer_page
from tests.e2e.hiring import hire
from tests.e2e.time_passing import ladder, own_settings
from tests.e2e.wishes import (
    MORE_THAN_THERE_IS,
    ONLY_HERE,
    SKU,
    STORE,
    basket,
    delivery_order,
    pickup_order,
    with_contact,
)
from tests.local import stories
from tests.local.calls import anyone, checkout, holding, operations, phone, staff
from tests.local.inbox import Inbox
from tests.local.stack import Stack
from tests.local.stories import step
from tests.local.tills import HALL, Till, open_hall

SHELF = 200  # enough for one round of everything
NOT_YET = {"N": "-1"}
PARTS_OF_A_ROW = ("on_hand", "reserved", "blocked", "available")
PATIENCE_SECONDS = 60


class PermissionRefused(AssertionError):
    """A function was refused what it asked of AWS."""


@dataclass
class Scene:
    """A deployed stack, what was told, and an eye on what was refused (`watch` raises PermissionRefused)."""

    stack: Stack
    inbox: Inbox
    watch: Callable[[], None] = field(default=lambda: None)

    def until(self, what: str, there: Callable[[], Any]) -> Any:
        """The first answer of `there` that is something."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            self.watch()
            if found := there():
                return found
            time.sleep(0.1)
        raise AssertionError(f"{what}: not within {PATIENCE_SECONDS} s")

    def send(self, queue: str, message: object) -> None:
        body = message if isinstance(message, str) else json.dumps(message)
        self.stack.client("sqs").send_message(QueueUrl=self.stack.queues[queue], MessageBody=body)

    def parks(self, queue: str) -> None:
        """What can never be understood is put aside, with the reason."""
        self.puts_aside(queue, f"no message of ours {uuid4()}")

    def puts_aside(self, queue: str, message: object) -> None:
        """This message is."""
        poison = message if isinstance(message, str) else json.dumps(message)
        self.send(f"{queue}Queue", poison)
        sqs, url = self.stack.client("sqs"), self.stack.queues[f"{queue}DeadLetters"]

        def parked() -> bool:
            letters = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
            return any(letter["Body"] == poison for letter in letters.get("Messages", []))

        self.until(f"a poison message of {queue} in its dead letters", parked)


def restock(scene: Scene) -> None:
    """Enough on the shelf for one round; done before a permission is taken away."""
    count = {"type": "count", "sku": SKU, "location_id": STORE, "on_hand": SHELF, "observed_at": now()}
    updates = {"updates": [count]}
    operations(scene.stack).post("/v1/stock-updates", updates, key=uuid4().hex).expect(200)
    scene.until(
        "the count", lambda: shelf(scene)["on_hand"] == SHELF and shelf(scene)["available"] > SHELF / 2
    )


def shop(scene: Scene) -> None:
    """Ask by postal code, order, pay, change one's mind when it is picked; ask for more than there is anywhere."""
    caller = checkout(scene.stack)
    asked = {**basket(1), "methods": ["pickup", "delivery"], "order_id": "not-there-yet"}
    offers = caller.post("/v1/options", asked).expect(200)["pickup"]
    offer = next(offer["option_id"] for offer in offers if offer["location_id"] == STORE)
    body = pickup_order(1, payment={"state": "pending", "kind": "card"}, option_id=offer)
    order_id = body["order_id"]
    caller.post("/v1/orders", body, key=uuid4().hex).expect(201)
    caller.post(f"/v1/orders/{order_id}/extend", {}, key=uuid4().hex).expect(200)
    person_in_charge = operations(scene.stack)
    person_in_charge.post(f"/v1/orders/{order_id}/hold", {"reason": "check"}, key=uuid4().hex).expect(200)
    caller.post(f"/v1/orders/{order_id}/confirm", {}, key=uuid4().hex).expect(200)
    person_in_charge.post(f"/v1/orders/{order_id}/release", {}, key=uuid4().hex).expect(200)
    person = staff(scene.stack, STORE)
    step(person, STORE, f"{order_id}~1", "accept")
    step(person, STORE, f"{order_id}~1", "ready")
    caller.post(f"/v1/orders/{order_id}/cancel", {}, key=uuid4().hex).expect(200)
    assert caller.get(f"/v1/orders/{order_id}").expect(200)["status"] == "cancelled"
    step(person, STORE, f"{order_id}~1", "put-back", {"lines": [{"line_id": "1", "quantity": 1}]})
    caller.post("/v1/orders", pickup_order(SHELF + 50), key=uuid4().hex).expect(409)
    wide = {**basket(MORE_THAN_THERE_IS), "customer": kiosks.CUSTOMER, "methods": ["delivery"]}
    assert caller.post("/v1/options", wide).expect(200)["delivery"] == []
    caller.post("/v1/orders", delivery_order(MORE_THAN_THERE_IS), key=uuid4().hex).expect(409)


def shop_floor(scene: Scene) -> None:
    """On the shared phone a shelf is looked up, an order placed for who stands there, and the shelf counted."""
    path, device, holder = (
        f"/v1/locations/{STORE}",
        phone(scene.stack, STORE),
        holding(scene.stack.staff[STORE]),
    )
    assert device.get(f"{path}/stock/{SKU}").expect(200)["here"]["available"] > 0
    wanted = {
        "lines": basket(1)["lines"],
        "method": "pickup",
        "contact": with_contact(basket(1))["customer"]["contact"],
    }
    device.post(f"{path}/orders", wanted, key=uuid4().hex, headers=holder).expect(201)
    counted = {"sku": SKU, "on_hand": SHELF + 1, "observed_at": now()}
    device.post(f"{path}/counts", counted, key=uuid4().hex, headers=holder).expect(202)
    scene.until("a count from the shop floor", lambda: shelf(scene)["on_hand"] == SHELF + 1)


def intake(scene: Scene) -> None:
    """An order from a queue, one that nobody can supply, and one that nobody can read."""
    caller = checkout(scene.stack)
    bodies = [(pickup_order(1), "confirmed"), (delivery_order(MORE_THAN_THERE_IS), "unfillable")]
    for body, status in bodies:
        scene.send("IntakeQueue", body)

        def there(order_id: str = body["order_id"], status: str = status) -> bool:
            answer = caller.get(f"/v1/orders/{order_id}")
            return answer.status == 200 and bool(answer.body["status"] == status)

        scene.until(f"an order from the queue, {status}", there)
    scene.parks("Intake")


def refusal(scene: Scene) -> None:
    """A parcel that the first store has no time for goes elsewhere and is shipped; one with what nobody else has
    goes nowhere; a message nobody can read.
    """
    caller = checkout(scene.stack)
    body = {**delivery_order(1), "customer": with_contact(basket(1))["customer"]}
    placed = caller.post("/v1/orders", body, key=uuid4().hex).expect(201)
    first = placed["shipments"][0]
    person = staff(scene.stack, first["location_id"])
    person.get(f"/v1/locations/{first['location_id']}/tasks").expect(200)
    step(person, first["location_id"], first["task_id"], "refuse", {"reason": "no_time"})

    def rerouted() -> Any:
        shipments = caller.get(f"/v1/orders/{body['order_id']}").expect(200)["shipments"]
        return shipments[1] if len(shipments) > 1 else None

    second = scene.until("another store for a refused task", rerouted)
    parcel = {"carrier": "JNE", "tracking_number": f"JNE{uuid4().hex[:8].upper()}"}
    person = staff(scene.stack, second["location_id"])
    step(person, second["location_id"], second["task_id"], "accept")
    step(person, second["location_id"], second["task_id"], "ship", parcel)

    rare = delivery_order(1, ONLY_HERE)
    (only,) = caller.post("/v1/orders", rare, key=uuid4().hex).expect(201)["shipments"]
    step(staff(scene.stack, STORE), STORE, only["task_id"], "refuse", {"reason": "no_time"})
    path = f"/v1/orders/{rare['order_id']}"
    scene.until("nobody else", lambda: caller.get(path).expect(200)["status"] == "unfillable")
    scene.parks("Reroute")


def shortfall(scene: Scene) -> None:
    """A count of nothing: what is unpaid ends, and what is paid becomes a question."""
    caller = checkout(scene.stack)
    unpaid = pickup_order(1, payment={"state": "pending", "kind": "card"})
    paid = pickup_order(1)
    for body in (unpaid, paid):
        caller.post("/v1/orders", body, key=uuid4().hex).expect(201)
    count = {"type": "count", "sku": SKU, "location_id": STORE, "on_hand": 0, "observed_at": now()}
    scene.send("StockFeedQueue", count)
    for body, becomes in ((unpaid, "expired"), (paid, "needs_choice")):
        path = f"/v1/orders/{body['order_id']}"
        scene.until(
            f"an order that is {becomes}",
            lambda path=path, becomes=becomes: caller.get(path).expect(200)["status"] == becomes,
        )


def handover(scene: Scene) -> None:
    """A pickup, paid, told to store and customer, put aside by somebody on the shared phone, collected with the code at
    the second try; and one not found.
    """
    caller = checkout(scene.stack)
    body = pickup_order(1)
    order_id, task_id = body["order_id"], f"{body['order_id']}~1"
    caller.post("/v1/orders", body, key=uuid4().hex).expect(201)
    told(scene, stories.to_store(task_id))
    told(scene, stories.to_customer("OrderConfirmed", order_id))
    person = staff(scene.stack, STORE)
    step(person, STORE, task_id, "accept")
    ready = f"/v1/locations/{STORE}/tasks/{task_id}/ready"
    holder = holding(scene.stack.staff[STORE])
    phone(scene.stack, STORE).post(ready, {}, key=uuid4().hex, headers=holder).expect(200)
    code = stories.CODE.search(told(scene, stories.to_customer("TaskReady", order_id)).body["text"])
    assert code is not None
    wrong = "0000-0000" if code[0] != "0000-0000" else "1111-1111"
    path = f"/v1/locations/{STORE}/tasks/{task_id}/collect"
    assert person.post(path, {"code": wrong}, key=uuid4().hex).status in (403, 409, 422)
    step(person, STORE, task_id, "collect", {"code": code[0]})

    lost = pickup_order(1)
    caller.post("/v1/orders", lost, key=uuid4().hex).expect(201)
    step(person, STORE, f"{lost['order_id']}~1", "refuse", {"reason": "not_found"})
    told(scene, stories.to_customer("ChoiceRequired", lost["order_id"]))
    scene.parks("Notify")


def feed(scene: Scene) -> None:
    """A count, a sale, a count that leaves less than was promised and one that contradicts it, and nonsense."""
    count = {"type": "count", "sku": SKU, "location_id": STORE}
    scene.send(
        "StockFeedQueue", {**count, "on_hand": SHELF, "observed_at": now()}
    )  # nothing is missing any more
    scene.until("a full shelf", lambda: shelf(scene)["on_hand"] == SHELF and shelf(scene)["available"] > 1)
    sale = {"type": "movement", "movement_id": uuid4().hex, "sku": SKU, "location_id": STORE, "kind": "sale"}
    scene.send("StockFeedQueue", {**sale, "change": -1, "at": now()})
    scene.until("a sale", lambda: shelf(scene)["on_hand"] == SHELF - 1)
    checkout(scene.stack).post("/v1/orders", pickup_order(1), key=uuid4().hex).expect(201)
    nothing = {**count, "on_hand": 0, "observed_at": now()}
    scene.send("StockFeedQueue", nothing)
    scene.until("a count", lambda: shelf(scene)["on_hand"] == 0)
    scene.puts_aside("StockFeed", {**nothing, "on_hand": 1})
    scene.parks("StockFeed")


def files(scene: Scene) -> None:
    """Two counts in a till's file, one row that says nothing, a full snapshot that names one of the two, and a
    notification that is none.
    """
    open_hall(scene.stack)
    till, name = Till(scene.stack), f"snapshots/{HALL}/{uuid4().hex}"
    counts = f"{SKU},{HALL},9,{now()}\n{ONLY_HERE},{HALL},9,{now()}\n"
    till.drop(uuid4().hex, f"sku,location_id,on_hand,observed_at\n{counts}")
    scene.until("a count of a file", lambda: shelf(scene, ONLY_HERE, HALL)["on_hand"] == 9)
    heading = "sku,on_hand,observed_at\n"
    till.drop(name, f"{heading}{SKU},none,{now()}\n")
    scene.until("errors beside a file", lambda: till.errors(name))
    till.drop(name, f"{heading}{SKU},20,{now()}\n")
    scene.until("no errors any more", lambda: till.errors(name) is None)
    scene.until("a shop without the rest", lambda: shelf(scene, ONLY_HERE, HALL)["on_hand"] == 0)
    scene.until("a report", lambda: till.report(name)["zeroed"] > 0)
    scene.parks("StockFiles")


def expiry(scene: Scene) -> None:
    """A reservation that was never paid gives its unit back."""
    pay_by = (datetime.now(UTC) + timedelta(seconds=3)).isoformat()
    body = pickup_order(1, payment={"state": "pending", "kind": "virtual_account", "pay_by": pay_by})
    caller = checkout(scene.stack)
    caller.post("/v1/orders", body, key=uuid4().hex).expect(201)
    reserved = shelf(scene)["reserved"]
    time.sleep(3)

    def swept() -> bool:
        scene.stack.client("lambda").invoke(FunctionName=scene.stack.function_name("sweep"), Payload=b"{}")
        return bool(shelf(scene)["reserved"] < reserved)

    scene.until("a sweep", swept)


def audit(scene: Scene) -> None:
    """What is counted agrees with what is there; an order that looks as if it were over is looked at as a whole."""
    body = pickup_order(1)
    checkout(scene.stack).post("/v1/orders", body, key=uuid4().hex).expect(201)
    _call_it(scene, body["order_id"], "cancelled")
    try:
        told = scene.stack.client("lambda").invoke(FunctionName=scene.stack.function_name("reconcile"))
    finally:
        _call_it(scene, body["order_id"], "confirmed")
    scene.watch()
    outcome = json.loads(told["Payload"].read())
    assert (outcome.get("differences"), outcome.get("unsettled")) == (0, 0), outcome


def _call_it(scene: Scene, order_id: str, status: str) -> None:
    """Change what the order's row says of itself outside of its document: nothing but the audit reads that."""
    scene.stack.client("dynamodb").update_item(
        TableName=scene.stack.tables["Orders"],
        Key={"order_id": {"S": order_id}, "sk": {"S": "ORDER"}},
        UpdateExpression="SET #status = :status",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":status": {"S": status}},
    )


def hiring(scene: Scene) -> None:
    """Somebody new signs in, and forgets everything."""
    hire(scene.stack)


def administration(scene: Scene) -> None:
    """Read, write and try what operations may."""
    caller = operations(scene.stack)
    location = caller.get(f"/v1/locations/{STORE}").expect(200)
    caller.put(f"/v1/locations/{STORE}", location).expect(200)
    policy = caller.get("/v1/policies/default").expect(200)
    caller.put("/v1/policies/default", policy).expect(200)
    caller.post("/v1/decisions", {**basket(1), "method": "delivery"}).expect(200)
    caller.get("/v1/orders/nobody/decisions").expect(404)
    caller.get(f"/v1/stock/{SKU}").expect(200)
    restock(scene)


def board(scene: Scene) -> None:
    """Somebody opens the page that staff work with."""
    page = anyone(scene.stack).get("/board").expect(200)
    assert "<title>" in page
    assert "import" in anyone(scene.stack).get("/board/app.js").expect(200)


PARTS: dict[str, tuple[Callable[[Scene], None], ...]] = {
    "Options": (shop,),
    "Orders": (shop, shop_floor),
    "Intake": (intake,),
    "Reroute": (refusal, shortfall),
    "StockFeed": (feed,),
    "StockFiles": (files,),
    "Tasks": (shop, refusal, handover, shop_floor, own_settings),
    "Staff": (hiring,),
    "Board": (board,),
    "Customer": (customer_page,),
    "Publish": (handover,),
    "Notify": (handover,),
    "Receipts": (telling.receipts,),
    "Webhooks": (telling.webhooks,),
    "Sweep": (expiry, ladder),
    "Reconcile": (audit,),
    "Admin": (administration, telling.webhooks),
}


def exercise(scene: Scene, *functions: str) -> None:
    """The parts that these functions (all, if none is named) have a hand in, each once."""
    parts = dict.fromkeys(part for name in functions or PARTS for part in PARTS[name])
    for part in parts:
        if part not in (feed, administration, hiring):  # those are how the shelf is filled
            restock(scene)
        part(scene)


def shelf(scene: Scene, sku: str = SKU, location_id: str = STORE) -> dict[str, Any]:
    """The row of the stock table, read behind the API: this must work whatever was taken away."""
    key = {"sku": {"S": sku}, "location_id": {"S": location_id}}
    table = scene.stack.tables["Stock"]
    found = scene.stack.client("dynamodb").get_item(TableName=table, Key=key, ConsistentRead=True)
    row = found.get("Item", {})
    return {name: int(row.get(name, NOT_YET)["N"]) for name in PARTS_OF_A_ROW}


def told(scene: Scene, what: Callable[[Any], bool]) -> Any:
    return scene.until("a message", lambda: next((t for t in scene.inbox.collect() if what(t)), None))


def now() -> str:
    return datetime.now(UTC).isoformat()
