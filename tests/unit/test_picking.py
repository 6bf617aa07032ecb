"""What staff found: all of it, less, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest

from fulfillment.domain.decision import Allocation
from fulfillment.domain.errors import InvalidRequest, WrongState
from fulfillment.domain.ledger import StockEffect
from fulfillment.domain.order import Change, Order, Shipment
from fulfillment.domain.picking import found_the_same, picked
from tests.support.builders import MONDAY_NOON
from tests.support.values import QUESTION, a_shipment, an_order

NOW = MONDAY_NOON


def a_task(**more: object) -> Shipment:
    """Three tees and a cap, which somebody took."""
    lines = (Allocation("1", "tee", 3), Allocation("2", "cap", 1))
    return a_shipment("senayan", *lines, **{"status": "accepted", **more})


def pick(order: Order, found: Mapping[str, int]) -> Change:
    """Budi says what he found."""
    return picked(order, order.shipments[0], found, "budi", NOW, QUESTION)


def test_a_full_pick_moves_nothing_and_is_told() -> None:
    change = pick(an_order(a_task()), {"1": 3, "2": 1})

    (task,) = change.order.shipments
    assert (task.status, task.picked_by, task.status_at, task.missing) == ("picked", "budi", NOW, ())
    assert (change.stock, change.replacements, change.capacity) == ((), (), ())
    ((told, detail),) = change.events
    assert (told, detail["by"]) == ("TaskPicked", "budi")
    assert (change.order.status, change.order.version) == ("confirmed", 2)


@pytest.mark.parametrize(("method", "status"), [("pickup", "needs_choice"), ("delivery", "confirmed")])
def test_a_short_pick_keeps_what_was_found_and_blocks_what_was_not(method: str, status: str) -> None:
    change = pick(an_order(a_task(), method=method), {"1": 1, "2": 0})

    (task,) = change.order.shipments
    assert task.allocations == (Allocation("1", "tee", 1),)
    assert task.missing == (Allocation("1", "tee", 2), Allocation("2", "cap", 1))
    assert change.stock == (
        StockEffect("lose", "cap", "senayan", 1, refused=True),
        StockEffect("lose", "tee", "senayan", 2, refused=True),
    )
    ((told, detail),) = change.events
    assert told == "TaskPickedShort"
    assert [(m["line_id"], m["quantity"]) for m in detail["missing"]] == [("1", 2), ("2", 1)]
    assert change.order.status == status


def test_a_store_that_found_less_is_not_asked_for_the_rest() -> None:
    change = pick(an_order(a_task(), method="delivery", refused_by=("kota",)), {"1": 1, "2": 1})

    assert change.order.refused_by == ("kota",)
    assert change.order.not_again() == ("kota", "senayan")


def test_when_the_device_saw_it_is_told() -> None:
    order, before = an_order(a_task()), NOW - timedelta(minutes=7)

    change = picked(order, order.shipments[0], {"1": 3, "2": 1}, "budi", NOW, QUESTION, before)

    assert change.events[0][1]["done_at"] == before.isoformat()


@pytest.mark.parametrize("status", ["open", "picked", "ready", "collected", "refused", "cancelled"])
def test_only_what_somebody_took_can_be_picked(status: str) -> None:
    with pytest.raises(WrongState) as refusal:
        pick(an_order(a_task(status=status)), {"no such line": 9})

    assert (refusal.value.code, refusal.value.extra) == ("wrong_state", {"task_status": status})


@pytest.mark.parametrize(
    ("found", "field", "code"),
    [
        ({"1": 0, "2": 0}, "lines", "pick_nothing"),
        ({"1": 4, "2": 1}, "lines.0.picked", "more_than_asked"),
        ({"1": 3, "2": 1, "3": 1}, "lines.2.line_id", "unknown_line"),
        ({"1": 3}, "lines", "line_not_named"),
    ],
)
def test_what_cannot_be_is_refused_and_named(found: Mapping[str, int], field: str, code: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        pick(an_order(a_task()), found)

    ((error),) = refusal.value.errors
    assert (error.field, error.code) == (field, code)


def test_the_same_said_again_is_the_same() -> None:
    (task,) = pick(an_order(a_task()), {"1": 2, "2": 0}).order.shipments

    assert found_the_same(task, {"2": 0, "1": 2})
    assert not found_the_same(task, {"1": 2, "2": 1})
    assert not found_the_same(task, {"1": 2})
    assert not found_the_same(a_task(), {"1": 3, "2": 1})
