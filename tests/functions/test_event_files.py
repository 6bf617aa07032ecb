"""Every file of events/ goes through its function, against the sample chain, and comes out as the table says.

The name of a file begins with the function it is for. A file without a row here fails, and so does a row without one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from tests.support import aws_world, sample_chain
from tests.support.contract import require_described
from tests.support.functions import CONTEXT, handler
from tests.support.template import ROOT
from tests.support.till_files import drop
from tests.support.world import World

FOLDER = ROOT / "events"
FILES = sorted(path.stem for path in FOLDER.glob("*.json") if path.stem != "env")
FUNCTIONS = sorted((path.parent.name for path in ROOT.glob("functions/*/app.py")), key=len, reverse=True)
SENT_AT = datetime.fromisoformat("2026-01-05T05:00:00+00:00")
SKUS = ("TEE-RED-M", "TOTE-CREAM", "SCARF-SILK-RED")
ALL_TAKEN: Mapping[str, Any] = {"batchItemFailures": []}


@dataclass(frozen=True)
class Case:
    """What must come of an event.

    ``after``: the files that come before it. ``minutes``: how long after them. ``answer``: what the function answers
    at least. ``orders``: their status afterwards. ``parked``: the reasons of what was put aside. ``told``: who heard
    of what. ``queued``: messages that wait in the stock feed's queue. ``dropped``: the file that a till dropped before.
    """

    answer: Mapping[str, Any]
    after: tuple[str, ...] = ()
    minutes: int = 0
    orders: Mapping[str, str] = field(default_factory=dict)
    parked: tuple[str, ...] = ()
    told: tuple[tuple[str, str], ...] = ()
    queued: int = 0
    dropped: str | None = None


@dataclass(frozen=True)
class Somewhere:
    """Text that holds this."""

    word: str


def says(status: int, /, **body: Any) -> dict[str, Any]:
    """An HTTP answer that holds at least this."""
    return {"statusCode": status, "body": body}


def page(status: int, word: str) -> dict[str, Any]:
    """A page or file that says this somewhere."""
    return {"statusCode": status, "body": Somewhere(word)}


PICKUP, DELIVERY, PENDING = "orders_place_pickup", "orders_place_delivery", "orders_place_pending"

AT_SENAYAN = {"location_id": "senayan"}

CASES: dict[str, Case] = {
    # --- what can this basket get?
    "options": Case(says(200, point_source="point", delivery=[{"shipments": [AT_SENAYAN]}], zone="java")),
    "options_postal_code": Case(says(200, point_source="postal_code", precision_km=1.0, delivery=[])),
    "options_own_order": Case(says(200, delivery=[{"shipments": [AT_SENAYAN]}]), after=(PENDING,)),
    "options_java_sea": Case(says(200, pickup=[], delivery=[], zone=None)),
    "options_swapped_point": Case(
        says(422, code="invalid_request", errors=[{"field": "customer.point.lat", "code": "out_of_range"}])
    ),
    # --- orders
    PICKUP: Case(says(201, status="confirmed", shipments=[AT_SENAYAN]), orders={"EVENT-PICKUP": "confirmed"}),
    DELIVERY: Case(
        says(201, status="confirmed", shipments=[AT_SENAYAN]), orders={"EVENT-DELIVERY": "confirmed"}
    ),
    PENDING: Case(
        says(201, status="reserved", reservation_expires_at="2026-01-05T05:15:00+00:00"),
        orders={"EVENT-PENDING": "reserved"},
    ),
    "orders_place_more_than_there_is": Case(says(409, code="out_of_stock", left=[{"left": 1}])),
    "orders_place_without_key": Case(says(400, code="idempotency_key_required")),
    "orders_place_instead": Case(
        says(201, status="reserved"),
        after=(PENDING,),
        orders={"EVENT-PENDING": "cancelled", "EVENT-INSTEAD": "reserved"},
    ),
    "orders_get": Case(says(200, order_id="EVENT-PICKUP"), after=(PICKUP,)),
    "orders_confirm": Case(
        says(200, status="confirmed"), after=(PENDING,), orders={"EVENT-PENDING": "confirmed"}
    ),
    "orders_extend": Case(
        says(200, extended=True, reservation_expires_at="2026-01-05T05:20:00+00:00"),
        after=(PENDING,),
        minutes=5,
        orders={"EVENT-PENDING": "reserved"},
    ),
    "orders_hold": Case(
        says(200, status="confirmed", hold={"reason": "fraud_check"}),
        after=(PICKUP,),
        orders={"EVENT-PICKUP": "confirmed"},
    ),
    "orders_release": Case(
        says(200, status="confirmed"), after=(PICKUP, "orders_hold"), orders={"EVENT-PICKUP": "confirmed"}
    ),
    "orders_cancel": Case(
        says(200, status="cancelled", refund_required=True),
        after=(PICKUP,),
        orders={"EVENT-PICKUP": "cancelled"},
    ),
    "intake": Case(
        ALL_TAKEN, orders={"tokopedia:EVENT-QUEUED": "confirmed", "tokopedia:EVENT-TOO-MANY": "unfillable"}
    ),
    "intake_poison": Case(
        ALL_TAKEN, orders={"tokopedia:EVENT-QUEUED": "confirmed"}, parked=("not_understood",)
    ),
    # --- staff
    "tasks_list": Case(says(200, tasks=[{"task_id": "EVENT-PICKUP~1", "status": "open"}]), after=(PICKUP,)),
    "tasks_list_of_another_store": Case(says(404, code="unknown_location")),
    "sign_in_wrong": Case(says(401, code="wrong_sign_in")),
    "staff_put": Case(says(200, employee="budi", name="Budi Santoso", role="picker")),
    "staff_list": Case(
        says(200, staff=[{"employee": "budi", "name": "Budi Santoso", "role": "picker"}]),
        after=("staff_put",),
    ),
    "staff_reset": Case(says(200, employee="budi"), after=("staff_put",)),
    "staff_let_go": Case(says(200, staff=[]), after=("staff_put",)),
    "tasks_accept_pickup": Case(says(200, status="accepted", accepted_by="budi"), after=(PICKUP,)),
    "tasks_accept_delivery": Case(says(200, status="accepted"), after=(DELIVERY,)),
    "tasks_ready": Case(says(200, status="ready"), after=(PICKUP, "tasks_accept_pickup")),
    "tasks_get": Case(
        says(200, status="open", service="on_time", doubtful=False, customer_name="Dewi Lestari"),
        after=(PICKUP,),
    ),
    "tasks_pick": Case(says(200, status="picked"), after=(PICKUP, "tasks_accept_pickup")),
    "tasks_undo_ready": Case(
        says(200, status="picked"), after=(PICKUP, "tasks_accept_pickup", "tasks_ready")
    ),
    "tasks_pause": Case(says(200, status="paused")),
    "tasks_resume": Case(says(200, status="open", pause=None), after=("tasks_pause",)),
    "tasks_capacity": Case(says(200, status="open")),
    "tasks_collect_wrong_code": Case(
        says(409, code="wrong_code"), after=(PICKUP, "tasks_accept_pickup", "tasks_ready")
    ),
    "tasks_hand_over": Case(
        says(200, status="collected"),
        after=(PICKUP, "tasks_accept_pickup", "tasks_ready"),
        orders={"EVENT-PICKUP": "fulfilled"},
    ),
    "tasks_unlock": Case(says(200, status="ready"), after=(PICKUP, "tasks_accept_pickup", "tasks_ready")),
    "tasks_put_back": Case(
        says(200, status="cancelled", put_back=False),
        after=(PICKUP, "tasks_accept_pickup", "tasks_pick", "orders_cancel"),
    ),
    "tasks_count": Case(says(202, sku="TEE-RED-M", on_hand=3), queued=1),
    "orders_look_up_stock": Case(says(200, sku="TEE-RED-M", doubtful=False)),
    "orders_sell_in_store": Case(says(201, channel="store", status="confirmed", shipments=[AT_SENAYAN])),
    "tasks_ship": Case(
        says(200, status="shipped", carrier="JNE"),
        after=(DELIVERY, "tasks_accept_delivery"),
        orders={"EVENT-DELIVERY": "fulfilled"},
    ),
    "tasks_refuse": Case(
        says(200, status="refused"), after=(DELIVERY,), orders={"EVENT-DELIVERY": "confirmed"}
    ),
    # --- pages
    "board_page": Case({"statusCode": 200}),
    "board_file": Case({"statusCode": 200}),
    "board_unknown_file": Case(says(404, code="unknown_file")),
    # --- the customer
    "customer_page": Case(page(200, "Pesanan kami terima"), after=(PICKUP,)),
    "customer_page_wrong_link": Case(page(404, "Tautan ini tidak dikenal"), after=(PICKUP,)),
    "customer_file": Case(page(200, "addEventListener")),
    "customer_order": Case(
        says(200, status="received", language="en", place={"name": "Sagara Senayan"}, code=None),
        after=(PICKUP,),
    ),
    "customer_on_my_way": Case(
        says(200, status="ready"), after=(PICKUP, "tasks_accept_pickup", "tasks_ready")
    ),
    "customer_choice": Case(
        says(200, status="received", location_id="blok-m"),
        after=(PICKUP, "stock_feed_short", "reroute_shortfall"),
        orders={"EVENT-PICKUP": "confirmed"},
    ),
    "customer_choice_gone": Case(
        says(409, code="choice_gone"),
        after=(PICKUP, "stock_feed_short", "reroute_shortfall"),
        orders={"EVENT-PICKUP": "needs_choice"},
    ),
    # --- what the router tells itself
    "publish": Case(
        ALL_TAKEN,
        after=(PICKUP,),
        told=(("CustomerTopic", "OrderConfirmed"), ("StoreTopic", "OrderConfirmed")),
    ),
    "notify": Case(
        ALL_TAKEN,
        after=(PICKUP,),
        told=(("CustomerTopic", "OrderConfirmed"), ("StoreTopic", "OrderConfirmed")),
    ),
    "webhooks": Case(ALL_TAKEN, after=(PICKUP, "admin_put_webhook"), orders={"EVENT-PICKUP": "confirmed"}),
    "receipts": Case(ALL_TAKEN, after=(PICKUP,), orders={"EVENT-PICKUP": "confirmed"}),
    "reroute": Case(ALL_TAKEN, after=(DELIVERY, "tasks_refuse"), orders={"EVENT-DELIVERY": "confirmed"}),
    "reroute_shortfall": Case(
        ALL_TAKEN, after=(PICKUP, "stock_feed_short"), orders={"EVENT-PICKUP": "needs_choice"}
    ),
    "sweep": Case({"ended": 1}, after=(PENDING,), minutes=15, orders={"EVENT-PENDING": "expired"}),
    "reconcile": Case({"differences": 0, "rounds": 1, "tasks": 2}, after=(PICKUP, DELIVERY)),
    # --- the shelf
    "stock_feed": Case(ALL_TAKEN, parked=("unknown_location",)),
    "stock_files": Case(ALL_TAKEN, dropped="till-4.csv", queued=3),
    "stock_files_snapshot": Case(ALL_TAKEN, dropped="snapshots/senayan/night.csv", queued=3),
    "stock_files_test_event": Case(ALL_TAKEN),
    "stock_feed_short": Case(ALL_TAKEN, after=(PICKUP,), orders={"EVENT-PICKUP": "confirmed"}),
    "admin_stock_updates": Case(says(200, accepted=2), queued=2),
    "admin_get_stock": Case(says(200, sku="SCARF-SILK-RED", on_hand=2, available=2)),
    # --- settings
    "admin_get_location": Case(says(200, location_id="senayan", name="Sagara Senayan", version=1)),
    "admin_put_location": Case(says(200, location_id="event-hall", version=1)),
    "admin_put_location_invalid_polygon": Case(
        says(422, code="invalid_polygon", errors=[{"field": "service_area.polygon"}])
    ),
    "admin_get_policy": Case(says(200, name="default", version=0)),
    "admin_put_policy": Case(
        says(200, name="default", version=1, split={"max_shipments": 2}, floors=[{"units": 1}])
    ),
    "admin_put_webhook": Case(says(200, name="erp", enabled=True, secrets=[{"number": 1, "until": None}])),
    "admin_get_webhook": Case(says(200, name="erp", secret=None), after=("admin_put_webhook",)),
    "admin_try_decision": Case(
        says(
            200,
            status="planned",
            shipments=[AT_SENAYAN],
            policy={"name": "inline", "version": 0},
            changes=[{"location_id": "blok-m"}],
        )
    ),
    "admin_get_decisions": Case(
        says(200, order_id="EVENT-DELIVERY", decisions=[{"status": "planned", "shipments": [AT_SENAYAN]}]),
        after=(DELIVERY,),
    ),
    "admin_openapi": Case(says(200, openapi="3.1.0")),
}


@pytest.fixture(scope="module")
def filled(aws_queues: dict[str, str]) -> dict[str, Any]:
    """The sample chain, written once."""
    aws_world.empty()
    sample_chain.load(SKUS, ["12190"])
    return aws_world.snapshot()


@pytest.fixture
def chain(filled: dict[str, Any], world: World) -> World:
    """The sample chain as it was before any event."""
    aws_world.restore(filled)
    world.clock.at = SENT_AT
    return world


def read(name: str) -> Any:
    """A file's event."""
    return json.loads((FOLDER / f"{name}.json").read_text())


