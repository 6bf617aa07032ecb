"""Everything at once on ten hot rows, on AWS's own engine: no unit is sold twice, none leaks, and none is lost.

Held against each other by the ledger's checker: reserved units and open allocations, on hand and all that moved since
the last count, windows and tasks, unpaid units and reservations, events and steps.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fulfillment import bootstrap
from fulfillment.adapters import aws
from fulfillment.adapters import clock as clock_module
from fulfillment.adapters.dynamodb import catalog
from tests.support.dynamodb_local import Engine
from tests.support.ledger import check_ledger
from tests.support.races import race, warm
from tests.support.storm import FastClock, Storm, opened, shops
from tests.support.template import ROOT
from tests.support.world import World

pytestmark = pytest.mark.engine

Figure = Callable[[str, Any], None]  # pytest's record_property

WORKERS = 16
COMMANDS = [
    pytest.param(500, id="five hundred"),
    pytest.param(20_000, id="twenty thousand", marks=pytest.mark.soak),
]
PROCESSES, EACH, SECONDS, THREADS = 4, 2_500, 60, 4
# What callers may hear: it was done, it was done before, there is nothing to do, or no and why.
SAID = {
    *(200, 201, None, "nothing_to_do", "rerouted", "asked", "unfillable"),
    *("applied", "older", "done_before", "ours"),
    *("out_of_stock", "capacity_full", "too_many_unpaid", "no_stock", "unknown_order", "paid_but_gone"),
    *("wrong_state", "on_hold", "order_ended", "already_handed_over", "amount_required", "code_locked"),
    *("contradicting_count", "contradicting_movement", "waiting_for_customer", "busy", "no_reply"),
}


@pytest.fixture
def clock_of_the_storm(engine_world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[FastClock]:
    """Shops that are open day and night, and a clock that runs fast."""
    engine_world.given(shops())
    fast = FastClock()
    monkeypatch.setattr(clock_module.SystemClock, "now", lambda self: fast.now())
    monkeypatch.setattr(catalog, "time", time)
    return fast


@pytest.mark.parametrize("commands", COMMANDS)
def test_sixteen_workers_on_ten_hot_rows_leave_a_ledger_that_adds_up(
    engine_world: World, clock_of_the_storm: FastClock, record_property: Figure, commands: int
) -> None:
    # When customers, payments, staff, tills and sweeps all come at once
    warm()
    begun = time.monotonic()
    storm = race(Storm("A", 1, clock_of_the_storm).jobs(commands), WORKERS)
    per_second = commands / (time.monotonic() - begun)
    said = storm.count()
    record_property(
        "figure",
        f"storm of {commands:,} commands by {WORKERS} workers on 10 rows: {per_second:.0f} a second, "
        f"p99 {storm.percentile(0.99):.0f} ms, {dict(said.most_common())}",
    )

    # Then nobody heard anything but an answer
    assert said.keys() <= SAID
    assert said["busy"] <= commands // 100

    # And nothing is oversold, leaked or lost, now and when everything unpaid is over
    _adds_up()
    clock_of_the_storm.begun -= 3600
    bootstrap.expire_reservations().sweep()
    assert _adds_up()["reserved"] == 0


@pytest.mark.soak
def test_four_processes_leave_a_ledger_that_adds_up(
    engine_world: World, clock_of_the_storm: FastClock, engine: Engine, record_property: Figure
) -> None:
    # When four processes do so, each with four workers, for a minute
    database = aws.dynamodb()._request_signer._credentials.access_key  # type: ignore[attr-defined]
    names = [f"P{number}" for number in range(PROCESSES)]
    begun = str(clock_of_the_storm.begun)
    running = [
        subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.support.storm_process", engine.url, database, name),
                *(",".join(n for n in names if n != name), str(number), begun),
                *(str(EACH), str(SECONDS), str(THREADS)),
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number, name in enumerate(names)
    ]
    told = [json.loads(process.communicate(timeout=5 * SECONDS)[0].splitlines()[-1]) for process in running]
    done = sum(one["done"] for one in told)
    said = sum((Counter(one["outcomes"]) for one in told), Counter[str]())
    record_property(
        "figure",
        f"storm by {PROCESSES} processes of {THREADS} workers: {done:,} commands in at most {SECONDS} s, "
        f"p99 {max(one['p99_ms'] for one in told):.0f} ms, {dict(said.most_common())}",
    )

    # Then nobody heard anything but an answer, and the ledger adds up
    assert said.keys() <= {str(word) for word in SAID}
    assert done > PROCESSES * 100
    _adds_up()


def _adds_up() -> Counter[str]:
    """How many orders are in which state, if nothing is wrong."""
    ledger = check_ledger(aws.dynamodb(), opened())
    return Counter(order.status for order in ledger.orders.values())
