"""The world every plain test runs in: moto, a frozen clock, and the tables of the template."""

from __future__ import annotations

import os
from collections.abc import Iterator
from types import SimpleNamespace

import boto3
import pytest
from moto import mock_aws

os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "test")
os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "Fulfillment")
os.environ.setdefault("POWERTOOLS_METRICS_DISABLED", "true")

from fulfillment import bootstrap
from fulfillment.adapters import clock as clock_module
from fulfillment.adapters.dynamodb import catalog
from tests.support import aws_world, dynamodb_local
from tests.support.world import FrozenClock, World

# Tests of the handlers that run on DynamoDB Local too: every request they make must be valid there.
ON_DYNAMODB_LOCAL_TOO = {"test_the_two_stories", "test_payment", "test_idempotency"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run these modules' worlds on both engines."""
    if (
        metafunc.module.__name__.rpartition(".")[2] in ON_DYNAMODB_LOCAL_TOO
        and "world" in metafunc.fixturenames
    ):
        metafunc.parametrize("world", dynamodb_local.BOTH, indirect=True)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Figures that tests recorded: seeds, latencies, counts."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == "figure":
                terminalreporter.write_line(value)


@pytest.fixture(scope="session")
def engine() -> Iterator[dynamodb_local.Engine]:
    """DynamoDB Local, one for each test process."""
    if lacking := dynamodb_local.missing():
        pytest.skip(f"tests on DynamoDB Local are left out: {' and '.join(lacking)} not found")
    with dynamodb_local.running() as started:
        yield started


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FrozenClock:
    """The clock of every use case and cache; Monday noon in Jakarta until a test moves it."""
    frozen = FrozenClock()
    monkeypatch.setattr(clock_module.SystemClock, "now", lambda self: frozen.now())
    monkeypatch.setattr(catalog, "time", SimpleNamespace(monotonic=lambda: frozen.now().timestamp()))
    return frozen


@pytest.fixture(scope="module")
def aws_queues() -> Iterator[dict[str, str]]:
    """Everything the template names, on moto: url by queue. Made once a module, since making it takes 0.3 s."""
    with pytest.MonkeyPatch.context() as environment, mock_aws():
        aws_world.copy_tables_once(environment)
        environment.delenv("AWS_ENDPOINT_URL", raising=False)
        for name, value in aws_world.CREDENTIALS.items():
            environment.setenv(name, value)
        queues = aws_world.make_queues()
        topics = aws_world.make_topics()
        variables = {
            **aws_world.make_tables(boto3.client("dynamodb")),
            **aws_world.make_secrets(),
            "EVENT_BUS_NAME": aws_world.make_bus(queues),
            "STORE_TOPIC_ARN": topics["StoreTopic"],
            "CUSTOMER_TOPIC_ARN": topics["CustomerTopic"],
            "STOCK_FEED_QUEUE_URL": queues["StockFeedQueue"],
            "PARKED_QUEUE_URL": queues["StockFeedDeadLetters"],
        }
        for name, value in variables.items():
            environment.setenv(name, value)
        bootstrap.reset()
        yield queues
        bootstrap.reset()


@pytest.fixture
def world(request: pytest.FixtureRequest, aws_queues: dict[str, str], clock: FrozenClock) -> Iterator[World]:
    """The router with nothing in it and all functions cold: on moto, and its tables on DynamoDB Local where asked."""
    if getattr(request, "param", "moto") == "moto":
        aws_world.empty()
        made = World(clock, aws_queues)
        made.restart()
        yield made
    else:
        yield request.getfixturevalue("engine_world")


@pytest.fixture
def engine_world(
    aws_queues: dict[str, str], clock: FrozenClock, engine: dynamodb_local.Engine
) -> Iterator[World]:
    """The router with its tables on DynamoDB Local, nothing in it and all functions cold."""
    aws_world.empty()
    with dynamodb_local.fresh_database(engine):
        yield World(clock, aws_queues)
