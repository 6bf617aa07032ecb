"""Whatever happens to finger, page, line or token: every step has one effect, in order, and none is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.board import (
    CAP,
    PASSWORD,
    TEE,
    Board,
    board,
    open_store,
    order,
    signed_in,
    status_of,
    steps_of,
)
from tests.browser.windows import Windows
from tests.support.builders import order_body, order_lines
from tests.support.functions import staff_claims
from tests.support.site import Member, Site

pytestmark = pytest.mark.browser

OFFLINE_MS = [6_000, pytest.param(30_000, marks=pytest.mark.soak)]  # the page asks every 4 s


def kept(page: Board) -> list[dict[str, Any]]:
    """Steps that wait on the device."""
    steps: list[dict[str, Any]] = json.loads(page.page.evaluate("localStorage['board.queue'] ?? '[]'"))
    return steps


def taken_and_picked_without_a_line(site: Site, windows: Windows) -> Board:
    """The two steps that wait on the device."""
    open_store(site)
    order(site, "P-1")
    page = signed_in(site, windows)
    expect(page.cards()).to_have_count(1)
    page.without_line()
    page.open("Dewi")
    page.press("Ambil tugas ini")
    page.press("Semua ada")
    page.press("Selesai: semua ada")
    return page


def test_a_button_pressed_twice_is_one_step(site: Site, windows: Windows) -> None:
    # Given a task in somebody's hand
    open_store(site)
    order(site, "P-1")
    page = signed_in(site, windows)
    page.open("Dewi")

    # When the button is pressed twice before the server has answered
    with site.holding("POST", "/accept$") as held:
        page.button("Ambil tugas ini").dblclick()
        assert held.arrived.wait(10)
    page.said("Tugas ini milik Anda.")

    # Then it was sent once, and happened once
    assert [call.status for call in site.calls("POST", "/accept")] == [200]
    assert steps_of(site, "P-1", "TaskAccepted") == 1


def test_the_second_half_of_a_double_click_presses_nothing_that_it_did_not_mean(
    site: Site, windows: Windows
) -> None:
    # Given a task whose next button comes to stand where the last one stood
    open_store(site)
    order(site, "P-1", body=order_body("P-1", lines=order_lines(tee=2)))
    page = signed_in(site, windows)
    page.open("Dewi")
    page.press("Ambil tugas ini")
    page.said("Tugas ini milik Anda.")

    # When a button is pressed twice at once, then what is drawn under the finger by then is not
    page.button("Semua ada").dblclick()
    expect(page.button("Selesai: semua ada")).to_be_visible()
    page.button("Selesai: semua ada").dblclick()
    page.said("Tersimpan.")
    assert status_of(site, "P-1") == "picked"
    assert site.calls("POST", "/ready") == []


def test_a_counter_may_be_pressed_as_fast_as_anybody_can(site: Site, windows: Windows) -> None:
    # Given a task of two tees in somebody's hand
    open_store(site)
    order(site, "P-1", body=order_body("P-1", lines=order_lines(tee=2)))
    page = signed_in(site, windows)
    page.open("Dewi")
    page.press("Ambil tugas ini")
    page.said("Tugas ini milik Anda.")

    # When one up is pressed twice at once, then it is two
    page.page.locator(".stepper button").nth(1).dblclick()
    expect(page.button("Selesai: semua ada")).to_be_visible()


def test_a_step_that_is_pressed_while_another_is_on_its_way_takes_its_turn(
    site: Site, windows: Windows
) -> None:
    # Given a task in somebody's hand, and a server that takes its time
    open_store(site)
    order(site, "P-1")
    page = signed_in(site, windows)
    page.open("Dewi")
    page.press("Ambil tugas ini")
    page.said("Tugas ini milik Anda.")
    page.press("Semua ada")

    # When what was picked is not answered yet, and the next step is pressed
    with site.holding("POST", "/pick$") as held:
        page.press("Selesai: semua ada")
        assert held.arrived.wait(10)
        page.press("Siap: beri tahu pelanggan")

    # Then both are done, in their order
    page.said("Siap. Pelanggan diberi tahu.")
    assert [c.status for step in ("/pick", "/ready") for c in site.calls("POST", step)] == [200, 200]


@pytest.mark.parametrize("after_its_effect", [False, True], ids=["before its effect", "after its effect"])
def test_a_reload_in_the_middle_of_a_request_is_one_step(
    site: Site, windows: Windows, after_its_effect: bool
) -> None:
    # Given a step that is on its way when the page is loaded again
    open_store(site)
    order(site, "P-1")
    page = signed_in(site, windows)
    page.open("Dewi")
    with site.holding("POST", "/accept$", after_its_effect=after_its_effect) as held:
        page.press("Ambil tugas ini")
        assert held.arrived.wait(10)
        page.page.reload()

    # When the page is there again
    expect(page.page.locator(".facts", has_text="Diambil")).to_be_visible()
    site.until("nothing waits", lambda: len(site.calls("POST", "/accept")) == 2)

    # Then the same step came again under its key, and had one effect
    assert len({call.key for call in site.calls("POST", "/accept")}) == 1
    assert steps_of(site, "P-1", "TaskAccepted") == 1
    expect(page.page.locator(".badge")).to_have_count(0)


@pytest.mark.parametrize("offline_ms", OFFLINE_MS)
def test_work_goes_on_without_a_line_and_is_sent_once_and_in_order(
    site: Site, windows: Windows, offline_ms: int
) -> None:
    # Given a board whose line is gone
    open_store(site)
    order(site, "P-1", body=order_body("P-1", lines=order_lines(tee=1, cap=1)))
    page = signed_in(site, windows)
    expect(page.cards()).to_have_count(1)
    page.without_line()
    expect(page.page.locator(".line.offline")).to_have_text("Tanpa koneksi")

    # When the task is taken, picked with the scanner, and put aside
    page.open("Dewi")
    page.press("Ambil tugas ini")
    page.said("Tersimpan. Terkirim begitu ada koneksi.")
    page.scan(TEE)
    page.scan(CAP)
    page.press("Selesai: semua ada")
    page.page.locator("[name=staging]").fill("Rak B3")
    page.press("Siap: beri tahu pelanggan")
    expect(page.page.locator(".badge")).to_have_text("3 menunggu")
    done_at = [step["body"]["done_at"] for step in kept(page)[1:]]

    # And the page is even loaded again meanwhile
    page.page.wait_for_timeout(offline_ms)
    page.page.reload()
    expect(page.page.locator(".badge")).to_have_text("3 menunggu")
    assert status_of(site, "P-1") == "open"

    # When the line is back
    page.without_line(False)
    expect(page.page.locator(".badge")).to_have_count(0)

    # Then each step was taken once, in order, with the time at which it was done
    sent = [call for call in site.seen if call.method == "POST" and "/tasks/" in call.path]
    assert [call.path.rsplit("/", 1)[1] for call in sent] == ["accept", "pick", "ready"]
    assert [call.status for call in sent] == [200, 200, 200]
    assert [call.body["done_at"] for call in sent[1:]] == done_at
    assert sent[2].body["staging"] == "Rak B3"
    assert status_of(site, "P-1") == "ready"


def test_a_step_for_which_the_device_has_no_room_is_said_and_not_lost_in_silence(
    site: Site, windows: Windows
) -> None:
    # Given a device that is full
    open_store(site)
    order(site, "P-1")
    page = signed_in(site, windows)
    page.open("Dewi")
    page.page.evaluate(
        """for (let size = 4_000_000, n = 0; size; n += 1) {
            try { localStorage.setItem(`filler-${n}`, 'x'.repeat(size)); } catch { size = size >> 1; }
        }"""
    )

    # When a task is taken, then it says that this was not kept
    page.press("Ambil tugas ini")
    page.said("Perangkat ini penuh")
    assert status_of(site, "P-1") == "open"

    # And with room it goes
    page.page.evaluate("for (const name of Object.keys(localStorage)) localStorage.removeItem(name)")
    page.press("Ambil tugas ini")
    page.said("Tugas ini milik Anda.")


def test_a_hand_over_needs_the_server(site: Site, windows: Windows) -> None:
    # Given a task that is ready, and no line
    open_store(site)
    order(site, "P-1")
    with site.quiet() as world:
        assert world.on_task("senayan", "P-1~1", "accept", name="10001").status == 200
        assert world.on_task("senayan", "P-1~1", "ready", name="10001").status == 200
    page = signed_in(site, windows)
    page.press("Menunggu 1")
    page.open("Dewi")
    page.without_line()

    # When the code is typed
    page.page.locator("[name=code]").fill("ABCD-EFGH")
    page.press("Serahkan")

    # Then nothing is pretended, and nothing waits
    page.said("Ini perlu koneksi. Coba lagi nanti.")
    assert kept(page) == []
    assert status_of(site, "P-1") == "ready"


def test_a_token_that_has_expired_asks_for_sign_in_and_loses_nothing(site: Site, windows: Windows) -> None:
    # Given a step that is taken when the token is no good any more
    open_store(site)
    order(site, "P-1")
    page = signed_in(site, windows)
    page.open("Dewi")
    with site.quiet():
        site.tokens.clear()
    page.press("Ambil tugas ini")

    # Then the page asks who is there, and says that the step is kept
    expect(page.page.locator(".door .note").first).to_contain_text("1 langkah tersimpan")
    assert status_of(site, "P-1") == "open"
    assert page.page.locator("[name=username]").input_value() == "10001"

    # And signed in again, it is sent
    page.sign_in()
    expect(page.card("Dewi").locator(".status")).to_contain_text("Diambil")
    site.until("the step", lambda: steps_of(site, "P-1", "TaskAccepted") == 1)


def test_what_the_server_refuses_is_shown_until_somebody_has_read_it(site: Site, windows: Windows) -> None:
    # Given two steps that were taken without a line, on an order that is cancelled meanwhile
    page = taken_and_picked_without_a_line(site, windows)
    with site.quiet() as world:
        assert world.on_order("P-1", "cancel").status == 200

    # When the line is back
    page.without_line(False)

    # Then the first is refused with its reason, and the second did not go without it
    expect(page.page.locator(".badge.bad")).to_have_text("2 ditolak")
    page.page.locator("#bar .line").click()
    expect(page.page.locator("[role=alert]").nth(0)).to_contain_text("Ambil tugas Dewi ditolak")
    expect(page.page.locator("[role=alert]").nth(1)).to_contain_text("Langkah sebelumnya")
    assert site.calls("POST", "/pick") == []

    # And both are there until they are read, whatever happens to the page
    page.page.reload()
    expect(page.page.locator("[role=alert]")).to_have_count(2)
    page.button("Sudah saya baca").first.click()
    page.button("Sudah saya baca").first.click()
    expect(page.page.locator("[role=alert]")).to_have_count(0)
    assert kept(page) == []


def test_what_was_refused_is_tried_again_in_its_order(site: Site, windows: Windows) -> None:
    # Given two steps of a task that were refused, since a person held its order
    page = taken_and_picked_without_a_line(site, windows)
    why = {"reason": "fraud_check"}
    with site.quiet() as world:
        assert world.on_order("P-1", "hold", why).status == 200
    page.without_line(False)
    expect(page.page.locator(".badge.bad")).to_have_text("2 ditolak")
    with site.quiet() as world:
        assert world.on_order("P-1", "release").status == 200

    # When the first is tried again, and then the second
    page.page.locator("#bar .line").click()
    page.button("Coba lagi").first.click()
    expect(page.page.locator("[role=alert]")).to_have_count(1)
    page.button("Coba lagi").click()

    # Then both are done: what came later did not stand in the way of what came before
    expect(page.page.locator("[role=alert]")).to_have_count(0)
    site.until("both", lambda: status_of(site, "P-1") == "picked")


def test_an_account_is_one_however_its_number_is_typed(site: Site, windows: Windows) -> None:
    # Given a step that was kept under a number in small letters
    open_store(site)
    order(site, "P-1")
    site.members["rani"] = site.members["RANI"] = Member(
        PASSWORD, staff_claims("senayan", name="rani"), "Rani"
    )
    page = board(site, windows)
    page.sign_in("rani")
    page.open("Dewi")
    with site.quiet():
        site.tokens.clear()
    page.press("Ambil tugas ini")
    expect(page.page.locator(".door .note").first).to_contain_text("1 langkah tersimpan")

    # When she signs in with capitals, then it is hers, and sent
    page.sign_in("RANI")
    site.until("the step", lambda: steps_of(site, "P-1", "TaskAccepted") == 1)


def test_neither_token_nor_code_nor_pin_is_left_on_the_device(site: Site, windows: Windows) -> None:
    # Given a board that was worked with
    open_store(site)
    order(site, "P-1")
    page = signed_in(site, windows)
    page.without_line()
    page.open("Dewi")
    page.press("Ambil tugas ini")

    # Then what outlives the tab holds no token and no customer's name beside the steps' own words
    stored = page.page.evaluate("JSON.stringify({...localStorage})")
    assert "token-" not in stored
    assert page.page.evaluate("document.cookie") == ""
    assert [step["name"] for step in kept(page)] == ["accept"]
