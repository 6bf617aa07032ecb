"""From the shelf to the customer's hand, on the board."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.board import CAP, TEE, open_store, order, signed_in, status_of, steps_of
from tests.browser.windows import Windows
from tests.support.builders import delivery_body, order_body, order_lines
from tests.support.site import Site

pytestmark = pytest.mark.browser

TWO_TEES_AND_A_CAP = order_lines(tee=2, cap=1)


def told_code(site: Site) -> str:
    """The code in what the customer was told last."""
    with site.quiet() as world:
        world.settle()
        codes = [re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", told["text"]) for told in world.heard("CustomerTopic")]
    found = [code[0] for code in codes if code]
    return found[-1]


def test_a_pickup_goes_from_the_scanner_to_the_customers_hand(site: Site, windows: Windows) -> None:
    # Given a task for two tees and a cap
    open_store(site)
    order(site, "P-1", body=order_body("P-1", lines=TWO_TEES_AND_A_CAP))
    page = signed_in(site, windows)
    page.open("Dewi")
    page.press("Ambil tugas ini")

    # When its goods are scanned, and one too many
    for code in (TEE, CAP, TEE):
        page.scan(code)
    page.said("Kaus Katun Merah: 2 dari 2")
    page.scan(TEE)
    page.said("Kaus Katun Merah sudah cukup")
    page.scan("4006381333931")
    page.said("4006381333931 tidak ada di tugas ini")
    page.press("Selesai: semua ada")

    # And they are put aside
    page.page.locator("[name=staging]").fill("Rak B3")
    page.press("Siap: beri tahu pelanggan")
    page.said("Siap. Pelanggan diberi tahu.")
    assert status_of(site, "P-1") == "ready"

    # Then whoever stands at the counter sees where they are
    page.page.locator(".back").click()
    page.press("Menunggu 1")
    expect(page.card("Dewi")).to_contain_text("Rak B3")

    # When the customer's QR is scanned, wherever on the board one is
    code = told_code(site)
    page.scan(f"P-1~1 {code}")
    expect(page.page.locator("[name=code]")).to_have_value(code)
    page.press("Serahkan")

    # Then the goods are theirs
    page.said("Diserahkan.")
    assert status_of(site, "P-1") == "collected"
    expect(page.cards()).to_have_count(0)


def test_what_is_paid_at_the_counter_is_asked_for_also_where_nobody_said_how_much(
    site: Site, windows: Windows
) -> None:
    # Given a pickup that is paid in the store, and no word of the amount
    open_store(site)
    order(site, "P-1", body=order_body("P-1", payment={"state": "on_handover", "kind": "cash"}))
    with site.quiet() as world:
        for step in ("accept", "ready"):
            assert world.on_task("senayan", "P-1~1", step, name="10001").status == 200
    page = signed_in(site, windows)
    page.press("Menunggu 1")
    page.open("Dewi")

    # When the code is said and the money taken
    page.page.locator("[name=code]").fill(told_code(site))
    page.page.locator("[name=paid]").fill("199000")
    page.press("Serahkan")

    # Then the goods are theirs
    page.said("Diserahkan.")
    assert status_of(site, "P-1") == "collected"


def test_a_wrong_code_hands_over_nothing_and_says_so(site: Site, windows: Windows) -> None:
    # Given a task that is ready
    open_store(site)
    order(site, "P-1")
    page = signed_in(site, windows)
    page.open("Dewi")
    page.press("Ambil tugas ini")
    page.press("Semua ada")
    page.press("Selesai: semua ada")
    page.said("Tersimpan.")
    page.press("Siap: beri tahu pelanggan")
    page.said("Siap.")
    code = told_code(site)

    # When a code is typed that is not the customer's
    page.page.locator("[name=code]").fill("0000-0000")
    page.press("Serahkan")

    # Then nothing is handed over
    page.said("Kode salah")
    assert status_of(site, "P-1") == "ready"

    # And with the right one, in small letters and without its dash, it is
    page.page.locator("[name=code]").fill(code.replace("-", "").lower())
    page.press("Serahkan")
    page.said("Diserahkan.")
    assert status_of(site, "P-1") == "collected"


def test_a_short_pick_blocks_what_is_missing_and_waits_for_the_customer(site: Site, windows: Windows) -> None:
    # Given a task of which one tee is not there
    open_store(site)
    order(site, "P-1", body=order_body("P-1", lines=TWO_TEES_AND_A_CAP))
    page = signed_in(site, windows, locale="en-GB")
    page.open("Dewi")
    page.press("Take this task")

    # When the rest is picked by hand
    page.page.get_by_label("One more Red cotton T-shirt").click()
    page.page.get_by_label("One more Canvas cap").click()
    page.press("1 missing")
    expect(page.page.locator("dialog")).to_contain_text("the customer is asked")
    page.press("Yes, missing")

    # Then the missing one is blocked here, and the task waits for the customer
    expect(page.page.locator(".note")).to_contain_text("The customer is choosing")
    assert steps_of(site, "P-1", "TaskPickedShort") == 1
    with site.quiet() as world:
        row = world.stock("tee", "senayan")
    assert (row.reserved, row.blocked > 0) == (1, True)
    expect(page.button("Ready: tell the customer")).to_have_count(0)


def test_what_was_ready_too_early_is_taken_back(site: Site, windows: Windows) -> None:
    # Given a task that is ready
    open_store(site)
    order(site, "P-1")
    with site.quiet() as world:
        assert world.on_task("senayan", "P-1~1", "accept").status == 200
        assert world.on_task("senayan", "P-1~1", "ready").status == 200
    page = signed_in(site, windows)
    page.press("Menunggu 1")
    page.open("Dewi")

    # When it was not ready after all
    page.press("Belum siap")

    # Then it can be made ready again
    expect(page.button("Siap: beri tahu pelanggan")).to_be_visible()
    site.until("it is told", lambda: status_of(site, "P-1") == "picked")


def test_a_parcel_is_packed_with_its_papers_and_sent(site: Site, windows: Windows) -> None:
    # Given a parcel that is picked
    open_store(site)
    order(site, "D-1", body=delivery_body("D-1"))
    page = signed_in(site, windows)
    page.page.evaluate("window.print = () => { window.printed = document.body.dataset.paper; }")
    page.open("Dewi")
    page.press("Ambil tugas ini")
    page.press("Semua ada")
    page.press("Selesai: semua ada")

    # When its papers are printed
    paper = page.page.locator("#paper")
    page.press("Cetak daftar")
    expect(paper).to_contain_text("Kaus Katun Merah M")
    page.press("Cetak alamat")
    expect(paper).to_contain_text("Jalan Asia Afrika 8")
    expect(paper).to_contain_text("081234567890")
    assert page.page.evaluate("printed") == "label"

    # Then paper shows them and nothing else
    page.page.emulate_media(media="print")
    expect(paper).to_be_visible()
    expect(page.page.locator("#view")).to_be_hidden()
    page.page.emulate_media(media="screen")

    # And it leaves with the carrier's number
    page.page.locator("[name=carrier]").fill("JNE")
    page.page.locator("[name=tracking]").fill("JNE0012345")
    page.press("Sudah dikirim")
    page.said("Dikirim.")
    assert status_of(site, "D-1") == "shipped"


def test_a_store_says_no_with_a_reason_and_the_order_goes_elsewhere(site: Site, windows: Windows) -> None:
    # Given a parcel that the store cannot find
    open_store(site)
    order(site, "D-1", body=delivery_body("D-1"))
    page = signed_in(site, windows)
    page.open("Dewi")

    # When it is refused: there is no way to do so without a reason
    page.press("Tidak bisa")
    page.page.locator("dialog button.primary").click()
    expect(page.page.locator("dialog")).to_be_visible()
    page.page.get_by_label("Barang tidak ditemukan").check()
    page.page.locator("dialog button.primary").click()

    # Then it is off the list, and another store gets it
    page.said("Ditolak. Pesanan dicarikan jalan lain.")
    expect(page.cards()).to_have_count(0)
    with site.quiet() as world:
        world.settle()
        shipments = world.get_order("D-1").body["shipments"]
    assert [(s["location_id"], s["status"]) for s in shipments] == [("senayan", "refused"), ("kota", "open")]


def test_everything_can_be_done_with_the_keyboard_alone(site: Site, windows: Windows) -> None:
    # Given a board on a desk, without a mouse
    open_store(site)
    order(site, "P-1")
    page = signed_in(site, windows, locale="en-GB")
    keys = page.page.keyboard
    expect(page.cards()).to_have_count(1)

    # When the task is reached and opened with Tab and Enter
    page.page.locator("[type=search]").focus()
    keys.press("Tab")
    keys.press("Enter")
    expect(page.page.locator(".head h1")).to_be_focused()

    # And the next step is found in the same way
    page.button("Take this task").focus()
    keys.press("Enter")
    page.said("The task is yours.")

    # Then a question can be left with Escape, and the button that asked it has the focus again
    page.button("Cannot").focus()
    keys.press("Enter")
    expect(page.page.locator("dialog")).to_be_visible()
    keys.press("Escape")
    expect(page.page.locator("dialog")).to_have_count(0)
    expect(page.button("Cannot")).to_be_focused()
