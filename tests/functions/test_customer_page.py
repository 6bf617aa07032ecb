"""The customer's page says where the order stands, in words, and shows nothing that is nobody's business."""

from __future__ import annotations

import re
from typing import Any

import pytest

from fulfillment.domain.location import Contact
from tests.support.builders import (
    PENDING_CARD,
    SENAYAN,
    a_location,
    a_product,
    delivery_body,
    north_of,
    order_body,
    order_lines,
    stock,
)
from tests.support.pages import Read
from tests.support.world import World


@pytest.fixture
def shop(world: World) -> World:
    """A store in Makassar with tees, and another."""
    makassar = a_location("makassar", name="Makassar", timezone="Asia/Makassar", point=SENAYAN)
    world.given(a_product("tee"), a_product("cap"), makassar, stock("makassar", tee=5, cap=1))
    world.given(a_location("kota", name="Kota", point=north_of(SENAYAN, 9)), stock("kota", tee=3))
    return world


def order(shop: World, order_id: str = "A-1", **more: Any) -> None:
    """A pickup at Makassar."""
    assert shop.order(order_body(order_id, location_id="makassar", **more)).status == 201


def work(shop: World, *steps: str, task: str = "A-1~1") -> None:
    """Steps of the store."""
    for step in steps:
        assert shop.on_task("makassar", task, step).status == 200


# --- where it stands


def test_the_page_follows_a_pickup_from_the_order_to_the_handover(shop: World) -> None:
    # Given
    told: list[tuple[str, bool]] = []

    def look() -> None:
        seen = shop.seen("A-1").body
        told.append((seen["status"], seen["code"] is not None))

    # When
    order(shop, payment=PENDING_CARD)
    look()
    shop.on_order("A-1", "confirm")
    look()
    work(shop, "accept")
    look()
    work(shop, "ready")
    look()
    shop.on_task("makassar", "A-1~1", "collect", {"code": shop.seen("A-1").body["code"]})
    look()

    # Then the code is there while it is of use, and not a moment longer
    assert told == [
        ("to_pay", False),
        ("received", False),
        ("preparing", False),
        ("ready", True),
        ("collected", False),
    ]
    assert shop.seen("A-1").body["over"] is True


def test_other_ends_have_words_too(shop: World) -> None:
    # Given an order that was cancelled, one that was never paid, and one that left as a parcel
    order(shop, "A-1")
    shop.on_order("A-1", "cancel")
    order(shop, "A-2", payment=PENDING_CARD)
    shop.clock.forward(minutes=15)
    shop.order(delivery_body("D-1"))
    (parcel,) = shop.get_order("D-1").body["shipments"]
    shop.on_task(parcel["location_id"], "D-1~1", "accept")
    shop.on_task(parcel["location_id"], "D-1~1", "ship", {"carrier": "JNE", "tracking_number": "JX-1"})

    # Then each page says so in a headline
    headlines = [
        re.findall("<h1[^>]*>([^<]*)</h1>", shop.page(order_id, lang="en").body)[0]
        for order_id in ("A-1", "A-2", "D-1")
    ]
    assert headlines == ["Cancelled", "The time to pay is over", "On its way"]
    assert "JNE, tracking number JX-1" in shop.page("D-1", lang="en").body


def test_times_are_those_of_the_store_and_say_so(shop: World) -> None:
    # Given noon in Jakarta, which is one in the afternoon in Makassar
    order(shop)

    # Then it is ready there by two
    assert "hari ini 14.00 WITA" in shop.page("A-1").body
    assert "today 14:00 WITA" in shop.page("A-1", lang="en").body
    shop.clock.forward(days=-1)
    assert "Senin, 23 Nov 14.00 WITA" in shop.page("A-1").body


def test_a_delivery_is_expected_when_its_last_parcel_is(shop: World) -> None:
    # Given a delivery in two parcels, of which the first of the order takes longest
    shop.given(a_location("busy", prep_minutes=11 * 60), stock("busy", hat=1))
    shop.given(a_product("hat"))
    shop.order(delivery_body("D-1", lines=order_lines(hat=1, cap=1)))
    promised = [s["promise"]["deliver_by"] for s in shop.get_order("D-1").body["shipments"]]
    assert len(promised) == 2
    assert promised[0] > promised[1]

    # Then nothing earlier is promised
    assert shop.seen("D-1").body["promise"] == {"deliver_by": promised[0]}


def test_who_pays_the_courier_reads_how_much(shop: World) -> None:
    due = {"amount": "199000", "currency": "IDR"}
    shop.order(delivery_body("D-1", payment={"state": "on_handover", "kind": "cod", "amount_due": due}))

    assert "Bayar saat terima: Rp199.000" in shop.page("D-1").body


def test_the_page_speaks_the_customers_language_until_another_is_asked_for(shop: World) -> None:
    # Given
    order(shop)

    # Then
    page = shop.page("A-1").body
    assert '<html lang="id">' in page
    assert "Pesanan kami terima" in page
    assert '<html lang="en">' in shop.page("A-1", lang="en").body
    assert '<html lang="id">' in shop.page("A-1", lang="xx").body
    assert shop.seen("A-1", lang="en").body["lines"][0]["name"] == "T-shirt tee"


