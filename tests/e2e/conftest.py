"""One deployed stack for all end-to-end tests: what `make run` brings up, IAM enforced, with the sample chain in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from tests.e2e.kiosks import open_kiosks
from tests.e2e.running import Running, up
from tests.e2e.wishes import LAST_BATIK, batiks_left
from tests.local.calls import checkout
from tests.local.emulator import free_port
from tests.local.environment import running_stack
from tests.local.inbox import Inbox
from tests.local.stack import Stack
from tests.local.stories import new_id, order
from tests.support.moto_world import Kept


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Who ends what all others play on comes last."""
    items.sort(key=lambda item: item.get_closest_marker("last") is not None)


@pytest.fixture(scope="session")
def running(kept_world: Kept, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """`make run`; gone with all its processes when the tests end."""
    kept_world.close()
    with up(tmp_path_factory.mktemp("make_run") / "run.log", free_port()) as running:
        yield running


@pytest.fixture(scope="session")
def stack(running: Running) -> Stack:
    """What it has deployed."""
    deployed = running_stack(running.port)
    open_kiosks(deployed)
    return deployed


@pytest.fixture(scope="session")
def inbox(stack: Stack) -> Inbox:
    """What stores and customers were told."""
    return Inbox(stack)


@pytest.fixture(scope="session", autouse=True)
def unpaid(stack: Stack) -> str:
    """An order for the last batik, reserved for half a minute: placed before all tests, which need not wait then."""
    pay_by = (datetime.now(UTC) + timedelta(seconds=30)).isoformat()
    lines = [{"line_id": "1", "sku": LAST_BATIK, "quantity": 1}]
    payment = {"state": "pending", "kind": "virtual_account", "pay_by": pay_by}
    body = order(new_id("E"), lines, "pickup", location_id="blok-m", payment=payment)
    checkout(stack).post("/v1/orders", body, key=uuid4().hex).expect(201)
    assert batiks_left(stack) == 0
    return str(body["order_id"])
