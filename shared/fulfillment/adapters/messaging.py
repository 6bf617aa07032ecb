"""Queues, topics and the event bus."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fulfillment.adapters.aws import pause
from fulfillment.adapters.dynamodb.rows import chunks
from fulfillment.application.notify_ports import Message
from fulfillment.domain.events import Event

if TYPE_CHECKING:
    from mypy_boto3_events.client import EventBridgeClient
    from mypy_boto3_sns.client import SNSClient
    from mypy_boto3_sqs.client import SQSClient

BATCH = 10  # entries of one SendMessageBatch or PutEvents call
SEND_ROUNDS = 5  # of entries that the queue did not take, within 0.3 s; then the sender has it all once more
EVENT_SOURCE = "fulfillment"


@dataclass(frozen=True)
class SqsStockFeed:
    """See ``ports.StockFeedQueue``. ``at_once``: calls that may be on their way together."""

    client: SQSClient
    queue_url: str
    at_once: int = 1

    def send(self, messages: Sequence[Mapping[str, Any]]) -> None:
        """Send all, what a call did not take once more; RuntimeError names the first that is never taken."""
        batches = [
            [{"Id": str(n), "MessageBody": json.dumps(message)} for n, message in enumerate(batch)]
            for batch in chunks(messages, BATCH)
        ]
        if self.at_once == 1:
            for batch in batches:
                self._send(batch)
            return
        with ThreadPoolExecutor(self.at_once) as senders:
            list(senders.map(self._send, batches))  # raises what any of them raised

    def _send(self, entries: Sequence[Mapping[str, str]]) -> None:
        for attempt in range(SEND_ROUNDS):
            answer = self.client.send_message_batch(QueueUrl=self.queue_url, Entries=entries)  # type: ignore[arg-type]
            failed = {entry["Id"]: entry for entry in answer.get("Failed", ())}
            if not failed:
                return
            entries = [entry for entry in entries if entry["Id"] in failed]
            pause(attempt)
        raise RuntimeError(f"the queue did not take a message: {failed[entries[0]['Id']]}")


@dataclass(frozen=True)
class ParkedMessages:
    """The dead-letter queue, for messages that no retry can help: each with the reason it was parked for."""

    client: SQSClient
    queue_url: str

    def park(self, body: str, reason: str) -> None:
        """Put the message aside as it came."""
        self.client.send_message(
            QueueUrl=self.queue_url,
            MessageBody=body,
            MessageAttributes={"reason": {"DataType": "String", "StringValue": reason[:256]}},
        )


@dataclass(frozen=True)
class EventBridgeBus:
    """See ``ports.EventBus``."""

    client: EventBridgeClient
    bus_name: str

    def publish(self, events: Sequence[Event]) -> Collection[str]:
        """Put the events on the bus; answers the ids of those it did not take."""
        failed: list[str] = []
        for batch in chunks(events, BATCH):
            entries = [
                {
                    "EventBusName": self.bus_name,
                    "Source": EVENT_SOURCE,
                    "DetailType": event.type,
                    "Time": event.at,
                    "Detail": json.dumps(event_document(event)),
                }
                for event in batch
            ]
            answer = self.client.put_events(Entries=entries)  # type: ignore[arg-type]
            failed += [
                event.event_id
                for event, entry in zip(batch, answer["Entries"], strict=True)
                if "EventId" not in entry
            ]
        return failed


@dataclass(frozen=True)
class SqsAgain:
    """See ``notify_ports.Again``: the queue that the bus's rule fills, with what the rule puts there."""

    client: SQSClient
    queue_url: str

    def tell(self, event: Event, delay_seconds: int = 0) -> None:
        """Put the event back."""
        body = json.dumps({"detail-type": event.type, "detail": event_document(event)})
        self.client.send_message(QueueUrl=self.queue_url, MessageBody=body, DelaySeconds=delay_seconds)


@dataclass(frozen=True)
class SnsMessenger:
    """See ``notify_ports.Messenger``: a topic, for stores (filter by ``location_id``) or for customers."""

    client: SNSClient
    topic_arn: str

    def send(self, message: Message) -> None:
        """Publish the message as JSON under its id."""
        body = {
            "message_id": message.message_id,
            "subject": message.subject,
            "text": message.text,
            **({"address": dict(message.address)} if message.address else {}),
        }
        self.client.publish(
            TopicArn=self.topic_arn,
            Subject=message.subject[:99],
            Message=json.dumps(body, ensure_ascii=False),
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value}
                for name, value in message.attributes.items()
            },
        )


def event_document(event: Event) -> dict[str, Any]:
    """An event as it is put on the bus."""
    return {
        "event_id": event.event_id,
        "type": event.type,
        "at": event.at.isoformat(),
        "order_id": event.order_id,
        "detail": dict(event.detail),
    }
