"""A customer's phone with the page open: it follows the order, and what is pressed happens once."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.link import address, asked, next_look, open_shops, ordered, page_of, reads, ready, work
from tests.browser.windows import Windows
from tests.support.builders import order_body, order_lines
from tests.support.site import Site

pytestmark = pytest.mark.browser
FOLLOWED = {
    "id": ("Pesanan kami terima", "Sedang disiapkan", "Siap diambil", "Sudah diambil"),
    "en": ("We received your order", "Being prepared", "Ready to collect", "Collected"),
}
CODE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}")


@pytest.fixture(autouse=True)
def _shops(site: Site) -> None:
    open_shops(site)


def choices_made(site: Site) -> int:
    """How often the order's customer has chosen."""
    with site.quiet() as world:
        return world.events("A-1").count("ChoiceMade")


# --- the page follows the order


@pytest.mark.parametrize("language", ["id", "en"])
def test_an_open_page_follows_the_order_to_the_handover(site: Site, windows: Windows, language: str) -> None:
    # Given a customer who looks
    received, preparing, to_collect, collected = FOLLOWED[language]
    ordered(site)
    page = page_of(site, windows, query=f"?lang={language}")
    reads(page, received)

    # When the store works, then the page says so at its next look, to eyes and to ears
    work(site, "accept")
    next_look(page)
    reads(page, preparing)
    expect(page.locator("#news")).to_contain_text(preparing)
    work(site, "ready")
    next_look(page)
    reads(page, to_collect)
    expect(page.locator("#code")).to_contain_text(CODE)
    expect(page.locator("#qr svg")).to_be_visible()

    # And the code that it shows is the one that opens the handover
    shown = CODE.search(page.locator("#code").inner_text())
    assert shown
    work(site, "collect", code=shown[0])
    next_look(page)
    reads(page, collected)
    expect(page.locator("#code")).to_have_count(0)

    # And what is over is not asked about any more
    asked_so_far = len(site.calls("GET", "/order"))
    page.clock.run_for(60_000)
    assert len(site.calls("GET", "/order")) == asked_so_far


def test_the_other_language_is_one_tap_away(site: Site, windows: Windows) -> None:
    ordered(site)
    page = page_of(site, windows)

    page.locator("#language").click()

    reads(page, "We received your order")
    assert page.locator("html").get_attribute("lang") == "en"
    page.locator("#language").click()
    reads(page, "Pesanan kami terima")


def test_a_lost_connection_is_said_and_the_page_catches_up(site: Site, windows: Windows) -> None:
    # Given a page without a line for half a minute
    ready(site)
    page = page_of(site, windows)
    page.context.set_offline(True)
    next_look(page)
    next_look(page)

    # Then the code stays where it is, and the page says that it may be old
    expect(page.locator("#offline")).to_be_visible()
    expect(page.locator("#code")).to_contain_text(CODE)

    # And it catches up when the line is back
    work(site, "refuse", reason="closing")
    page.context.set_offline(False)
    next_look(page)
    reads(page, "Mohon pilih")
    expect(page.locator("#offline")).to_be_hidden()


def test_nobody_is_asked_while_nobody_looks(site: Site, windows: Windows) -> None:
    ordered(site)
    page = page_of(site, windows)
    page.evaluate("Object.defineProperty(document, 'hidden', { get: () => true })")

    page.clock.run_for(60_000)

    assert site.calls("GET", "/order") == []


# --- what is pressed


def test_to_set_out_is_told_once_however_often_it_is_pressed(site: Site, windows: Windows) -> None:
    ready(site)
    page = page_of(site, windows)

    page.locator("#on-my-way").dblclick()

    expect(page.locator("#is-on-my-way")).to_be_visible()
    expect(page.locator("#on-my-way")).to_have_count(0)
    with site.quiet() as world:
        assert world.events("A-1").count("CustomerOnTheWay") == 1


def test_a_store_that_is_chosen_gets_the_order(site: Site, windows: Windows) -> None:
    # Given
    asked(site)
    page = page_of(site, windows, query="?lang=en")
    reads(page, "Please choose")

    # When the button is pressed twice at once
    page.locator("#choices button", has_text="Sagara Kota").dblclick()

    # Then it is done once
    reads(page, "We received your order")
    expect(page.locator("main")).to_contain_text("Sagara Kota")
    assert choices_made(site) == 1


def test_a_reload_in_the_middle_of_choosing_changes_nothing(site: Site, windows: Windows) -> None:
    # Given a choice that had its effect, and whose answer is on its way
    asked(site)
    page = page_of(site, windows)
    with site.holding("POST", r"/choice$", after_its_effect=True) as held:
        page.locator("#choices button", has_text="Sagara Kota").click()
        assert held.arrived.wait(10)

        # When the customer loses patience
        held.let_go.set()
        page.reload()

    # Then the page shows what is, and nothing happened twice
    reads(page, "Pesanan kami terima")
    assert choices_made(site) == 1


