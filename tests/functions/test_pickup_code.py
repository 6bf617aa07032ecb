"""The code a customer shows: told once ready, checked against one task, locked after five, and never written down."""

from __future__ import annotations

import io
import re

import pytest
from botocore.exceptions import ClientError

from fulfillment.domain import pickup_code
from fulfillment.observability import logger
from tests.support.builders import a_location, a_product, order_body, order_lines, stock
from tests.support.world import Reply, World

CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}")


@pytest.fixture
def shop(world: World) -> World:
    """A store with tees."""
    world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=10))
    return world


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Everything that the functions log."""
    written = io.StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", written)
    return written


def made_ready(shop: World, order_id: str) -> str:
    """Take an order until it waits for its customer; answers the code that the customer was sent."""
    shop.order(order_body(order_id))
    shop.on_task("senayan", f"{order_id}~1", "accept")
    shop.settle()
    shop.heard("CustomerTopic")
    shop.on_task("senayan", f"{order_id}~1", "ready")
    shop.settle()
    (told,) = shop.heard("CustomerTopic")
    (code,) = CODE.findall(told["text"])
    return str(code)


def collect(shop: World, order_id: str, code: str) -> Reply:
    """Try to hand over."""
    return shop.on_task("senayan", f"{order_id}~1", "collect", {"code": code})


def refused(reply: Reply) -> tuple[int, str]:
    """Status and code of the problem."""
    return reply.status, reply.body["code"]


def wrong(code: str) -> str:
    """Another code."""
    return ("1" if code[0] == "0" else "0") + code[1:]


def test_the_code_opens_its_own_task_and_no_other(shop: World) -> None:
    # Given two customers
    mine, theirs = made_ready(shop, "A-1"), made_ready(shop, "A-2")

    # Then
    assert mine != theirs
    assert refused(collect(shop, "A-1", theirs)) == (409, "wrong_code")
    assert collect(shop, "A-1", mine).status == 200
    assert collect(shop, "A-2", theirs).status == 200


@pytest.mark.parametrize("written", [str.lower, lambda code: code.replace("-", ""), lambda code: f" {code} "])
def test_the_code_is_read_as_people_write_it(shop: World, written: object) -> None:
    code = made_ready(shop, "A-1")

    assert callable(written)
    assert collect(shop, "A-1", written(code)).status == 200


def test_five_wrong_codes_lock_the_task_even_for_the_right_one(shop: World) -> None:
    # Given
    code = made_ready(shop, "A-1")
    other = made_ready(shop, "A-2")

    # When five wrong ones were said
    tries = [collect(shop, "A-1", wrong(code)) for _ in range(5)]

    # Then the right one comes too late, and the other task is not locked
    assert [refused(reply) for reply in tries] == [(409, "wrong_code")] * 5
    assert refused(collect(shop, "A-1", code)) == (409, "code_locked")
    assert collect(shop, "A-2", other).status == 200
    assert shop.stock("tee", "senayan").on_hand == 9


def test_the_fifth_code_may_be_the_right_one(shop: World) -> None:
    code = made_ready(shop, "A-1")
    for _ in range(4):
        collect(shop, "A-1", wrong(code))

    assert collect(shop, "A-1", code).status == 200


def test_the_fifth_code_is_answered_again_when_its_answer_was_lost(shop: World) -> None:
    # Given four wrong codes, and a right one whose answer nobody got
    code = made_ready(shop, "A-1")
    four_wrong = [collect(shop, "A-1", wrong(code)).status for _ in range(4)]
    first = shop.on_task("senayan", "A-1~1", "collect", {"code": code}, key="k")

    # When the button is pressed again
    again = shop.on_task("senayan", "A-1~1", "collect", {"code": code}, key="k")

    # Then
    assert four_wrong == [409] * 4
    assert (again.status, again.raw) == (200, first.raw)


def breaks_off() -> None:
    """An answer of DynamoDB that is not asked for again."""
    raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "a test"}}, "TransactWriteItems")


def test_the_fifth_code_opens_also_when_the_hand_over_broke_off_behind_it(shop: World) -> None:
    # Given four wrong codes, and a right one that was counted when the hand-over could not be written
    code = made_ready(shop, "A-1")
    for _ in range(4):
        collect(shop, "A-1", wrong(code))
    shop.before("Stock", "TransactWriteItems", breaks_off)
    broke_off = shop.on_task("senayan", "A-1~1", "collect", {"code": code}, key="k")

    # When others press meanwhile, and then the button is pressed again
    others = [refused(collect(shop, "A-1", said)) for said in (wrong(code), code)]
    again = shop.on_task("senayan", "A-1~1", "collect", {"code": code}, key="k")

    # Then the press opens it, as it would have, and no other
    assert broke_off.status == 503
    assert others == [(409, "code_locked")] * 2
    assert again.status == 200


def test_who_was_right_about_a_code_that_died_is_not_right_about_the_next(shop: World) -> None:
    # Given a right code whose hand-over broke off, and another code after it, at which nobody may try any more
    code = made_ready(shop, "A-1")
    shop.before("Stock", "TransactWriteItems", breaks_off)
    broke_off = shop.on_task("senayan", "A-1~1", "collect", {"code": code}, key="k").status
    shop.on_task("senayan", "A-1~1", "undo-ready")
    shop.on_task("senayan", "A-1~1", "ready")
    shop.settle()
    (told,) = [m for m in shop.heard("CustomerTopic") if CODE.search(m["text"])]
    (new,) = CODE.findall(told["text"])
    for _ in range(4):
        collect(shop, "A-1", wrong(new))

    # When the press that was right is made again with the new one
    again = shop.on_task("senayan", "A-1~1", "collect", {"code": new}, key="k")

    # Then it is one try too many, as anybody's
    assert broke_off == 503
    assert refused(again) == (409, "code_locked")


def test_a_wrong_code_counts_under_any_key(shop: World) -> None:
    # Given a key that is used again and again
    code = made_ready(shop, "A-1")
    for _ in range(5):
        shop.on_task("senayan", "A-1~1", "collect", {"code": wrong(code)}, key="same")

    # Then it does not help to guess on
    assert refused(collect(shop, "A-1", code)) == (409, "code_locked")


def test_handing_over_twice_hands_over_once(shop: World) -> None:
    # Given
    code = made_ready(shop, "A-1")
    first = shop.on_task("senayan", "A-1~1", "collect", {"code": code}, key="k")

    # When the button is pressed again, and on another phone
    again = shop.on_task("senayan", "A-1~1", "collect", {"code": code}, key="k")
    elsewhere = collect(shop, "A-1", code)

    # Then
    assert again.raw == first.raw
    assert refused(elsewhere) == (409, "wrong_state")
    assert shop.stock("tee", "senayan").on_hand == 9


def test_the_code_of_a_refused_task_is_worth_nothing(shop: World) -> None:
    code = made_ready(shop, "A-1")
    shop.on_task("senayan", "A-1~1", "refuse", {"reason": "damaged"})

    assert refused(collect(shop, "A-1", code)) == (409, "wrong_state")


def test_ready_told_again_tells_the_same_code_under_the_same_id(shop: World) -> None:
    # Given a customer who was told, and an outbox that forgot that it was
    shop.order(order_body())
    shop.on_task("senayan", "A-1~1", "accept")
    shop.on_task("senayan", "A-1~1", "ready")
    shop.settle()
    first = shop.heard("CustomerTopic")[-1]
    shop.forget_what_was_sent()

    # When everything is published again
    shop.published.clear()
    shop.settle()

    # Then
    again = shop.heard("CustomerTopic")[-1]
    assert (again["message_id"], again["text"]) == (first["message_id"], first["text"])


def test_the_code_is_nowhere_but_in_the_customers_message(shop: World, said: io.StringIO) -> None:
    # Given a pickup from beginning to end, with a wrong code, a locked task and a parked message
    shop.order(order_body("A-0", lines=order_lines(tee=3)))
    code = made_ready(shop, "A-1")
    bare = pickup_code.normalised(code)
    answers = [
        collect(shop, "A-1", wrong(code)).raw,
        collect(shop, "A-1", code).raw,
        collect(shop, "A-1", code).raw,
        shop.get_order("A-1").raw,
        shop.tasks("senayan").raw,
    ]
    events = shop.told_on_the_bus()
    shop.deliver("notify", '{"detail": {"event_id": "x", "code": "none"}}')

    # Then neither tables, logs, answers nor events hold it, however it is written
    for place, text in {
        "tables": str(shop.everything()),
        "logs": said.getvalue(),
        "answers": " ".join(answers),
        "events": str(events),
    }.items():
        assert text, place
        for form in (code, bare, code.lower(), bare.lower()):
            assert form not in text, (place, form)


def test_neither_a_dead_nor_a_renewed_code_is_anywhere_either(shop: World, said: io.StringIO) -> None:
    # Given a task that was undone, made ready anew, locked, unlocked and handed over without a code
    supervisor = {"name": "siti", "cognito:groups": "supervisor"}
    first = made_ready(shop, "A-1")
    shop.on_task("senayan", "A-1~1", "undo-ready")
    shop.on_task("senayan", "A-1~1", "ready", {"staging": "Rak B3"})
    shop.settle()
    second = CODE.findall(shop.heard("CustomerTopic")[-1]["text"])[0]
    answers = [collect(shop, "A-1", first).raw for _ in range(5)]
    answers.append(shop.on_task("senayan", "A-1~1", "unlock", **supervisor).raw)
    shop.settle()
    third = CODE.findall(shop.heard("CustomerTopic")[-1]["text"])[0]
    proof = {"collector_name": "Sari", "document": "sim", "reason": "lupa"}
    answers.append(shop.on_task("senayan", "A-1~1", "hand-over", proof, **supervisor).raw)
    answers.append(shop.tasks("senayan").raw)
    shop.settle()

    # Then there were three codes, and none is in tables, logs, answers or events
    assert len({first, second, third}) == 3
    kept = f"{shop.everything()}{said.getvalue()}{answers}{shop.told_on_the_bus()}".upper()
    for code in (first, second, third):
        assert code not in kept
        assert pickup_code.normalised(code) not in kept
