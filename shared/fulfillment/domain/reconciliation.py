"""What is wrong between a kept number and the work that it counts, why, and what would put it right.

A stock row's ``reserved`` counts the units of open tasks that point at it, a window's ``used`` the tasks in it. Both
are kept beside that work for speed; whoever reads all of it can say whether they still agree. Rows come as they are
stored, right or wrong: nothing here may fail on a wrong one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from fulfillment.domain.order import Order

Kind = Literal["shelf", "window", "order"]
Cause = Literal[
    "leaked",  # more is reserved, or taken, than open work holds: it can't be sold
    "unbacked",  # less is reserved, or taken, than open work holds: it can be sold twice
    "wrong_available",  # available is not on_hand - reserved - blocked
    "impossible_parts",  # below nothing, or more units missing than blocked
    "row_missing",  # open work holds units of a row that is not there
    "unreadable",  # a row without its numbers, or not one of ours
    "overdue",  # an order's reservation ended a while ago, and it still holds units
    "ended_and_holding",  # an order is over, and it still holds units
]
Key = tuple[str, str]  # (sku, location_id) of a shelf; a window's as it is stored; (order_id, "") of an order

OVERDUE_BY = timedelta(minutes=5)  # the sweep comes each minute; after five it has failed, not only waited
ENDED = frozenset({"cancelled", "expired", "unfillable"})


@dataclass(frozen=True)
class Kept:
    """A row as it is stored. ``numbers`` None: they cannot be read.

    A shelf's are on_hand, reserved, blocked, missing and available; a window has one, used. ``version`` changes with
    the row and with whatever it counts.
    """

    key: Key
    version: int
    numbers: tuple[int, ...] | None


@dataclass(frozen=True)
class Compared:
    """A row (None: it is not there) and the ``units`` that work holds of it, of which nothing changed meanwhile."""

    key: Key
    row: Kept | None
    units: int


@dataclass(frozen=True)
class Difference:
    """One thing that is wrong, with all its causes; ``holders`` are a few of the tasks concerned."""

    kind: Kind
    key: Key
    causes: tuple[Cause, ...]
    row: Kept | None = None
    units: int = 0
    holders: tuple[str, ...] = ()


@dataclass(frozen=True)
class Correction:
    """What makes a row right, as changes of what it was seen to be; ``before`` None: it is not there."""

    key: Key
    before: Kept | None
    reserved: int = 0
    blocked: int = 0
    missing: int = 0
    available: int = 0
    used: int = 0

    @property
    def leaves_available(self) -> int:
        """Units available afterwards; negative in a shortfall."""
        row = shelf(self.before)
        return (row.available if row else 0) + self.available

    def detail(self) -> Mapping[str, Any]:
        """What an event tells of it: the changes that are changes."""
        parts = ("reserved", "blocked", "missing", "available", "used")
        return {f"{part}_change": getattr(self, part) for part in parts if getattr(self, part)}


@dataclass(frozen=True)
class Shelf:
    """The numbers of a stock row by their names."""

    on_hand: int
    reserved: int
    blocked: int
    missing: int
    available: int


def shelf(row: Kept | None) -> Shelf | None:
    """A stock row's numbers, where there are any."""
    return Shelf(*row.numbers) if row and row.numbers else None


def shelf_difference(seen: Compared) -> Difference | None:
    """What is wrong with a stock row; None when nothing is."""
    return _difference("shelf", seen, _shelf_causes(seen))


def _shelf_causes(seen: Compared) -> list[Cause]:
    if seen.row is None:
        return ["row_missing"] if seen.units else []
    row = shelf(seen.row)
    if row is None:
        return ["unreadable"]
    causes = _against_work(row.reserved, seen.units)
    if row.available != row.on_hand - row.reserved - row.blocked:
        causes.append("wrong_available")
    if row.reserved < 0 or not 0 <= row.missing <= row.blocked:
        causes.append("impossible_parts")
    return causes


def window_difference(seen: Compared) -> Difference | None:
    """What is wrong with a capacity window. One that is not there is past its time, and counts nothing any more."""
    if seen.row is None:
        return None
    if seen.row.numbers is None:
        return _difference("window", seen, ["unreadable"])
    (used,) = seen.row.numbers
    return _difference("window", seen, _against_work(used, seen.units))


def _against_work(counted: int, units: int) -> list[Cause]:
    if counted == units:
        return []
    return ["leaked"] if counted > units else ["unbacked"]


def _difference(kind: Kind, seen: Compared, causes: list[Cause]) -> Difference | None:
    return Difference(kind, seen.key, tuple(causes), seen.row, seen.units) if causes else None


def order_cause(order: Order, is_overdue: bool) -> Cause | None:
    """What is wrong with an order that was suspected; ``is_overdue``: also ``OVERDUE_BY`` ago."""
    if not any(shipment.holds_stock for shipment in order.shipments):
        return None
    if order.status in ENDED:
        return "ended_and_holding"
    return "overdue" if is_overdue else None


def shelf_correction(difference: Difference) -> Correction | None:
    """The changes after which reserved is what open work holds and the parts add up; None for an unreadable row.

    What is on hand is not known here: a row that was not there comes back with none, and is short of what was promised.
    Parts below nothing become nothing, and no more stays missing than is blocked.
    """
    if difference.row is None:
        held = difference.units
        return Correction(difference.key, None, reserved=held, available=-held)
    row = shelf(difference.row)
    if row is None:
        return None
    blocked = max(0, row.blocked)
    missing = min(max(0, row.missing), blocked)
    return Correction(
        difference.key,
        difference.row,
        reserved=difference.units - row.reserved,
        blocked=blocked - row.blocked,
        missing=missing - row.missing,
        available=row.on_hand - difference.units - blocked - row.available,
    )


def window_correction(difference: Difference) -> Correction | None:
    """The change after which used is the tasks in the window; None for an unreadable row."""
    if difference.row is None or difference.row.numbers is None:
        return None
    (used,) = difference.row.numbers
    return Correction(difference.key, difference.row, used=difference.units - used)
