"""A store, an order and its customer's page: what the customer sees and presses."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.windows import Windows
from tests.support.builders import SENAYAN, a_location, a_product, north_of, order_body, order_lines, stock
from tests.support.site import Site

POLL_MS = 15_000


def open_shops(site: Site) -> None:
    """Senayan and another store 9 km away, both with tees."""
    with site.quiet() as world:
        world.given(a_product("tee", name_id="Kaus Katun Merah", name_en="Red cotton T-shirt"))
        world.given(a_location("senayan", name="Sagara Senayan"), stock("senayan", tee=9))
        world.given(a_location("kota", name="Sagara Kota", point=north_of(SENAYAN, 9)), stock("kota", tee=4))


def ordered(site: Site, order_id: str = "A-1", **more: Any) -> None:
    """A paid pickup of two tees at Senayan."""
    with site.quiet() as world:
        assert world.order(order_body(order_id, lines=order_lines(tee=2), **more)).status == 201


def work(site: Site, *steps: str, task: str = "A-1~1", at: str = "senayan", **body: Any) -> None:
    """Steps of the store; ``body`` is that of the last."""
    with site.quiet() as world:
        for step in steps:
            said = body if step == steps[-1] else {}
            assert world.on_task(at, task, step, said).status == 200
        world.settle()


def ready(site: Site) -> None:
    """An order that can be collected."""
    ordered(site)
    work(site, "accept", "ready")


def asked(site: Site) -> None:
    """An order whose store could not, so that its customer must choose."""
    ordered(site)
    work(site, "refuse", reason="no_time")


def address(site: Site, order_id: str = "A-1") -> str:
    """Of the customer's page."""
    with site.quiet() as world:
        return f"{site.url}/c/{world.link(order_id)}"


def page_of(site: Site, windows: Windows, order_id: str = "A-1", query: str = "", **more: Any) -> Page:
    """The page on the customer's phone, whose clock a test moves."""
    context = windows.fresh(locale="id-ID", size=more.pop("size", {"width": 390, "height": 844}), **more)
    context.clock.install()
    return windows.another(context, address(site, order_id) + query)


def next_look(page: Page) -> None:
    """Fifteen seconds later."""
    page.clock.run_for(POLL_MS)


def reads(page: Page, headline: str) -> None:
    """This is where the order stands."""
    expect(page.locator("#status")).to_have_text(headline)
