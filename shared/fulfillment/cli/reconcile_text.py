"""Differences in words that a person understands: what is kept, what is true, what it does, what repair does."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fulfillment.application.reconcile import Repaired
from fulfillment.domain.reconciliation import OVERDUE_BY, Cause, Difference, shelf, shelf_correction

OUTCOMES: Mapping[Repaired, str] = {
    "no": "",
    "yes": " Repaired.",
    "changed": " Not repaired: it changed meanwhile; run it again.",
    "by_hand": " Not repaired: a person must look.",
}


def sentence(found: Difference, repaired: Repaired) -> str:
    """One line for one difference."""
    tell = {"shelf": _SHELF, "window": _WINDOW, "order": _ORDER}[found.kind]
    return (
        f"{_name(found)}: {'; also '.join(tell[cause](found) for cause in found.causes)}.{OUTCOMES[repaired]}"
    )


def _name(found: Difference) -> str:
    first, second = found.key
    if found.kind == "shelf":
        return f"{first} at {second}"
    if found.kind == "order":
        return f"order {first}"
    if _is_customer(found):
        return f"unpaid units of customer {first.partition('#')[2]}"
    location_id, _, method = first.rpartition("#")
    return f"{location_id}, {method}, {second}"


def _leaked_units(found: Difference) -> str:
    row = shelf(found.row)
    assert row is not None, found
    one = row.reserved - found.units
    what = f"{_units(one)} cannot be sold; repair gives {_it(one)} back"
    return f"{row.reserved} reserved, but open work holds {_held(found)}: {what}"


def _unbacked_units(found: Difference) -> str:
    row = shelf(found.row)
    assert row is not None, found
    one = found.units - row.reserved
    what = f"{_units(one)} can be sold twice; repair reserves {_it(one)}"
    return f"{row.reserved} reserved, but open work holds {_held(found)}: {what}"


def _wrong_available(found: Difference) -> str:
    row, correction = shelf(found.row), shelf_correction(found)
    assert row is not None, found
    assert correction is not None, found
    parts = f"{row.on_hand} on hand, {row.reserved} reserved, {row.blocked} blocked"
    return f"{row.available} available, but {parts}; repair makes it {correction.leaves_available}"


def _impossible_parts(found: Difference) -> str:
    row = shelf(found.row)
    assert row is not None, found
    parts = f"{row.reserved} reserved, {row.blocked} blocked, {row.missing} of them missing"
    return f"{parts}: that cannot be; repair makes it possible"


def _row_missing(found: Difference) -> str:
    held = _held(found)
    return f"no stock row, but open work holds {held}; repair makes one with none on hand, and tells the shortfall"


def _leaked_places(found: Difference) -> str:
    one = _used(found) - found.units
    if _is_customer(found):
        what = f"{_units(one)} less can be ordered; repair gives {_it(one)} back"
        return f"{_used(found)} counted, but its orders hold {_held(found)}: {what}"
    what = f"{_places(one)} cannot be had; repair gives {_it(one)} back"
    return f"{_used(found)} taken, but it has {_tasks(found)}: {what}"


def _unbacked_places(found: Difference) -> str:
    one = found.units - _used(found)
    if _is_customer(found):
        what = f"{_units(one)} more can be ordered; repair counts {_it(one)}"
        return f"{_used(found)} counted, but its orders hold {_held(found)}: {what}"
    what = f"{_places(one)} too many can be had; repair takes {_it(one)}"
    return f"{_used(found)} taken, but it has {_tasks(found)}: {what}"


def _overdue(_found: Difference) -> str:
    minutes = int(OVERDUE_BY.total_seconds() // 60)
    return f"its reservation ended more than {minutes} minutes ago and it still holds units; repair ends it"


def _ended_and_holding(_found: Difference) -> str:
    return "it is over and still holds units; whether the goods left is for a person to find out"


def _unreadable_row(_found: Difference) -> str:
    return "the row cannot be read; a person must look"


def _unreadable_order(found: Difference) -> str:
    if found.holders:
        return f"its row {found.holders[0]} cannot be read; until it can, repair gives no surplus back"
    return "its rows cannot be read, or contradict each other"


_Words = Mapping[Cause, Callable[[Difference], str]]
_SHELF: _Words = {
    "leaked": _leaked_units,
    "unbacked": _unbacked_units,
    "wrong_available": _wrong_available,
    "impossible_parts": _impossible_parts,
    "row_missing": _row_missing,
    "unreadable": _unreadable_row,
}
_WINDOW: _Words = {
    "leaked": _leaked_places,
    "unbacked": _unbacked_places,
    "unreadable": _unreadable_row,
}
_ORDER: _Words = {
    "overdue": _overdue,
    "ended_and_holding": _ended_and_holding,
    "unreadable": _unreadable_order,
}


def _is_customer(found: Difference) -> bool:
    return found.key[0].startswith("UNPAID#")


def _used(found: Difference) -> int:
    assert found.row is not None, found
    assert found.row.numbers is not None, found
    return found.row.numbers[0]


def _held(found: Difference) -> str:
    return f"{found.units}{_some(found)}" if found.units else "none"


def _tasks(found: Difference) -> str:
    return f"{found.units} task{'' if found.units == 1 else 's'}{_some(found)}"


def _some(found: Difference) -> str:
    return f" ({', '.join(found.holders)})" if found.holders else ""


def _units(number: int) -> str:
    return "1 unit" if number == 1 else f"{number} units"


def _places(number: int) -> str:
    return "1 place" if number == 1 else f"{number} places"


def _it(number: int) -> str:
    return "it" if number == 1 else "them"
