"""The audit finds what is wrong and nothing else, and what it repairs it repairs by changes that are on record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fulfillment import bootstrap
from fulfillment.adapters import aws
from fulfillment.adapters.dynamodb import audit
from fulfillment.application.reconcile import Outcome, Reconcile
from fulfillment.domain.reconciliation import Cause, Difference
from tests.support.builders import (
    MONDAY_NOON,
    PENDING_CARD,
    a_location,
    a_product,
    delivery_body,
    order_body,
    order_lines,
    stock,
)
from tests.support.functions import CONTEXT, handler
from tests.support.ledger import check_ledger
from tests.support.sabotage import change, document, lose, spoil
from tests.support.world import World

SHELF = {"sku": "tee", "location_id": "senayan"}
WINDOW = {"location_method": "senayan#pickup", "window": "2026-11-23T13"}
TWO_HELD = ("PAID-1~1", "UNPAID-1~1")


@pytest.fixture
def busy(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A paid and an unpaid order of one tee each; nobody else is writing."""
    monkeypatch.setattr(audit, "LANDING_SECONDS", 0)
    world.given(a_product("tee"), a_location("senayan", capacity={"pickup": 5}), stock("senayan", tee=9))
    world.order(order_body("PAID-1"))
    world.order(order_body("UNPAID-1", payment=PENDING_CARD))
    return world


def audited(
    *, repair: bool = False, let_writes_land: Callable[[], object] | None = None
) -> tuple[list[tuple[Difference, str]], Outcome]:
    """What an audit tells, and its outcome."""
    reading = bootstrap.reconcile()
    whole = Reconcile(
        reading.books,
        reading.comparison,
        reading.orders,
        reading.clock,
        let_writes_land or reading.let_writes_land,
        bootstrap.expire_reservations(),
    )
    told: list[tuple[Difference, str]] = []
    outcome = whole(lambda found, repaired: told.append((found, repaired)), repair=repair)
    return told, outcome


def causes_of(told: list[tuple[Difference, str]]) -> list[tuple[str, tuple[Cause, ...]]]:
    return [(found.kind, found.causes) for found, _ in told]


def test_a_busy_day_shows_no_difference(busy: World) -> None:
    # Given a ready, a cancelled, a shipped and a refused order as well, and a sale at the till
    busy.given(a_product("cap"), stock("senayan", cap=4))
    busy.on_task("senayan", "PAID-1~1", "accept")
    busy.on_task("senayan", "PAID-1~1", "ready")
    busy.order(order_body("CANCELLED-1"))
    busy.on_order("CANCELLED-1", "cancel")
    busy.order(delivery_body("SHIPPED-1"))
    busy.on_task("senayan", "SHIPPED-1~1", "accept")
    busy.on_task("senayan", "SHIPPED-1~1", "ship", {"carrier": "JNE", "tracking_number": "1"})
    busy.order(order_body("REFUSED-1", lines=order_lines(cap=1)))
    busy.on_task("senayan", "REFUSED-1~1", "refuse", {"reason": "damaged"})
    sale = {"type": "movement", "movement_id": "m1", "kind": "sale", "change": -1, **SHELF}
    assert busy.deliver("stock_feed", {**sale, "at": MONDAY_NOON.isoformat()}) == []

    # When
    told, outcome = audited()

    # Then
    assert told == []
    assert (outcome.shelves >= 2, outcome.rounds, outcome.unsettled) == (True, 1, 0)


SABOTAGE: dict[str, tuple[dict[str, Any], tuple[Cause, ...]]] = {
    "tee1": ({"reserved": 2, "available": 7}, ("leaked",)),
    "tee2": ({"reserved": 0, "available": 9}, ("unbacked",)),
    "tee3": ({"available": 6}, ("wrong_available",)),
    "tee4": ({"reserved": 4}, ("leaked", "wrong_available")),
    "tee5": ({"missing": 1}, ("impossible_parts",)),
    "tee6": ({"reserved": -1, "available": 10}, ("unbacked", "impossible_parts")),
    "tee7": ({"blocked": -2}, ("wrong_available", "impossible_parts")),
}


@pytest.fixture
def sabotaged(busy: World) -> World:
    """Seven more shelves, of which one unit each is promised, each with another fault; and both windows wrong."""
    busy.given([a_product(sku) for sku in SABOTAGE], stock("senayan", **dict.fromkeys(SABOTAGE, 9)))
    busy.order(order_body("ALL-1", lines=order_lines(**dict.fromkeys(SABOTAGE, 1))))
    busy.order(delivery_body("D-1"))
    busy.order(delivery_body("D-2"))
    for sku, (numbers, _) in SABOTAGE.items():
        change("Stock", {**SHELF, "sku": sku}, **numbers)
    change("Capacity", WINDOW, used=4)
    (delivered,) = [row for row in busy.rows("Capacity") if row["location_method"]["S"] == "senayan#delivery"]
    change("Capacity", {name: delivered[name]["S"] for name in ("location_method", "window")}, used=1)
    return busy


