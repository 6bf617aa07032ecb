"""What a customer does on the page, with nothing but its link."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from fulfillment.adapters.secrets import SecretKeys
from fulfillment.application.customer_links import customer_link
from tests.e2e import kiosks
from tests.e2e.wishes import ONLY_HERE, STORE, pickup_order
from tests.local import stories
from tests.local.calls import anyone, checkout, staff
from tests.local.stories import step

if TYPE_CHECKING:
    from tests.e2e.exercise import Scene


def customer_page(scene: Scene) -> None:
    """A customer looks and sets out; one of whose order not all was there chooses another store; and one cannot have
    anything else, anywhere.
    """
    caller, phone = checkout(scene.stack), anyone(scene.stack)
    body = pickup_order(1)
    task_id, page = f"{body['order_id']}~1", f"/c/{link(scene, body['order_id'])}"
    caller.post("/v1/orders", body, key=uuid4().hex).expect(201)
    person = staff(scene.stack, STORE)
    step(person, STORE, task_id, "accept")
    step(person, STORE, task_id, "ready")
    assert stories.CODE.search(phone.get(page).expect(200))
    phone.post(f"{page}/on-my-way", {}, key=uuid4().hex).expect(200)

    body = pickup_order(2)
    task_id, page = f"{body['order_id']}~1", f"/c/{link(scene, body['order_id'])}"
    caller.post("/v1/orders", body, key=uuid4().hex).expect(201)
    step(person, STORE, task_id, "accept")
    step(person, STORE, task_id, "pick", {"lines": [{"line_id": "1", "picked": 1}]})
    choices = phone.get(f"{page}/order").expect(200)["choices"]
    store = next(c["location_id"] for c in choices if c["choice"] == "pickup")
    chosen = {"choice": "pickup", "location_id": store}
    phone.post(f"{page}/choice", chosen, key=uuid4().hex).expect(200)
    assert phone.get(f"{page}/order").expect(200)["place"]["location_id"] == store

    rare = pickup_order(1)
    rare["lines"][0]["sku"] = ONLY_HERE
    rare["customer"] |= kiosks.CUSTOMER
    page = f"/c/{link(scene, rare['order_id'])}"
    caller.post("/v1/orders", rare, key=uuid4().hex).expect(201)
    step(person, STORE, f"{rare['order_id']}~1", "refuse", {"reason": "no_time"})
    phone.post(f"{page}/choice", chosen, key=uuid4().hex).expect(409)


def link(scene: Scene, order_id: str) -> str:
    """The word in the address of the order's page, made with the stack's own key."""
    secret_id = scene.stack.outputs["PickupCodeKeySecretArn"]
    return customer_link(SecretKeys(scene.stack.client("secretsmanager"), secret_id), order_id)
