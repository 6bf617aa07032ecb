"""Dead letters that no function put there: what the bus, the stream and the scheduler gave up."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fulfillment.adapters import aws, letters
from fulfillment.adapters.dynamodb.rows import text
from fulfillment.adapters.messaging import EventBridgeBus
from tests.support.builders import a_location, a_product, delivery_body, order_body, stock
from tests.support.letters import (
    ACCOUNT,
    LettersCommand,
    put,
    put_failed_run,
    put_lost_records,
    put_undelivered,
)
from tests.support.world import World


@pytest.fixture
def command(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> LettersCommand:
    """The command, on the queues of this world; it does not wait for more letters to come."""
    monkeypatch.setattr(letters, "WAIT_SECONDS", 0)
    made = LettersCommand(tmp_path / "stack.json", capsys)
    made.name(world.queues)
    return made


@pytest.fixture
def shop(world: World) -> World:
    """A store with five tees."""
    world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=5))
    return world


def confirmed(order_id: str) -> dict[str, Any]:
    """An event as the bus has it in its envelope."""
    at = "2026-11-23T05:00:00+00:00"
    told = {"event_id": f"{order_id}.c.1", "type": "OrderConfirmed", "at": at, "order_id": order_id}
    return {"source": "fulfillment", "detail-type": "OrderConfirmed", "detail": {**told, "detail": {}}}


def test_what_the_bus_could_not_deliver_goes_to_the_queue_it_was_for(
    world: World, command: LettersCommand
) -> None:
    # Given two events for two queues, and one for a queue of another stack
    put_undelivered(world, "EventsDeadLetters", confirmed("O-1"), f"arn:aws:sqs:{ACCOUNT}:NotifyQueue")
    put_undelivered(world, "EventsDeadLetters", confirmed("O-2"), f"arn:aws:sqs:{ACCOUNT}:RerouteQueue")
    put_undelivered(world, "EventsDeadLetters", confirmed("O-3"), f"arn:aws:sqs:{ACCOUNT}:SomeoneElses")
    listed = command("list", "--queue", "events")

    # When
    said = command("redrive", "--queue", "events")

    # Then the listing told of them, and each of ours is where it was to go, as it was
    assert "3 x NO_PERMISSIONS" in listed.out
    assert "NO_PERMISSIONS: The bus may not send there.  type=OrderConfirmed order_id=O-1" in listed.out
    assert [json.loads(body) for body in world.receive("NotifyQueue")] == [confirmed("O-1")]
    assert [json.loads(body) for body in world.receive("RerouteQueue")] == [confirmed("O-2")]

    # and the third stays, and says why
    assert (said.code, said.out) == (1, "events: 2 redriven, 1 belong nowhere and stay.\n")
    assert "no queue of this stack is where it was to go" in said.err
    assert [json.loads(body) for body in world.receive("EventsDeadLetters")] == [confirmed("O-3")]


def test_events_that_never_reached_the_bus_are_published_from_the_outbox(
    shop: World, command: LettersCommand
) -> None:
    # Given an order an hour ago, and two whose events were lost on the way to the bus
    shop.order(order_body("before"))
    shop.clock.forward(hours=1)
    written = shop.clock.now()
    shop.order(order_body("lost-1"))
    shop.clock.forward(seconds=30)
    shop.order(order_body("lost-2"))
    put_lost_records(shop, written, shop.clock.now())
    shop.clock.forward(hours=1)
    shop.order(order_body("after"))
    listed = command("list", "--queue", "publish")

    # When
    said = command("redrive", "--queue", "publish")

    # Then the listing named shard and number of records, and the bus has the two
    assert "RetryAttemptsExhausted: tried 9 times  shard=shardId-0000" in listed.out
    assert "records=2 function=publish" in listed.out
    assert (said.code, said.out) == (0, "publish: 1 redriven.\n")
    told = [json.loads(body)["detail"]["order_id"] for body in shop.receive("NotifyQueue")]
    assert sorted(told) == ["lost-1", "lost-2"]
    assert shop.receive("PublishFailures") == []


@pytest.mark.parametrize("days", [0, 17])
def test_an_event_that_is_published_twice_is_told_once(
    days: int, shop: World, command: LettersCommand
) -> None:
    # Given an order of which everybody was told, beside one that was lost; and somebody who looks days later
    shop.order(order_body("O-1"))
    put_lost_records(shop, shop.clock.now(), shop.clock.now())
    shop.settle()
    told = {
        message["message_id"] for topic in ("StoreTopic", "CustomerTopic") for message in shop.heard(topic)
    }
    shop.clock.forward(days=days)
    forget_what_is_over(shop)

    # When its events are published again
    command("redrive", "--queue", "publish")
    shop.settle()

    # Then nobody hears of it again
    assert told
    assert shop.heard("StoreTopic") + shop.heard("CustomerTopic") == []


def forget_what_is_over(world: World) -> None:
    """What DynamoDB does in time with rows that have expired."""
    now = world.clock.now().timestamp()
    for row in world.rows("Idempotency"):
        if "expires_at" in row and int(row["expires_at"]["N"]) < now:
            key = {"idempotency_key": row["idempotency_key"]}
            aws.dynamodb().delete_item(TableName="Idempotency", Key=key)


def test_spans_that_overlap_are_published_once(shop: World, command: LettersCommand) -> None:
    # Given two letters of one minute, and twelve orders in it
    shop.given(stock("senayan", tee=50))
    for n in range(12):
        shop.order(delivery_body(f"D-{n}"))
    put_lost_records(shop, shop.clock.now(), shop.clock.now())
    put_lost_records(shop, shop.clock.now() - timedelta(seconds=90), shop.clock.now())

    # When
    said = command("redrive", "--queue", "publish")

    # Then
    assert said.out == "publish: 2 redriven.\n"
    assert len(shop.receive("NotifyQueue")) == 12


def test_without_a_bus_nothing_is_published_and_the_letter_stays(
    shop: World, command: LettersCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given nobody said on which bus
    shop.order(order_body("O-1"))
    put_lost_records(shop, shop.clock.now(), shop.clock.now())
    monkeypatch.setenv("EVENT_BUS_NAME", "")

    # When
    said = command("redrive", "--queue", "publish")

    # Then
    assert (said.code, said.out) == (1, "publish: 0 redriven, 1 belong nowhere and stay.\n")
    assert "which bus and table? give --stack, or EVENT_BUS_NAME and ORDERS_TABLE" in said.err
    assert len(shop.receive("PublishFailures")) == 1


def test_the_file_of_make_run_says_on_which_bus(
    shop: World, command: LettersCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a file that names queues, tables and the bus, and nothing in the environment
    shop.order(order_body("O-1"))
    put_lost_records(shop, shop.clock.now(), shop.clock.now())
    monkeypatch.setenv("EVENT_BUS_NAME", "")
    monkeypatch.setenv("ORDERS_TABLE", "")
    command.name(shop.queues, tables={"Orders": "Orders"}, event_bus_name="Bus")

    # When
    said = command("redrive", "--queue", "publish")

    # Then
    assert (said.code, said.out) == (0, "publish: 1 redriven.\n")
    assert len(shop.receive("NotifyQueue")) == 1


@pytest.mark.parametrize("moment", [None, "2026-11-23T05:00:00", "noon"])
def test_a_letter_about_the_stream_that_does_not_say_when_is_kept(
    moment: str | None, shop: World, command: LettersCommand
) -> None:
    # Given a batch whose events nobody can find, since its times are not told
    shop.order(order_body("O-1"))
    put_lost_records(shop, shop.clock.now(), shop.clock.now())
    (told,) = [json.loads(body) for body in shop.receive("PublishFailures")]
    told["DDBStreamBatchInfo"]["approximateArrivalOfFirstRecord"] = moment
    put(shop, "PublishFailures", told)

    # When
    said = command("redrive", "--queue", "publish")

    # Then it is not taken for a run that the next one makes up for
    assert (said.code, said.out) == (1, "publish: 0 redriven, 1 belong nowhere and stay.\n")
    assert "it does not say when the stream's records were written" in said.err
    assert len(shop.receive("PublishFailures")) == 1


def test_an_event_that_the_bus_refuses_keeps_its_letter(
    shop: World, command: LettersCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a bus that takes no more for the moment
    shop.order(order_body("O-1"))
    put_lost_records(shop, shop.clock.now(), shop.clock.now())
    monkeypatch.setattr(EventBridgeBus, "publish", lambda bus, events: [event.event_id for event in events])

    # When
    said = command("redrive", "--queue", "publish")

    # Then
    assert (said.code, said.out) == (1, "publish: 0 redriven.\n")
    assert said.err.startswith("Broken off: the bus did not take O-1")
    assert said.err.endswith("Doing it again is safe.\n")
    assert len(shop.receive("PublishFailures")) == 1


def test_an_event_that_nobody_can_read_holds_up_no_other(shop: World, command: LettersCommand) -> None:
    # Given the row of one event is broken
    shop.order(order_body("O-1"))
    put_lost_records(shop, shop.clock.now(), shop.clock.now())
    broken = {"order_id": text("O-0"), "sk": text("EVENT#x#1"), "document": text("{")}
    aws.dynamodb().put_item(TableName="Orders", Item=broken)

    # When
    said = command("redrive", "--queue", "publish")

    # Then the others are published, the row is named, and the letter waits for its repair
    assert said.code == 1
    assert "1 rows are not events that anybody can read: O-0 EVENT#x#1" in said.err
    assert len(shop.receive("NotifyQueue")) == 1
    assert len(shop.receive("PublishFailures")) == 1


def test_a_failed_run_has_nothing_to_send_and_goes_when_asked(world: World, command: LettersCommand) -> None:
    # Given a sweep that failed, one that could not be started, and something else
    put_failed_run(world)
    schedule = f"arn:aws:scheduler:{ACCOUNT}:schedule/default/sweep"
    function = f"arn:aws:lambda:{ACCOUNT}:function:sweep"
    put(world, "SweepFailures", {}, SCHEDULE_ARN=schedule, TARGET_ARN=function, ERROR_CODE="Throttled")
    put(world, "SweepFailures", "what is this")
    listed = command("list", "--queue", "sweep")

    # When
    said = command("redrive", "--queue", "sweep")

    # Then two are gone, and what nobody understands stays
    assert "RetriesExhausted: tried 1 times, could not end O-1  function=sweep" in listed.out
    assert "Throttled: no more was said  function=sweep" in listed.out
    assert (said.code, said.out) == (1, "sweep: 2 redriven, 1 belong nowhere and stay.\n")
    assert "it tells of neither a run nor of a stream's records" in said.err
    assert world.receive("SweepFailures") == ["what is this"]


@pytest.mark.parametrize("queue", ["IntakeDeadLetters", "EventsDeadLetters"])
def test_nobody_can_pretend_to_be_the_platform(queue: str, world: World, command: LettersCommand) -> None:
    # Given an order of somebody's that says it stands for a stream's records
    put(world, queue, {"DDBStreamBatchInfo": {"batchSize": 1}, "requestContext": {"condition": "x"}})

    # When
    command("redrive", "--queue", "intake")

    # Then it is a message as any other
    assert len(world.receive("IntakeQueue")) == (queue == "IntakeDeadLetters")