def test_what_was_not_sent_is_said_and_sent_again_under_the_same_key(site: Site, windows: Windows) -> None:
    # Given no line
    asked(site)
    page = page_of(site, windows)
    page.context.set_offline(True)
    kota = page.locator("#choices button", has_text="Sagara Kota")
    kota.click()
    expect(page.locator("#news")).to_contain_text("Tidak terkirim")
    expect(page.locator("#news")).not_to_have_class("hidden")  # those who do not listen read it
    expect(page.locator("#news")).to_be_in_viewport()

    # When it is back, and the same is pressed again
    page.context.set_offline(False)
    kota.click()

    # Then
    reads(page, "Pesanan kami terima")
    assert choices_made(site) == 1


def test_a_choice_that_is_gone_is_said_with_what_is_left(site: Site, windows: Windows) -> None:
    # Given a page that shows what somebody else then takes
    asked(site)
    page = page_of(site, windows)
    with site.quiet() as world:
        world.order(order_body("A-2", location_id="kota", lines=order_lines(tee=3)))

    # When
    page.locator("#choices button", has_text="Sagara Kota").click()

    # Then
    expect(page.locator("#news")).to_contain_text("Pilihan itu sudah tidak ada")
    expect(page.locator("#choices button", has_text="Sagara Kota")).to_have_count(0)
    reads(page, "Mohon pilih")


def test_who_chooses_too_late_reads_that_it_is_cancelled_and_not_that_there_are_choices(
    site: Site, windows: Windows
) -> None:
    # Given a page that says until when, and stays open for longer
    asked(site)
    page = page_of(site, windows, query="?lang=en")
    expect(page.locator("#choose-until")).to_contain_text("Please choose until Wednesday 25 Nov 12:00 WIB.")
    site.world.clock.forward(hours=48)

    # When
    page.locator("#choices button", has_text="Sagara Kota").click()

    # Then
    reads(page, "Cancelled")
    expect(page.locator("#choices")).to_have_count(0)
    expect(page.locator("#news")).to_have_class("hidden")
    assert choices_made(site) == 0


def test_an_address_is_asked_for_checked_at_its_field_and_kept_while_it_is_typed(
    site: Site, windows: Windows
) -> None:
    # Given a customer who types, slowly
    asked(site)
    page = page_of(site, windows, query="?lang=en")
    page.locator("summary", has_text="Deliver it to me").click()
    page.get_by_label("Recipient").fill("Dewi")
    page.get_by_label("Phone number").fill("081234567890")
    page.get_by_label("Street and number").fill("Jalan Asia Afrika 8")
    next_look(page)
    expect(page.get_by_label("Street and number")).to_have_value("Jalan Asia Afrika 8")

    # When something is missing, then the browser says where; when it is whole, it is sent
    page.get_by_role("button", name="Deliver it to this address").click()
    assert site.calls("POST", "/choice") == []
    page.get_by_label("City or regency").fill("Jakarta Pusat")
    page.get_by_role("button", name="Deliver it to this address").click()

    # Then
    reads(page, "We received your order")
    with site.quiet() as world:
        assert world.get_order("A-1").body["method"] == "delivery"
        (task,) = world.tasks("kota").body["tasks"]
        assert task["ship_to"]["street"] == "Jalan Asia Afrika 8"


def test_a_field_that_the_server_refuses_is_marked_and_has_the_focus(site: Site, windows: Windows) -> None:
    # Given a phone number that the browser lets through
    asked(site)
    page = page_of(site, windows, query="?lang=en")
    page.locator("summary", has_text="Deliver it to me").click()
    for label, value in (
        ("Recipient", "Dewi"),
        ("Street and number", "Jalan 8"),
        ("City or regency", "Jakarta"),
    ):
        page.get_by_label(label).fill(value)
    page.get_by_label("Phone number").evaluate("(field) => field.removeAttribute('pattern')")
    page.get_by_label("Phone number").fill("call me")

    # When
    page.get_by_role("button", name="Deliver it to this address").click()

    # Then
    expect(page.get_by_label("Phone number")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Phone number")).to_be_focused()
    expect(page.locator("#ship-phone-fault")).to_have_text("Please check this field.")


def test_to_cancel_takes_two_taps(site: Site, windows: Windows) -> None:
    asked(site)
    page = page_of(site, windows, query="?lang=en")

    page.locator("summary", has_text="Cancel the order").click()
    assert choices_made(site) == 0
    page.get_by_role("button", name="Yes, cancel the whole order").click()

    reads(page, "Cancelled")
    expect(page.locator("#refund")).to_be_visible()


def test_the_link_can_be_shared_where_the_phone_knows_how_and_where_it_does_not(
    site: Site, windows: Windows
) -> None:
    # Given a phone that cannot share, and one that can
    ready(site)
    plain = page_of(site, windows, query="?lang=en")
    able = page_of(site, windows, query="?lang=en")
    able.evaluate("navigator.share = async (told) => { window.told = told; }")

    # When
    plain.locator("#share").click()
    able.locator("#share").click()

    # Then the one has a link to hand on, and the other handed on the link with the code
    expect(plain.locator("#shared")).to_be_visible()
    expect(plain.locator("#shared")).to_contain_text(re.compile("copied|/c/"))
    told = able.evaluate("window.told")
    assert told["url"] == address(site)
    assert CODE.search(told["text"])