def function_of(name: str) -> str:
    """The function that the file's name begins with."""
    return next(function for function in FUNCTIONS if name == function or name.startswith(f"{function}_"))


def replay(name: str) -> Any:
    """Hand a file's event to its function; an HTTP answer comes with its body read."""
    event = read(name)
    answer = handler(function_of(name))(event, CONTEXT)
    if "statusCode" in answer:
        require_described(event["httpMethod"], event["resource"], answer)
        json_came = "json" in answer["headers"]["Content-Type"]
        return {**answer, "body": json.loads(answer["body"]) if json_came else answer["body"]}
    return answer


def require_at_least(expected: Any, found: Any, where: str = "answer") -> None:
    """What is expected must be there; of objects only the members that are named, of lists all items."""
    if isinstance(expected, Mapping):
        for name, value in expected.items():
            assert name in found, f"{where} has no {name}: {found}"
            require_at_least(value, found[name], f"{where}.{name}")
    elif isinstance(expected, Somewhere):
        assert expected.word in found, where
    elif isinstance(expected, list):
        assert len(found) == len(expected), f"{where}: {found}"
        for n, value in enumerate(expected):
            require_at_least(value, found[n], f"{where}.{n}")
    else:
        assert found == expected, where


def test_every_file_has_a_row_and_every_row_a_file() -> None:
    assert sorted(CASES) == FILES