def test_what_is_ready_shows_where_how_and_the_code(shop: World) -> None:
    # Given
    order(shop)
    work(shop, "accept", "ready")

    # When
    page = Read(shop.page("A-1", lang="en").body)

    # Then
    seen = shop.seen("A-1").body
    assert seen["code"] in page.text
    assert "Jalan Makassar 1, Jakarta" in page.text
    assert page.named("svg")
    assert "10:00-22:00" in page.text
    (directions,) = [a for a in page.named("a") if a.get("id") == "directions"]
    assert str(directions["href"]).startswith("https://www.google.com/maps/dir/")
    assert directions["rel"] == "noopener noreferrer"


def test_the_qr_code_is_the_code(shop: World) -> None:
    # Given
    order(shop)
    work(shop, "accept", "ready")

    # Then what is drawn is what the store's scanner is to read
    import segno

    drawn = re.findall('<path stroke="#000" d="([^"]+)"', shop.page("A-1").body)
    wanted = segno.make_qr(shop.seen("A-1").body["code"].replace("-", ""), error="h").svg_inline(border=4)
    assert drawn == re.findall(' d="([^"]+)"', wanted)


def test_the_maps_link_of_the_store_comes_first_unless_it_is_a_script(shop: World) -> None:
    # Given
    contact = Contact("Jalan 1", "+62 411 123", "https://maps.example.com/makassar")
    shop.given(a_location("makassar", name="Makassar", contact=contact))
    order(shop)

    # Then
    page = Read(shop.page("A-1").body)
    assert "https://maps.example.com/makassar" in [a["href"] for a in page.named("a")]
    assert "tel:+62411123" in [a["href"] for a in page.named("a")]
    shop.given(a_location("makassar", contact=Contact("Jalan 1", "", "javascript:alert(1)")))
    assert "javascript:" not in shop.page("A-1").body


def test_what_is_kept_no_longer_is_not_shown_as_ready_even_before_the_sweep(shop: World) -> None:
    # Given
    order(shop)
    work(shop, "accept", "ready")
    assert shop.seen("A-1").body["collect_until"] == "2026-11-26T22:00:00+08:00"
    assert "Kamis, 26 Nov 22.00 WITA" in shop.page("A-1").body

    # When the last day is over
    shop.clock.forward(days=4)

    # Then there is no code any more, and nobody sets out for it
    seen = shop.seen("A-1").body
    assert (seen["status"], seen["code"]) == ("uncollected", None)
    assert shop.customer("A-1", "on-my-way").body["code"] == "not_ready"


# --- on the way


def test_the_store_hears_once_that_the_customer_set_out(shop: World) -> None:
    # Given
    order(shop)
    work(shop, "accept", "ready")

    # When pressed twice on one phone, and later on another
    first = shop.customer("A-1", "on-my-way", key="tap")
    again = shop.customer("A-1", "on-my-way", key="tap")
    shop.clock.forward(minutes=5)
    late = shop.customer("A-1", "on-my-way")

    # Then the first time counts
    assert (first.status, again.raw, late.raw) == (200, first.raw, first.raw)
    assert shop.events("A-1").count("CustomerOnTheWay") == 1
    assert shop.seen("A-1").body["on_my_way_at"] == "2026-11-23T13:00:00+08:00"
    assert "Toko sudah tahu" in shop.page("A-1").body


def test_who_had_to_turn_back_may_set_out_again(shop: World) -> None:
    # Given a customer who set out, and a store that was not ready after all
    order(shop)
    work(shop, "accept", "ready")
    shop.customer("A-1", "on-my-way")
    work(shop, "undo-ready")
    assert shop.tasks("makassar").body["tasks"][0]["on_my_way_at"] is None

    # When it is ready, then nobody is on the way until they say so
    work(shop, "ready")
    assert shop.seen("A-1").body["on_my_way_at"] is None
    shop.clock.forward(minutes=5)
    assert shop.customer("A-1", "on-my-way").status == 200
    assert shop.seen("A-1").body["on_my_way_at"] == "2026-11-23T13:05:00+08:00"
    assert shop.events("A-1").count("CustomerOnTheWay") == 2


@pytest.mark.parametrize("steps", [(), ("accept",), ("accept", "ready", "refuse")])
def test_nobody_sets_out_for_what_is_not_ready(shop: World, steps: tuple[str, ...]) -> None:
    order(shop)
    for step in steps:
        body = {"reason": "no_time"} if step == "refuse" else {}
        assert shop.on_task("makassar", "A-1~1", step, body).status == 200

    reply = shop.customer("A-1", "on-my-way")

    assert (reply.status, reply.body["code"]) == (409, "not_ready")


def test_nobody_sets_out_for_a_parcel(shop: World) -> None:
    shop.order(delivery_body("D-1"))

    assert shop.customer("D-1", "on-my-way").body["code"] == "wrong_method"


def test_lines_that_the_customer_goes_without_are_named(shop: World) -> None:
    body = order_body("A-1", location_id="makassar", lines=order_lines(tee=1, cap=2), accept_partial=True)
    assert shop.order(body).status == 201

    seen = shop.seen("A-1").body

    assert [(line["sku"], line["quantity"]) for line in seen["missing"]] == [("cap", 1)]
    assert "Tidak termasuk" in shop.page("A-1").body