def test_every_kind_of_difference_is_found_with_its_causes_and_the_work_concerned(sabotaged: World) -> None:
    # When
    sabotaged.tampered = True
    told, outcome = audited()

    # Then each shelf that was changed is told, and no other
    shelves = {found.key[0]: found for found, _ in told if found.kind == "shelf"}
    assert {sku: found.causes for sku, found in shelves.items()} == {
        sku: causes for sku, (_, causes) in SABOTAGE.items()
    }
    assert {found.holders for found in shelves.values()} == {("ALL-1~1",)}

    # And each window
    windows = [(found.key[0], found.causes, found.holders) for found, _ in told if found.kind == "window"]
    assert windows == [
        ("senayan#delivery", ("unbacked",), ("D-1~1", "D-2~1")),
        ("senayan#pickup", ("leaked",), ("ALL-1~1", *TWO_HELD)),
    ]
    assert (outcome.differences, outcome.repaired) == (9, 0)


def test_what_is_repaired_adds_up_again(sabotaged: World) -> None:
    # When
    _, outcome = audited(repair=True)

    # Then nothing is wrong any more, by this audit and by the tests' own
    assert (outcome.differences, outcome.repaired) == (9, 9)
    assert audited()[0] == []
    check_ledger(aws.dynamodb(), dict.fromkeys([("tee", "senayan"), ("tee1", "senayan")], 9))


@pytest.mark.parametrize(
    ("table", "key", "numbers"),
    [
        ("Stock", SHELF, {"reserved": "many"}),
        ("Stock", SHELF, {"available": None}),
        ("Capacity", WINDOW, {"used": "some"}),
    ],
)
def test_a_row_that_cannot_be_read_is_told_and_left_to_a_person(
    busy: World, table: str, key: dict[str, str], numbers: dict[str, Any]
) -> None:
    # Given
    change(table, key, **numbers)
    busy.tampered = True

    # When
    ((found, repaired),), _ = audited(repair=True)

    # Then
    assert (found.causes, found.holders, repaired) == (("unreadable",), TWO_HELD, "by_hand")


def test_a_repair_is_on_record_as_a_movement_and_an_event(busy: World) -> None:
    # Given a unit too many reserved
    change("Stock", SHELF, reserved=3, available=6)

    # When
    audited(repair=True)

    # Then what is on hand did not move, and what was given back is told
    correction = busy.movements("tee", "senayan")[-1]
    assert (correction.kind, correction.change, correction.reserved_change) == ("correction", 0, -1)
    assert correction.reason == "leaked"
    (event,) = [told for told in busy.told_on_the_bus() if told["type"] == "StockCorrected"]
    assert event["order_id"] == "STOCK#senayan#tee"
    assert event["detail"] == {
        **SHELF,
        "causes": ["leaked"],
        "reserved_change": -1,
        "available_change": 1,
    }
    assert busy.events("STOCK#senayan#tee") == ["StockCorrected"]


def test_a_shelf_that_is_promised_twice_comes_out_short_and_says_so(busy: World) -> None:
    # Given two units promised of which none is reserved, and one on hand
    change("Stock", SHELF, on_hand=1, reserved=0, available=1)
    busy.tampered = True

    # When
    audited(repair=True)

    # Then both are reserved, one is missing, and a shortfall is told as the feed tells it
    row = busy.stock("tee", "senayan")
    assert (row.on_hand, row.reserved, row.available) == (1, 2, -1)
    (event,) = [told for told in busy.told_on_the_bus() if told["type"] == "StockShortfall"]
    assert event["detail"] == {**SHELF, "missing": 1}


def test_a_row_that_is_gone_comes_back_with_what_was_promised_of_it(busy: World) -> None:
    # Given
    lose("Stock", SHELF)

    # When
    _, outcome = audited(repair=True)

    # Then nothing is on hand until somebody counts, and that is told
    row = busy.stock("tee", "senayan")
    assert outcome.repaired == 1
    assert (row.on_hand, row.reserved, row.available, row.version) == (0, 2, -2, 1)
    assert busy.events("STOCK#senayan#tee") == ["StockCorrected", "StockShortfall"]


def test_what_cannot_be_read_is_left_to_a_person_and_no_surplus_is_given_back_meanwhile(busy: World) -> None:
    # Given a task that nobody can read, and with it a unit that seems to be reserved for nobody
    document("PAID-1", "SHIPMENT#0001", '"allocations":', '"alocations":')
    before = busy.everything()
    busy.tampered = True

    # When
    told, outcome = audited(repair=True)

    # Then all of it is told and nothing is changed
    assert causes_of(told) == [
        ("shelf", ("leaked",)),
        ("window", ("leaked",)),
        ("order", ("unreadable",)),
    ]
    assert {repaired for _, repaired in told} == {"by_hand"}
    assert outcome.repaired == 0
    assert busy.everything() == before