def test_the_readme_names_every_file_and_no_other() -> None:
    named = set(re.findall(r"`(\w+)\.json`", (FOLDER / "README.md").read_text()))

    assert named == {*FILES, "env"}


def test_every_function_has_an_event() -> None:
    assert {function_of(name) for name in FILES} == set(FUNCTIONS)


@pytest.mark.parametrize("name", CASES)
def test_an_event_comes_out_as_the_table_says(chain: World, name: str) -> None:
    # Given what came before
    case = CASES[name]
    for earlier in case.after:
        replay(earlier)
    chain.clock.forward(minutes=case.minutes)
    if case.dropped:
        drop(case.dropped, (FOLDER / "stock_files" / case.dropped).read_bytes())

    # When
    answer = replay(name)

    # Then
    require_at_least(case.answer, answer)
    assert {order_id: chain.get_order(order_id).body["status"] for order_id in case.orders} == case.orders
    assert tuple(r.partition(":")[0] for r in chain.parked("StockFeedDeadLetters")) == case.parked
    assert len(chain.receive("StockFeedQueue")) == case.queued
    for message in chain.receive("NotifyQueue"):
        chain.deliver("notify", message)
    told = [
        (topic, m["attributes"]["event"])
        for topic in ("CustomerTopic", "StoreTopic")
        for m in chain.heard(topic)
    ]
    assert tuple(told) == case.told


