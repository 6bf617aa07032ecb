"""The environment as a value, and clients that give up in time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fulfillment import settings
from fulfillment.adapters import aws
from fulfillment.adapters.dynamodb.tables import Tables
from fulfillment.settings import MissingSetting, Settings

ENVIRONMENT = {
    "ORDERS_TABLE": "prod-orders",
    "STOCK_MOVEMENTS_TABLE": "prod-movements",
    "EVENT_BUS_NAME": "bus",
    "OPTION_KEY_SECRET_ID": "option-key",
    "UNRELATED": "x",
}


def test_settings_are_read_from_variables_named_after_them() -> None:
    assert settings.read(ENVIRONMENT) == Settings(
        tables=Tables(orders="prod-orders", stock_movements="prod-movements"),
        event_bus_name="bus",
        option_key_secret_id="option-key",
    )


def test_settings_of_this_process_are_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUSTOMER_TOPIC_ARN", "arn:topic")

    assert settings.read().customer_topic_arn == "arn:topic"


def test_what_a_function_needs_and_has_is_no_matter() -> None:
    known = settings.read(ENVIRONMENT)

    assert known.need("tables.orders", "event_bus_name") is known


@pytest.mark.parametrize(
    ("name", "variable"),
    [("tables.stock", "STOCK_TABLE"), ("parked_queue_url", "PARKED_QUEUE_URL")],
)
def test_what_a_function_needs_and_has_not_is_named(name: str, variable: str) -> None:
    with pytest.raises(MissingSetting, match=f"{variable} is not set"):
        settings.read(ENVIRONMENT).need("tables.orders", name)


@pytest.fixture
def region(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-southeast-3")
    aws.forget_clients()
    yield
    aws.forget_clients()


CLIENTS = [aws.dynamodb, aws.sqs, aws.sns, aws.events, aws.secretsmanager]


@pytest.mark.usefixtures("region")
@pytest.mark.parametrize("make", CLIENTS)
def test_no_client_waits_longer_than_an_invocation_can(make: Callable[[], Any]) -> None:
    config = make().meta.config

    assert (config.connect_timeout, config.read_timeout) == (1, 2)
    assert config.retries["total_max_attempts"] == 3
    assert config.retries["mode"] == "standard"


@pytest.mark.usefixtures("region")
def test_a_client_is_made_once_until_it_is_forgotten() -> None:
    first = aws.dynamodb()

    assert aws.dynamodb() is first
    aws.forget_clients()
    assert aws.dynamodb() is not first


@pytest.mark.parametrize(("attempt", "most"), [(0, 0.02), (1, 0.04), (4, 0.32), (5, 0.5), (60, 0.5)])
def test_pauses_are_jittered_doubled_and_capped(
    monkeypatch: pytest.MonkeyPatch, attempt: int, most: float
) -> None:
    # Given a die that shows how far the pause could have gone
    drawn: list[tuple[float, float]] = []
    slept: list[float] = []
    monkeypatch.setattr(aws.random, "uniform", lambda low, high: drawn.append((low, high)) or high / 2)
    monkeypatch.setattr(aws.time, "sleep", slept.append)

    aws.pause(attempt)

    assert drawn == [(0, pytest.approx(most))]
    assert slept == [pytest.approx(most / 2)]
