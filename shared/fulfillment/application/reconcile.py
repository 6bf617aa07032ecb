"""The audit: what stock rows and windows count, against all the work there is. Repairs on request.

Nothing stops while it reads. Every change of what open work holds changes the version of the row that counts it, in the
same transaction; so a row whose version was the same before all work was read and after it can be held against that
work, and only such a row is. Those that moved are looked at again, against another reading of all work.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import islice
from typing import Literal, TypeVar

from fulfillment.application.expire_reservations import ExpireReservations
from fulfillment.application.ports import Clock, OrderRepository, Stale
from fulfillment.application.reconcile_ports import (
    Books,
    Claim,
    Comparison,
    OpenComparison,
    TaskSeen,
    TaskUnreadable,
    UnpaidSeen,
)
from fulfillment.domain.errors import Busy, Refusal
from fulfillment.domain.events import Event
from fulfillment.domain.reconciliation import (
    OVERDUE_BY,
    Cause,
    Difference,
    Key,
    order_cause,
    shelf_correction,
    shelf_difference,
    window_correction,
    window_difference,
)
from fulfillment.domain.stock import StockMovement

T = TypeVar("T")

MOST_ROUNDS = (
    3  # each reads all work again; what still moves then is sold by the second, and better left to tomorrow
)
ROUND_BEGINS_WITHIN = timedelta(
    minutes=6
)  # of the function's fifteen: a round that begins later might not end
BATCH = 5_000  # tasks held in memory
MOST_SUSPECTS = (
    1_000  # orders looked at one by one; more of them are one trouble, and are told by their number
)
HOLDERS_TOLD = 5  # tasks named with a difference
MOVING_TOLD = 10  # rows named that never stood still

Repaired = Literal[
    "no", "yes", "changed", "by_hand"
]  # changed: the row moved since, the next run sees it again
Tell = Callable[[Difference, Repaired], object]
Progress = Callable[[str, int], object]  # what is being read, and how many more of it


@dataclass
class Outcome:
    """What an audit came to. ``unsettled`` rows moved in every round: nothing is said of them."""

    shelves: int = 0
    windows: int = 0
    tasks: int = 0
    rounds: int = 0
    differences: int = 0
    repaired: int = 0
    unsettled: int = 0
    moving: list[Key] = field(default_factory=list)
    causes: Counter[Cause] = field(default_factory=Counter)
    suspects_left: int = 0


@dataclass(frozen=True)
class Reconcile:
    """Reads everything and changes nothing, unless told to repair.

    ``let_writes_land`` waits until what is being written is written: a transaction's rows appear one after the other,
    within milliseconds. ``expire`` is for repairs.
    """

    books: Books
    comparison: OpenComparison
    orders: OrderRepository
    clock: Clock
    let_writes_land: Callable[[], object]
    expire: ExpireReservations | None = None

    def __call__(
        self, tell: Tell, *, repair: bool = False, progress: Progress = lambda _what, _more: None
    ) -> Outcome:
        """Every difference is told once, with what became of it. Reading trouble passes through."""
        with self.comparison() as shelves, self.comparison() as windows:
            return _Run(self, shelves, windows, tell, repair, progress).run()


@dataclass
class _Run:
    audit: Reconcile
    shelves: Comparison
    windows: Comparison
    tell: Tell
    repair: bool
    progress: Progress
    outcome: Outcome = field(default_factory=Outcome)
    all_readable: bool = True
    suspects: dict[str, str | None] = field(default_factory=dict)  # by order, the task that cannot be read

    def run(self) -> Outcome:
        books, started = self.audit.books, self.audit.clock.now()
        self.shelves.before(self._counted("shelves", books.shelves()))
        self.windows.before(self._counted("windows", books.windows()))
        moving = 1
        while moving and self.outcome.rounds < MOST_ROUNDS:
            if self.audit.clock.now() - started > ROUND_BEGINS_WITHIN:
                break
            first = self.outcome.rounds == 0
            self.outcome.rounds += 1
            self.audit.let_writes_land()
            self._read_work(first=first)
            self.audit.let_writes_land()
            self.shelves.after(books.shelves())
            self.windows.after(books.windows())
            self._compare()
            moving = self.shelves.again() + self.windows.again()
        self.outcome.unsettled = moving
        for comparison in (self.shelves, self.windows):
            self.outcome.moving += islice(comparison.moving(), MOVING_TOLD)
        self._look_at_orders()
        return self.outcome

    def _counted(self, what: Literal["shelves", "windows"], rows: Iterator[T]) -> Iterator[T]:
        for batch in _batches(rows):
            setattr(self.outcome, what, getattr(self.outcome, what) + len(batch))
            self.progress(what, len(batch))
            yield from batch

    def _read_work(self, *, first: bool) -> None:
        overdue = self.audit.clock.now() - OVERDUE_BY
        tasks = self.outcome.suspects_left = 0
        for batch in _batches(self.audit.books.work()):
            readable = [task for task in batch if isinstance(task, TaskSeen)]
            for task in batch:
                if isinstance(task, TaskUnreadable):
                    self._suspect(task.order_id, task.task)
                elif (
                    isinstance(task, TaskSeen)
                    and task.units
                    and (task.order_ended or (task.due_at and task.due_at < overdue))
                ):
                    self._suspect(task.order_id, None)
            self.shelves.claim(
                (Claim((sku, t.location_id), t.task, n) for t in readable for sku, n in t.units),
                unknown_too=first,
            )
            places = [Claim(task.window, task.task, 1) for task in readable]
            unpaid = [Claim(o.key, o.order_id, o.units) for o in batch if isinstance(o, UnpaidSeen)]
            self.windows.claim([*places, *unpaid], unknown_too=False)
            tasks += len(readable)
            self.progress("tasks", len(batch))
        self.outcome.tasks = tasks

    def _suspect(self, order_id: str, unreadable: str | None) -> None:
        if order_id in self.suspects or len(self.suspects) < MOST_SUSPECTS:
            self.suspects[order_id] = unreadable or self.suspects.get(order_id)
        else:
            self.outcome.suspects_left += 1
        self.all_readable = self.all_readable and unreadable is None

    def _compare(self) -> None:
        for seen in self.shelves.settled():
            if found := shelf_difference(seen):
                self._told(self._with_holders(found, self.shelves), self._repair_shelf)
        for seen in self.windows.settled():
            if found := window_difference(seen):
                self._told(self._with_holders(found, self.windows), self._repair_window)

    def _with_holders(self, found: Difference, comparison: Comparison) -> Difference:
        return replace(found, holders=tuple(comparison.holders(found.key, HOLDERS_TOLD)))

    def _told(self, found: Difference, put_right: Callable[[Difference], Repaired]) -> None:
        repaired = put_right(found) if self.repair else "no"
        self.outcome.differences += 1
        self.outcome.repaired += repaired == "yes"
        self.outcome.causes.update(found.causes)
        self.tell(found, repaired)

    def _repair_shelf(self, found: Difference) -> Repaired:
        correction = shelf_correction(found)
        if correction is None or self._may_hold_more(found):
            return "by_hand"
        now = self.audit.clock.now()
        sku, location_id = found.key
        version = found.row.version if found.row else 0
        movement = StockMovement(
            movement_id=f"reconcile.{version}",
            sku=sku,
            location_id=location_id,
            kind="correction",
            at=now,
            blocked_change=correction.blocked,
            reserved_change=correction.reserved,
            reason=",".join(found.causes),
        )
        aggregate = f"STOCK#{location_id}#{sku}"
        at = f"{movement.movement_id}.{int(now.timestamp() * 1000)}"
        detail = {"sku": sku, "location_id": location_id, "causes": list(found.causes), **correction.detail()}
        events = [Event(f"{aggregate}.{at}", "StockCorrected", now, aggregate, detail)]
        left = correction.leaves_available
        if left < 0 and (correction.available < 0 or found.row is None):
            short = {"sku": sku, "location_id": location_id, "missing": -left}
            events.append(Event(f"{aggregate}.{at}.short", "StockShortfall", now, aggregate, short))
        try:
            self.audit.books.correct_shelf(correction, movement, events)
        except (Stale, Busy):
            return "changed"
        return "yes"

    def _may_hold_more(self, found: Difference) -> bool:
        """Whether a task that nobody can read may be what the surplus is for: it must not be given back then."""
        return not self.all_readable and "leaked" in found.causes

    def _repair_window(self, found: Difference) -> Repaired:
        correction = window_correction(found)
        if correction is None or self._may_hold_more(found):
            return "by_hand"
        assert correction.before is not None  # a window that is not there is no difference
        now = self.audit.clock.now()
        aggregate = f"CAPACITY#{'#'.join(found.key)}"
        at = f"reconcile.{correction.before.version}.{int(now.timestamp() * 1000)}"
        detail = {"window": found.key[1], "causes": list(found.causes), **correction.detail()}
        try:
            event = Event(f"{aggregate}.{at}", "CapacityCorrected", now, aggregate, detail)
            self.audit.books.correct_window(correction, event)
        except (Stale, Busy):
            return "changed"
        return "yes"

    def _look_at_orders(self) -> None:
        """What was suspected in passing, read again as a whole."""
        for order_id, task in sorted(self.suspects.items()):
            if cause := "unreadable" if task else self._cause(order_id):
                found = Difference("order", (order_id, ""), (cause,), holders=(task,) if task else ())
                self._told(found, self._repair_order)

    def _cause(self, order_id: str) -> Cause | None:
        try:
            order = self.audit.orders.load(order_id)
        except (Busy, ValueError, KeyError):
            return "unreadable"  # its rows contradict each other, or are not ours
        overdue = self.audit.clock.now() - OVERDUE_BY
        return order_cause(order, order.is_overdue(overdue)) if order else "unreadable"

    def _repair_order(self, found: Difference) -> Repaired:
        """A reservation that is over is ended as the sweep would; anything else wants a person."""
        if found.causes != ("overdue",) or self.audit.expire is None:
            return "by_hand"
        try:
            self.audit.expire.one(found.key[0])
        except Refusal:
            return "changed"
        return "yes"


def _batches(rows: Iterator[T]) -> Iterator[list[T]]:
    while batch := list(islice(rows, BATCH)):
        yield batch
