"""The whole story on the deployed stack, in a real browser, in both languages: from the order to the hand-over, with
the customers' pages open beside the board."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.windows import Windows, photograph
from tests.e2e import exercise
from tests.e2e.exercise import Scene
from tests.e2e.wishes import pickup_order
from tests.local import stories
from tests.local.calls import checkout
from tests.local.inbox import Inbox
from tests.local.stack import Stack
from tests.support import chromium

pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.xdist_group("e2e")]

STORE = "senayan"
SLOW_MS = 60_000  # a function's first start
WORDS = {
    "id": {
        "locale": "id-ID",
        "take": "Ambil tugas ini",
        "short": "Kurang 1",
        "sure": "Ya, memang kurang",
        "waits": "Pelanggan sedang memilih",
        "all": "Semua ada",
        "full": "Selesai: semua ada",
        "kept": "Tersimpan.",
        "ready": "Siap: beri tahu pelanggan",
        "is_ready": "Siap diambil",
        "hand_over": "Serahkan",
        "handed_over": "Diserahkan.",
        "received": "Pesanan kami terima",
        "preparing": "Sedang disiapkan",
        "collect": "Siap diambil",
        "collected": "Sudah diambil",
        "choose": "Mohon pilih",
    },
    "en": {
        "locale": "en-GB",
        "take": "Take this task",
        "short": "1 missing",
        "sure": "Yes, missing",
        "waits": "The customer is choosing",
        "all": "All there",
        "full": "Done: all there",
        "kept": "Kept.",
        "ready": "Ready: tell the customer",
        "is_ready": "Ready",
        "hand_over": "Hand over",
        "handed_over": "Handed over.",
        "received": "We received your order",
        "preparing": "Being prepared",
        "collect": "Ready to collect",
        "collected": "Collected",
        "choose": "Please choose",
    },
}


LINK = re.compile(r"https?://\S+/c/\S+")


def press(page: Page, words: str) -> None:
    """The button with these words; what it does may start a function."""
    page.get_by_role("button", name=words, exact=True).click()


def reads(page: Page, headline: str) -> None:
    """The customer's page says this where the order stands. It looks again by itself every 15 s; coming online is
    looked at once."""
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#status")).to_have_text(headline)


@pytest.mark.parametrize("language", WORDS)
def test_staff_see_the_task_appear_pick_it_and_hand_it_over_while_its_customer_follows(
    stack: Stack, inbox: Inbox, language: str
) -> None:
    words, person = WORDS[language], stack.staff[STORE]
    exercise.restock(Scene(stack, inbox))
    with chromium.running() as browser:
        # Given a member of staff who has signed in on a phone
        windows = Windows(browser)
        page = windows.open(stack.board_url, locale=words["locale"])
        page.set_default_timeout(SLOW_MS)
        expect.set_options(timeout=SLOW_MS)
        page.locator("[name=username]").fill(person.username)
        page.locator("[name=password]").fill(person.password)
        page.locator("form button.primary").click()
        expect(page.locator(".line.online")).to_be_visible()

        # When two orders come in, then both appear by themselves
        whole, short = pickup_order(1), pickup_order(2)
        for body in (whole, short):
            body["customer"]["contact"]["locale"] = language
            checkout(stack).post("/v1/orders", body, key=uuid4().hex).expect(201)
            expect(page.locator(f"[data-task='{body['order_id']}~1']")).to_be_visible()
        photograph(page, f"story-{language}-list")

        # And each customer opens the link of the message
        phones = []
        for body in (whole, short):
            told = inbox.wait_for(stories.to_customer("OrderConfirmed", body["order_id"]), seconds=60)
            link = LINK.search(told.body["text"])
            assert link is not None
            phones.append(windows.open(link[0], locale=words["locale"]))
            phones[-1].set_default_timeout(SLOW_MS)
            reads(phones[-1], words["received"])
        of_whole, of_short = phones

        # When one is short by one, then it waits for its customer
        page.locator(f"[data-task='{short['order_id']}~1']").click()
        press(page, words["take"])
        expect(page.locator("body.busy")).to_have_count(0)
        page.locator(".stepper button").nth(1).click()
        press(page, words["short"])
        press(page, words["sure"])
        expect(page.locator(".note").filter(has_text=words["waits"])).to_be_visible()
        page.locator(".back").click()

        # Then its customer is asked, and another store that has everything is one press away
        reads(of_short, words["choose"])
        photograph(of_short, f"story-{language}-choices")
        of_short.locator("#choices button", has_text="km").first.click()
        reads(of_short, words["received"])
        order = checkout(stack).get(f"/v1/orders/{short['order_id']}").expect(200)
        (place,) = [task["location_id"] for task in order["shipments"] if task["status"] == "open"]
        assert place != STORE

        # When the other is all there and put aside
        page.locator(f"[data-task='{whole['order_id']}~1']").click()
        press(page, words["take"])
        expect(page.locator("body.busy")).to_have_count(0)
        reads(of_whole, words["preparing"])
        press(page, words["all"])
        press(page, words["full"])
        expect(page.locator("#said")).to_have_text(words["kept"])
        page.locator("[name=staging]").fill("Rak B3")
        press(page, words["ready"])
        expect(page.locator("[name=code]")).to_be_visible()
        photograph(page, f"story-{language}-ready")

        # Then its customer is told the code, which the page shows too, and with it the goods are theirs
        told = inbox.wait_for(stories.to_customer("TaskReady", whole["order_id"]))
        code = stories.CODE.search(told.body["text"])
        assert code is not None
        reads(of_whole, words["collect"])
        expect(of_whole.locator("#code")).to_contain_text(code[0])
        expect(of_whole.locator("#qr svg")).to_be_visible()
        photograph(of_whole, f"story-{language}-code")
        page.locator("[name=code]").fill(code[0])
        press(page, words["hand_over"])
        expect(page.locator("#said")).to_have_text(words["handed_over"])
        order = checkout(stack).get(f"/v1/orders/{whole['order_id']}").expect(200)
        assert order["status"] == "fulfilled"
        reads(of_whole, words["collected"])
        windows.close()
    assert windows.troubles == []
