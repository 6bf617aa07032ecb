"""A port that accepts and never answers: a handler gives up in time and says so.

That the function's own time-out is longer is a test of the template.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import boto3
import pytest

from fulfillment import bootstrap
from fulfillment.adapters import aws
from tests.support import aws_world
from tests.support.builders import order_body
from tests.support.functions import CONTEXT, api_event, handler
from tests.support.world import World

# Its eight seconds are waited for: not in plain `pytest`.
pytestmark = pytest.mark.engine

GIVES_UP_SECONDS = 10  # three attempts of two seconds, and the pauses between


@pytest.fixture
def black_hole(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """DynamoDB is a port of this machine that takes connections and says nothing."""
    with closing(socket.create_server(("127.0.0.1", 0), backlog=50)) as server:
        client = boto3.client(
            "dynamodb",
            endpoint_url=f"http://127.0.0.1:{server.getsockname()[1]}",
            region_name=aws_world.REGION,
            config=aws.CONFIG,
        )
        monkeypatch.setattr(aws, "dynamodb", lambda: client)
        bootstrap.reset(clients=False)
        yield
        bootstrap.reset(clients=False)


def test_a_handler_gives_up_on_a_port_that_never_answers(
    world: World, black_hole: None, record_property: Callable[[str, Any], None]
) -> None:
    # When an order is placed
    event = api_event("POST", "/v1/orders", body=order_body(), headers={"Idempotency-Key": "one"})
    begun = time.monotonic()
    answer = handler("orders")(event, CONTEXT)
    seconds = time.monotonic() - begun
    record_property("figure", f"a black hole in DynamoDB's place: given up after {seconds:.1f} s")

    # Then the caller hears in time that it may try again
    assert answer["statusCode"] == 503
    assert "Retry-After" in answer["headers"]
    assert seconds < GIVES_UP_SECONDS
