"""The router put on the simulation's stage: its clock, its chance and its clients are the scheduler's."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "simulation")
os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "Fulfillment")
os.environ.setdefault("POWERTOOLS_METRICS_DISABLED", "true")

from fulfillment import bootstrap
from fulfillment.adapters import aws
from fulfillment.adapters import clock as clock_module
from fulfillment.adapters.dynamodb import catalog, transaction
from fulfillment.observability import logger
from tests.simulation.scheduler import Scheduler
from tests.simulation.services import Services
from tests.simulation.wire import Plan, Wire
from tests.support.aws_world import CREDENTIALS, NO_SENDERS, TABLE_VARIABLES
from tests.support.functions import STAFF_CLIENT

VARIABLES = {
    **CREDENTIALS,
    **TABLE_VARIABLES,
    "EVENT_BUS_NAME": "Bus",
    "STORE_TOPIC_ARN": "stores",
    "CUSTOMER_TOPIC_ARN": "customers",
    "STOCK_FEED_QUEUE_URL": "StockFeedQueue",
    "PARKED_QUEUE_URL": "parked",
    **NO_SENDERS,
    "OPTION_KEY_SECRET_ID": "option-key",
    "PICKUP_CODE_SECRET_ID": "pickup-code-key",
    "STAFF_PIN_SECRET_ID": "staff-pin-key",
    "STAFF_CLIENT_ID": STAFF_CLIENT,
}


@dataclass
class Stage:
    """One router, on one engine. ``client`` is the engine itself, where nothing goes wrong."""

    scheduler: Scheduler
    services: Services
    client: Any
    shelves: dict[tuple[str, str], list[tuple[int, int]]] = field(default_factory=dict)

    def watch(self, operation: str, request: Mapping[str, Any]) -> None:
        """After a write: its events are on the stream, and how much is available is remembered with the moment."""
        self.services.watch(operation, request)
        for action in request.get("TransactItems", ()):
            (body,) = action.values()
            if body["TableName"] == "Stock":
                key = body.get("Key") or {name: body["Item"][name] for name in ("sku", "location_id")}
                row = self.client.get_item(TableName="Stock", Key=key, ConsistentRead=True).get("Item")
                if row:
                    self.remember(row)

    def remember(self, row: Mapping[str, Any]) -> None:
        """How much was available from this call on."""
        shelf = (row["sku"]["S"], row["location_id"]["S"])
        self.shelves.setdefault(shelf, []).append((self.scheduler.calls, int(row["available"]["N"])))


@contextmanager
def on_stage(scheduler: Scheduler, client: Any, plan: Plan | None = None) -> Iterator[Stage]:
    """Everything that the router takes from its surroundings comes from the simulation while this lasts."""
    services = Services(scheduler)
    stage = Stage(scheduler, services, client)
    dynamodb = Wire("dynamodb", client, scheduler, watch=stage.watch, plan=plan)
    others = {
        name: Wire(name, services, scheduler, plan=plan)
        for name in ("sqs", "sns", "events", "secretsmanager")
    }
    tokens = iter(range(10**9))
    chance = SimpleNamespace(token_hex=lambda _size: f"{next(tokens):032x}")
    level = logger.log_level
    with pytest.MonkeyPatch.context() as patch:
        for name, value in VARIABLES.items():
            patch.setenv(name, value)
        patch.setattr(aws, "dynamodb", lambda: dynamodb)
        for name, wire in others.items():
            patch.setattr(aws, name, lambda wire=wire: wire)
        patch.setattr(aws, "time", SimpleNamespace(sleep=scheduler.sleep))
        patch.setattr(aws, "random", SimpleNamespace(uniform=scheduler.uniform))
        patch.setattr(clock_module.SystemClock, "now", lambda _self: scheduler.now())
        patch.setattr(catalog, "time", SimpleNamespace(monotonic=scheduler.monotonic))
        patch.setattr(catalog, "secrets", chance)
        patch.setattr(transaction, "secrets", chance)
        logger.setLevel(logging.CRITICAL)  # what goes wrong here is wanted
        bootstrap.reset(clients=False)
        try:
            yield stage
        finally:
            logger.setLevel(level)
            bootstrap.reset(clients=False)
