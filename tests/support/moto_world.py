"""The router's world on moto, for tests and benchmarks: all that the template names, and a clock that stands still."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import StringIO
from types import SimpleNamespace

import boto3
import pytest
from moto import mock_aws

os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "test")
os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "Fulfillment")
os.environ.setdefault("POWERTOOLS_METRICS_DISABLED", "true")

from fulfillment import bootstrap
from fulfillment.adapters import aws
from fulfillment.adapters import clock as clock_module
from fulfillment.adapters.dynamodb import catalog
from fulfillment.observability import logger
from tests.memory_dynamodb.client import MemoryDynamoDB
from tests.support import aws_world, quick_moto
from tests.support.world import FrozenClock, World


def frozen_clock(patch: pytest.MonkeyPatch) -> FrozenClock:
    """The clock of every use case and cache; Monday noon in Jakarta until somebody moves it."""
    frozen = FrozenClock()
    patch.setattr(clock_module.SystemClock, "now", lambda self: frozen.now())
    patch.setattr(catalog, "time", SimpleNamespace(monotonic=lambda: frozen.now().timestamp()))
    return frozen


def written_log(patch: pytest.MonkeyPatch) -> StringIO:
    """All that the functions log from now on, as CloudWatch gets it."""
    written = StringIO()
    patch.setattr(logger.registered_handler, "stream", written)
    return written


@contextmanager
def tables_in_memory(queues: dict[str, str], clock: FrozenClock) -> Iterator[World]:
    """The world with its tables on the in-memory engine, nothing in it and all functions cold."""
    client = MemoryDynamoDB()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(aws, "dynamodb", lambda: client)
        bootstrap.reset(clients=False)
        yield World(clock, queues)
    bootstrap.reset(clients=False)
    assert client.refused == []


class Kept:
    """The AWS world of a process: made when it is first asked for, since making it takes a second, and kept."""

    def __init__(self) -> None:
        self._made = ExitStack()
        self._queues: dict[str, str] = {}

    def queues(self) -> dict[str, str]:
        """Url by queue."""
        if not self._queues:
            self._queues = self._made.enter_context(everything())
        return self._queues

    def close(self) -> None:
        """Before something that is to meet another AWS, or none."""
        self._made.close()
        self._queues = {}


@contextmanager
def everything() -> Iterator[dict[str, str]]:
    """Tables, queues, topics, bus and secrets of the template: url by queue."""
    with pytest.MonkeyPatch.context() as environment, mock_aws():
        quick_moto.make_quick(environment)
        environment.delenv("AWS_ENDPOINT_URL", raising=False)
        for name, value in aws_world.CREDENTIALS.items():
            environment.setenv(name, value)
        queues = aws_world.make_queues()
        topics = aws_world.make_topics()
        aws_world.make_bucket()
        variables = {
            **aws_world.make_tables(boto3.client("dynamodb")),
            **aws_world.make_secrets(),
            **aws_world.NO_SENDERS,
            **aws_world.make_pool(),
            "EVENT_BUS_NAME": aws_world.make_bus(queues),
            "STORE_TOPIC_ARN": topics["StoreTopic"],
            "CUSTOMER_TOPIC_ARN": topics["CustomerTopic"],
            "STOCK_FEED_QUEUE_URL": queues["StockFeedQueue"],
            "NOTIFY_QUEUE_URL": queues["NotifyQueue"],
            "WEBHOOKS_QUEUE_URL": queues["WebhooksQueue"],
            "PARKED_QUEUE_URL": queues["StockFeedDeadLetters"],
        }
        for name, value in variables.items():
            environment.setenv(name, value)
        bootstrap.reset()
        yield queues
        bootstrap.reset()
