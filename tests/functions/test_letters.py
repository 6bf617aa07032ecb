"""``fulfillment letters``: what lies in the dead letters and why, and doing it again."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fulfillment.adapters import aws, letters
from fulfillment.application.redrive_letters import Letter, Redriven, Wanted, redrive
from fulfillment.cli.letters_text import outcome
from fulfillment.messages.letters import read
from tests.support.builders import a_location, a_product, order_body, stock
from tests.support.letters import LettersCommand, put
from tests.support.world import World

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def command(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> LettersCommand:
    """The command, on the queues of this world; it does not wait for more letters to come."""
    monkeypatch.setattr(letters, "WAIT_SECONDS", 0)
    made = LettersCommand(tmp_path / "stack.json", capsys)
    made.name(world.queues)
    return made


def receipts(n: int, sku: str = "cap") -> list[dict[str, Any]]:
    """Movements of one unit each: one that were booked twice would show."""
    told = {"type": "movement", "sku": sku, "location_id": "senayan", "kind": "receipt", "change": 1}
    return [
        {**told, "movement_id": f"box-{number}", "at": "2026-11-23T04:00:00+00:00"} for number in range(n)
    ]


def feed(world: World) -> int:
    """Let the stock feed take all that waits; answers how many messages that were."""
    bodies = world.receive("StockFeedQueue")
    for start in range(0, len(bodies), 10):
        assert world.deliver("stock_feed", *bodies[start : start + 10]) == []
    return len(bodies)


@pytest.fixture
def parked(world: World) -> World:
    """Fifty boxes of a cap were booked in before the cap was known."""
    world.given(a_location("senayan"), stock("senayan", cap=0))
    for start in range(0, 50, 10):
        world.deliver("stock_feed", *receipts(50)[start : start + 10])
    return world


def test_a_listing_says_how_many_why_and_what_they_are_about(parked: World, command: LettersCommand) -> None:
    # When
    said = command("list")

    # Then each queue is there, and the one with letters tells of them
    assert said.code == 0
    assert "intake: none" in said.out
    assert "stock-feed: 50, the oldest " in said.out
    assert "50 x unknown_sku" in said.out
    assert "unknown_sku: There is no product with" in said.out
    assert "type=movement sku=cap location_id=senayan movement_id=box-7" in said.out


def test_a_sku_with_blanks_is_told_and_a_name_in_another_place_is_not(
    world: World, command: LettersCommand
) -> None:
    # Given a SKU as the contract allows it, and ids that are names
    put(world, "StockFeedDeadLetters", {"sku": "TEE RED M", "movement_id": "Dewi Lestari"}, reason="x: y")

    said = command("list", "--queue", "stock-feed").out

    assert "sku=TEE RED M movement_id=(no id)" in said


def test_a_listing_for_programs_says_the_same(parked: World, command: LettersCommand) -> None:
    told = command("list", "--queue", "stock-feed", "--json").queues

    assert list(told) == ["stock-feed"]
    assert told["stock-feed"]["there"] == 50
    assert told["stock-feed"]["reasons"] == {"unknown_sku": 50}
    assert len({letter["id"] for letter in told["stock-feed"]["letters"]}) == 50
    assert {letter["code"] for letter in told["stock-feed"]["letters"]} == {"unknown_sku"}
    assert told["stock-feed"]["oldest"] == told["stock-feed"]["letters"][0]["sent_at"]


def test_a_part_of_a_long_listing_says_so(parked: World, command: LettersCommand) -> None:
    said = command("list", "--queue", "stock-feed", "--most", "3").out

    assert re.match(r"stock-feed: 50, the oldest \d s old, of which 3 are shown\n  3 x unknown_sku\n", said)


def test_looking_takes_nothing_away_and_hides_nothing(parked: World, command: LettersCommand) -> None:
    # When somebody looks twice
    command("list")
    command("list", "--most", "3")

    # Then everything can be received at once
    assert len(parked.receive("StockFeedDeadLetters")) == 50


def test_a_listing_never_shows_a_person(world: World, command: LettersCommand) -> None:
    # Given an order that cannot be read, one that is nothing of ours, and one whose id is no id
    order = order_body("O-1", contact={"name": "Dewi Lestari", "phone": "+628123456789"}, wishes="by Dewi")
    world.deliver("intake", order)
    put(world, "IntakeDeadLetters", "Dewi Lestari, Jalan Asia Afrika 8")
    put(
        world, "IntakeDeadLetters", {"order_id": "for Dewi Lestari", "sku": {"Dewi": 1}, "channel": "\x1b[2J"}
    )

    # When
    text, document = command("list").out, command("list", "--json").out

    # Then ids are shown and nothing else
    assert "order_id=O-1" in text
    assert "order_id=(no id)" in text
    assert "(says nothing of what it is about)" in text
    for told in (text, document):
        assert "Dewi" not in told
        assert "Asia Afrika" not in told
        assert "8123456789" not in told
        assert "\x1b" not in told


def test_what_failed_again_and_again_says_so(world: World, command: LettersCommand) -> None:
    # Given a message that was received five times and never done
    put(world, "IntakeQueue", {"order_id": "1001", "channel": "tokopedia"})
    for _ in range(6):
        aws.sqs().receive_message(QueueUrl=world.queues["IntakeQueue"], VisibilityTimeout=0)

    # Then
    (letter,) = command("list", "--queue", "intake", "--json").queues["intake"]["letters"]
    assert letter["reason"] == "failed: 5 times"
    assert letter["about"] == {"order_id": "tokopedia:1001"}
    assert letter["received"] >= 1


@pytest.mark.proof
def test_fifty_redriven_are_done_once_each(parked: World, command: LettersCommand) -> None:
    # Given the cap is known now
    parked.given(a_product("cap"))

    # When
    said = command("redrive", "--queue", "stock-feed")

    # Then all are on the shelf, each once
    assert (said.code, said.out) == (0, "stock-feed: 50 redriven.\n")
    assert feed(parked) == 50
    assert parked.stock("cap", "senayan").on_hand == 50

    # and there is nothing to do again
    assert command("redrive", "--queue", "stock-feed").out == "stock-feed: 0 redriven.\n"
    assert feed(parked) == 0


@pytest.mark.proof
@pytest.mark.parametrize("killed_at", [1, 7, 50])
def test_whoever_is_killed_between_sending_and_removing_doubles_nothing(
    killed_at: int, parked: World, command: LettersCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a redrive that is killed when it is about to remove a letter
    parked.given(a_product("cap"))
    removed: list[Letter] = []
    remove = letters.SqsLetterBox.remove

    def killed(box: letters.SqsLetterBox, letter: Letter) -> None:
        removed.append(letter)
        if len(removed) == killed_at:
            raise KeyboardInterrupt
        remove(box, letter)

    monkeypatch.setattr(letters.SqsLetterBox, "remove", killed)
    with pytest.raises(KeyboardInterrupt):
        command("redrive", "--queue", "stock-feed")

    # When it is done again
    monkeypatch.setattr(letters.SqsLetterBox, "remove", remove)
    again = command("redrive", "--queue", "stock-feed")

    # Then one message came twice, and no unit did
    assert again.out == f"stock-feed: {50 - killed_at + 1} redriven.\n"
    assert feed(parked) == 51
    assert parked.stock("cap", "senayan").on_hand == 50


def test_a_message_that_is_still_wrong_comes_back_with_its_reason(
    parked: World, command: LettersCommand
) -> None:
    # When fifty are redriven before anything was put right
    command("redrive", "--queue", "stock-feed")
    feed(parked)

    # Then fifty are there, and say why
    assert command("list", "--json").queues["stock-feed"]["reasons"] == {"unknown_sku": 50}


def test_what_came_while_it_was_redriven_waits_for_the_next_time(
    parked: World, command: LettersCommand
) -> None:
    # Given a box that says the fifty came after it was looked at
    box = letters.SqsLetterBox(aws.sqs(), parked.queues["StockFeedDeadLetters"], read)
    result = Redriven()

    # When
    redrive(box, letters.ToQueue(aws.sqs(), lambda _: "nowhere", ()), Wanted(), 1_000, LONG_AGO, result)

    # Then nothing was done to them, and it is said
    assert (result.done, result.came_later) == ([], 50)
    assert "50 came meanwhile and stay" in outcome("stock-feed", result)
    assert len(parked.receive("StockFeedDeadLetters")) == 50


def test_a_redriven_message_is_as_it_was_before(world: World, command: LettersCommand) -> None:
    # Given a parked message with an attribute of its sender's
    put(world, "NotifyDeadLetters", "{}", reason="not_understood: detail", sender="erp")

    # When
    command("redrive", "--queue", "notify")

    # Then the sender's is there, and ours is not
    answer = aws.sqs().receive_message(QueueUrl=world.queues["NotifyQueue"], MessageAttributeNames=["All"])
    (message,) = answer["Messages"]
    assert message["Body"] == "{}"
    assert list(message["MessageAttributes"]) == ["sender"]


@pytest.mark.parametrize(
    ("words", "redriven"),
    [
        (("--reason", "unknown_sku"), ["one", "two"]),
        (("--reason", "unknown_sku", "--most", "1"), ["one"]),
        (("--order-id", "three"), ["three"]),
        (("--reason", "failed"), []),
        (("--id", "no letter's"), []),
    ],
)
def test_only_what_is_asked_for_is_redriven(
    words: tuple[str, ...], redriven: list[str], world: World, command: LettersCommand
) -> None:
    # Given three letters
    put(world, "IntakeDeadLetters", {"order_id": "one"}, reason="unknown_sku: cap")
    put(world, "IntakeDeadLetters", {"order_id": "two"}, reason="unknown_sku: bag")
    put(world, "IntakeDeadLetters", {"order_id": "three"}, reason="not_understood: method")

    # When
    command("redrive", "--queue", "intake", *words)

    # Then
    sent = [json.loads(body)["order_id"] for body in world.receive("IntakeQueue")]
    assert sorted(sent)[: len(redriven)] == sorted(redriven)
    assert len(world.receive("IntakeDeadLetters")) == 3 - len(redriven)


def test_a_letter_is_redriven_by_its_id(parked: World, command: LettersCommand) -> None:
    # Given the id that the listing tells
    letter = command("list", "--queue", "stock-feed", "--json").queues["stock-feed"]["letters"][17]

    # When
    command("redrive", "--queue", "stock-feed", "--id", letter["id"])

    # Then it is that one
    (sent,) = parked.receive("StockFeedQueue")
    assert json.loads(sent)["movement_id"] == letter["about"]["movement_id"]


def test_a_dry_run_says_which_and_does_nothing(parked: World, command: LettersCommand) -> None:
    # When
    said = command("redrive", "--queue", "stock-feed", "--reason", "unknown_sku", "--dry-run")

    # Then
    assert said.code == 0
    assert said.out.count("unknown_sku: There is no product") == 50
    assert said.out.endswith("stock-feed: 50 would be redriven; nothing was done.\n")
    assert parked.receive("StockFeedQueue") == []
    assert len(parked.receive("StockFeedDeadLetters")) == 50


def test_a_queue_that_is_not_there_breaks_it_off_and_loses_nothing(
    parked: World, command: LettersCommand
) -> None:
    # Given a file that names a queue of long ago
    gone = parked.queues["StockFeedQueue"].replace("StockFeedQueue", "Gone")
    command.name({**parked.queues, "StockFeedQueue": gone})

    # When
    said = command("redrive", "--queue", "stock-feed")

    # Then it says so, and every letter is where it was
    assert said.code == 2
    assert said.err.startswith("AWS did not do it: ")
    assert "NonExistentQueue" in said.err
    assert len(parked.receive("StockFeedDeadLetters")) == 50


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (("list", "--queue", "letters"), "--queue: no letters, but events, intake, notify, publish, "),
        (("redrive", "--queue", "Intake"), "--queue: no Intake, but events, intake"),
    ],
)
def test_a_queue_that_nobody_knows_is_named(
    words: tuple[str, ...], fault: str, command: LettersCommand
) -> None:
    said = command(*words)

    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(fault)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (None, "stack.json: No such file or directory"),
        ("{", "stack.json: needs"),
        ('{"queues": ["IntakeDeadLetters"]}', "stack.json: needs"),
        ('{"queues": {"IntakeDeadLetters": "http://q"}, "tables": ["Orders"]}', "stack.json: needs"),
        ('{"queues": {"IntakeQueue": "http://q"}}', "stack.json names no queue of dead letters"),
    ],
)
def test_a_file_that_names_no_queues_is_a_clear_message(
    content: str | None, fault: str, command: LettersCommand
) -> None:
    command.file.unlink()
    if content:
        command.file.write_text(content)

    said = command("list")

    assert (said.code, said.out) == (2, "")
    assert fault in said.err


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ({"region": None}, "You must specify a region"),
        ({"endpoint_url": "nonsense", "region": "x"}, "Invalid endpoint: nonsense"),
    ],
)
def test_where_aws_cannot_be_asked_it_cannot_start(
    content: dict[str, str | None], fault: str, command: LettersCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    command.name({"IntakeDeadLetters": "http://q"}, **content)

    said = command("list")

    assert (said.code, said.out) == (2, "")
    assert fault in said.err


@pytest.mark.parametrize("most", ["0", "-1", "all"])
def test_at_most_must_be_at_least_one(
    most: str, command: LettersCommand, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        command("list", "--most", most)

    assert "--most" in capsys.readouterr().err
