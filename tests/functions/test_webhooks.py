"""Shops' own systems hear of orders: signed, each endpoint for itself, again under one id until it is taken."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from fulfillment.adapters import aws
from fulfillment.application.webhook_ports import NotPublic
from fulfillment.bootstrap import messages
from tests.support.builders import a_location, a_product, order_body, stock
from tests.support.functions import CONTEXT, handler, sqs_event
from tests.support.webhook_receiver import Receiver, Refused
from tests.support.world import Reply, World

URL = "https://erp.example.com/hooks"
WEBHOOK = "/v1/webhooks/{name}"


@dataclass
class Internet:
    """Where posts go: each is kept, and answered as the test says (200, if it says nothing)."""

    sent: list[tuple[str, Mapping[str, str], str]] = field(default_factory=list)
    answers: list[int | Exception] = field(default_factory=list)

    def __call__(self, url: str, headers: Mapping[str, str], body: str) -> int:
        self.sent.append((url, headers, body))
        answer = self.answers.pop(0) if self.answers else 200
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def internet(monkeypatch: pytest.MonkeyPatch) -> Internet:
    """In place of the open internet."""
    made = Internet()
    monkeypatch.setattr(messages, "PublicHttps", lambda: made)
    return made


@pytest.fixture
def shop(world: World, internet: Internet) -> World:
    """A store with tees."""
    world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=9))
    world.restart()
    return world


def put(shop: World, name: str = "erp", **more: Any) -> Reply:
    """PUT a webhook."""
    return shop.admin("PUT", WEBHOOK, path={"name": name}, body={"url": URL, **more})


def get(shop: World, name: str = "erp") -> Reply:
    """GET a webhook."""
    return shop.admin("GET", WEBHOOK, path={"name": name})


def run(shop: World, received: int = 1) -> list[int]:
    """Let the function work through what waits in its queue; answers how long what it did not send is put off."""
    sqs, url = aws.sqs(), shop.queues["WebhooksQueue"]
    waits: list[int] = []

    def note(params: dict[str, Any], **_: Any) -> dict[str, Any]:
        waits.append(params["VisibilityTimeout"])
        return params | {"VisibilityTimeout": 0}  # the queue's clock is not the test's

    name = "provide-client-params.sqs.ChangeMessageVisibility"
    sqs.meta.events.register(name, note)
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    event = sqs_event([message["Body"] for message in found])
    for record, message in zip(event["Records"], found, strict=True):
        record["receiptHandle"] = message["ReceiptHandle"]
        record["attributes"]["ApproximateReceiveCount"] = str(received)
    answer = handler("webhooks")(event, CONTEXT)
    failed = {one["itemIdentifier"] for one in answer["batchItemFailures"]}
    for record in event["Records"]:
        if record["messageId"] not in failed:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=record["receiptHandle"])
    sqs.meta.events.unregister(name, note)
    return waits


def spread(shop: World) -> None:
    """What happened is on the queue, once for each endpoint."""
    shop.settle()
    run(shop)


def test_a_secret_is_shown_once_and_stored_nowhere(shop: World) -> None:
    # Given a new webhook
    made = put(shop).body
    assert made["secret"].startswith("whsec_")
    assert made["events"][0] == "order.confirmed"

    # Then nobody is shown its secret again, whoever asks, or sets it as it is
    assert get(shop).body == made | {"secret": None}
    assert put(shop).body == made | {"secret": None}
    assert made["secret"][6:] not in json.dumps(shop.everything(), default=repr)


def test_a_confirmed_order_is_told_to_whom_it_concerns_signed_and_with_ids_only(
    shop: World, internet: Internet
) -> None:
    # Given two endpoints that listen for it, one that does not, and one that is switched off
    receiver = Receiver(put(shop, "erp").body["secret"])
    other = Receiver(
        put(shop, "app", url="https://app.example.com/h", events=["order.confirmed"]).body["secret"]
    )
    put(shop, "parcels", events=["task.shipped"])
    put(shop, "old", enabled=False)

    # When an order is placed
    shop.order(order_body())
    spread(shop)
    run(shop)

    # Then each of the two hears of it
    by_url = {url: (headers, body) for url, headers, body in internet.sent}
    assert len(internet.sent) == 2
    assert receiver.take(*by_url[URL], shop.clock.now())
    assert other.take(*by_url["https://app.example.com/h"], shop.clock.now())
    (body,) = receiver.bodies
    assert json.loads(body) == {
        "type": "order.confirmed",
        "timestamp": "2026-11-23T05:00:00+00:00",
        "data": {"order_id": "A-1", "tasks": [{"task_id": "A-1~1", "location_id": "senayan"}]},
    }
    assert receiver.done != other.done


def test_what_was_tried_for_the_last_time_is_a_dead_letter_at_once(shop: World, internet: Internet) -> None:
    # Given an endpoint that never answers
    put(shop)
    shop.order(order_body())
    spread(shop)
    internet.answers = [503] * 5

    # When it was tried five times
    waits = [wait for received in range(1, 6) for wait in run(shop, received)]

    # Then nobody waits six hours more to hear of it
    assert waits == [30, 300, 3600, 21_600, 0]
    assert shop.receive("WebhooksQueue") == []
    assert len(shop.receive("WebhooksDeadLetters")) == 1


def test_nobody_else_can_read_it_with_another_endpoints_secret(shop: World, internet: Internet) -> None:
    put(shop, "erp")
    stranger = Receiver(put(shop, "app", enabled=False).body["secret"])

    shop.order(order_body())
    spread(shop)
    run(shop)

    ((_, headers, body),) = internet.sent
    with pytest.raises(Refused, match="signature"):
        stranger.take(headers, body, shop.clock.now())


def test_the_whole_story_is_told(shop: World, internet: Internet) -> None:
    # Given somebody who listens
    put(shop)

    # When an order is put aside and then cancelled, and another is refused
    shop.order(order_body("A-1"))
    shop.on_task("senayan", "A-1~1", "accept")
    shop.on_task("senayan", "A-1~1", "ready")
    shop.on_order("A-1", "cancel")
    shop.order(order_body("A-2"))
    shop.on_task("senayan", "A-2~1", "refuse", {"reason": "no_time"})
    spread(shop)
    run(shop)

    # Then each step of it is, in whatever order
    told = sorted(
        (json.loads(body)["type"], json.loads(body)["data"]["order_id"]) for _, _, body in internet.sent
    )
    assert told == [
        ("order.confirmed", "A-1"),
        ("order.confirmed", "A-2"),
        ("order.refund_required", "A-1"),
        ("task.ready", "A-1"),
        ("task.refused", "A-2"),
    ]


def test_an_endpoint_that_is_down_is_tried_again_later_and_later_under_one_id_and_keeps_nobody(
    shop: World, internet: Internet
) -> None:
    # Given two endpoints, and trouble
    receiver = Receiver(put(shop, "app", url="https://app.example.com/h").body["secret"])
    put(shop, "erp")
    shop.order(order_body())
    spread(shop)

    # When the first post fails, and the second arrives
    internet.answers = [503, 200]
    waits = run(shop)

    # Then one is put off, for longer each time
    for received, trouble in ((2, OSError("no route")), (3, 302), (4, 500)):
        internet.answers = [trouble]
        shop.clock.forward(hours=1)
        waits += run(shop, received)
    assert waits == [30, 300, 3600, 21_600]

    # And when it is up again, it hears what it would have heard, with a new time and the old id
    run(shop, 5)
    ids = {headers["webhook-id"] for url, headers, _ in internet.sent if url == internet.sent[0][0]}
    assert len(internet.sent) == 6
    assert len(ids) == 1
    _, headers, body = internet.sent[-1]
    assert receiver.take(headers, body, shop.clock.now())


NEVER = {
    "wants no more": (410, "gone"),
    "leads to a private address": (NotPublic("10.0.0.8, which is not public"), "not_public"),
}


@pytest.mark.parametrize("name", NEVER)
def test_is_put_aside_when_it(shop: World, internet: Internet, name: str) -> None:
    answer, reason = NEVER[name]
    put(shop)
    shop.order(order_body())
    spread(shop)

    internet.answers = [answer]
    assert run(shop) == []

    (parked,) = shop.parked("StockFeedDeadLetters")
    assert parked.startswith(f"{reason}: ")


def test_what_an_endpoint_does_not_want_any_more_is_not_sent(shop: World, internet: Internet) -> None:
    put(shop)
    shop.order(order_body())
    spread(shop)

    put(shop, enabled=False)
    run(shop)

    assert internet.sent == []
    assert shop.receive("WebhooksQueue") == []


def test_while_a_secret_is_replaced_both_are_good(shop: World, internet: Internet) -> None:
    # Given a receiver with the old secret and one with the new
    old = Receiver(put(shop).body["secret"])
    rotated = put(shop, rotate=True, keep_old_hours=1).body
    new = Receiver(rotated["secret"])
    assert [secret["until"] for secret in rotated["secrets"]] == ["2026-11-23T06:00:00+00:00", None]

    # When something is sent
    shop.order(order_body("A-1"))
    spread(shop)
    run(shop)
    ((_, headers, body),) = internet.sent

    # Then both believe it
    assert old.take(headers, body, shop.clock.now())
    assert new.take(headers, body, shop.clock.now())

    # And after an hour only the new one does
    shop.clock.forward(hours=1)
    shop.order(order_body("A-2"))
    spread(shop)
    run(shop)
    _, headers, body = internet.sent[-1]
    assert new.take(headers, body, shop.clock.now())
    with pytest.raises(Refused, match="signature"):
        old.take(headers, body, shop.clock.now())


WRONG: dict[str, tuple[str, dict[str, Any], str]] = {
    "an address of this machine": ("erp", {"url": "https://127.0.0.1/"}, "url"),
    "no https": ("erp", {"url": "http://erp.example.com/"}, "url"),
    "an event that there is not": ("erp", {"events": ["order.placed"]}, "events.0"),
    "a name in capitals": ("ERP", {}, "name"),
    "a word that we do not know": ("erp", {"secret": "whsec_mine"}, "secret"),
    "an old secret for a week": ("erp", {"rotate": True, "keep_old_hours": 168}, "keep_old_hours"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_webhook_is_refused_that_has(shop: World, what: str) -> None:
    name, more, named = WRONG[what]

    answer = put(shop, name, **more)

    assert answer.status == 422
    assert answer.body["errors"][0]["field"] == named
    assert get(shop).status == 404


def test_there_are_no_more_than_twenty(shop: World) -> None:
    assert [put(shop, f"shop-{n}").status for n in range(21)] == [200] * 20 + [409]
    assert put(shop, "shop-0").status == 200


def test_of_two_who_change_it_at_once_one_reads_again(shop: World) -> None:
    # Given somebody who changes it between another's reading and writing
    put(shop)
    shop.before("WEBHOOKS", "PutItem", lambda: put(shop, enabled=False))

    # When
    answer = put(shop, rotate=True)

    # Then
    assert answer.body["code"] == "version_changed"
    assert get(shop).body["enabled"] is False
    assert len(get(shop).body["secrets"]) == 1


def test_nonsense_is_parked(shop: World) -> None:
    assert shop.deliver("webhooks", "{", {"endpoint": 7, "detail": {}}) == []

    assert [reason.partition(":")[0] for reason in shop.parked("StockFeedDeadLetters")] == [
        "not_understood",
        "invalid_name",
    ]


def test_no_name_number_or_code_is_in_what_leaves(shop: World, internet: Internet) -> None:
    # Given canaries in all that a customer says
    put(shop)
    contact = {"name": "CanaryName", "phone": "+6281200000042", "email": "canary@example.org", "locale": "en"}
    point = {"lat": -6.2, "lon": 106.8}
    shop.order(order_body(customer={"point": point, "contact": contact}))
    shop.on_task("senayan", "A-1~1", "accept")
    shop.on_task("senayan", "A-1~1", "ready")
    spread(shop)
    run(shop)

    # Then shops' systems, events, and what is kept of messages say nothing of it
    code = shop.heard("CustomerTopic")[-1]["text"][-9:]
    kept = [row for row in shop.rows("Idempotency") if row["idempotency_key"]["S"].startswith("message#")]
    said = json.dumps([internet.sent, shop.told_on_the_bus(), kept], default=repr)
    assert len(internet.sent) == 2
    for canary in ("CanaryName", "6281200000042", "canary@example.org", code, code.replace("-", "")):
        assert canary not in said


def test_an_endpoint_is_kept_waiting_by_no_more_than_a_day_and_three_secrets(shop: World) -> None:
    for _ in range(4):
        put(shop, rotate=True)
        shop.clock.forward(minutes=1)

    assert len(get(shop).body["secrets"]) == 3
    shop.clock.at += timedelta(hours=25)
    assert len(get(shop).body["secrets"]) == 1
