"""The audit on AWS's own engine: pages, segments and conditions are real, and so are the others who write meanwhile."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import count
from typing import Any

import pytest

from fulfillment import bootstrap
from fulfillment.adapters import aws
from fulfillment.adapters.dynamodb import audit
from fulfillment.application.reconcile import Outcome
from fulfillment.domain.reconciliation import Difference
from tests.support.builders import a_line, a_location, a_product, stock
from tests.support.ledger import check_ledger
from tests.support.many_orders import given_allocations
from tests.support.races import Job, cancel, confirm, place, race, refuse, warm
from tests.support.sabotage import change, lose
from tests.support.world import World

pytestmark = pytest.mark.engine

Figure = Callable[[str, Any], None]  # pytest's record_property
Told = list[tuple[Difference, str]]

STORES = 8


def audited(*, repair: bool = False) -> tuple[Told, Outcome]:
    told: Told = []
    whole = replace(bootstrap.reconcile(), expire=bootstrap.expire_reservations())
    outcome = whole(lambda found, repaired: told.append((found, repaired)), repair=repair)
    return told, outcome


def causes_of(told: Told) -> Counter[str]:
    return Counter(f"{found.kind} {' '.join(found.causes)}" for found, _ in told)


def plant_ninety_on_shelves(held: int) -> None:
    """Sixteen shelves of each of five kinds, on which so many units are promised, and ten that are gone."""
    plants: tuple[dict[str, int], ...] = (
        {"reserved": held + 3, "available": 997 - held},
        {"reserved": held - 1, "available": 1_001 - held},
        {"available": 1_005 - held},
        {"missing": 1},
        {"reserved": held + 1},
    )
    shelves = [(f"sku-{n % 50:02d}", f"store-{n // 50:02d}") for n in range(0, STORES * 50, 4)]
    for n, (sku, store) in enumerate(shelves[:80]):
        change("Stock", {"sku": sku, "location_id": store}, **plants[n % len(plants)])
    for sku, store in shelves[80:90]:
        lose("Stock", {"sku": sku, "location_id": store})


@pytest.mark.parametrize("copies", [12, pytest.param(50, marks=pytest.mark.soak)])
def test_a_hundred_faults_among_thousands_of_allocations_are_found_repaired_and_gone(
    engine_world: World, monkeypatch: pytest.MonkeyPatch, record_property: Figure, copies: int
) -> None:
    # Given some thousand allocations, and four unpaid orders whose time is over
    monkeypatch.setattr(audit, "LANDING_SECONDS", 0)
    allocations = given_allocations(engine_world, STORES, copies)
    for n in range(4):
        place(f"UNPAID-{n}", a_line("sku-01", 1), location_id=f"store-{n:02d}", payment="pending")
    assert audited()[0] == []
    engine_world.clock.forward(minutes=20)

    # And ninety shelves and six windows that are wrong
    plant_ninety_on_shelves(2 * copies)
    windows = [row for row in engine_world.rows("Capacity") if "#pickup" in row["location_method"]["S"]]
    for n, row in enumerate(windows[:6]):
        key = {name: row[name]["S"] for name in ("location_method", "window")}
        change("Capacity", key, used=int(row["used"]["N"]) + (1 if n % 2 else -1))

    # When
    begun = time.monotonic()
    told, outcome = audited()
    seconds = time.monotonic() - begun

    # Then exactly these hundred are found
    assert causes_of(told) == {
        "shelf leaked": 16,
        "shelf unbacked": 16,
        "shelf wrong_available": 16,
        "shelf impossible_parts": 16,
        "shelf leaked wrong_available": 16,
        "shelf row_missing": 10,
        "window leaked": 3,
        "window unbacked": 3,
        "order overdue": 4,
    }
    assert (outcome.differences, outcome.rounds) == (100, 1)

    # And repaired, and gone, by this audit and by the tests' own
    repaired = audited(repair=True)[1]
    assert (repaired.differences, repaired.repaired) == (100, 100)
    assert audited()[0] == []
    check_ledger(aws.dynamodb())
    record_property(
        "figure",
        f"reconcile on DynamoDB Local: {allocations:,} allocations in {outcome.tasks} tasks, "
        f"{outcome.differences} of 100 planted differences found in {seconds:.1f} s, repaired, then 0",
    )


def test_reading_in_pages_and_segments_misses_no_row(
    engine_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given pages of seven rows
    monkeypatch.setattr(audit, "LANDING_SECONDS", 0)
    given_allocations(engine_world, 2, 12)
    books = bootstrap.reconcile().books
    short = audit.DynamoDBBooks(_PagesOfSeven(aws.dynamodb()), books.tables, segments=3)  # type: ignore[attr-defined,arg-type]

    # Then everything is told once
    assert len(list(short.shelves())) == 100
    assert sorted(task.task for task in short.work()) == sorted(task.task for task in books.work())
    assert len({task.task for task in short.work()}) == 24


class _PagesOfSeven:
    def __init__(self, client: Any) -> None:
        self._client = client

    def scan(self, **request: Any) -> Any:
        return self._client.scan(Limit=7, **request)


def test_while_others_write_nothing_is_told_that_is_not_so(
    engine_world: World, monkeypatch: pytest.MonkeyPatch, record_property: Figure
) -> None:
    # Given four stores with six SKUs, and two shelves that nobody touches, one of them wrong
    monkeypatch.setattr(audit, "LANDING_SECONDS", 0.05)
    skus, stores = [f"sku-{n}" for n in range(6)], [f"store-{n}" for n in range(4)]
    engine_world.given([a_product(sku) for sku in (*skus, "quiet", "wrong")])
    engine_world.given([a_location(name) for name in stores])
    engine_world.given([stock(name, **dict.fromkeys(skus, 500)) for name in stores])
    engine_world.given(stock("store-0", quiet=5, wrong=5))
    place("QUIET-1", a_line("quiet"), a_line("wrong", 1, "2"), location_id="store-0")
    change("Stock", {"sku": "wrong", "location_id": "store-0"}, reserved=2, available=3)
    warm()

    # When audits run while six threads order, pay, cancel and refuse
    with writers(6, partial(_an_orders_life, skus, stores)) as orders:
        audits = [audited() for _ in range(5)]

    # Then each tells the one fault that there is, and no other
    assert [[(found.key, found.causes) for found, _ in told] for told, _ in audits] == [
        [(("wrong", "store-0"), ("leaked",))]
    ] * 5
    # And there was much that could have been told wrongly
    outcomes = [outcome for _, outcome in audits]
    assert max(outcome.rounds for outcome in outcomes) > 1
    record_property(
        "figure",
        f"reconcile among writers: {next(orders)} orders meanwhile, rounds {[o.rounds for o in outcomes]}, "
        f"unsettled {[o.unsettled for o in outcomes]}, false differences 0",
    )


def _an_orders_life(skus: list[str], stores: list[str], number: int) -> None:
    """Placed for two SKUs; then paid, let go or refused, or left as it is."""
    name, store = f"A-{number}", stores[number % len(stores)]
    lines = [a_line(skus[number % 6], 1, "1"), a_line(skus[(number * 5 + 1) % 6], 2, "2")]
    unpaid = number % 3 == 0
    place(name, *lines, location_id=store, payment="pending" if unpaid else "captured")
    after: list[Job] = [
        partial(confirm, name) if unpaid else partial(refuse, f"{name}~1", store),
        partial(cancel, name),
        lambda: None,
    ]
    after[number % 7 % 3]()


@contextmanager
def writers(threads: int, one: Callable[[int], None]) -> Iterator[Iterator[int]]:
    """Others who write, until the end; gives the numbers of what they did, the next of which is how many it was."""
    numbers, over = count(1), threading.Event()

    def until_over() -> None:
        while not over.is_set():
            one(next(numbers))

    meanwhile = threading.Thread(target=lambda: race([until_over] * threads, threads))
    meanwhile.start()
    try:
        yield numbers
    finally:
        over.set()
        meanwhile.join()
