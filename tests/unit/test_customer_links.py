"""The address of a customer's page: made by whoever tells it, opened without a look-up, and not to be guessed."""

from __future__ import annotations

import base64
import hmac

import pytest

from fulfillment.adapters.secrets import SecretKeys
from fulfillment.application.customer_links import MOST_CHARACTERS, CustomerLinks, customer_link
from fulfillment.domain.errors import NotFound
from fulfillment.domain.order import unique_order_id
from tests.support.secret_store import SecretStore
from tests.support.world import FrozenClock


def a_store() -> SecretStore:
    return SecretStore(kid="k2", k1="the old key", k2="the new key")


def keys(store: SecretStore) -> SecretKeys:
    return SecretKeys(store, "pickup-code-key")  # type: ignore[arg-type]


def links(store: SecretStore) -> CustomerLinks:
    return CustomerLinks(keys(store), FrozenClock())


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@pytest.mark.parametrize("order_id", ["A-1", "tokopedia:1001", "x" * 64, unique_order_id("c" * 32, "x" * 64)])
def test_a_link_leads_back_to_its_order(order_id: str) -> None:
    token = customer_link(keys(a_store()), order_id)

    assert links(a_store()).order_id(token) == order_id
    assert len(token) <= MOST_CHARACTERS


def test_a_link_is_made_of_the_order_and_a_keyed_hash_of_the_newest_key() -> None:
    mac = hmac.digest(b"the new key", b"page|A-1", "sha256")[:16]

    assert customer_link(keys(a_store()), "A-1") == f"{encoded(b'A-1')}.{encoded(mac)}"


def test_what_an_older_key_made_stays_good_until_the_key_is_taken_out() -> None:
    # Given a link of the old key
    old = SecretStore(kid="k1", k1="the old key")
    token = customer_link(keys(old), "A-1")

    # Then it opens beside the new key, and no longer without its own
    assert links(a_store()).order_id(token) == "A-1"
    with pytest.raises(NotFound):
        links(SecretStore(kid="k2", k2="the new key")).order_id(token)


GENUINE = customer_link(keys(a_store()), "A-1")
OF_ANOTHER = customer_link(keys(a_store()), "A-2")
CLAIM, MAC = GENUINE.split(".")
WRONG = {
    "nothing": "",
    "a dot": ".",
    "no hash": CLAIM,
    "an empty hash": f"{CLAIM}.",
    "a shorter hash": GENUINE[:-1],
    "a longer hash": f"{GENUINE}A",
    "the hash of another order": f"{CLAIM}.{OF_ANOTHER.split('.')[1]}",
    "no order": f".{MAC}",
    "the hash of no order": f".{encoded(hmac.digest(b'the new key', b'page|', 'sha256')[:16])}",
    "another spelling of the order": f"QS0x={MAC}",
    "padding": f"{CLAIM}=.{MAC}",
    "another spelling of the hash": f"{CLAIM}.{MAC[:-1]}{chr(ord(MAC[-1]) + 1)}",
    "not UTF-8": f"{encoded(bytes([255, 254]))}.{MAC}",
    "not base64": f"!!!.{MAC}",
    "letters of the world": f"pesanan✓.{MAC}",
    "a whole book": "A" * 100_000,
    "something behind it": f"{GENUINE}.x",
}


@pytest.mark.parametrize("token", WRONG.values(), ids=WRONG.keys())
def test_a_word_that_we_did_not_make_opens_nothing(token: str) -> None:
    with pytest.raises(NotFound, match="unknown_link"):
        links(a_store()).order_id(token)


def test_a_pickup_codes_mark_is_no_link() -> None:
    # Given what the same key makes of the same order for other purposes
    for purpose in (b"code|A-1|1|1", b"check|A-1|1|0", b"A-1"):
        mac = hmac.digest(b"the new key", purpose, "sha256")[:16]

        # Then it opens no page
        with pytest.raises(NotFound):
            links(a_store()).order_id(f"{CLAIM}.{encoded(mac)}")


def test_a_key_that_was_added_is_found_and_guessers_do_not_make_us_read_it_again_and_again() -> None:
    # Given a function that read the secret before the key was rotated
    store, clock = SecretStore(kid="k1", k1="the old key"), FrozenClock()
    opened = CustomerLinks(keys(store), clock)
    opened.order_id(customer_link(keys(SecretStore(kid="k1", k1="the old key")), "A-1"))

    # When a link of the new key comes
    store.keys = {"kid": "k2", "k1": "the old key", "k2": "the new key"}
    assert opened.order_id(GENUINE) == "A-1"
    assert len(store.reads) == 2

    # Then a hundred wrong ones in the same minute cost nothing, and one in the next costs one reading
    for guess in range(100):
        with pytest.raises(NotFound):
            opened.order_id(f"{CLAIM}.{guess:022}")
    assert len(store.reads) == 2
    clock.forward(minutes=1)
    with pytest.raises(NotFound):
        opened.order_id(f"{CLAIM}.{MAC[::-1]}")
    assert len(store.reads) == 3
