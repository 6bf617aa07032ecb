"""What is sent to shops' systems, signed how, and which addresses are none (RELIABILITY T42)."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest

from fulfillment.domain import webhooks
from fulfillment.domain.events import Event
from fulfillment.domain.webhooks import Endpoint, Secret, is_public, url_fault
from tests.support.builders import MONDAY_NOON
from tests.support.webhook_receiver import Receiver, Refused

KEY = b"a key of the tests, sixty-four characters of it, more or less...."
# From the specification's own libraries.
SECRET = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
VECTOR = ("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, '{"test": 2432232314}')
SIGNED = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def an_event(kind: str = "OrderConfirmed", **detail: Any) -> Event:
    """Something that happened to A-1."""
    return Event("A-1.000001.c1.0", kind, MONDAY_NOON, "A-1", detail)  # type: ignore[arg-type]


def headers(secret: bytes, body: str) -> dict[str, str]:
    """What goes with a body that is sent at noon."""
    timestamp = int(MONDAY_NOON.timestamp())
    told = webhooks.signature(secret, "msg_1", timestamp, body)
    return {"webhook-id": "msg_1", "webhook-timestamp": str(timestamp), "webhook-signature": told}


def test_the_signature_is_that_of_the_specification() -> None:
    assert webhooks.signature(SECRET, *VECTOR) == SIGNED
    assert webhooks.shown(SECRET) == "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_a_receiver_takes_what_we_sign_once() -> None:
    receiver, body = Receiver(webhooks.shown(SECRET)), webhooks.payload(an_event())

    assert receiver.take(headers(SECRET, body), body, MONDAY_NOON) is True
    assert receiver.take(headers(SECRET, body), body, MONDAY_NOON) is False  # a replay


TAMPERED = {
    "the body": ({}, "x"),
    "the id": ({"webhook-id": "msg_2"}, ""),
    "the time": ({"webhook-timestamp": str(int(MONDAY_NOON.timestamp()) + 1)}, ""),
    "the version": ({"webhook-signature": "v2,g0hM9SsE"}, ""),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_a_receiver_sees_that_somebody_changed(what: str) -> None:
    changed, more = TAMPERED[what]
    body = webhooks.payload(an_event())

    with pytest.raises(Refused, match="signature"):
        Receiver(webhooks.shown(SECRET)).take(headers(SECRET, body) | changed, body + more, MONDAY_NOON)


@pytest.mark.parametrize("late", [1, -1])
def test_five_minutes_are_believed_and_a_second_more_is_not(late: int) -> None:
    body, receiver = webhooks.payload(an_event()), Receiver(webhooks.shown(SECRET))
    five = timedelta(minutes=5) * late

    with pytest.raises(Refused, match="too old"):
        receiver.take(headers(SECRET, body), body, MONDAY_NOON + five + timedelta(seconds=late))
    assert receiver.take(headers(SECRET, body), body, MONDAY_NOON + five)


def test_a_secret_has_more_bytes_than_the_scheme_asks_and_is_each_endpoints_own() -> None:
    made = {webhooks.secret_bytes(KEY, name, number) for name in ("erp", "app") for number in (1, 2)}

    assert len(made) == 4
    assert {len(secret) for secret in made} == {32}


def test_a_new_secret_leaves_the_old_one_its_time() -> None:
    # Given an endpoint with a secret, and one more
    day = timedelta(hours=24)
    first = Endpoint("erp", "https://erp.example.com", ()).with_new_secret("k1", day, MONDAY_NOON)
    second = first.with_new_secret("k1", day, MONDAY_NOON)

    # Then both are good for a day, and then the new one alone
    assert [s.number for s in second.live(MONDAY_NOON + day - timedelta(seconds=1))] == [1, 2]
    assert [s.number for s in second.live(MONDAY_NOON + day)] == [2]

    # When it is taken away at once, or again and again
    at_once = second.with_new_secret("k2", timedelta(), MONDAY_NOON)
    often = second
    for _ in range(5):
        often = often.with_new_secret("k2", day, MONDAY_NOON)

    # Then numbers go on, and there are never more than three
    assert at_once.secrets == (Secret(1, "k1", MONDAY_NOON + day), Secret(3, "k2"))
    assert [s.number for s in often.secrets] == [5, 6, 7]


def test_a_payload_is_thin_and_has_ids_only() -> None:
    # Given an event with as many tasks as there can be, and words that are nobody's business
    tasks = [{"task_id": f"{'o' * 90}~{n}", "location_id": "l" * 64, "name": "Dewi"} for n in range(50)]
    event = an_event(
        "TaskRefused", tasks=tasks, task_id="A-1~1", location_id="senayan", note="Dewi", by="1042"
    )

    # When
    body = webhooks.payload(event)

    # Then
    told = json.loads(body)
    assert len(body.encode()) < 20_000
    assert told["type"] == "task.refused"
    assert set(told["data"]) == {"order_id", "task_id", "location_id", "tasks"}
    assert set(told["data"]["tasks"][0]) == {"task_id", "location_id"}
    assert "Dewi" not in body


@pytest.mark.parametrize(
    ("reason", "told"), [("not_found", "not_found"), ("Dewi did not come", None), (7, None)]
)
def test_a_reason_is_told_when_it_is_a_word(reason: object, told: str | None) -> None:
    body = json.loads(webhooks.payload(an_event("TaskRefused", reason=reason)))

    assert body["data"].get("reason") == told


def test_one_event_has_one_id_at_each_endpoint() -> None:
    ids = {webhooks.webhook_id(an_event(), name) for name in ("erp", "app", "erp")}

    assert len(ids) == 2


HOSTILE = (
    "http://example.com/hook",
    "https://localhost/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://0.0.0.0/",
    "https://10.0.0.8/",
    "https://172.16.5.4/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://[::1]/",
    "https://[fd00:ec2::254]/",
    "https://[fe80::1]/",
    "https://[::ffff:169.254.169.254]/",
    "https://[64:ff9b::a9fe:a9fe]/",
    "https://metadata.google.internal/",
    "https://user:pw@example.com/",
    "https://example.com:22/",
    "https://example.com#@10.0.0.8/",
    "https://example.com\\@10.0.0.8/",
    "https://exam ple.com/",
    "https://example.com/\r\nHost: here",
    "https://printer/",
    "https://224.0.0.1/",
    "gopher://example.com/",
    "https://",
    "https://[::1",
)


@pytest.mark.parametrize("url", HOSTILE)
def test_this_is_no_endpoint(url: str) -> None:
    assert url_fault(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://erp.example.com/hooks?shop=7",
        "https://erp.example.com:443",
        "https://8.8.8.8/",
        "https://[2606:4700::1]/",
    ],
)
def test_this_is_one(url: str) -> None:
    assert url_fault(url) is None


NOT_PUBLIC = (
    *("127.0.0.1", "10.1.2.3", "169.254.169.254", "100.64.0.1", "192.0.2.1", "198.18.0.1", "240.0.0.1", "224.0.0.1"),
    *("0.0.0.0", "255.255.255.255", "::", "::1", "fd00::1", "fe80::1", "fec0::1", "ff02::1", "::ffff:8.8.8.8"),
    *("64:ff9b::808:808", "64:ff9b:1::1", "2002:808:808::1", "2001:0:53aa:64c::1", "2001:db8::1"),
)  # fmt: skip


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_this_address_is_not_of_the_open_internet(address: str) -> None:
    assert is_public(address) is False


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111"])
def test_this_address_is(address: str) -> None:
    assert is_public(address) is True
