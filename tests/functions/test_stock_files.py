"""Files of tills become messages of the stock feed, and what is wrong with them is answered beside them."""

from __future__ import annotations

import json
from datetime import timedelta
from hashlib import sha256

import boto3
import pytest

from fulfillment.adapters import aws
from fulfillment.application import take_stock_file
from tests.support.aws_world import BUCKET
from tests.support.builders import MONDAY_NOON, a_location, a_product, stock
from tests.support.sabotage import change
from tests.support.till_files import (
    drop,
    errors,
    feed,
    notification,
    report,
    sent,
    take,
    wrong,
)
from tests.support.world import World

NOON = "2026-11-23T12:00:00+07:00"
HEADER = "sku,location_id,on_hand,observed_at,movement_id,change,at,kind,order_id\n"
SNAPSHOT = "sku,on_hand,observed_at\n"


@pytest.fixture
def shop(world: World) -> World:
    """A store in Jakarta that is said to have ten tees and five caps, and one in Makassar."""
    world.given(a_product("tee"), a_product("cap"), a_product("bag"))
    world.given(a_location("senayan"), a_location("panakkukang", timezone="Asia/Makassar"))
    world.given(stock("senayan", tee=10, cap=5))
    return world


def on_hand(shop: World, sku: str) -> int:
    return shop.stock(sku, "senayan").on_hand


# --- counts and movements


def test_a_file_of_a_count_and_a_sale_changes_the_shelf(shop: World) -> None:
    # Given a count at noon, and a sale five minutes later
    rows = f"tee,senayan,7,{NOON},,,,,\ntee,senayan,,,till-4-881,-1,2026-11-23T12:05:00+07:00,sale,\n"

    # When
    assert take(drop("till-4.csv", HEADER + rows)) == []
    feed(shop)

    # Then
    assert on_hand(shop, "tee") == 6
    assert errors("till-4") is None
    told = report("till-4")
    assert (told["rows"], told["sent"], told["refused"], told["zeroed"], told["errors"]) == (2, 2, 0, 0, None)


def test_rows_become_the_messages_of_the_queue(shop: World) -> None:
    rows = (
        f"tee,senayan,7,{NOON},,,,,\n"
        f"cap,senayan,,,till-1,-2,{NOON},sale,web-1\n"
        f"cap,senayan,,,till-2,+3,{NOON},,\n"
    )
    take(drop("a.csv", HEADER + rows))

    about = {"location_id": "senayan"}
    movement = {"type": "movement", **about, "sku": "cap", "at": NOON}
    assert sorted(sent(shop), key=str) == sorted(
        [
            {"type": "count", **about, "sku": "tee", "on_hand": 7, "observed_at": NOON},
            {**movement, "movement_id": "till-1", "change": -2, "kind": "sale", "order_id": "web-1"},
            {**movement, "movement_id": "till-2", "change": 3},
        ],
        key=str,
    )


def test_a_time_without_an_offset_is_that_of_the_clock_on_the_wall_of_the_store(shop: World) -> None:
    rows = "tee,senayan,7,2026-11-23 09:00,,,,,\ntee,panakkukang,7,2026-11-23T09:00:30,,,,,\n"

    take(drop("a.csv", HEADER + rows))

    moments = {message["location_id"]: message["observed_at"] for message in sent(shop)}
    assert moments == {"senayan": "2026-11-23T09:00:00+07:00", "panakkukang": "2026-11-23T09:00:30+08:00"}


def test_a_bad_row_is_answered_and_the_others_are_sent(shop: World) -> None:
    rows = f"tee,senayan,seven,{NOON},,,,,\ncap,senayan,4,{NOON},,,,,\n"

    take(drop("a.csv", HEADER + rows))

    assert [message["sku"] for message in sent(shop)] == ["cap"]
    line = f"tee,senayan,seven,{NOON},,,,,"
    assert errors("a") == [("2", line, "on_hand", "'seven' is not a whole number")]
    assert report("a")["errors"] == "errors/a.csv"


