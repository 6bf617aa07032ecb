"""Books of any size at the port, made up row by row: what is right about them is known without reading them.

``python -m tests.support.large_books 1000000`` runs the audit on so many allocations in a process of its own, and
prints as JSON what it found, how long it took, and the most memory the process ever had.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fulfillment.adapters.comparison import open_comparison
from fulfillment.application.ports import OrderRepository, StockKey
from fulfillment.application.reconcile import Outcome, Reconcile, Repaired
from fulfillment.application.reconcile_ports import Comparison, TaskSeen, TaskUnreadable
from fulfillment.domain.events import Event
from fulfillment.domain.order import Order
from fulfillment.domain.reconciliation import Correction, Difference, Kept, Key
from fulfillment.domain.stock import StockMovement
from tests.support.world import FrozenClock

PER_SHELF = 4  # allocations that point at each shelf
SKUS_PER_TASK = 2
STRIDE = 7_919  # a prime: neighbouring allocations point at shelves far apart, as orders do
WINDOWS = 5_000  # a hundred stores, fifty hours
RESTLESS = 50  # shelves that change between any two readings
ON_HAND = 1_000
PLANTS = ("leaked", "unbacked", "wrong_available", "impossible_parts", "row_missing")


@dataclass
class LargeBooks:
    """``allocations`` over a quarter as many shelves, of which ``planted`` are wrong, in turn each in its own way."""

    allocations: int
    planted: int = 100
    readings: int = 0
    shelf_count: int = field(init=False)
    every: int = field(init=False)

    def __post_init__(self) -> None:
        self.shelf_count = self.allocations // PER_SHELF
        assert self.shelf_count % STRIDE, "each allocation would point at the same shelves"
        self.every = self.shelf_count // self.planted

    def shelf_key(self, shelf: int) -> StockKey:
        """Some thousand SKUs in a hundred stores."""
        return f"SKU-{shelf // 100:07d}-M", f"store-{shelf % 100:05d}"

    def plant(self, shelf: int) -> str | None:
        """What is wrong with this shelf."""
        turn, rest = divmod(shelf, self.every)
        return PLANTS[turn % len(PLANTS)] if rest == 7 and turn < self.planted else None

    def shelves(self) -> Iterator[Kept]:
        """Every shelf, with what its allocations come to, and what was planted."""
        self.readings += 1
        inverse = pow(STRIDE, -1, self.shelf_count)
        for shelf in range(self.shelf_count):
            first = shelf * inverse % self.shelf_count
            reserved = sum(_quantity(first + n * self.shelf_count) for n in range(PER_SHELF))
            numbers = [ON_HAND, reserved, 3, 1, ON_HAND - reserved - 3]
            match self.plant(shelf):
                case "leaked":
                    numbers[1], numbers[4] = numbers[1] + 2, numbers[4] - 2
                case "unbacked":
                    numbers[1], numbers[4] = numbers[1] - 1, numbers[4] + 1
                case "wrong_available":
                    numbers[4] += 5
                case "impossible_parts":
                    numbers[3] = 4
                case "row_missing":
                    continue
            restless = shelf % self.every == 8 and shelf // self.every < RESTLESS
            yield Kept(self.shelf_key(shelf), self.readings if restless else 1, tuple(numbers))

    def windows(self) -> Iterator[Kept]:
        """As many places taken as there are tasks."""
        tasks = self.allocations // SKUS_PER_TASK
        for window in range(WINDOWS):
            used = len(range(window, tasks, WINDOWS))
            yield Kept(_window_key(window), 1, (used,))

    def work(self) -> Iterator[TaskSeen | TaskUnreadable]:
        """Every task, with its allocations."""
        for number in range(self.allocations // SKUS_PER_TASK):
            mine = range(number * SKUS_PER_TASK, (number + 1) * SKUS_PER_TASK)
            by_store: dict[str, list[tuple[str, int]]] = {}
            for allocation in mine:
                sku, store = self.shelf_key(allocation * STRIDE % self.shelf_count)
                by_store.setdefault(store, []).append((sku, _quantity(allocation)))
            window = _window_key(number % WINDOWS)
            for part, (store, units) in enumerate(by_store.items(), 1):
                name = f"ORDER-{number:08d}"
                counted = window if part == 1 else ("elsewhere#pickup", "2026-11-23T10")
                yield TaskSeen(f"{name}~{part}", name, store, counted, tuple(units))

    def correct_shelf(self, correction: Correction, movement: StockMovement, events: Sequence[Event]) -> None:
        raise AssertionError("nothing is repaired here")

    def correct_window(self, correction: Correction, event: Event) -> None:
        raise AssertionError("nothing is repaired here")


def _quantity(allocation: int) -> int:
    return 1 + allocation % 3


def _window_key(window: int) -> Key:
    return f"store-{window // 50:05d}#pickup", f"2026-11-{23 + window % 50 // 24:02d}T{window % 24:02d}"


@dataclass
class Found:
    """Counts causes as they are told; ``file_mb`` is what the comparisons took of the disk at their end."""

    causes: Counter[tuple[str, ...]] = field(default_factory=Counter)
    file_mb: int = 0

    def __call__(self, found: Difference, repaired: Repaired) -> None:
        self.causes[found.causes] += 1


class NoOrders:
    """Nothing is suspected of these books' orders, so none is ever asked for."""

    def load(self, order_id: str) -> Order | None:
        raise AssertionError(order_id)


def audited(books: LargeBooks) -> tuple[Outcome, Found]:
    """The audit of these books, on the real store."""
    found = Found()
    orders: OrderRepository = NoOrders()  # type: ignore[assignment]

    @contextmanager
    def measured() -> Iterator[Comparison]:
        with open_comparison() as comparison:
            yield comparison
            found.file_mb += comparison.path.stat().st_size // 2**20

    audit = Reconcile(books, measured, orders, FrozenClock(), lambda: None)
    return audit(found), found


def main(allocations: int) -> None:
    started = time.monotonic()
    outcome, found = audited(LargeBooks(allocations))
    print(
        json.dumps(
            {
                "tasks": outcome.tasks,
                "shelves": outcome.shelves,
                "windows": outcome.windows,
                "rounds": outcome.rounds,
                "differences": outcome.differences,
                "unsettled": outcome.unsettled,
                "causes": {" ".join(causes): times for causes, times in sorted(found.causes.items())},
                "seconds": round(time.monotonic() - started, 1),
                "file_mb": found.file_mb,
                "peak_mb": _peak_mb(),
            }
        )
    )


def _peak_mb() -> int:
    """Of this process alone: on Linux ``ru_maxrss`` still knows how large the process was that started it."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 2**20  # macOS says bytes
    (peak,) = (line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(peak) // 1024


if __name__ == "__main__":
    main(int(sys.argv[1]))
