"""Queues, bus, topics, keys and the Orders table's stream, as far as the router uses them.

Queues and stream deliver at least once, in any order, late: what was deleted may come again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.simulation.scheduler import Killed, Scheduler
from tests.support.functions import CONTEXT, handler, sqs_event, stream_event
from tests.support.template import resources

READERS = {
    "IntakeQueue": "intake",
    "RerouteQueue": "reroute",
    "StockFeedQueue": "stock_feed",
    "NotifyQueue": "notify",
}
MOST_RECEIVES = 5  # then a message is a dead letter
TWICE = 0.12  # of the messages that were done come once more
KEY = {"kid": "k1", "k1": "a key of the simulation, sixty-four characters of it, more or less..."}


@dataclass(eq=False)
class Message:
    """One message in a queue."""

    body: str
    received: int = 0


@dataclass
class Services:
    """Everything but DynamoDB. Its methods are named as boto3's clients name them."""

    scheduler: Scheduler
    queues: dict[str, list[Message]] = field(default_factory=lambda: {name: [] for name in READERS})
    dead: list[tuple[str, Message]] = field(default_factory=list)
    parked: list[tuple[str, str]] = field(default_factory=list)
    stream: list[dict[str, Any]] = field(default_factory=list)
    on_bus: list[dict[str, Any]] = field(default_factory=list)
    sent: dict[str, list[str]] = field(default_factory=dict)

    # --- what functions call

    def send_message(self, QueueUrl: str, MessageBody: str, **more: Any) -> Mapping[str, Any]:  # noqa: N803
        """SQS: to a queue; or put aside, with the reason."""
        if QueueUrl in self.queues:
            self.queues[QueueUrl].append(Message(MessageBody))
        else:
            self.parked.append((MessageBody, more["MessageAttributes"]["reason"]["StringValue"]))
        return {}

    def put_events(self, Entries: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:  # noqa: N803
        """EventBridge: to the queues of the rules of the template."""
        for entry in Entries:
            detail = json.loads(entry["Detail"])
            self.on_bus.append(detail)
            for rule in resources("AWS::Events::Rule").values():
                if entry["DetailType"] in rule["EventPattern"]["detail-type"]:
                    for target in rule["Targets"]:
                        body = json.dumps({"detail-type": entry["DetailType"], "detail": detail})
                        queue = target["Arn"]["Fn::GetAtt"][0]
                        if queue in self.queues:  # no webhook is set up here
                            self.queues[queue].append(Message(body))
        return {"Entries": [{"EventId": str(n)} for n, _ in enumerate(Entries)]}

    def publish(self, Message: str, **_: Any) -> Mapping[str, Any]:  # noqa: N803
        """SNS: what stores and customers hear, by message id."""
        told = json.loads(Message)
        self.sent.setdefault(told["message_id"], []).append(told["text"])
        return {}

    def get_secret_value(self, **_: Any) -> Mapping[str, Any]:
        """Secrets Manager."""
        return {"SecretString": json.dumps(KEY)}

    # --- what the platform does

    def watch(self, operation: str, request: Mapping[str, Any]) -> None:
        """The table's stream: events that were written."""
        puts = [action.get("Put", {}) for action in request.get("TransactItems", ())]
        for put in [*puts, request if operation == "put_item" else {}]:
            item = put.get("Item", {})
            if "sk" in item and item["sk"]["S"].startswith("EVENT#") and item not in self.stream:
                self.stream.append(item)

    @property
    def waiting(self) -> list[str]:
        """Where something waits to be delivered."""
        return [name for name, messages in self.queues.items() if messages] + (
            ["stream"] if self.stream else []
        )

    def deliver(self, source: str) -> None:
        """Start a function on some of what waits."""
        chance = self.scheduler.chance
        if source == "stream":
            images = self._take(self.stream, chance.randint(1, 4))
            self._run("publish", stream_event(images), lambda answer: self._published(images, answer))
            return
        messages = self._take(self.queues[source], chance.randint(1, 3))
        event = sqs_event([message.body for message in messages])
        self._run(READERS[source], event, lambda answer: self._worked(source, messages, answer))

    def redrive(self) -> None:
        """Dead letters go back to where they came from."""
        letters, self.dead = self.dead, []
        for queue, message in letters:
            self.queues[queue].append(Message(message.body))

    def _take(self, things: list[Any], most: int) -> list[Any]:
        chance = self.scheduler.chance
        return [things.pop(chance.randrange(len(things))) for _ in range(min(most, len(things)))]

    def _run(self, function: str, event: Mapping[str, Any], done: Callable[[Any], None]) -> None:
        self.scheduler.start(function, lambda: handler(function)(event, CONTEXT), done)

    def _published(self, images: list[dict[str, Any]], answer: Any) -> None:
        failed = _failed(answer, [str(n) for n in range(1, len(images) + 1)])
        again = [image for n, image in enumerate(images, 1) if str(n) in failed or self._twice()]
        self.stream.extend(again)

    def _worked(self, queue: str, messages: list[Message], answer: Any) -> None:
        failed = _failed(answer, [f"m{n}" for n in range(len(messages))])
        for n, message in enumerate(messages):
            if f"m{n}" in failed:
                message.received += 1
                dead = message.received >= MOST_RECEIVES
                (self.dead.append((queue, message)) if dead else self.queues[queue].append(message))
            elif self._twice():
                self.queues[queue].append(Message(message.body))

    def _twice(self) -> bool:
        faulty = self.scheduler.faults.killed_before > 0
        return faulty and self.scheduler.chance.random() < TWICE


def _failed(answer: Any, everything: list[str]) -> set[str]:
    if isinstance(answer, (Killed, Exception)):
        return set(everything)
    return {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
