"""What only a supervisor may do on the board, and what is done with goods and money that are not a plain pickup."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.board import BUDI, PASSWORD, Board, open_store, order, signed_in, status_of
from tests.browser.test_board_work import told_code
from tests.browser.windows import Windows
from tests.support.builders import order_body, order_lines
from tests.support.functions import staff_claims
from tests.support.site import Member, Site

pytestmark = pytest.mark.browser

TASK = "/v1/locations/{location_id}/tasks/{task_id}"
CASH = {"state": "on_handover", "kind": "cash", "amount_due": {"amount": "199000", "currency": "IDR"}}


@pytest.fixture(autouse=True)
def _store(site: Site) -> None:
    open_store(site)
    claims = staff_claims("senayan", name=BUDI) | {"cognito:groups": "supervisor"}
    site.members[BUDI] = Member(PASSWORD, claims, "Budi Santoso")


def ready(site: Site, order_id: str = "P-1", **more: object) -> None:
    """A task that waits for its customer, in Rak B3."""
    order(site, order_id, body=order_body(order_id, **more))
    with site.quiet() as world:
        for step, said in (("accept", {}), ("ready", {"staging": "Rak B3"})):
            assert world.on_task("senayan", f"{order_id}~1", step, said, name=BUDI).status == 200


def waiting(site: Site, windows: Windows) -> Board:
    """The supervisor's board with that task open."""
    page = signed_in(site, windows)
    page.press("Menunggu 1")
    page.open("Dewi")
    return page


def more(site: Site, windows: Windows) -> Board:
    """The supervisor's board where everything else is."""
    page = signed_in(site, windows)
    page.page.evaluate("location.hash = '#/more'")
    expect(page.button("Jeda toko")).to_be_visible()
    return page


def chosen(page: Board, words: str) -> None:
    """One of a dialog's answers."""
    page.page.locator("dialog").get_by_text(words, exact=True).click()


def test_a_paused_store_is_offered_to_nobody_until_it_is_opened_again(site: Site, windows: Windows) -> None:
    # Given a supervisor who pauses the store
    page = more(site, windows)
    page.press("Jeda toko")
    chosen(page, "Sampai dibuka lagi")
    chosen(page, "Gangguan di toko")
    page.page.locator("dialog button.primary").click()
    page.said("Toko dijeda.")

    # Then no order goes there
    with site.quiet() as world:
        refused = world.order(order_body("P-1"))
    assert (refused.status, refused.body["code"]) == (409, "paused")

    # When it is opened again, then within a minute it is as before
    page.press("Buka lagi")
    page.said("Toko menerima pesanan lagi.")
    site.world.clock.forward(minutes=1)
    order(site, "P-2")


def limited(page: Board, method: str, per_hour: str) -> None:
    """The form for how many orders an hour the store takes, sent with this number or none."""
    page.press("Kapasitas per jam")
    expect(page.page.locator("dialog")).to_contain_text("Kosongkan")
    chosen(page, method)
    page.page.locator("[name=per_hour]").fill(per_hour)
    page.page.locator("dialog button.primary").click()


def test_a_lower_capacity_holds_for_the_orders_that_come(site: Site, windows: Windows) -> None:
    # Given a supervisor who takes one pickup an hour
    page = more(site, windows)
    limited(page, "Ambil di toko", "1")
    page.said("Kapasitas diubah.")

    # Then the second order of the hour is promised later
    with site.quiet() as world:
        first, second = (world.order(order_body(order_id)).body for order_id in ("P-1", "P-2"))
    assert first["shipments"][0]["promise"]["ready_by"] < second["shipments"][0]["promise"]["ready_by"]


def test_a_lower_capacity_ends_when_the_field_is_left_empty(site: Site, windows: Windows) -> None:
    # Given a store that takes no deliveries
    page = more(site, windows)
    limited(page, "Kirim", "0")
    page.said("Kapasitas diubah.")

    # When a supervisor leaves the number out
    limited(page, "Kirim", "")

    # Then it takes as many as operations allow
    senayan = {"location_id": "senayan"}

    def nothing_of_its_own() -> bool:
        return site.world.admin("GET", "/v1/locations/{location_id}", path=senayan).body["own"] is None

    site.until("no limit", nothing_of_its_own)


