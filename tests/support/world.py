"""A router that runs in one process on moto: calls go through the real handlers, messages through real queues."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError

from fulfillment import bootstrap
from fulfillment.adapters import aws
from fulfillment.adapters.dynamodb import keys
from fulfillment.adapters.dynamodb.catalog import location_item, locations_mark
from fulfillment.adapters.dynamodb.documents import from_document
from fulfillment.adapters.dynamodb.rows import number_of, pages, text, text_of
from fulfillment.adapters.dynamodb.stock import movements_in, stock_row
from fulfillment.application.customer_links import customer_link
from fulfillment.domain.location import Location
from fulfillment.domain.stock import StockMovement, StockRow
from tests.support.aws_world import TABLE_VARIABLES
from tests.support.builders import MONDAY_NOON
from tests.support.chain_rows import Given, flat, last_of_each, rows_of
from tests.support.contract import require_described
from tests.support.functions import CONTEXT, api_event, handler, sqs_event, staff_claims, stream_event

MOST_IN_A_BATCH = 25


@dataclass
class FrozenClock:
    """A clock that a test moves."""

    at: datetime = MONDAY_NOON

    def now(self) -> datetime:
        """What the test says it is."""
        return self.at

    def forward(self, **by: float) -> None:
        """Later, by a timedelta's words."""
        self.at += timedelta(**by)


def events_of(service: str) -> str:
    """What botocore calls a service of ``aws``."""
    return {"cognito": "cognito-identity-provider"}.get(service, service)


@dataclass(frozen=True)
class Reply:
    """An HTTP answer."""

    status: int
    body: Any
    raw: str
    headers: Mapping[str, str]


