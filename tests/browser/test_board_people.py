"""A supervisor lets somebody go on the board, who then stands in no list and whose PIN opens nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.board import BUDI, PASSWORD, Board, board, open_store, signed_in
from tests.browser.windows import Windows
from tests.support.employing import GOT_IN, listed, pressed, put
from tests.support.functions import staff_claims
from tests.support.site import Member, Site

pytestmark = pytest.mark.browser

SITI, WATI = "1042", "1043"


def supervised(site: Site) -> dict[str, str]:
    """A store whose supervisors are Budi and Wati, with a picker, Siti, and a shared phone; answers PINs by number."""
    open_store(site)
    phone = staff_claims("senayan", name="senayan-phone") | {"cognito:groups": "device"}
    site.members["senayan-phone"] = Member(PASSWORD, phone, "Senayan phone")
    boss = staff_claims("senayan", name=BUDI) | {"cognito:groups": "supervisor"}
    site.members[BUDI] = Member(PASSWORD, boss, "Budi Santoso")
    with site.quiet() as world:
        return {
            BUDI: put(world, BUDI, "supervisor", name="Budi Santoso").body["pin"],
            SITI: put(world, SITI, name="Siti Rahma").body["pin"],
            WATI: put(world, WATI, "supervisor", name="Wati").body["pin"],
        }


def ask_to_let_go(opened: Board, name: str) -> None:
    """From the list of people to the question."""
    opened.page.evaluate("location.hash = '#/more'")
    opened.press("Karyawan")
    opened.page.locator("dialog li", has_text=name).get_by_role("button", name="Berhentikan").click()
    expect(opened.page.locator("dialog h2")).to_have_text("Berhentikan")


def test_who_is_let_go_is_gone_only_after_it_was_confirmed(site: Site, windows: Windows) -> None:
    # Given a supervisor who sees everybody, with no button to let themselves go
    pins = supervised(site)
    opened = signed_in(site, windows)
    ask_to_let_go(opened, "Siti Rahma")

    # When they think better of it, then nothing was sent
    opened.press("Batal")
    expect(opened.page.locator("dialog")).to_have_count(0)
    assert site.calls("DELETE", "/staff/") == []

    # When they mean it
    ask_to_let_go(opened, "Siti Rahma")
    opened.page.locator("dialog button.primary").click()

    # Then Siti works here no more
    opened.said("Siti Rahma tidak lagi bekerja di sini.")
    opened.press("Karyawan")
    expect(opened.page.locator("dialog li")).to_have_count(2)
    himself = opened.page.locator("dialog li", has_text="Budi")
    expect(himself.get_by_role("button")).to_have_text(["Sandi baru"])
    with site.quiet() as world:
        assert [who["employee"] for who in listed(world)] == [BUDI, WATI]
        assert pressed(world, SITI, pins[SITI]) == (403, "pin_wrong")
        assert pressed(world, WATI, pins[WATI]) == GOT_IN


def test_on_the_shared_phone_nobody_lets_themselves_go(site: Site, windows: Windows) -> None:
    # Given the phone that Wati holds
    pins = supervised(site)
    opened = board(site, windows)
    opened.sign_in("senayan-phone")
    expect(opened.page.locator(".groups")).to_be_visible()
    ask_to_let_go(opened, "Wati")
    opened.page.locator("dialog button.primary").click()

    # When she says who she is
    opened.page.get_by_label("Wati").check()
    opened.page.locator("[name=pin]").press_sequentially(pins[WATI])

    # Then she is told whom to ask, and still works here
    opened.said("Tidak bisa memberhentikan diri sendiri")
    with site.quiet() as world:
        assert pressed(world, WATI, pins[WATI]) == GOT_IN
