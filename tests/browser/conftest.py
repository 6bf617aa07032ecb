"""A real browser before the real handlers, for both pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.windows import Windows
from tests.support import chromium
from tests.support.site import Site, serving
from tests.support.world import World

SLOW_MS = 20_000  # other tests take the time of both cores


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for each test process."""
    expect.set_options(timeout=SLOW_MS)
    with chromium.running() as started:
        yield started


@pytest.fixture
def site(world: World) -> Iterator[Site]:
    """The router's handlers behind an address on this machine."""
    with serving(world) as started:
        yield started


@pytest.fixture
def windows(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Windows]:
    """Opens windows; at the end none of them may have run, refused or fetched what it should not."""
    opened = Windows(browser)
    yield opened
    opened.close()
    assert opened.troubles == []