def test_a_refused_delivery_of_the_events_goes_from_senayan_to_grogol(chain: World) -> None:
    for name in (DELIVERY, "tasks_refuse", "reroute"):
        replay(name)

    shipments = chain.get_order("EVENT-DELIVERY").body["shipments"]
    assert [(s["location_id"], s["status"]) for s in shipments] == [
        ("senayan", "refused"),
        ("grogol", "open"),
    ]


def test_the_shelf_of_the_events_is_counted_and_then_sold_from(chain: World) -> None:
    replay("stock_feed")

    assert chain.stock("TEE-RED-M", "senayan").on_hand == 11


def test_the_stream_event_is_what_placing_the_pickup_writes(chain: World) -> None:
    # Given the rows that the pickup of the events makes
    replay(PICKUP)
    written = {row["sk"]["S"]: row for row in chain.rows("Orders")}

    # Then the file holds the same rows, and the very same event
    images = {
        r["dynamodb"]["NewImage"]["sk"]["S"]: r["dynamodb"]["NewImage"] for r in read("publish")["Records"]
    }
    (event,) = [sk for sk in images if sk.startswith("EVENT#")]
    assert set(images) == set(written)
    assert images[event] == written[event]


def test_the_queue_events_are_what_the_bus_delivers(chain: World) -> None:
    # Given what the pickup and the refusal tell
    for name in (PICKUP, DELIVERY, "tasks_refuse"):
        replay(name)
    (confirmed,) = [m for m in chain.waiting_for("NotifyQueue") if "EVENT-PICKUP" in m]
    (refused,) = chain.receive("RerouteQueue")

    # Then the files tell it in the same words
    for name, message in (("notify", confirmed), ("reroute", refused)):
        (record,) = read(name)["Records"]
        assert json.loads(record["body"])["detail"] == json.loads(message)["detail"]
