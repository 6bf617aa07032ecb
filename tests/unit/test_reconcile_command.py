"""``fulfillment reconcile``: words, exit codes and repairs of the command line."""

from __future__ import annotations

import json
import tempfile
from itertools import count
from typing import Any

import pytest

from fulfillment.adapters import comparison
from fulfillment.adapters.dynamodb import audit
from fulfillment.application import reconcile as audit_of_books
from fulfillment.cli import reconcile
from fulfillment.cli.main import main
from tests.support.builders import a_location, a_product, order_body, stock
from tests.support.sabotage import change, document, lose
from tests.support.world import World

SHELF = {"sku": "tee", "location_id": "senayan"}
WINDOW = {"location_method": "senayan#pickup", "window": "2026-11-23T13"}
HOURS = {"minutes": 60 * 3}


@pytest.fixture
def shop(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A store of nine tees, of which two are promised."""
    monkeypatch.setattr(audit, "LANDING_SECONDS", 0)
    world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=9))
    world.order(order_body("A-1"))
    world.order(order_body("A-2"))
    return world


def said(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def test_books_that_agree_are_told_in_a_line(shop: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reconcile"]) == 0
    (line,) = said(capsys)
    assert line.endswith(" tasks: 0 differences, 0 repaired.")


@pytest.mark.parametrize(
    ("sabotage", "line"),
    [
        (
            lambda: change("Stock", SHELF, reserved=3, available=6),
            "tee at senayan: 3 reserved, but open work holds 2 (A-1~1, A-2~1): "
            "1 unit cannot be sold; repair gives it back.",
        ),
        (
            lambda: change("Stock", SHELF, reserved=0, available=9),
            "tee at senayan: 0 reserved, but open work holds 2 (A-1~1, A-2~1): "
            "2 units can be sold twice; repair reserves them.",
        ),
        (
            lambda: change("Stock", SHELF, available=5),
            "tee at senayan: 5 available, but 9 on hand, 2 reserved, 0 blocked; repair makes it 7.",
        ),
        (
            lambda: change("Stock", SHELF, missing=1),
            "tee at senayan: 2 reserved, 0 blocked, 1 of them missing: that cannot be; repair makes it possible.",
        ),
        (
            lambda: lose("Stock", SHELF),
            "tee at senayan: no stock row, but open work holds 2 (A-1~1, A-2~1); "
            "repair makes one with none on hand, and tells the shortfall.",
        ),
        (
            lambda: change("Stock", SHELF, on_hand="nine"),
            "tee at senayan: the row cannot be read; a person must look.",
        ),
        (
            lambda: change("Capacity", WINDOW, used=4),
            "senayan, pickup, 2026-11-23T13: 4 taken, but it has 2 tasks (A-1~1, A-2~1): "
            "2 places cannot be had; repair gives them back.",
        ),
        (
            lambda: change("Capacity", WINDOW, used=1),
            "senayan, pickup, 2026-11-23T13: 1 taken, but it has 2 tasks (A-1~1, A-2~1): "
            "1 place too many can be had; repair takes it.",
        ),
        (
            lambda: change("Orders", {"order_id": "A-1", "sk": "ORDER"}, status="cancelled", tasks="none"),
            "order A-1: its rows cannot be read, or contradict each other.",
        ),
    ],
)
def test_a_difference_is_told_in_words(
    shop: World, capsys: pytest.CaptureFixture[str], sabotage: Any, line: str
) -> None:
    sabotage()

    assert main(["reconcile"]) == 1
    told, outcome = said(capsys)
    assert told == line
    assert outcome.endswith("1 differences, 0 repaired.")


def test_an_order_that_is_over_and_an_unpaid_one_that_nobody_ended_are_told(
    shop: World, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given
    document("A-1", "ORDER", '"status":"confirmed"', '"status":"expired"')
    change("Orders", {"order_id": "A-1", "sk": "ORDER"}, status="expired")
    shop.order(order_body("A-3", payment={"state": "pending", "kind": "card"}))
    shop.clock.forward(**HOURS)

    # Then
    assert main(["reconcile", "--repair"]) == 1
    over, unpaid, _ = said(capsys)
    assert over == (
        "order A-1: it is over and still holds units; whether the goods left is for a person to find out. "
        "Not repaired: a person must look."
    )
    assert unpaid == (
        "order A-3: its reservation ended more than 5 minutes ago and it still holds units; repair ends it. "
        "Repaired."
    )
    assert shop.get_order("A-3").body["status"] == "expired"


def test_what_a_customer_has_not_paid_is_held_against_the_orders(
    shop: World, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given a customer with one unpaid unit
    shop.order(order_body("A-3", payment={"state": "pending", "kind": "card"}))
    (row,) = [row for row in shop.rows("Capacity") if row["window"]["S"] == "UNITS"]
    customer = {name: row[name]["S"] for name in ("location_method", "window")}
    name = f"unpaid units of customer {customer['location_method'].partition('#')[2]}"
    assert main(["reconcile"]) == 0
    said(capsys)

    # When other numbers are counted
    change("Capacity", customer, used=3)
    assert main(["reconcile", "--repair"]) == 1
    leaked, _ = said(capsys)
    change("Capacity", customer, used=0)
    assert main(["reconcile", "--repair"]) == 1
    unbacked, _ = said(capsys)

    # Then it is told what that does, and put right
    does = "2 units less can be ordered; repair gives them back. Repaired."
    assert leaked == f"{name}: 3 counted, but its orders hold 1 (A-3): {does}"
    does = "1 unit more can be ordered; repair counts it. Repaired."
    assert unbacked == f"{name}: 0 counted, but its orders hold 1 (A-3): {does}"
    assert main(["reconcile"]) == 0


def test_repair_puts_it_right_and_running_it_again_finds_nothing(
    shop: World, capsys: pytest.CaptureFixture[str]
) -> None:
    change("Stock", SHELF, reserved=3, available=6)

    assert main(["reconcile", "--repair"]) == 1
    told, outcome = said(capsys)
    assert told.endswith("repair gives it back. Repaired.")
    assert outcome.endswith("1 differences, 1 repaired.")
    assert main(["reconcile", "--repair"]) == 0
    assert shop.stock("tee", "senayan").reserved == 2


def test_a_task_that_cannot_be_read_keeps_every_surplus(
    shop: World, capsys: pytest.CaptureFixture[str]
) -> None:
    document("A-1", "SHIPMENT#0001", '"allocations":', '"alocations":')

    assert main(["reconcile", "--repair"]) == 1
    shelf, window, order, _ = said(capsys)
    assert shelf.endswith("repair gives it back. Not repaired: a person must look.")
    assert window.endswith("repair gives it back. Not repaired: a person must look.")
    assert order == (
        "order A-1: its row A-1 SHIPMENT#0001 cannot be read; until it can, repair gives no surplus back. "
        "Not repaired: a person must look."
    )


def test_as_json_each_difference_is_a_line_and_the_outcome_the_last(
    shop: World, capsys: pytest.CaptureFixture[str]
) -> None:
    change("Stock", SHELF, reserved=3, available=6)

    assert main(["reconcile", "--json"]) == 1
    found, last = map(json.loads, said(capsys))
    assert found == {
        "kind": "shelf",
        **SHELF,
        "causes": ["leaked"],
        "row": {"on_hand": 9, "reserved": 3, "blocked": 0, "missing": 0, "available": 6},
        "held": 2,
        "tasks": ["A-1~1", "A-2~1"],
        "repaired": "no",
    }
    assert last["outcome"]["causes"] == {"leaked": 1}
    assert (last["outcome"]["differences"], last["outcome"]["rounds"]) == (1, 1)


def selling(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shop sells a tee in the middle of each round of an audit."""
    numbers = count()
    monkeypatch.setattr(reconcile, "let_writes_land", lambda: shop.order(order_body(f"S-{next(numbers)}")))


def test_rows_that_never_stood_still_are_neither_right_nor_wrong(
    shop: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given
    selling(shop, monkeypatch)

    # When
    code = main(["reconcile"])

    # Then whoever runs it knows without reading that some rows are not judged yet
    assert code == 3
    _, unsettled = said(capsys)
    assert "rows changed in each of 3 rounds" in unsettled
    assert "tee at senayan" in unsettled


def test_a_difference_counts_for_more_than_a_row_that_never_stood_still(
    shop: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given
    shop.given(stock("kota", tee=9))
    change("Stock", {"sku": "tee", "location_id": "kota"}, reserved=3, available=6)
    selling(shop, monkeypatch)

    # Then
    assert main(["reconcile"]) == 1


def test_orders_that_nobody_looked_at_are_not_told_to_be_right(
    shop: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given an order that is over and still holds units, and no room to look at it
    document("A-1", "ORDER", '"status":"confirmed"', '"status":"expired"')
    change("Orders", {"order_id": "A-1", "sk": "ORDER"}, status="expired")
    monkeypatch.setattr(audit_of_books, "MOST_SUSPECTS", 0)

    assert main(["reconcile"]) == 3
    assert "1 more orders look wrong" in said(capsys)[-1]


@pytest.mark.parametrize("variable", ["ORDERS_TABLE", "STOCK_TABLE", "CAPACITY_TABLE"])
def test_without_a_table_it_says_which(
    shop: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], variable: str
) -> None:
    monkeypatch.delenv(variable)

    assert main(["reconcile"]) == 2
    assert f"{variable} is not set" in capsys.readouterr().err


def test_only_a_repair_needs_the_table_of_movements(
    shop: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("STOCK_MOVEMENTS_TABLE")

    assert main(["reconcile"]) == 0
    assert main(["reconcile", "--repair"]) == 2
    assert "STOCK_MOVEMENTS_TABLE is not set" in capsys.readouterr().err


def test_a_table_that_does_not_answer_is_not_a_table_without_a_difference(
    shop: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ORDERS_TABLE", "Nowhere")

    assert main(["reconcile"]) == 2
    assert "DynamoDB did not answer" in capsys.readouterr().err


def test_an_address_that_is_none_is_told_and_does_not_say_that_something_differs(
    shop: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["reconcile", "--endpoint-url", "nonsense"]) == 2
    assert "Invalid endpoint: nonsense" in capsys.readouterr().err


def test_without_room_for_its_file_it_says_so_and_does_not_say_that_something_differs(
    shop: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")

    assert main(["reconcile"]) == 2
    assert "TMPDIR" in capsys.readouterr().err


def test_a_file_that_has_grown_full_is_told_likewise(
    shop: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(comparison, "_TABLES", "PRAGMA max_page_count = 2;" + comparison._TABLES)

    assert main(["reconcile"]) == 2
    assert "database or disk is full" in capsys.readouterr().err
