"""What stores and customers were told: a queue listens to each topic, as a retailer's subscriber would."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.local.deploy import root_client
from tests.local.stack import Stack

TOPICS = {"store": "StoreTopicArn", "customer": "CustomerTopicArn"}


@dataclass(frozen=True)
class Told:
    """A message as the subscriber got it. `body` is decoded JSON when it is JSON."""

    topic: str
    body: Any
    attributes: dict[str, str]
    sent_at: float = 0.0  # by the queue's clock, in seconds


def listen(outputs: dict[str, str], endpoint_url: str, who: str = "listener") -> dict[str, str]:
    """Subscribes a new queue to each topic. Returns queue urls by `store` and `customer`."""
    sqs, sns = root_client("sqs", endpoint_url), root_client("sns", endpoint_url)
    queues = {}
    for name, output in TOPICS.items():
        topic_arn = outputs[output]
        url = sqs.create_queue(QueueName=f"{who}-{name}")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn)
        queues[name] = url
    return queues


def listening(endpoint_url: str, who: str = "listener") -> dict[str, str]:
    """The queues that somebody has subscribed."""
    sqs = root_client("sqs", endpoint_url)
    return {name: sqs.get_queue_url(QueueName=f"{who}-{name}")["QueueUrl"] for name in TOPICS}


class Inbox:
    """Collects what arrives and keeps it, so that a later question finds what an earlier one read past."""

    def __init__(self, stack: Stack, queues: dict[str, str] | None = None) -> None:
        self._sqs = stack.client("sqs")
        self._queues = stack.listeners if queues is None else queues
        self.told: list[Told] = []

    def collect(self) -> list[Told]:
        """Reads what lies in the queues now. Returns everything told so far."""
        for topic, url in self._queues.items():
            while messages := self._sqs.receive_message(
                QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["SentTimestamp"]
            ).get("Messages"):
                for message in messages:
                    sent_at = int(message["Attributes"]["SentTimestamp"]) / 1000
                    self.told.append(_read(topic, message["Body"], sent_at))
                    self._sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return self.told

    def wait_for(self, what: Callable[[Told], bool], *, seconds: float = 30) -> Told:
        """The first message of which this is true; AssertionError with all that was told if none comes in time."""
        deadline = time.monotonic() + seconds
        while True:
            for told in self.collect():
                if what(told):
                    return told
            if time.monotonic() > deadline:
                raise AssertionError(f"nobody was told within {seconds} s; told so far: {self.told}")
            time.sleep(0.1)


def _read(topic: str, raw: str, sent_at: float) -> Told:
    envelope = json.loads(raw)
    try:
        body = json.loads(envelope["Message"])
    except ValueError:
        body = envelope["Message"]
    attributes = {key: value["Value"] for key, value in envelope.get("MessageAttributes", {}).items()}
    return Told(topic, body, attributes, sent_at)
