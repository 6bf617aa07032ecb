"""`make bench`: decisions, candidate search, what an order costs, latencies of the deployed API, cold starts.

It judges nothing. These machines are noisy: read the ratios, which are taken in one run, rather than the milliseconds.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from uuid import uuid4

from tests.benchmarks import decision, units
from tests.benchmarks.candidate_search import candidate_search, show
from tests.benchmarks.cold_start import cold_starts
from tests.local.build import build
from tests.local.calls import Caller, anyone, checkout
from tests.local.chain import load_chain, location_ids
from tests.local.environment import local_stack
from tests.local.stack import Stack
from tests.local.stories import SHIP_TO, ask, new_id, order

CALLS = 100
WARM_UP = 10
LINES = [
    {"line_id": "1", "sku": "TOTE-CREAM", "quantity": 1},
    {"line_id": "2", "sku": "TEE-RED-M", "quantity": 1},
]


def main() -> None:
    """All benchmarks, each in a table of its own."""
    decision.show(decision.decisions())
    show(candidate_search())
    units.show(units.units())
    template = build()
    with local_stack(location_ids(), template) as stack:
        load_chain(stack)
        _latencies(stack)
        print(
            "\nCold start, fresh process, nothing but the built function and layer on the path (median of 5)"
        )
        print(f"  {'function':<12}{'import ms':>12}{'first call ms':>16}{'of a bare python':>18}")
        for row in cold_starts(stack, template.parent, ("options", "orders", "tasks")):
            print(f"  {row.function:<12}{row.import_ms:>12.0f}{row.first_call_ms:>16.0f}{row.ratio:>17.1f}x")


def _latencies(stack: Stack) -> None:
    shop = checkout(stack)
    floor = _timed(lambda: anyone(stack).get("/v1/openapi.json").expect(200))
    rows = {
        "GET /v1/openapi.json (no table read)": floor,
        "POST /v1/options, 2 lines, both methods": _timed(lambda: _options(shop)),
        "POST /v1/orders, 2 lines, delivery": _timed(lambda: _order(shop)),
    }
    print(f"\nWarm calls over HTTP, one at a time, {CALLS} of each")
    print(f"  {'call':<44}{'p50 ms':>9}{'p95 ms':>9}{'to the first':>14}")
    for name, times in rows.items():
        ratio = _percentile(times, 50) / _percentile(floor, 50)
        print(f"  {name:<44}{_percentile(times, 50):>9.1f}{_percentile(times, 95):>9.1f}{ratio:>13.1f}x")


def _options(shop: Caller) -> None:
    shop.post("/v1/options", ask(LINES, ["pickup", "delivery"])).expect(200)


def _order(shop: Caller) -> None:
    shop.post("/v1/orders", order(new_id("B"), LINES, "delivery", ship_to=SHIP_TO), key=uuid4().hex).expect(
        201
    )


def _timed(call: Callable[[], object]) -> list[float]:
    for _ in range(WARM_UP):
        call()
    times = []
    for _ in range(CALLS):
        started = time.perf_counter()
        call()
        times.append((time.perf_counter() - started) * 1000)
    return times


def _percentile(times: Sequence[float], percent: int) -> float:
    return statistics.quantiles(times, n=100, method="inclusive")[percent - 1]


if __name__ == "__main__":
    main()