def test_secrets_of_a_new_colleague_are_shown_once_and_kept_nowhere(site: Site, windows: Windows) -> None:
    # Given a supervisor who sets somebody new
    page = more(site, windows)
    page.press("Karyawan")
    page.press("Tambah karyawan")
    page.page.locator("[name=employee]").fill("10077")
    page.page.locator("[name=name]").fill("Rina Kusuma")
    chosen(page, "petugas")
    page.page.locator("dialog button.primary").click()

    # Then a one-time password and a PIN are shown, and can be printed
    secret = page.page.locator("dialog .secret")
    expect(secret).to_contain_text("10077")
    shown = [text.strip() for text in secret.locator("dd").all_inner_texts()]
    (answer,) = [call for call in site.seen if call.method == "PUT"]
    assert answer.status == 200
    assert page.page.locator("#paper .secret dd").all_inner_texts() == shown

    # When the slip is closed, then nothing of them is left on the device
    page.page.locator("dialog button.primary").click()
    expect(page.page.locator("#paper .secret")).to_have_count(0)
    left = page.page.evaluate(
        "JSON.stringify([{...localStorage}, {...sessionStorage}]) + document.body.innerHTML"
    )
    assert not any(word in left for word in shown[1:])

    # And she is on the list of the store
    page.press("Karyawan")
    expect(page.page.locator("dialog")).to_contain_text("Rina Kusuma")


def test_a_locked_code_is_unlocked_and_the_customers_new_one_opens(site: Site, windows: Windows) -> None:
    # Given a code that was locked by five wrong tries
    ready(site)
    first = told_code(site)
    with site.quiet() as world:
        for n in range(5):
            said = {"code": f"1111-111{n}"}
            assert world.on_task("senayan", "P-1~1", "collect", said, name=BUDI).status == 409
    page = waiting(site, windows)

    # When the supervisor unlocks it
    page.press("Buka kunci kode")
    page.said("Dibuka. Pelanggan mendapat kode baru.")

    # Then the code that the customer is told now opens, and is another
    code = told_code(site)
    assert code != first
    page.page.locator("[name=code]").fill(code)
    page.press("Serahkan")
    page.said("Diserahkan.")
    assert status_of(site, "P-1") == "collected"


def test_a_supervisor_hands_over_without_the_code_and_it_says_on_what_proof(
    site: Site, windows: Windows
) -> None:
    # Given a customer without a phone
    ready(site)
    page = waiting(site, windows)

    # When the supervisor has seen an identity card
    page.press("Tanpa kode")
    page.page.locator("[name=collector_name]").fill("Dewi Lestari")
    chosen(page, "KTP")
    page.page.locator("[name=reason]").fill("Ponsel rusak")
    page.page.locator("dialog button.primary").click()
    page.said("Diserahkan.")

    # Then the goods are hers, and the task says what proved it
    assert status_of(site, "P-1") == "collected"
    path = {"location_id": "senayan", "task_id": "P-1~1"}
    with site.quiet() as world:
        task = world.call("tasks", "GET", TASK, path=path, claims=staff_claims("senayan")).body
    proof = {"collector": "Dewi Lestari", "document": "ktp", "reason": "Ponsel rusak"}
    assert task["handover"] == proof


def test_what_was_set_aside_for_nobody_goes_back_to_the_shelf(site: Site, windows: Windows) -> None:
    # Given two tees that were ready when their order was cancelled
    ready(site, lines=order_lines(tee=2))
    with site.quiet() as world:
        assert world.on_order("P-1", "cancel").status == 200
        before = world.stock("tee", "senayan").available
    page = signed_in(site, windows)
    page.press("Kembalikan 1")
    page.open("Dewi")

    # When they are put back
    page.press("Sudah kembali ke rak")
    page.said("Kembali ke rak.")

    # Then they can be sold again, and there is no work left
    with site.quiet() as world:
        assert world.stock("tee", "senayan").available == before + 2
    expect(page.cards()).to_have_count(0)


def test_what_is_due_is_taken_with_the_code(site: Site, windows: Windows) -> None:
    # Given an order that is paid at the counter
    ready(site, payment=CASH)
    page = waiting(site, windows)
    expect(page.page.locator("main")).to_contain_text("Harus dibayar")

    # When code and money are there
    page.page.locator("[name=code]").fill(told_code(site))
    expect(page.page.locator("[name=paid]")).to_have_value("199000")
    page.press("Serahkan")
    page.said("Diserahkan.")

    # Then the step said how much was taken
    (collected,) = site.calls("POST", "/collect", 200)
    assert collected.body["amount_received"] == {"amount": "199000", "currency": "IDR"}
    assert status_of(site, "P-1") == "collected"
