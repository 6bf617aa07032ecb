"""Many callers at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import sleep
from uuid import uuid4

from tests.local.calls import Answer, checkout
from tests.local.stack import Stack
from tests.local.stories import new_id, order

WARM_UP_ROUNDS = 6
BUSY_TRIES = 5


def at_once(calls: int, call: Callable[[int], Answer]) -> list[Answer]:
    """Make the calls from as many threads, all let go together; answers in the order of their numbers."""
    gate = Barrier(calls)

    def one(number: int) -> Answer:
        gate.wait(timeout=60)
        return call(number)

    with ThreadPoolExecutor(calls) as pool:
        return list(pool.map(one, range(calls)))


def warm_up(stack: Stack, calls: int) -> None:
    """Start as many workers of the orders function as a race will need, and let each take the whole way once: cold
    starts would make the race a queue. The order asked for is of a SKU that is nowhere."""
    shop = checkout(stack)
    lines = [{"line_id": "1", "sku": "RAINCOAT-YELLOW-M", "quantity": 1}]
    bodies = [order(new_id("W"), lines, "pickup", location_id="senayan") for _ in range(calls)]
    for _ in range(WARM_UP_ROUNDS):
        answers = at_once(calls, lambda n: shop.post("/v1/orders", bodies[n], key=uuid4().hex))
        if all(answer.status == 409 for answer in answers):
            return
    raise AssertionError(f"not warm after {WARM_UP_ROUNDS} rounds: {[a.status for a in answers]}")


def insist(call: Callable[[], Answer]) -> Answer:
    """Make the call again while the answer is "busy, send the same request again", as its callers should."""
    for _ in range(BUSY_TRIES):
        answer = call()
        if answer.status != 503:
            return answer
        sleep(1)  # what Retry-After says
    return answer
