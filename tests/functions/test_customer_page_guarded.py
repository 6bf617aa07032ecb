"""What the customer's page gives away, and what a browser may do with it: nothing that it should not."""

from __future__ import annotations

import json
import re

import pytest

from fulfillment.domain.location import Contact
from tests.functions.test_customer_page import order, shop, work
from tests.support.builders import SENAYAN, SHIP_TO, a_location, a_product, delivery_body, north_of
from tests.support.functions import CONTEXT, api_event, handler
from tests.support.pages import Read
from tests.support.world import World

HOSTILE = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>{{7*7}}${7*7}javascript:alert(3)"
MOST_BYTES = 60 * 1024

__all__ = ["shop"]


# --- what is nobody's business


def test_the_page_names_nobody(shop: World) -> None:
    # Given everything that we know of a customer
    contact = {"name": "Dewi Canary", "phone": "081298765432", "email": "canary@example.com", "locale": "id"}
    body = delivery_body("D-1", ship_to={**SHIP_TO, "recipient": "Dewi Canary", "street": "Jalan Canary 1"})
    body["customer"]["contact"] = contact
    shop.order(body)

    # Then whoever collects sees none of it
    shown = shop.page("D-1").raw + shop.seen("D-1").raw
    assert re.findall("(?i)canary|81298765432", shown) == []


def test_the_code_is_in_no_row(shop: World) -> None:
    # Given a code that was shown
    order(shop)
    work(shop, "accept", "ready")
    code = shop.seen("A-1").body["code"]
    shop.customer("A-1", "on-my-way")

    # Then it is kept nowhere
    kept = json.dumps(shop.everything(), default=repr)
    assert code not in kept
    assert code.replace("-", "") not in kept


def test_a_wrong_link_is_404_before_anything_is_looked_up(shop: World) -> None:
    # Given
    order(shop)
    shop.seen("A-1")
    wrong = shop.link("A-1")[:-1] + ("A" if shop.link("A-1")[-1] != "A" else "B")

    def try_them() -> None:
        for method, path in (("GET", "/order"), ("POST", "/choice"), ("POST", "/on-my-way")):
            body = {"choice": "cancel"} if method == "POST" else None
            resource = f"/c/{{token}}{path}"
            headers = {"Idempotency-Key": "k"}
            reply = shop.call("customer", method, resource, path={"token": wrong}, body=body, headers=headers)
            assert (reply.status, reply.body["code"]) == (404, "unknown_link")

    # Then
    assert shop.calls(try_them) == []


def test_a_person_with_a_wrong_link_reads_so_in_both_languages(shop: World) -> None:
    event = api_event("GET", "/c/{token}", path={"token": "nobody"})

    answer = handler("customer")(event, CONTEXT)

    assert answer["statusCode"] == 404
    assert answer["headers"]["Content-Type"].startswith("text/html")
    assert "Tautan ini tidak dikenal" in answer["body"]
    assert "We do not know this link" in answer["body"]


def test_a_link_to_an_order_that_is_gone_is_a_wrong_link(shop: World) -> None:
    reply = shop.seen("never-placed")

    assert (reply.status, reply.body["code"]) == (404, "unknown_link")


# --- what a browser may do with it


def test_nothing_that_anybody_typed_becomes_markup(shop: World) -> None:
    # Given hostile text wherever somebody can put text
    shop.given(
        a_product("tee", name_id=HOSTILE, name_en=HOSTILE, variant=HOSTILE),
        a_location("makassar", name=HOSTILE, contact=Contact(HOSTILE, HOSTILE, HOSTILE)),
        a_location("kota", name=HOSTILE, point=north_of(SENAYAN, 9)),
    )
    order(shop)
    work(shop, "accept", "ready")
    ready = shop.page("A-1").body
    shop.on_task("makassar", "A-1~1", "refuse", {"reason": "other", "note": HOSTILE})
    shop.order(delivery_body("D-1"))
    (parcel,) = shop.get_order("D-1").body["shipments"]
    shop.on_task(parcel["location_id"], "D-1~1", "accept")
    sent = {"carrier": HOSTILE, "tracking_number": HOSTILE}
    assert shop.on_task(parcel["location_id"], "D-1~1", "ship", sent).status == 200

    # Then each page holds its own elements and no other
    for page in (ready, shop.page("A-1").body, shop.page("D-1").body):
        read = Read(page)
        assert HOSTILE in read.text
        assert read.named("img") == []
        assert [set(a) for a in read.named("script")] == [{"src", "defer"}]
        assert not [name for _, attributes in read.elements for name in attributes if name.startswith("on")]
        links = [str(a.get("href") or a.get("src")) for a in (*read.named("a"), *read.named("link"))]
        assert [link for link in links if not re.match(r"https://www\.google|\?|#|assets/|tel:", link)] == []


def test_the_page_comes_with_the_headers_that_keep_it_to_itself(shop: World) -> None:
    # Given
    order(shop)

    # When
    headers = shop.page("A-1").headers

    # Then
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert policy["trusted-types"] == "'none'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_first_load_is_small_and_all_of_it_is_ours(shop: World) -> None:
    # Given the largest page: a code and a QR code
    order(shop)
    work(shop, "accept", "ready")
    page = shop.page("A-1").body
    read = Read(page)

    # When every file that it names is loaded
    named = [str(a.get("src") or a.get("href")) for a in (*read.named("script"), *read.named("link"))]
    sizes = [len(page.encode())]
    for name in named:
        path, _, version = name.partition("?v=")
        event = api_event("GET", "/c/assets/{file}", path={"file": path.removeprefix("assets/")})
        answer = handler("customer")(event, CONTEXT)
        assert (answer["statusCode"], len(version)) == (200, 12)
        assert "immutable" in answer["headers"]["Cache-Control"]
        sizes.append(len(answer["body"].encode()))

    # Then
    assert len(named) == 3
    assert sum(sizes) <= MOST_BYTES


@pytest.mark.parametrize("name", ["customer.py", "page.py", "../words.py", "%2e%2e/words.py", ""])
def test_no_other_file_is_given_away(shop: World, name: str) -> None:
    answer = handler("customer")(api_event("GET", "/c/assets/{file}", path={"file": name}), CONTEXT)

    assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (404, "unknown_file")


def test_a_page_that_did_not_change_says_so_by_its_mark(shop: World) -> None:
    # Given
    order(shop)
    first = shop.seen("A-1").body
    shop.clock.forward(seconds=15)

    # Then
    assert shop.seen("A-1").body["mark"] == first["mark"]
    assert f'data-mark="{first["mark"]}"' in shop.page("A-1").body
    work(shop, "accept")
    assert shop.seen("A-1").body["mark"] != first["mark"]
