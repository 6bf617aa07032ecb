"""A phone that a store shares: who presses says so with a PIN, which is kept nowhere."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from fulfillment.adapters import aws
from fulfillment.adapters.dynamodb.people import staff_item
from fulfillment.adapters.secrets import SecretKeys
from fulfillment.domain.people import Employee, mark_pin
from tests.browser.board import PASSWORD, Board, board, open_store, order
from tests.browser.windows import Windows
from tests.support.functions import staff_claims
from tests.support.site import Member, Site

pytestmark = pytest.mark.browser

SITI, PIN = "1042", "4821"


def shared(site: Site, windows: Windows) -> Board:
    """The store's phone, signed in for the shift, and a task; Siti and Made work there."""
    open_store(site)
    order(site, "P-1")
    claims = staff_claims("senayan", name="senayan-phone") | {"cognito:groups": "device"}
    site.members["senayan-phone"] = Member(PASSWORD, claims, "Senayan phone")
    with site.quiet():
        kid, key = SecretKeys(aws.secretsmanager(), "staff-pin-key").newest()
        for number, name, pin in ((SITI, "Siti Rahma", PIN), ("1043", "Made Putra", "7777")):
            mark = mark_pin(key, kid, "senayan", number, pin)
            item = staff_item("senayan", Employee(number, name, "picker"), mark)
            aws.dynamodb().put_item(TableName="Staff", Item=item)
    opened = board(site, windows)
    opened.sign_in("senayan-phone")
    expect(opened.cards()).to_have_count(1)
    return opened


def taken_by_siti_without_a_line(page: Board) -> None:
    """The step waits on the phone, and her PIN in the page."""
    page.open("Dewi")
    page.without_line()
    page.press("Ambil tugas ini")
    page.page.get_by_label("Siti Rahma").check()
    page.page.locator("[name=pin]").press_sequentially(PIN)
    page.said("Tersimpan.")


def test_the_story_says_who_pressed_and_a_wrong_pin_does_nothing(site: Site, windows: Windows) -> None:
    # Given the shared phone with the task open
    page = shared(site, windows)
    page.open("Dewi")

    # When Siti presses, with a wrong PIN first
    page.press("Ambil tugas ini")
    expect(page.page.locator("dialog .name")).to_have_count(2)
    page.page.get_by_label("Siti Rahma").check()
    page.page.locator("[name=pin]").press_sequentially("0000")

    # Then she is asked again and the task is nobody's
    expect(page.page.locator("dialog .hint")).to_have_text("PIN salah.")
    assert site.calls("POST", "/accept", 200) == []

    # And with her own it is hers
    page.page.locator("[name=pin]").press_sequentially(PIN)
    page.said("Tugas ini milik Anda.")
    expect(page.page.locator(".facts", has_text="Siti Rahma")).to_be_visible()
    assert len({call.key for call in site.calls("POST", "/accept")}) == 1


def test_a_pin_is_kept_nowhere_and_asked_for_again_after_a_reload(site: Site, windows: Windows) -> None:
    # Given a step that Siti took without a line
    page = shared(site, windows)
    taken_by_siti_without_a_line(page)
    stored = page.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert PIN not in stored

    # When the page is loaded again and the line is back
    page.page.reload()
    page.without_line(False)
    expect(page.page.locator(".badge")).to_have_text("1 menunggu")
    page.page.locator("#bar .line").click()

    # Then the step waits for her PIN, and goes with it
    page.press("Isi PIN untuk mengirim")
    page.page.locator("[name=pin]").press_sequentially(PIN)
    expect(page.page.locator(".badge")).to_have_count(0)
    site.until("the step", lambda: site.calls("POST", "/accept", 200))


def test_a_step_that_waits_for_its_pin_holds_up_nobody_else(site: Site, windows: Windows) -> None:
    # Given a step that Siti took without a line, on a page that was loaded again since
    page = shared(site, windows)
    order(site, "P-2", name="Agus")
    expect(page.cards()).to_have_count(2)
    taken_by_siti_without_a_line(page)
    page.page.reload()
    page.without_line(False)
    expect(page.page.locator(".badge")).to_have_text("1 menunggu")

    # When Made takes another task, then it is his at once
    page.page.locator(".back").click()
    page.open("Agus")
    page.press("Ambil tugas ini")
    page.page.get_by_label("Made Putra").check()
    page.page.locator("[name=pin]").press_sequentially("7777")
    page.said("Tugas ini milik Anda.")
    assert ["P-2" in call.path for call in site.calls("POST", "/accept", 200)] == [True]

    # And where Siti has gone home, he may answer for her step too
    page.page.locator("#bar .line").click()
    page.press("Isi PIN untuk mengirim")
    page.page.get_by_label("Made Putra").check()
    page.page.locator("[name=pin]").press_sequentially("7777")
    expect(page.page.locator(".badge")).to_have_count(0)
    site.until("the step", lambda: len(site.calls("POST", "/accept", 200)) == 2)
