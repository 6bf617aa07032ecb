"""PINs guessed by sixteen phones at once: five comparisons together, and never one more."""

from __future__ import annotations

from functools import partial

import pytest

from fulfillment import bootstrap
from fulfillment.adapters import aws
from fulfillment.domain.errors import Forbidden
from fulfillment.domain.people import MAX_PIN_TRIES, Employee
from tests.functions.test_pins import employ
from tests.support.faults import UPDATE, losing_replies
from tests.support.races import race
from tests.support.world import World

pytestmark = pytest.mark.engine

PHONES = 16
GUESSES = [f"{pin:04}" for pin in range(160)]
RIGHT = "4821"


@pytest.fixture
def store(engine_world: World) -> World:
    """Somebody with a PIN."""
    employ("1042", RIGHT)
    return engine_world


def check(pin: str) -> Employee:
    """As a step on a shared phone does."""
    return bootstrap.staff_door().check_pin("senayan", "1042", pin)


def test_sixteen_phones_get_five_comparisons_together(
    store: World, record_property: pytest.RecordProperty
) -> None:
    answers = race([partial(check, pin) for pin in GUESSES], PHONES).count()

    assert answers == {"pin_wrong": MAX_PIN_TRIES, "pin_locked": len(GUESSES) - MAX_PIN_TRIES}
    with pytest.raises(Forbidden, match="pin_locked"):
        check(RIGHT)
    record_property(
        "figure",
        f"PINs guessed by {PHONES} threads: {len(GUESSES)} tries, {MAX_PIN_TRIES} comparisons, then locked.",
    )


def test_whoever_presses_often_with_the_right_pin_is_not_locked_out(store: World) -> None:
    race([partial(check, RIGHT) for _ in range(64)], PHONES)

    assert [check(RIGHT).employee for _ in range(MAX_PIN_TRIES + 1)] == ["1042"] * (MAX_PIN_TRIES + 1)


def test_a_try_whose_reply_is_lost_is_counted_and_never_given_back(store: World) -> None:
    # Given wrong tries, of which the first two replies are lost: the SDK sends those again
    with losing_replies(aws.dynamodb(), most=2, of=UPDATE) as replies:
        wrong = race([partial(check, "0000") for _ in range(8)], 1).count()

    # Then there were fewer comparisons, not more
    assert replies.lost == 2
    assert wrong == {"pin_wrong": MAX_PIN_TRIES - 2, "pin_locked": 5}


def test_a_right_try_whose_reply_is_lost_locks_nobody(store: World) -> None:
    with losing_replies(aws.dynamodb(), most=2, of=UPDATE):
        assert check(RIGHT).employee == "1042"

    assert [race([partial(check, "0000")], 1).count() for _ in range(MAX_PIN_TRIES)] == [{"pin_wrong": 1}] * 5
