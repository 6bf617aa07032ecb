"""What the audit needs of the world: everything in passing and nothing at once, and a place to compare it in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from fulfillment.domain.events import Event
from fulfillment.domain.reconciliation import Compared, Correction, Kept, Key
from fulfillment.domain.stock import StockMovement


@dataclass(frozen=True)
class TaskSeen:
    """A task that holds units or a place, in passing. ``units`` are its SKUs' quantities; none once handed over.

    ``order_ended`` and ``due_at`` (when its order's reservation ends) are hints: rows were read one after the other.
    """

    task: str
    order_id: str
    location_id: str
    window: Key
    units: tuple[tuple[str, int], ...]
    order_ended: bool = False
    due_at: datetime | None = None

    def seems_over(self, at: datetime) -> bool:
        """Whether it holds units that its order should not hold any more at this moment, as far as it was seen."""
        return bool(self.units) and (self.order_ended or (self.due_at is not None and self.due_at < at))


@dataclass(frozen=True)
class TaskUnreadable:
    """A task's row that is not one of ours: nobody knows what it holds."""

    order_id: str
    task: str


@dataclass(frozen=True)
class UnpaidSeen:
    """An order that counts so many units against its customer's limit, kept in the row of this key."""

    order_id: str
    key: Key
    units: int


@dataclass(frozen=True)
class Claim:
    """``units`` that a task holds of the row of this key. The same task's claim told twice is one."""

    key: Key
    task: str
    units: int


class Books(Protocol):
    """All rows, as they are stored, read in passing and consistently, each at least once and in no order.

    Windows are all that is counted in the capacity table: places, and what customers have not paid. ``correct_...``
    raise Stale when the row changed since it was read.
    """

    def shelves(self) -> Iterator[Kept]: ...
    def windows(self) -> Iterator[Kept]: ...
    def work(self) -> Iterator[TaskSeen | TaskUnreadable | UnpaidSeen]: ...
    def correct_shelf(
        self, correction: Correction, movement: StockMovement, events: Sequence[Event]
    ) -> None: ...
    def correct_window(self, correction: Correction, event: Event) -> None: ...


class Comparison(Protocol):
    """Rows before and after, and what was claimed of them between. Holds millions of each in bounded memory.

    A round: ``before`` (of the first; later it is what moved, as it was seen last), ``claim``, ``after``, ``settled``,
    ``again``. ``claim`` keeps claims on rows that are not there only when ``unknown_too``; ``after`` no other rows.
    """

    def before(self, rows: Iterable[Kept]) -> None: ...
    def claim(self, claims: Iterable[Claim], *, unknown_too: bool) -> None: ...
    def after(self, rows: Iterable[Kept]) -> None: ...
    def settled(self) -> Iterator[Compared]: ...
    def holders(self, key: Key, most: int) -> Sequence[str]: ...
    def again(self) -> int: ...
    def moving(self) -> Iterator[Key]: ...


class OpenComparison(Protocol):
    """Makes an empty comparison, gone with all it holds at the end."""

    def __call__(self) -> AbstractContextManager[Comparison]: ...
