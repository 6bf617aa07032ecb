"""The audit among changes, with every reading in a test's hand: what moved is looked at again, and never accused."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pytest

from fulfillment.adapters.comparison import open_comparison
from fulfillment.application import reconcile
from fulfillment.application.ports import OrderRepository
from fulfillment.application.reconcile import Outcome, Reconcile
from fulfillment.application.reconcile_ports import TaskSeen, TaskUnreadable
from fulfillment.domain.errors import Busy
from fulfillment.domain.events import Event
from fulfillment.domain.order import Order
from fulfillment.domain.reconciliation import Correction, Difference, Kept
from fulfillment.domain.stock import StockMovement
from tests.support.world import FrozenClock

TEE, CAP = ("tee", "senayan"), ("cap", "senayan")
NOON = ("senayan#pickup", "2026-11-23T12")


def shelf(version: int, reserved: int, key: tuple[str, str] = TEE) -> Kept:
    return Kept(key, version, (9, reserved, 0, 0, 9 - reserved))


def a_task(name: str, tees: int = 1, **more: object) -> TaskSeen:
    return TaskSeen(f"{name}~1", name, "senayan", NOON, (("tee", tees),), **more)  # type: ignore[arg-type]


@dataclass
class ScriptedBooks:
    """Each reading of shelves, windows and tasks is the next of its script; the last stays."""

    shelf_readings: Sequence[Sequence[Kept]]
    task_readings: Sequence[Sequence[TaskSeen | TaskUnreadable]]
    window_readings: Sequence[Sequence[Kept]] = ((),)
    read: list[str] = field(default_factory=list)

    def _next(self, what: str, script: Sequence[Sequence[Kept]]) -> Iterator[Kept]:
        self.read.append(what)
        return iter(script[min(self.read.count(what), len(script)) - 1])

    def shelves(self) -> Iterator[Kept]:
        return self._next("shelves", self.shelf_readings)

    def windows(self) -> Iterator[Kept]:
        return self._next("windows", self.window_readings)

    def work(self) -> Iterator[TaskSeen | TaskUnreadable]:
        self.read.append("tasks")
        return iter(self.task_readings[min(self.read.count("tasks"), len(self.task_readings)) - 1])

    def correct_shelf(self, correction: Correction, movement: StockMovement, events: Sequence[Event]) -> None:
        raise Busy("busy", "others keep winning")

    def correct_window(self, correction: Correction, event: Event) -> None:
        raise Busy("busy", "others keep winning")


class BusyOrders:
    """Every order is in the middle of a write, for ever."""

    def load(self, order_id: str) -> Order | None:
        raise Busy("busy", order_id)


def audited(
    books: ScriptedBooks,
    clock: FrozenClock | None = None,
    wait: Callable[[], object] = lambda: None,
    *,
    repair: bool = False,
) -> tuple[list[tuple[Difference, str]], Outcome]:
    told: list[tuple[Difference, str]] = []
    orders: OrderRepository = BusyOrders()  # type: ignore[assignment]
    audit = Reconcile(books, open_comparison, orders, clock or FrozenClock(), wait)
    return told, audit(lambda found, repaired: told.append((found, repaired)), repair=repair)


def test_a_row_that_moved_is_judged_in_the_next_round_by_the_work_of_that_round() -> None:
    # Given an order that comes after the shelf was read, and a leak that was there all along
    books = ScriptedBooks(
        [[shelf(1, 2)], [shelf(2, 3)]], [[a_task("A-1"), a_task("A-2")], [a_task("A-1"), a_task("A-2")]]
    )

    # When
    told, outcome = audited(books)

    # Then
    assert [(found.key, found.causes, found.units) for found, _ in told] == [(TEE, ("leaked",), 2)]
    assert (outcome.rounds, outcome.unsettled) == (2, 0)


def test_an_order_that_comes_between_the_two_readings_is_no_difference() -> None:
    books = ScriptedBooks([[shelf(1, 1)], [shelf(2, 2)]], [[a_task("A-1"), a_task("A-2")]])

    assert audited(books)[0] == []


def test_a_row_that_never_stands_still_is_told_as_such_and_not_as_wrong() -> None:
    books = ScriptedBooks([[shelf(version, 7)] for version in range(1, 9)], [[a_task("A-1")]])

    told, outcome = audited(books)

    assert told == []
    assert (outcome.rounds, outcome.unsettled, outcome.moving) == (3, 1, [TEE])


def test_a_window_that_moved_is_looked_at_again_too() -> None:
    windows = [[Kept(NOON, 1, (1,))], [Kept(NOON, 2, (2,))]]
    books = ScriptedBooks([[shelf(1, 1)]], [[a_task("A-1")]], windows)

    told, outcome = audited(books)

    assert [(found.kind, found.causes, found.holders) for found, _ in told] == [
        ("window", ("leaked",), ("A-1~1",))
    ]
    assert outcome.rounds == 2


def test_what_is_being_written_may_land_before_work_is_read_and_before_rows_are_read_again() -> None:
    books = ScriptedBooks([[shelf(1, 1)]], [[a_task("A-1")]])

    audited(books, wait=lambda: books.read.append("wait"))

    assert books.read == ["shelves", "windows", "wait", "tasks", "wait", "shelves", "windows"]


def test_no_round_begins_that_might_not_end_in_time() -> None:
    # Given a reading of everything that takes four minutes each time, of a row that keeps moving
    clock = FrozenClock()
    books = ScriptedBooks([[shelf(version, 7)] for version in range(1, 9)], [[a_task("A-1")]])

    # When
    told, outcome = audited(books, clock, wait=lambda: clock.forward(minutes=2))

    # Then the second round is the last: the third would begin eight minutes after the first
    assert told == []
    assert (outcome.rounds, outcome.unsettled) == (2, 1)


def test_so_many_suspects_are_looked_at_one_by_one_and_the_others_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Given three orders that are over and hold units, and memory for two
    monkeypatch.setattr(reconcile, "MOST_SUSPECTS", 2)
    tasks = [a_task(f"A-{n}", order_ended=True) for n in range(3)]

    # When
    told, outcome = audited(ScriptedBooks([[shelf(1, 3)]], [tasks]))

    # Then
    assert [(found.key[0], found.causes) for found, _ in told] == [
        ("A-0", ("unreadable",)),
        ("A-1", ("unreadable",)),
    ]
    assert outcome.suspects_left == 1


def test_without_whoever_ends_orders_nobody_ends_them() -> None:
    books = ScriptedBooks([[shelf(1, 1)]], [[a_task("A-1", order_ended=True)]])

    assert [repaired for _, repaired in audited(books, repair=True)[0]] == ["by_hand"]


def test_a_repair_that_others_keep_winning_against_is_left_for_the_next_run() -> None:
    books = ScriptedBooks([[shelf(1, 3)]], [[a_task("A-1")]], [[Kept(NOON, 1, (2,))]])

    told, outcome = audited(books, repair=True)

    assert [(found.kind, repaired) for found, repaired in told] == [
        ("shelf", "changed"),
        ("window", "changed"),
    ]
    assert outcome.repaired == 0
