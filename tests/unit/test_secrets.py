"""Keys and option ids: read once, rotated without a restart, and not to be forged."""

from __future__ import annotations

import base64
import hmac
import json

import pytest

from fulfillment.adapters.secrets import HmacOptionSigner, SecretKeys
from fulfillment.domain.errors import InvalidRequest, Unavailable
from tests.support.secret_store import SecretStore

PAYLOAD = {"b": "basket", "s": 0, "l": ["senayan"]}


def a_store() -> SecretStore:
    return SecretStore(kid="k2", k1="the old key", k2="the new key")


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def test_the_newest_key_is_the_one_that_is_named() -> None:
    keys = SecretKeys(a_store(), "pickup-code-key")

    assert keys.newest() == ("k2", b"the new key")
    assert keys.key("k1") == b"the old key"


def test_the_secret_is_read_once() -> None:
    store = a_store()
    keys = SecretKeys(store, "pickup-code-key")

    keys.newest()
    keys.newest()
    keys.key("k1")

    assert store.reads == ["pickup-code-key"]


def test_a_key_that_is_not_known_yet_is_looked_for_once_more() -> None:
    # Given a function that read the secret before the key was rotated
    store = a_store()
    keys = SecretKeys(store, "pickup-code-key")
    keys.newest()
    store.keys = {"kid": "k3", "k2": "the new key", "k3": "the newest key"}

    # When another function has used the new key already
    assert keys.key("k3") == b"the newest key"

    # Then this one makes new marks with it, too
    assert keys.newest() == ("k3", b"the newest key")
    assert len(store.reads) == 2


def test_a_key_that_was_taken_out_is_an_error() -> None:
    with pytest.raises(Unavailable, match="the secret pickup-code-key has no key 'k9'"):
        SecretKeys(a_store(), "pickup-code-key").key("k9")


def test_the_name_of_the_newest_key_is_no_key() -> None:
    with pytest.raises(Unavailable):
        SecretKeys(a_store(), "pickup-code-key").key("kid")


def test_a_secret_that_is_edited_wrongly_takes_no_key_from_who_has_read_it() -> None:
    # Given
    store = a_store()
    keys = SecretKeys(store, "pickup-code-key")
    keys.newest()

    # When the newest key is taken out, and another is asked for
    store.keys = {"kid": "k2", "k1": "the old key"}
    with pytest.raises(Unavailable):
        keys.key("k9")

    # Then what was read is kept
    assert keys.newest() == ("k2", b"the new key")


@pytest.mark.parametrize(
    "said", [{"kid": "k2", "k1": "Sesame"}, {"k1": "Sesame"}, {"kid": "k1", "k1": "Sesame", "k2": ""}]
)
def test_a_fault_of_a_secret_is_told_without_its_keys(said: dict[str, str]) -> None:
    with pytest.raises(Unavailable) as fault:
        SecretKeys(SecretStore(**said), "pickup-code-key").newest()

    assert "pickup-code-key" in str(fault.value)
    assert "Sesame" not in str(fault.value)


def a_signer(store: SecretStore | None = None) -> HmacOptionSigner:
    return HmacOptionSigner(SecretKeys(store or a_store(), "option-key"))


def test_an_option_id_says_what_was_signed() -> None:
    assert a_signer().read(a_signer().sign(PAYLOAD)) == PAYLOAD


def test_an_option_id_is_safe_in_a_url() -> None:
    assert set(a_signer().sign({"b": "\u00ff" * 99})) <= set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."
    )


def test_an_option_of_the_key_before_is_still_good() -> None:
    before = a_signer(SecretStore(kid="k1", k1="the old key")).sign(PAYLOAD)

    assert a_signer().read(before) == PAYLOAD


BODY, KID, MAC = a_signer().sign(PAYLOAD).split(".")


def signed_with(key: bytes, kid: str) -> str:
    return f"{BODY}.{kid}.{encoded(hmac.digest(key, f'option|{kid}|{BODY}'.encode(), 'sha256')[:16])}"


@pytest.mark.parametrize(
    "option_id",
    [
        "",
        ".",
        "..",
        "a.b",
        "a.b.c.d",
        f"{BODY}.{KID}",
        f"{BODY}.{KID}.",
        f"{BODY}.{KID}.{MAC[:-4]}",
        f"{BODY}.k1.{MAC}",
        f"{BODY}.k9.{MAC}",
        f"{encoded(json.dumps(PAYLOAD | {'s': 1}).encode())}.{KID}.{MAC}",
        f"{BODY}.{KID}.\u00e9\u00e9",
        f"{BODY}.{KID}.A",
        signed_with(b"a guess", KID),
        signed_with(KID.encode(), "kid"),  # the secret's own word for its newest key, whose value is public
        signed_with(b"", ""),
    ],
)
def test_what_we_did_not_make_is_refused(option_id: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        a_signer().read(option_id)

    assert refusal.value.code == "invalid_option"
    assert refusal.value.errors[0].field == "option_id"


def test_the_forgeries_above_differ_from_the_real_one_by_their_key_alone() -> None:
    assert a_signer().read(signed_with(b"the new key", KID)) == PAYLOAD