@dataclass
class World:
    """The router and everything around it."""

    clock: FrozenClock
    queues: Mapping[str, str]
    published: set[tuple[str, str]] = field(default_factory=set)
    tampered: bool = (
        False  # reserved units were taken away behind the router's back: the ledger cannot add up
    )

    # --- what is there

    def given(self, *things: Given | Iterable[Any]) -> None:
        """Put locations, products, stock rows, places and zones into the tables."""
        all_things = list(flat(things))
        rows = [row for thing in all_things for row in rows_of(thing)]
        for table, item in rows:
            if table == "Stock":
                before = aws.dynamodb().put_item(TableName=table, Item=item, ReturnValues="ALL_OLD")
                self.tampered |= number_of(before.get("Attributes", {}), "reserved") > 0
        others = last_of_each([row for row in rows if row[0] != "Stock"])
        for first in range(0, len(others), MOST_IN_A_BATCH):
            requests: dict[str, list[Any]] = {}
            for table, item in others[first : first + MOST_IN_A_BATCH]:
                requests.setdefault(table, []).append({"PutRequest": {"Item": item}})
            assert not aws.dynamodb().batch_write_item(RequestItems=requests)["UnprocessedItems"]
        if any(isinstance(thing, Location) for thing in all_things):
            _mark_locations()

    def stock(self, sku: str, location_id: str) -> StockRow:
        """The row as it is now."""
        key = {"sku": text(sku), "location_id": text(location_id)}
        return stock_row(aws.dynamodb().get_item(TableName="Stock", Key=key)["Item"])

    def movements(self, sku: str, location_id: str) -> list[StockMovement]:
        """What was recorded of a shelf, oldest first."""
        told = [movement for row in self.rows("StockMovements") for movement in movements_in(row)]
        here = [m for m in told if (m.sku, m.location_id) == (sku, location_id)]
        return sorted(here, key=lambda m: (m.at, m.movement_id))

    def pause(self, location_id: str) -> None:
        """Pause a location in the table, as another function would: nobody here forgets what it has read."""
        found = aws.dynamodb().get_item(TableName="Locations", Key={"location_id": text(location_id)})["Item"]
        location = replace(from_document(Location, text_of(found, "document")), status="paused")
        aws.dynamodb().put_item(TableName="Locations", Item=location_item(location, 99))
        _mark_locations()

    def take_away(self, sku: str, location_id: str) -> None:
        """Delete a stock row behind the router's back."""
        self.tampered = True
        aws.dynamodb().delete_item(
            TableName="Stock", Key={"sku": text(sku), "location_id": text(location_id)}
        )

    def forget_what_was_sent(self) -> None:
        """Delete the marks of messages that went out, as a crash before marking would have left it."""
        for row in self.rows("Idempotency"):
            key = {"idempotency_key": row["idempotency_key"]}
            aws.dynamodb().delete_item(TableName="Idempotency", Key=key)

    def forget_windows(self) -> None:
        """Delete every capacity window, as its expiry does in the end."""
        for row in self.rows("Capacity"):
            key = {name: row[name] for name in ("location_method", "window")}
            aws.dynamodb().delete_item(TableName="Capacity", Key=key)

    def windows(self) -> dict[str, int]:
        """Orders taken, by window, of all locations together."""
        rows = [row for row in self.rows("Capacity") if row["window"]["S"] != keys.UNPAID_UNITS]
        taken = Counter({row["window"]["S"]: 0 for row in rows})
        for row in rows:
            taken[row["window"]["S"]] += number_of(row, "used")
        return dict(taken)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Every row of a table."""
        return [dict(row) for row in pages(aws.dynamodb().scan, TableName=table)]

    def everything(self) -> dict[str, list[dict[str, Any]]]:
        """Every row of every table, to be compared with what it was before."""
        return {
            table: sorted(self.rows(table), key=lambda row: json.dumps(row, sort_keys=True, default=repr))
            for table in TABLE_VARIABLES.values()
        }

    def restart(self) -> None:
        """All functions cold: nothing cached, nothing built."""
        bootstrap.reset(clients=False)

    def between(self, act: Callable[[], object]) -> None:
        """Let ``act`` happen after the router's next decision, just before its transaction is written."""
        self.before("", "TransactWriteItems", act)

    def before(self, table: str, operation: str, act: Callable[[], object]) -> None:
        """Let ``act`` happen just before the next such call that names the table."""
        name, events = f"before-call.dynamodb.{operation}", aws.dynamodb().meta.events

        def once(params: Any, **_: Any) -> None:
            if table in params["body"].decode():
                events.unregister(name, once)
                act()

        events.register(name, once)

    def count_queries(self, index: str) -> list[str]:
        """The partitions that are asked for from now on, in this index."""
        asked: list[str] = []

        def note(params: Mapping[str, Any], **_: Any) -> None:
            if params.get("IndexName") == index:
                asked.append(params["KeyConditionExpression"])

        aws.dynamodb().meta.events.register("provide-client-params.dynamodb.Query", note, unique_id=note)
        return asked

    def answer_once(self, service: str, operation: str, answer: Mapping[str, Any]) -> None:
        """Let the next call of this operation be answered so, without reaching the service."""
        events = getattr(aws, service)().meta.events
        name = f"before-call.{events_of(service)}.{operation}"

        def once(**_: Any) -> tuple[AWSResponse, Mapping[str, Any]]:
            events.unregister(name, once)
            return AWSResponse("", 200, {}, None), answer

        events.register(name, once)

    def fail_once(self, service: str, operation: str, code: str) -> None:
        """Let the next call of this operation be answered with an error that is not ours."""
        events = getattr(aws, service)().meta.events
        name = f"before-call.{events_of(service)}.{operation}"

        def once(**_: Any) -> None:
            events.unregister(name, once)
            raise ClientError({"Error": {"Code": code, "Message": "made up by a test"}}, operation)

        events.register(name, once)

    def calls(self, act: Callable[[], object]) -> list[str]:
        """The operations of DynamoDB that the router calls while ``act`` happens, in order."""
        called: list[str] = []

        def note(model: Any, **_: Any) -> None:
            called.append(model.name)

        aws.dynamodb().meta.events.register("before-call.dynamodb", note)
        act()
        aws.dynamodb().meta.events.unregister("before-call.dynamodb", note)
        return called

    # --- calls

    def call(self, function: str, method: str, resource: str, **more: Any) -> Reply:
        """One HTTP call; its answer must be one that the OpenAPI document describes."""
        answer = handler(function)(api_event(method, resource, **more), CONTEXT)
        require_described(method, resource, answer)
        return Reply(answer["statusCode"], json.loads(answer["body"]), answer["body"], answer["headers"])

    def options(self, body: Any, **more: Any) -> Reply:
        """POST /v1/options"""
        return self.call("options", "POST", "/v1/options", body=body, **more)

    def order(self, body: Any, key: str | None = None, **more: Any) -> Reply:
        """POST /v1/orders under a new key, or the one given."""
        headers = {"Idempotency-Key": key or uuid4().hex}
        return self.call("orders", "POST", "/v1/orders", body=body, headers=headers, **more)

    def get_order(self, order_id: str) -> Reply:
        """GET /v1/orders/{order_id}"""
        return self.call("orders", "GET", "/v1/orders/{order_id}", path={"order_id": order_id})

    def on_order(self, order_id: str, step: str, body: Any = None, key: str | None = None) -> Reply:
        """POST /v1/orders/{order_id}/confirm or /cancel"""
        headers = {"Idempotency-Key": key or uuid4().hex}
        resource = f"/v1/orders/{{order_id}}/{step}"
        return self.call(
            "orders", "POST", resource, path={"order_id": order_id}, body=body or {}, headers=headers
        )

    def tasks(self, location_id: str, *, of: str | None = None, **query: str) -> Reply:
        """GET tasks of a location, signed in for it (or for ``of``)."""
        claims = staff_claims(of or location_id)
        path = {"location_id": location_id}
        resource = "/v1/locations/{location_id}/tasks"
        return self.call("tasks", "GET", resource, path=path, claims=claims, query=query)

    def on_task(
        self, location_id: str, task_id: str, step: str, body: Any = None, key: str | None = None, **more: str
    ) -> Reply:
        """POST a step of a task, signed in for its location; ``name`` says who."""
        return self.call(
            "tasks",
            "POST",
            f"/v1/locations/{{location_id}}/tasks/{{task_id}}/{step}",
            path={"location_id": location_id, "task_id": task_id},
            body=body or {},
            headers={"Idempotency-Key": key or uuid4().hex},
            claims=staff_claims(location_id, **more),
        )

    # --- the customer's page

    def link(self, order_id: str) -> str:
        """The word in the address of this order's page, as the customer was told it."""
        return customer_link(bootstrap._pickup_codes(), order_id)

    def page(self, order_id: str, **query: str) -> Reply:
        """GET /c/{token}: the body is the page."""
        event = api_event("GET", "/c/{token}", path={"token": self.link(order_id)}, query=query)
        answer = handler("customer")(event, CONTEXT)
        require_described("GET", "/c/{token}", answer)
        return Reply(answer["statusCode"], answer["body"], answer["body"], answer["headers"])

    def seen(self, order_id: str, **query: str) -> Reply:
        """GET /c/{token}/order"""
        path = {"token": self.link(order_id)}
        return self.call("customer", "GET", "/c/{token}/order", path=path, query=query)

    def customer(self, order_id: str, what: str, body: Any = None, key: str | None = None) -> Reply:
        """POST /c/{token}/choice or /on-my-way"""
        headers = {"Idempotency-Key": key or uuid4().hex}
        path = {"token": self.link(order_id)}
        return self.call(
            "customer", "POST", f"/c/{{token}}/{what}", path=path, body=body or {}, headers=headers
        )

    def admin(self, method: str, resource: str, **more: Any) -> Reply:
        """A call of operations."""
        headers = {"Idempotency-Key": uuid4().hex}
        return self.call("admin", method, resource, headers=headers, **more)

    # --- messages

    def deliver(self, function: str, *bodies: Any) -> list[str]:
        """An SQS batch to a function; answers the ids it wants again."""
        sent = [body if isinstance(body, str) else json.dumps(body) for body in bodies]
        answer = handler(function)(sqs_event(sent), CONTEXT)
        return [failed["itemIdentifier"] for failed in answer["batchItemFailures"]]

    def sweep(self) -> int:
        """One run of the sweep; answers how many reservations it ended."""
        ended: int = handler("sweep")({}, CONTEXT)["ended"]
        return ended

    def settle(self, rounds: int = 5) -> None:
        """Let the outbox run: stream to bus to queues to functions, until nothing moves any more."""
        for _ in range(rounds):
            moved = self._publish()
            for queue, function in (("NotifyQueue", "notify"), ("RerouteQueue", "reroute")):
                bodies = self.receive(queue)
                if bodies:
                    assert self.deliver(function, *bodies) == []
                    moved = True
            if not moved:
                return
        raise AssertionError("the outbox never came to rest")

    def _publish(self) -> bool:
        new = [
            row
            for row in self.rows("Orders")
            if row["sk"]["S"].startswith("EVENT#")
            and (row["order_id"]["S"], row["sk"]["S"]) not in self.published
        ]
        for row in new:
            self.published.add((row["order_id"]["S"], row["sk"]["S"]))
        if new:
            assert handler("publish")(stream_event(new), CONTEXT) == {"batchItemFailures": []}
        return bool(new)

    def waiting_for(self, queue: str) -> list[str]:
        """Publish what is new, and take what then waits in one queue."""
        self._publish()
        return self.receive(queue)

    def receive(self, queue: str) -> list[str]:
        """Take everything from a queue."""
        sqs = aws.sqs()
        url = self.queues.get(queue) or sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        bodies: list[str] = []
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                bodies.append(message["Body"])
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return bodies

    def parked(self, queue: str) -> list[str]:
        """Reasons of the messages that a function put aside, by its dead-letter queue."""
        sqs = aws.sqs()
        answer = sqs.receive_message(
            QueueUrl=self.queues[queue], MaxNumberOfMessages=10, MessageAttributeNames=["reason"]
        )
        return [m["MessageAttributes"]["reason"]["StringValue"] for m in answer.get("Messages", [])]

    def heard(self, topic: str) -> list[dict[str, Any]]:
        """Messages that ``StoreTopic`` or ``CustomerTopic`` sent since the last time, with their attributes."""
        found = []
        for body in self.receive(f"{topic}Inbox"):
            envelope = json.loads(body)
            attributes = {name: a["Value"] for name, a in envelope["MessageAttributes"].items()}
            found.append({**json.loads(envelope["Message"]), "attributes": attributes})
        return found

    def told_on_the_bus(self) -> list[dict[str, Any]]:
        """Every event there is, as it is put on the bus."""
        return [
            json.loads(row["document"]["S"])
            for row in self.rows("Orders")
            if row["sk"]["S"].startswith(keys.EVENT_PREFIX)
        ]

    def events(self, order_id: str) -> list[str]:
        """Types of the events an order has told."""
        return sorted(
            row["type"]["S"]
            for row in self.rows("Orders")
            if row["order_id"]["S"] == order_id and row["sk"]["S"].startswith("EVENT#")
        )


def _mark_locations() -> None:
    """What every change of a location does: those who have read them hear of it within a minute."""
    aws.dynamodb().put_item(TableName="Config", Item=locations_mark())
