"""What every page keeps to, whatever it shows."""

from __future__ import annotations

import pytest
from playwright.sync_api import Error, expect

from tests.browser.board import open_store, order, signed_in
from tests.browser.windows import Windows, violations
from tests.support.site import Site

pytestmark = pytest.mark.browser

FIRST_LOAD_BYTES = 100_000


def test_the_board_opens_with_nothing_refused_and_nothing_fetched_elsewhere(
    site: Site, windows: Windows
) -> None:
    page = windows.open(f"{site.url}/board")

    assert page.title() == "Tugas toko"
    expect(page.locator("h1")).to_be_visible()


def test_the_first_load_is_small(
    site: Site, windows: Windows, record_property: pytest.RecordProperty
) -> None:
    # Given a store with work, and a phone that has never been here
    open_store(site)
    order(site, "P-1")

    # When somebody signs in and sees the list
    page = signed_in(site, windows).page
    page.locator(".card").wait_for()

    # Then what was loaded for it is little, not even compressed
    entries = page.evaluate(
        """performance.getEntries().filter((entry) => /board/.test(entry.name) && 'decodedBodySize' in entry)
        .map((entry) => [entry.name, entry.decodedBodySize])"""
    )
    sizes = dict(entries)
    assert len(sizes) > 12
    assert min(sizes.values()) > 0
    assert sum(sizes.values()) <= FIRST_LOAD_BYTES
    record_property(
        "figure", f"board: first load {sum(sizes.values()):,} bytes in {len(sizes)} files, uncompressed"
    )


def test_a_label_that_is_missing_is_found(site: Site, windows: Windows) -> None:
    # Given a page with a field that has no name
    page = windows.open(f"{site.url}/board", axe=True)
    page.locator("h1").wait_for()
    page.evaluate("document.querySelector('main').append(document.createElement('input'))")

    # Then the judge of all other screens sees it
    assert [v for v in violations(page) if v.startswith("critical label")]


def test_what_somebody_wrote_into_the_page_does_not_run_and_is_heard_of(site: Site, windows: Windows) -> None:
    # Given a page
    page = windows.open(f"{site.url}/board")

    # When somebody managed to write into it, then nothing of it is taken
    with pytest.raises(Error, match="TrustedHTML"):
        page.evaluate("document.body.innerHTML = '<img src=x onerror=alert(1)>'")
    with pytest.raises(Error, match="TrustedScriptURL"):
        page.evaluate("document.createElement('script').src = 'https://elsewhere.test/'")
    page.evaluate("new Image().src = 'https://elsewhere.test/'")
    page.wait_for_timeout(100)

    # And each is heard of
    assert len([t for t in windows.troubles if "refused by policy: require-trusted-types-for" in t]) == 2
    assert [t for t in windows.troubles if "refused by policy: img-src https://elsewhere.test" in t]
    windows.troubles.clear()