def test_what_there_is_no_product_or_location_for_is_sent_and_named(shop: World) -> None:
    # Given a SKU and a location that there are not
    rows = f"scarf,senayan,7,{NOON},,,,,\ntee,atlantis,7,{NOON},,,,,\n"

    # When
    take(drop("a.csv", HEADER + rows))

    # Then both are named, and wait where they can be sent again from
    assert wrong("a") == [("2", "sku"), ("3", "location_id")]
    assert (report("a")["sent"], report("a")["refused"], report("a")["unknown"]) == (2, 0, 2)
    feed(shop)
    parked = sorted(reason.partition(":")[0] for reason in shop.parked("StockFeedDeadLetters"))
    assert parked == ["unknown_location", "unknown_sku"]


def test_a_moment_that_has_not_come_is_refused(shop: World) -> None:
    late = (MONDAY_NOON + timedelta(minutes=6)).isoformat()
    rows = f"tee,senayan,7,{late},,,,,\ntee,senayan,,,till-1,1,{late},,\n"

    take(drop("a.csv", HEADER + rows))

    assert sent(shop) == []
    assert wrong("a") == [("2", "observed_at"), ("3", "at")]


@pytest.mark.parametrize("at", ["2026-09-23T11:59:00+07:00", "2025-11-23 12:00"])
def test_a_moment_of_which_the_feed_can_know_nothing_any_more_is_refused(shop: World, at: str) -> None:
    rows = f"tee,senayan,7,{at},,,,,\ntee,senayan,,,till-1,1,{at},,\n"

    take(drop("a.csv", HEADER + rows))

    assert sent(shop) == []
    assert wrong("a") == [("2", "observed_at"), ("3", "at")]


def test_a_location_whose_row_is_broken_costs_its_own_rows(shop: World) -> None:
    # Given a clock on a wall that nobody can read any more, and one that can be read
    change("Locations", {"location_id": "panakkukang"}, document="{")
    rows = "tee,panakkukang,7,2026-11-23 09:00,,,,,\ntee,senayan,7,2026-11-23 09:00,,,,,\n"

    # When
    assert take(drop("a.csv", HEADER + rows)) == []

    # Then
    assert [message["location_id"] for message in sent(shop)] == ["senayan"]
    assert wrong("a") == [("2", "observed_at")]


# --- again


def test_a_file_taken_twice_changes_nothing_the_second_time(shop: World) -> None:
    # Given a file that was taken and applied
    rows = f"tee,senayan,7,{NOON},,,,,\ncap,senayan,,,till-1,-2,{NOON},sale,\ntee,senayan,x,{NOON},,,,,\n"
    told = drop("a.csv", HEADER + rows)
    take(told)
    feed(shop)
    before, answered = shop.everything(), (errors("a"), report("a"))

    # When it is delivered again, and dropped again
    for again in (told, drop("a.csv", HEADER + rows)):
        take(again)
        feed(shop)

    # Then
    assert shop.everything() == before
    assert (errors("a"), report("a")) == answered


def test_a_file_that_was_put_right_has_no_errors_any_more(shop: World) -> None:
    take(drop("a.csv", f"{HEADER}tee,senayan,x,{NOON},,,,,\n"))
    assert errors("a")

    take(drop("a.csv", f"{HEADER}tee,senayan,7,{NOON},,,,,\n"))

    assert errors("a") is None
    assert report("a")["errors"] is None


def test_each_version_of_a_name_is_read_as_it_was_dropped(shop: World) -> None:
    # Given two files of one name, dropped before either was taken
    first = drop("stock.csv", f"{HEADER}tee,senayan,7,{NOON},,,,,\n")
    second = drop("stock.csv", f"{HEADER}cap,senayan,3,{NOON},,,,,\n")

    # When
    take(first)
    take(second)

    # Then none is lost
    assert [message["sku"] for message in sent(shop)] == ["tee", "cap"]


