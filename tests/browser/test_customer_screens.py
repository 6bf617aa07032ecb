"""Every screen of the customer's page, looked at by axe, by hostile text and by a measure."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from fulfillment.domain.location import Contact
from tests.browser.link import asked, open_shops, ordered, page_of, ready, work
from tests.browser.windows import DESKTOP, PHONE, Windows, photograph, violations
from tests.support.builders import SENAYAN, a_location, a_product, delivery_body, north_of, stock
from tests.support.site import Site

pytestmark = pytest.mark.browser
HOSTILE = '<img src=x onerror="window.run=1">\'"><script>window.run=1</script><svg onload=window.run=1>'
MOST_BYTES = 60 * 1024


def _on_the_way(site: Site) -> None:
    with site.quiet() as world:
        assert world.order(delivery_body("A-1")).status == 201
    parcel = {"carrier": "JNE", "tracking_number": "JX-1"}
    work(site, "accept", "ship", **parcel)


def _short(site: Site) -> None:
    ordered(site)
    work(site, "accept", "pick", lines=[{"line_id": "1", "picked": 1}])


def _cancelled(site: Site) -> None:
    ordered(site)
    with site.quiet() as world:
        world.on_order("A-1", "cancel")


SCREENS: dict[str, Callable[[Site], None]] = {
    "received": ordered,
    "ready": ready,
    "choose": asked,
    "choose-part": _short,
    "on-the-way": _on_the_way,
    "cancelled": _cancelled,
}


def unfold(page: Page) -> None:
    """Everything that can be opened is."""
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_can_be_used_by_everybody(site: Site, windows: Windows, screen: str, language: str) -> None:
    # Given
    open_shops(site)
    SCREENS[screen](site)
    page = page_of(site, windows, query=f"?lang={language}", axe=True)
    unfold(page)

    # Then nothing is found against WCAG 2.2 AA, and nothing stands out of the screen
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    photograph(page, f"customer-{screen}-{language}-phone")


def test_a_wide_screen_shows_the_same(site: Site, windows: Windows) -> None:
    open_shops(site)
    ready(site)
    page = page_of(site, windows, size=DESKTOP, axe=True)

    assert violations(page) == []
    photograph(page, "customer-ready-id-desktop")


def test_a_link_that_is_wrong_says_so(site: Site, windows: Windows) -> None:
    context = windows.fresh(locale="id-ID", size=PHONE, axe=True)
    page = windows.another(context, f"{site.url}/c/nobody")

    assert page.locator("h1").inner_text() == "Tautan ini tidak dikenal"
    assert violations(page) == []


def test_the_judge_sees_what_it_is_for(site: Site, windows: Windows) -> None:
    # Given a screen with letters that are hardly there and a picture that says nothing
    open_shops(site)
    ordered(site)
    page = page_of(site, windows, axe=True)
    page.evaluate("document.getElementById('status').style.color = '#ddd'")
    page.evaluate("document.querySelector('main').append(document.createElement('img'))")

    # Then both are found
    found = " ".join(violations(page))
    assert "color-contrast" in found
    assert "image-alt" in found


def test_hostile_text_stays_text_in_every_field(site: Site, windows: Windows) -> None:
    # Given hostile text wherever anybody can put text
    hostile = a_location(
        "senayan", name=HOSTILE, contact=Contact(HOSTILE, HOSTILE, f"https://maps.test/{HOSTILE}")
    )
    with site.quiet() as world:
        world.given(a_product("tee", name_id=HOSTILE, name_en=HOSTILE, variant=HOSTILE), hostile)
        world.given(stock("senayan", tee=9), a_location("kota", name=HOSTILE, point=north_of(SENAYAN, 9)))
        world.given(stock("kota", tee=9))
    ready(site)

    # When each screen that shows it is opened
    page = page_of(site, windows)
    unfold(page)
    shown = page.locator("main").inner_text()
    work(site, "refuse", reason="other", note=HOSTILE)
    page.reload()
    unfold(page)

    # Then it is read, and none of it runs
    assert HOSTILE in shown
    assert HOSTILE in page.locator("#choices").inner_text()
    assert page.evaluate("window.run") is None
    assert page.locator("img").count() == 0


def test_the_first_load_is_small(
    site: Site, windows: Windows, record_property: Callable[[str, object], None]
) -> None:
    # Given the largest screen
    open_shops(site)
    ready(site)
    context = windows.fresh(locale="id-ID", size=PHONE)
    sizes: dict[str, int] = {}
    context.on("response", lambda came: sizes.update({came.url.rsplit("/", 1)[1]: len(came.body())}))

    # When it is opened for the first time
    from tests.browser.link import address

    page = windows.another(context, address(site))
    page.wait_for_load_state("networkidle")

    # Then
    total = sum(sizes.values())
    record_property(
        "figure", f"the customer's page: {total} bytes in {len(sizes)} requests at the first load"
    )
    assert 3 <= len(sizes) <= 4
    assert total <= MOST_BYTES
