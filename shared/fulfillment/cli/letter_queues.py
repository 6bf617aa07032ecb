"""Which queues of dead letters a stack has, and where each one's letters belong: told by their names alone.

``XDeadLetters`` beside an ``XQueue`` holds what X's function gave up or put aside. ``XDeadLetters`` without one holds
what the bus could not deliver. ``XFailures`` holds what could not be handed to X's function: a stream's records, a
scheduled run.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from fulfillment import settings
from fulfillment.adapters.dynamodb.outbox import DynamoDBOutbox
from fulfillment.adapters.letters import SqsLetterBox, ToQueue, most_receives
from fulfillment.adapters.messaging import EventBridgeBus
from fulfillment.application.redrive_letters import FailedRuns, Letter, Way
from fulfillment.messages import letters

CONFIG = Config(connect_timeout=2, read_timeout=20, retries={"mode": "standard"})
QUEUE_OUTPUT = re.compile(r"((?P<of>\w+?)(?P<kind>Queue|DeadLetters|Failures))Url")
ADDED_BY_THE_BUS = (
    "RULE_ARN",
    "TARGET_ARN",
    "ERROR_CODE",
    "ERROR_MESSAGE",
    "EXHAUSTED_RETRY_CONDITION",
    "RETRY_ATTEMPTS",
)


class Unusable(Exception):
    """The command cannot start; the text says what is missing."""


@dataclass(frozen=True)
class Queue:
    """A queue of dead letters. ``home``: the url of the queue they come from, where there is one."""

    name: str
    kind: str
    url: str
    home: str | None


@dataclass(frozen=True)
class Stack:
    """What a stack's outputs say: its queues' urls, and where its events are kept and published."""

    urls: Mapping[str, str]
    orders_table: str
    event_bus_name: str
    endpoint_url: str | None
    region: str | None

    def client(self, service: str) -> Any:
        """A client of the service that the stack runs on."""
        return boto3.client(  # type: ignore[call-overload]
            service, endpoint_url=self.endpoint_url, region_name=self.region, config=CONFIG
        )

    def queues(self) -> Mapping[str, Queue]:
        """Every queue of dead letters, by the name it has here: ``StockFeedDeadLetters`` is ``stock-feed``."""
        found = {}
        for output, url in sorted(self.urls.items()):
            match = QUEUE_OUTPUT.fullmatch(f"{output}Url")
            if match and match["kind"] != "Queue":
                name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", match["of"]).lower()
                if name in found:  # dead letters and failures of the same name
                    name = f"{name}-{match['kind'].lower()}"
                home = self.urls.get(f"{match['of']}Queue") if match["kind"] == "DeadLetters" else None
                found[name] = Queue(name, match["kind"], url, home)
        return found

    def box(self, queue: Queue) -> SqsLetterBox:
        """The queue, to be read."""
        sqs = self.client("sqs")
        failed_times = most_receives(sqs, queue.home) if queue.home else None
        return SqsLetterBox(sqs, queue.url, partial(letters.read, failed_times=failed_times))

    def way(self, queue: Queue) -> Way:
        """Where its letters go to be done again."""
        if queue.home:
            return ToQueue(self.client("sqs"), lambda _letter: queue.home, (letters.REASON,))
        if queue.kind == "DeadLetters":
            return ToQueue(self.client("sqs"), self._target, ADDED_BY_THE_BUS)
        if not (self.orders_table and self.event_bus_name):
            return FailedRuns(None, None)
        outbox = DynamoDBOutbox(self.client("dynamodb"), self.orders_table)
        return FailedRuns(outbox, EventBridgeBus(self.client("events"), self.event_bus_name))

    def _target(self, letter: Letter) -> str | None:
        """The url of the queue that the bus could not deliver to: of this stack's own queues only."""
        arn = letters.target_arn(letter) or ""
        by_name = {url.rpartition("/")[2]: url for name, url in self.urls.items() if name.endswith("Queue")}
        return by_name.get(arn.rpartition(":")[2]) if ":sqs:" in arn else None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where the queues are told, and where AWS is."""
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--stack", metavar="NAME", help="the CloudFormation stack whose queues they are")
    source.add_argument(
        "--queues",
        type=Path,
        metavar="FILE",
        help='JSON with {"queues": {name: url}}, as `make run` writes .local/stack.json',
    )
    parser.add_argument("--endpoint-url", help="where AWS is, if not at AWS (or AWS_ENDPOINT_URL)")


def stack_of(arguments: argparse.Namespace) -> Stack:
    """The stack that these arguments name; Unusable when it has no queues."""
    found = _from_file(arguments) if arguments.queues else _from_outputs(arguments)
    if not found.queues():
        source = arguments.queues or f"the stack {arguments.stack}"
        raise Unusable(f"{source} names no queue of dead letters")
    return found


def _from_outputs(arguments: argparse.Namespace) -> Stack:
    formation = boto3.client("cloudformation", endpoint_url=arguments.endpoint_url, config=CONFIG)
    try:
        (described,) = formation.describe_stacks(StackName=arguments.stack)["Stacks"]
    except ClientError as error:  # no such stack, or not allowed to see it
        raise Unusable(f"--stack {arguments.stack}: {error}") from error
    outputs = {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", ())}
    urls = {key.removesuffix("Url"): url for key, url in outputs.items() if QUEUE_OUTPUT.fullmatch(key)}
    return Stack(
        urls, outputs.get("OrdersTable", ""), outputs.get("EventBusName", ""), arguments.endpoint_url, None
    )


def _from_file(arguments: argparse.Namespace) -> Stack:
    path: Path = arguments.queues
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        urls = {str(name): str(url) for name, url in told["queues"].items()}
        tables = dict(told.get("tables") or {})
    except OSError as error:
        raise Unusable(f"{path}: {error.strerror}") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Unusable(f'{path}: needs {{"queues": {{"IntakeDeadLetters": "https://…", …}}}}') from error
    known = settings.read()
    orders_table = tables.get("Orders") or known.tables.orders
    event_bus_name = told.get("event_bus_name") or known.event_bus_name
    endpoint_url = arguments.endpoint_url or told.get("endpoint_url")
    return Stack(urls, orders_table, event_bus_name, endpoint_url, told.get("region"))
