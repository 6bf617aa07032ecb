"""Messages of queues and streams: read strictly, each alone, and parked when no retry can help."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from pydantic import ValidationError

from fulfillment.adapters.dynamodb.order_write import event_item
from fulfillment.application.feed_stock import StockChange, StockCount
from fulfillment.domain.errors import Busy, NotFound
from fulfillment.domain.events import Event
from fulfillment.messages import stock
from fulfillment.messages.incoming import event_from_queue, event_from_stream, fingerprint
from fulfillment.messages.queue import work_through
from tests.support.builders import MONDAY_NOON
from tests.support.functions import CONTEXT, sqs_event

EVENT = Event("A-1.c1.0", "TaskRefused", MONDAY_NOON, "A-1", {"task_id": "A-1~1"})
DETAIL = {
    "event_id": "A-1.c1.0",
    "type": "TaskRefused",
    "at": "2026-11-23T05:00:00Z",
    "order_id": "A-1",
    "detail": {"task_id": "A-1~1"},
}

# --- events


def test_an_event_is_read_as_the_bus_delivers_it() -> None:
    body = json.dumps({"source": "fulfillment", "detail-type": "TaskRefused", "detail": DETAIL | {"new": 1}})

    assert event_from_queue(body) == EVENT


def test_an_event_is_read_from_the_row_that_was_written() -> None:
    assert event_from_stream(event_item(EVENT, "EVENT#c1#0")) == EVENT


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        "7",
        "null",
        "{}",
        json.dumps({"detail": None}),
        json.dumps({"detail": {}}),
        json.dumps({"detail": DETAIL | {"type": "TaskPainted"}}),
        json.dumps({"detail": DETAIL | {"detail": "x"}}),
    ],
)
def test_what_is_no_event_is_not_understood(body: str) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        event_from_queue(body)


def test_a_fingerprint_is_of_what_was_said() -> None:
    assert fingerprint("a") == fingerprint("a") != fingerprint("b")
    assert len(fingerprint("")) == 64


# --- the stock feed


@dataclass
class FakeFeed:
    """Takes counts and changes down."""

    told: list[StockCount | StockChange] = field(default_factory=list)

    def count(self, told: StockCount) -> str:
        self.told.append(told)
        return "applied"

    def movement(self, told: StockChange) -> str:
        self.told.append(told)
        return "done_before"


COUNT = {
    "type": "count",
    "sku": "tee",
    "location_id": "senayan",
    "on_hand": 3,
    "observed_at": "2026-11-23T12:00:00+07:00",
}
MOVEMENT = {
    "type": "movement",
    "movement_id": "m1",
    "sku": "tee",
    "location_id": "senayan",
    "kind": "sale",
    "change": -1,
    "at": "2026-11-23T05:00:00Z",
    "order_id": "A-1",
}


def applied(body: Any) -> tuple[str, list[StockCount | StockChange]]:
    feed = FakeFeed()
    told = stock.read(body if isinstance(body, str) else json.dumps(body))
    outcome = stock.apply(feed, told)  # type: ignore[arg-type]
    return outcome, feed.told


def test_a_count_is_what_was_seen() -> None:
    assert applied(COUNT) == ("applied", [StockCount("tee", "senayan", 3, MONDAY_NOON)])


def test_a_movement_is_what_changed() -> None:
    expected = StockChange("m1", "tee", "senayan", "sale", -1, MONDAY_NOON, "A-1")

    assert applied(MOVEMENT) == ("done_before", [expected])


def test_a_movement_without_a_kind_is_an_adjustment() -> None:
    short = {key: value for key, value in MOVEMENT.items() if key not in ("kind", "order_id")}
    expected = StockChange("m1", "tee", "senayan", "adjustment", -1, MONDAY_NOON, None)

    assert applied(short)[1] == [expected]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        [],
        {},
        {"type": "guess"},
        COUNT | {"type": "movement"},
        COUNT | {"on_hand": -1},
        COUNT | {"on_hand": 1.5},
        COUNT | {"on_hand": "3"},
        COUNT | {"on_hand": 1_000_001},
        COUNT | {"sku": ""},
        COUNT | {"location_id": "sena yan"},
        COUNT | {"observed_at": "2026-11-23T12:00:00"},
        COUNT | {"observed_at": "2026-11-23"},
        COUNT | {"observed_at": "20261123"},
        COUNT | {"observed_at": 1790000000},
        COUNT | {"observed_at": "1999-12-31T23:59:59Z"},
        COUNT | {"observed_at": "2100-01-01T00:00:00Z"},
        COUNT | {"observed_at": "0001-01-01T00:00:00+23:00"},
        COUNT | {"counted_by": "budi"},
        MOVEMENT | {"movement_id": ""},
        MOVEMENT | {"movement_id": "m 1"},
        MOVEMENT | {"movement_id": "x" * 101},
        MOVEMENT | {"change": 1_000_001},
        MOVEMENT | {"kind": "count"},
        MOVEMENT | {"kind": "handover"},
        MOVEMENT | {"order_id": "x" * 101},
        {key: value for key, value in MOVEMENT.items() if key != "at"},
    ],
)
def test_a_stock_message_that_can_never_be_applied_is_refused(body: Any) -> None:
    with pytest.raises(ValidationError):
        applied(body)


# --- a batch


@dataclass
class Parked:
    """Where messages are put that no retry can help; broken when it is told to be."""

    broken: bool = False
    messages: list[tuple[str, str]] = field(default_factory=list)

    def park(self, body: str, reason: str) -> None:
        if self.broken:
            raise ConnectionError
        self.messages.append((body, reason))


def worked(
    handle: Callable[[str], None],
    *bodies: str,
    parking: Parked | None = None,
    read: Callable[[str], str] = str,
) -> tuple[list[str], Parked]:
    parked = parking or Parked()
    answer = work_through(sqs_event(bodies), CONTEXT, read, handle, parked)
    return [failed["itemIdentifier"] for failed in answer["batchItemFailures"]], parked


def failing_on(word: str, error: Exception) -> Callable[[str], str]:
    def step(body: str) -> str:
        if body == word:
            raise error
        return body

    return step


TEN = [str(n) for n in range(10)]


def test_a_poison_message_is_parked_alone() -> None:
    done: list[str] = []

    again, parked = worked(done.append, *TEN, read=failing_on("4", ValueError("4")))

    assert (again, done) == ([], [body for body in TEN if body != "4"])
    assert parked.messages == [("4", "not_understood: ValueError")]


def a_validation_error() -> ValidationError:
    with pytest.raises(ValidationError) as refused:
        stock.CountMessage.model_validate(COUNT | {"on_hand": "Dewi"})
    return refused.value


def test_a_refused_message_is_parked_with_its_reason() -> None:
    refusal = NotFound("unknown_location", "There is no location 'x'.")

    again, parked = worked(failing_on("3", refusal), *TEN)

    assert (again, parked.messages) == ([], [("3", "unknown_location: There is no location 'x'.")])


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (TypeError("Dewi"), "not_understood: TypeError"),
        (KeyError("Dewi"), "not_understood: KeyError"),
        (json.JSONDecodeError("Dewi", "", 0), "not_understood: JSONDecodeError"),
    ],
)
def test_a_message_that_cannot_be_read_is_parked_without_its_values(error: Exception, reason: str) -> None:
    again, parked = worked(print, *TEN, read=failing_on("3", error))

    assert (again, parked.messages) == ([], [("3", reason)])


def test_a_message_of_the_wrong_shape_names_the_field() -> None:
    again, parked = worked(print, *TEN, read=failing_on("3", a_validation_error()))

    (message,) = parked.messages
    assert again == []
    assert message[1].startswith("not_understood: ")
    assert "Dewi" not in message[1]


@pytest.mark.parametrize(
    "error",
    [Busy("busy", "Others."), ConnectionError(), AssertionError(), KeyError("a bug of ours"), ValueError()],
)
def test_what_may_work_later_is_delivered_again_alone(error: Exception) -> None:
    again, parked = worked(failing_on("3", error), *TEN)

    assert (again, parked.messages) == (["m3"], [])


def test_a_message_that_could_not_be_parked_is_not_lost() -> None:
    again, _ = worked(print, *TEN, read=failing_on("3", ValueError()), parking=Parked(broken=True))

    assert again == ["m3"]


def test_a_batch_of_failures_is_a_list_and_not_an_error() -> None:
    def handle(body: str) -> None:
        raise ConnectionError

    assert worked(handle, "a", "b")[0] == ["m0", "m1"]


def test_an_event_that_happened_later_is_another_event() -> None:
    later = replace(EVENT, event_id="A-1.c2.0")

    assert event_from_stream(event_item(later, "EVENT#c2#0")) != EVENT
