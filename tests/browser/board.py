"""A store with work, and somebody who holds the board: what they see and press, in the words of either language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.windows import Windows
from tests.support.builders import SENAYAN, a_location, a_product, north_of, order_body, stock
from tests.support.functions import staff_claims
from tests.support.site import Member, Site

BUDI, PASSWORD = "10001", "Sandi-Toko-2026"
TEE, CAP = "8991234500017", "8991234500024"  # barcodes


def open_store(site: Site) -> None:
    """Senayan, with tees and caps, another store farther away, and a picker of Senayan."""
    with site.quiet() as world:
        world.given(
            a_product("tee", name_id="Kaus Katun Merah", name_en="Red cotton T-shirt", barcodes=(TEE,))
        )
        world.given(a_product("cap", name_id="Topi Kanvas", name_en="Canvas cap", barcodes=(CAP,)))
        world.given(a_location("senayan"), stock("senayan", tee=30, cap=30))
        world.given(a_location("kota", point=north_of(SENAYAN, 9)), stock("kota", tee=4))
    site.members[BUDI] = Member(PASSWORD, staff_claims("senayan", name=BUDI), "Budi Santoso")


def order(site: Site, order_id: str, *, name: str = "Dewi", body: dict[str, Any] | None = None) -> str:
    """A paid pickup at Senayan (or ``body``) for this customer; answers its task's id."""
    wanted = body or order_body(order_id)
    wanted["customer"]["contact"]["name"] = name
    with site.quiet() as world:
        placed = world.order(wanted)
        assert placed.status == 201, placed.body
    return f"{order_id}~1"


def status_of(site: Site, order_id: str, number: int = 0) -> str:
    """Where the router is with an order's task."""
    with site.quiet() as world:
        status: str = world.get_order(order_id).body["shipments"][number]["status"]
        return status


def steps_of(site: Site, order_id: str, type_: str) -> int:
    """How often this has happened to an order."""
    with site.quiet() as world:
        return world.events(order_id).count(type_)


@dataclass(frozen=True)
class Board:
    """The page in somebody's hand."""

    page: Page
    site: Site

    def sign_in(self, username: str = BUDI, password: str = PASSWORD) -> None:
        self.page.locator("[name=username]").fill(username)
        self.page.locator("[name=password]").fill(password)
        self.page.locator("form button.primary").click()

    def cards(self) -> Locator:
        return self.page.locator(".card")

    def card(self, text: str) -> Locator:
        return self.page.locator(".card", has_text=text)

    def open(self, text: str) -> None:
        """Tap the task that says this, and wait until it is shown."""
        self.card(text).click()
        expect(self.page.locator(".head h1")).to_be_visible()

    def press(self, *words: str) -> None:
        """The button with one of these words on it."""
        self.button(*words).click()

    def button(self, *words: str) -> Locator:
        said = re.compile("|".join(f"^{re.escape(word)}$" for word in words))
        return self.page.locator("button:visible").filter(has_text=said)

    def said(self, *words: str) -> None:
        """The page told this, for eyes and ears."""
        expect(self.page.locator("#said")).to_have_text(re.compile("|".join(map(re.escape, words))))

    def scan(self, code: str) -> None:
        """As a scanner types that is plugged into the phone."""
        self.page.evaluate("document.activeElement.blur()")
        self.page.keyboard.type(code, delay=2)
        self.page.keyboard.press("Enter")

    def without_line(self, off: bool = True) -> None:
        self.page.context.set_offline(off)


def board(site: Site, windows: Windows, **more: Any) -> Board:
    """The page, opened, nobody signed in."""
    return Board(windows.open(f"{site.url}/board", **more), site)


def signed_in(site: Site, windows: Windows, **more: Any) -> Board:
    """The page with Budi signed in and the list there."""
    opened = board(site, windows, **more)
    opened.sign_in()
    expect(opened.page.locator(".groups")).to_be_visible()
    return opened