def test_a_reservation_that_no_sweep_ended_is_found_and_ended(busy: World) -> None:
    # Given an unpaid order whose time was over six minutes ago
    busy.clock.forward(minutes=16)

    # When
    told, outcome = audited(repair=True)

    # Then it ended as the sweep would have ended it
    assert causes_of(told) == [("order", ("overdue",))]
    assert (told[0][0].key, outcome.repaired) == (("UNPAID-1", ""), 1)
    assert busy.get_order("UNPAID-1").body["status"] == "expired"
    assert audited()[0] == []


def test_a_reservation_that_the_next_sweep_ends_is_no_difference(busy: World) -> None:
    busy.clock.forward(minutes=14)

    assert audited()[0] == []


def test_an_order_that_is_over_and_still_holds_is_found_and_left_to_a_person(busy: World) -> None:
    # Given
    document("PAID-1", "ORDER", '"status":"confirmed"', '"status":"cancelled"')
    change("Orders", {"order_id": "PAID-1", "sk": "ORDER"}, status="cancelled")
    busy.tampered = True

    # When
    told, _ = audited(repair=True)

    # Then
    assert [(found.key, found.causes, repaired) for found, repaired in told] == [
        (("PAID-1", ""), ("ended_and_holding",), "by_hand")
    ]


def test_an_order_whose_rows_contradict_each_other_is_told(busy: World) -> None:
    # Given an ended order whose row speaks of other tasks than there are
    change("Orders", {"order_id": "PAID-1", "sk": "ORDER"}, status="cancelled", tasks="1:cancelled:1")
    busy.tampered = True

    # Then
    assert causes_of(audited()[0]) == [("order", ("unreadable",))]


@pytest.mark.parametrize(
    ("sk", "status"), [("ORDER", "cancelled"), ("ORDER", "reserved"), ("SHIPMENT#0001", "open")]
)
def test_a_packed_row_that_came_to_harm_is_told_and_stops_nothing(busy: World, sk: str, status: str) -> None:
    # Given a row of which nobody can unpack anything
    spoil("PAID-1", sk)
    change("Orders", {"order_id": "PAID-1", "sk": sk}, status=status)
    busy.tampered = True

    # When
    told, _ = audited(repair=True)

    # Then
    assert ("order", ("unreadable",)) in causes_of(told)
    assert {repaired for _, repaired in told} == {"by_hand"}


def test_a_deadline_that_is_no_moment_and_that_no_sweep_finds_is_found(busy: World) -> None:
    # Given
    change("Orders", {"order_id": "UNPAID-1", "sk": "ORDER"}, due_at="tomorrow")
    assert audited()[0] == []

    # When its time is over, which is written in the order as well
    busy.clock.forward(minutes=16)

    # Then
    told, outcome = audited(repair=True)
    assert causes_of(told) == [("order", ("overdue",))]
    assert outcome.repaired == 1


def test_a_task_that_ends_in_a_window_that_counts_none_is_not_counted_for_ever(busy: World) -> None:
    # Given a window that counts none of its two tasks, of which one ends while work is being read
    change("Capacity", WINDOW, used=0)
    calls: Iterator[Callable[[], object]] = iter(
        [list, lambda: busy.on_order("PAID-1", "cancel"), list, list]
    )

    def ends_meanwhile() -> None:
        next(calls)()

    # When
    _, outcome = audited(repair=True, let_writes_land=ends_meanwhile)

    # Then the one that is left is counted, after another reading
    assert (outcome.rounds, outcome.repaired) == (2, 1)
    assert audited()[0] == []


def test_a_row_that_changes_between_finding_and_repair_is_left_for_the_next_run(
    busy: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a unit too many reserved, and an order that comes just before it is put right
    change("Stock", SHELF, reserved=3, available=6)
    busy.between(lambda: busy.order(order_body("NEW-1")))

    # When
    told, outcome = audited(repair=True)

    # Then nothing was overwritten, and the next run repairs it
    assert [repaired for _, repaired in told] == ["changed"]
    assert (busy.stock("tee", "senayan").reserved, outcome.repaired) == (4, 0)
    assert audited(repair=True)[1].repaired == 1
    assert busy.stock("tee", "senayan").reserved == 3


def test_the_function_tells_its_log_and_its_metric_and_changes_nothing(
    busy: World, caplog: pytest.LogCaptureFixture
) -> None:
    # Given
    change("Stock", SHELF, reserved=3, available=6)
    before = busy.everything()
    busy.tampered = True

    # When
    answer = handler("reconcile")({}, CONTEXT)

    # Then
    assert (answer["differences"], answer["causes"], answer["repaired"]) == (1, {"leaked": 1}, 0)
    assert busy.everything() == before
    (line,) = [record for record in caplog.records if record.message == "difference"]
    assert line.difference == {  # type: ignore[attr-defined]
        "kind": "shelf",
        **SHELF,
        "causes": ["leaked"],
        "row": {"on_hand": 9, "reserved": 3, "blocked": 0, "missing": 0, "available": 6},
        "held": 2,
        "tasks": list(TWO_HELD),
        "repaired": "no",
    }