def test_a_function_that_dies_in_the_middle_takes_the_file_again(
    shop: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a file of three blocks whose third cannot be sent
    monkeypatch.setattr(take_stock_file, "BLOCK", 1)
    rows = f"tee,senayan,7,{NOON},,,,,\ncap,senayan,4,{NOON},,,,,\nbag,senayan,3,{NOON},,,,,\n"
    told = drop("a.csv", HEADER + rows)
    aws.sqs().meta.events.register("before-call.sqs.SendMessageBatch", _fail_at(3))

    # When
    failed = take(told)

    # Then nothing is answered, and the next try does it all
    assert failed == ["m0"]
    assert report("a") is None
    assert take(told) == []
    feed(shop)
    assert [on_hand(shop, sku) for sku in ("tee", "cap", "bag")] == [7, 4, 3]
    assert report("a")["sent"] == 3


def _fail_at(number: int):
    calls = iter(range(1, 1_000))

    def fail(**_: object) -> None:
        if next(calls) == number:
            raise ConnectionError("made up by a test")

    return fail


def test_a_message_that_the_queue_does_not_take_at_first_is_sent_again(shop: World) -> None:
    # Given a queue that takes one of two messages
    entry = {"Id": "1", "SenderFault": False, "Code": "InternalError"}
    shop.answer_once("sqs", "SendMessageBatch", {"Successful": [{"Id": "0"}], "Failed": [entry]})

    # When
    rows = f"tee,senayan,7,{NOON},,,,,\ncap,senayan,4,{NOON},,,,,\n"
    assert take(drop("a.csv", HEADER + rows)) == []

    # Then the other one comes alone
    assert [message["sku"] for message in sent(shop)] == ["cap"]


def test_a_queue_that_never_takes_a_message_lets_the_file_come_again(shop: World) -> None:
    entry = {"Id": "0", "SenderFault": False, "Code": "InternalError"}
    refusing = [{"Successful": [], "Failed": [entry]}] * 5
    for answer in refusing:
        shop.answer_once("sqs", "SendMessageBatch", answer)

    assert take(drop("a.csv", f"{HEADER}tee,senayan,7,{NOON},,,,,\n")) == ["m0"]

    assert report("a") is None


# --- full snapshots


def test_what_a_full_snapshot_does_not_name_is_counted_as_nothing(shop: World) -> None:
    # Given caps of which one is promised, somewhere else too
    shop.given(stock("panakkukang", cap=9))

    # When a snapshot of Senayan names the tees alone
    take(drop("snapshots/senayan/night.csv", f"{SNAPSHOT}tee,8,{NOON}\n"))
    feed(shop)

    # Then
    assert (on_hand(shop, "tee"), on_hand(shop, "cap")) == (8, 0)
    assert shop.stock("cap", "senayan").observed_at == MONDAY_NOON
    assert shop.stock("cap", "panakkukang").on_hand == 9
    told = report("snapshots/senayan/night")
    assert (told["rows"], told["sent"], told["zeroed"], told["errors"]) == (1, 2, 1, None)


def test_what_came_after_a_snapshot_was_taken_stays(shop: World) -> None:
    # Given a delivery of caps and a count of bags after noon
    later = (MONDAY_NOON + timedelta(minutes=1)).isoformat()
    shop.clock.forward(minutes=2)
    rows = f"cap,senayan,,,van-1,6,{later},receipt,\nbag,senayan,2,{later},,,,,\n"
    take(drop("a.csv", HEADER + rows))
    feed(shop)

    # When the snapshot of noon, which names neither, comes late
    take(drop("snapshots/senayan/night.csv", f"{SNAPSHOT}tee,8,{NOON}\n"))
    feed(shop)

    # Then
    assert (on_hand(shop, "cap"), on_hand(shop, "bag")) == (6, 2)


@pytest.mark.parametrize(
    ("rows", "row", "column"),
    [
        (f"cap,lots,{NOON}\n", "3", "on_hand"),
        (f"scarf,1,{NOON}\n", "3", "sku"),
        ("cap,1,2026-11-23T11:59:00+07:00\n", "3", "observed_at"),
        (f"tee,1,{NOON}\n", "3", "sku"),
        (f'"cap,1,{NOON}\n', "3", ""),
    ],
)
def test_a_snapshot_with_anything_wrong_counts_nothing_as_nothing(
    shop: World, rows: str, row: str, column: str
) -> None:
    # When
    take(drop("snapshots/senayan/n.csv", f"{SNAPSHOT}tee,8,{NOON}\n{rows}"))
    feed(shop)

    # Then what could be read is applied, nothing else, and that is said
    assert (on_hand(shop, "tee"), on_hand(shop, "cap")) == (8, 5)
    assert wrong("snapshots/senayan/n") == [(row, column), ("", "")]
    assert report("snapshots/senayan/n")["zeroed"] == 0


@pytest.mark.parametrize("content", ["", SNAPSHOT, "sku,on_hand\ntee,1\n"])
def test_a_snapshot_that_is_empty_empties_no_store(shop: World, content: str) -> None:
    take(drop("snapshots/senayan/n.csv", content))

    assert sent(shop) == []
    assert errors("snapshots/senayan/n")


@pytest.mark.parametrize("folder", ["atlantis/", "", "senayan/november/"])
def test_a_snapshot_of_no_location_is_not_read(shop: World, folder: str) -> None:
    take(drop(f"snapshots/{folder}n.csv", f"{SNAPSHOT}tee,8,{NOON}\n"))

    assert sent(shop) == []
    ((row, _line, column, reason),) = errors(f"snapshots/{folder}n") or ()
    assert (row, column) == ("", "")
    assert "there is none" in reason


# --- files that are none


def test_a_file_too_large_to_be_read_in_time_is_not_begun(shop: World) -> None:
    # Given a notification of five gigabytes of which there is not one byte
    take(notification("incoming/huge.csv", "version", 5 * 2**30))

    ((_row, _line, _column, reason),) = errors("huge") or ()
    assert "5,368,709,120 bytes" in reason


def test_rows_beyond_the_most_are_not_read_and_that_is_said(
    shop: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a limit of two rows, looked at after every block of two
    monkeypatch.setattr(take_stock_file, "MAX_ROWS", 2)
    monkeypatch.setattr(take_stock_file, "BLOCK", 2)
    rows = "".join(f"tee,senayan,{n},2026-11-23T11:0{n}:00+07:00,,,,,\n" for n in range(5))

    # When
    take(drop("a.csv", HEADER + rows))

    # Then
    assert len(sent(shop)) == 4
    assert wrong("a") == [("5", "")]


def test_a_name_that_is_not_of_a_csv_file_is_answered(shop: World) -> None:
    take(drop("stock.xlsx", "PK"))

    assert wrong("stock.xlsx") == [("", "")]


def test_a_name_may_hold_blanks_and_plus_signs(shop: World) -> None:
    take(drop("Toko Senayan+1 (pagi).CSV", f"{HEADER}tee,senayan,7,{NOON},,,,,\n"))

    assert report("Toko Senayan+1 (pagi)")["sent"] == 1


def test_the_bytes_of_a_file_are_named_in_its_report(shop: World) -> None:
    take(drop("a.csv", HEADER))

    assert report("a")["sha256"] == sha256(HEADER.encode()).hexdigest()


# --- notifications that are none


def test_the_test_of_s3_and_the_folders_of_its_console_are_nothing(shop: World) -> None:
    told = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": BUCKET}

    assert take(json.dumps(told), notification("incoming/snapshots/", "version", 0)) == []

    assert boto3.client("s3").list_objects_v2(Bucket=BUCKET)["KeyCount"] == 0
    assert shop.parked("StockFeedDeadLetters") == []


@pytest.mark.parametrize("body", ["", "{}", "[]", "null", '{"Records": [{}]}', '{"Records": "x"}', "\x00"])
def test_what_is_no_notification_is_parked(shop: World, body: str) -> None:
    assert take(body) == []

    (reason,) = shop.parked("StockFeedDeadLetters")
    assert reason.startswith("not_understood")


def test_a_file_that_is_gone_comes_again_and_ends_with_the_dead_letters(shop: World) -> None:
    assert take(notification("incoming/gone.csv", "no-version", 10)) == ["m0"]
