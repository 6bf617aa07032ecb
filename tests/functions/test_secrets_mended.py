"""Somebody took a key out of a secret that is still needed: the log says which, callers are told to try again, nothing
is lost meanwhile, and all goes on once it is mended.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from fulfillment.adapters import aws
from tests.functions.test_pickup_code import collect, made_ready
from tests.functions.test_pins import employ, pressed
from tests.support.builders import a_location, a_product, asked, order_body, order_lines, stock
from tests.support.world import Reply, World

SECRETS = ("option-key", "webhook-key", "pickup-code-key", "staff-pin-key")


@pytest.fixture
def shop(world: World) -> Iterator[World]:
    """A store with tees; its secrets are mended for the next test, however this one ends."""
    world.given(a_product("tee"), a_location("senayan"), stock("senayan", tee=10))
    before = {secret: kept(secret) for secret in SECRETS}
    yield world
    for secret, value in before.items():
        edit(world, secret, value)


def kept(secret: str) -> str:
    """What the secret is now."""
    return aws.secretsmanager().get_secret_value(SecretId=secret)["SecretString"]


def edit(shop: World, secret: str, value: str) -> None:
    """Somebody sets it; functions that start from now on read it so."""
    aws.secretsmanager().put_secret_value(SecretId=secret, SecretString=value)
    shop.restart()


def ask(shop: World) -> Reply:
    """An option, which is signed."""
    return shop.options(asked(lines=order_lines(tee=1)))


def set_webhook(shop: World) -> Reply:
    """A webhook, whose secret is derived."""
    body = {"url": "https://erp.example.com/hooks"}
    return shop.admin("PUT", "/v1/webhooks/{name}", path={"name": "erp"}, body=body)


BROKEN = {
    "its newest key": ('{"kid": "k1", "k2": "another"}', "has no key 'k1'"),
    "the word for its newest key": ('{"k1": "a key"}', "has no 'kid'"),
    "what is in it": ("k1", "is no JSON object"),
    "a key's own text": ('{"kid": "k1", "k1": ""}', "has no text for 'k1'"),
}
DOORS = {"option-key": ask, "webhook-key": set_webhook}


@pytest.mark.parametrize("secret", DOORS)
@pytest.mark.parametrize(("value", "fault"), BROKEN.values(), ids=BROKEN)
def test_a_secret_that_lost_something_is_told_to_the_log_alone_until_it_is_mended(
    shop: World, caplog: pytest.LogCaptureFixture, secret: str, value: str, fault: str
) -> None:
    # Given
    call: Callable[[World], Reply] = DOORS[secret]
    before = kept(secret)
    edit(shop, secret, value)

    # When
    reply = call(shop)

    # Then
    assert (reply.status, reply.body["code"]) == (503, "unavailable")
    assert secret not in reply.raw
    assert "k1" not in reply.raw
    (line,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert line.message == f"the secret {secret} {fault}"
    assert line.exc_info is None

    # And the same function goes on as soon as it is mended
    aws.secretsmanager().put_secret_value(SecretId=secret, SecretString=before)
    assert call(shop).status == 200


def without_the_key() -> str:
    """The secret after somebody put another key in the place of the first."""
    return json.dumps({"kid": "k2", "k2": "another key of the tests"})


def test_no_try_at_a_code_is_lost_while_its_key_is_missing(
    shop: World, caplog: pytest.LogCaptureFixture
) -> None:
    # Given a task that is ready, and its key taken out
    code = made_ready(shop, "A-1")
    before = kept("pickup-code-key")
    edit(shop, "pickup-code-key", without_the_key())

    # When the customer says the code more often than it may be wrong
    tries = [collect(shop, "A-1", code) for _ in range(6)]

    # Then
    assert [reply.body["code"] for reply in tries] == ["unavailable"] * 6
    assert "the secret pickup-code-key has no key 'k1'" in caplog.messages

    # And once it is mended, the task is not locked
    edit(shop, "pickup-code-key", before)
    assert collect(shop, "A-1", code).status == 200


def test_no_try_at_a_pin_is_lost_while_its_key_is_missing(
    shop: World, caplog: pytest.LogCaptureFixture
) -> None:
    # Given a picker with a PIN, and its key taken out
    shop.order(order_body())
    employ("1042", "4821")
    before = kept("staff-pin-key")
    edit(shop, "staff-pin-key", without_the_key())

    # When they press more often than a PIN may be wrong
    tries = [pressed(shop) for _ in range(6)]

    # Then
    assert [reply.body["code"] for reply in tries] == ["unavailable"] * 6
    assert "the secret staff-pin-key has no key 'k1'" in caplog.messages

    # And once it is mended, the PIN is not locked
    edit(shop, "staff-pin-key", before)
    assert pressed(shop).status == 200


def test_no_try_at_a_pin_is_lost_while_its_secret_cannot_be_read(shop: World) -> None:
    # Given a picker with a PIN, and a secret that was deleted by mistake
    shop.order(order_body())
    employ("1042", "4821")
    aws.secretsmanager().delete_secret(SecretId="staff-pin-key", RecoveryWindowInDays=7)
    shop.restart()

    # When they press more often than a PIN may be wrong
    tries = [pressed(shop).status for _ in range(6)]

    # Then it is not locked once the secret is there again
    aws.secretsmanager().restore_secret(SecretId="staff-pin-key")
    shop.restart()
    assert tries == [503] * 6
    assert pressed(shop).status == 200


def test_a_missing_key_gives_no_wrong_try_at_a_pin_back(shop: World) -> None:
    # Given four wrong tries, and one that was compared with nothing
    shop.order(order_body())
    employ("1042", "4821")
    before = kept("staff-pin-key")
    four_wrong = [pressed(shop, pin="0000").status for _ in range(4)]
    edit(shop, "staff-pin-key", without_the_key())
    nothing = pressed(shop, pin="0000").status

    # When it is mended
    edit(shop, "staff-pin-key", before)
    tries = [pressed(shop, pin="0000").body["code"] for _ in range(2)]

    # Then there is the one try left that there was
    assert (four_wrong, nothing) == ([403] * 4, 503)
    assert tries == ["pin_wrong", "pin_locked"]


def test_a_message_waits_until_its_key_is_there_again(shop: World, caplog: pytest.LogCaptureFixture) -> None:
    # Given a task that is ready, whose customer is to be told the code, and its key taken out
    shop.order(order_body())
    shop.on_task("senayan", "A-1~1", "accept")
    shop.settle()
    shop.on_task("senayan", "A-1~1", "ready")
    ready = shop.waiting_for("NotifyQueue")
    before = kept("pickup-code-key")
    edit(shop, "pickup-code-key", without_the_key())

    # When
    again = shop.deliver("notify", *ready)

    # Then it is not given up, and the log says why
    assert again == ["m0"]
    assert "the secret pickup-code-key has no key 'k1'" in caplog.messages

    # And it goes out once the secret is mended
    edit(shop, "pickup-code-key", before)
    assert shop.deliver("notify", *ready) == []
