"""Windows of a browser, watched: whatever goes wrong in one is noted, whoever opened it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page

from tests.support.chromium import axe_script
from tests.support.template import ROOT

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
SCREENSHOTS = ROOT / ".local" / "screenshots"
PATIENCE_MS = 30_000
# A browser tells each answer of 400 and more, and each request without a line, as an error: those are the tests' own.
EXPECTED = re.compile(r"Failed to load resource")
REPORT_REFUSALS = """
addEventListener('securitypolicyviolation', (refused) => {
  console.error(`refused by policy: ${refused.violatedDirective} ${refused.blockedURI} ${refused.sample}`);
});
"""
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass
class Windows:
    """All windows of a test, and what went wrong in them."""

    browser: Browser
    troubles: list[str] = field(default_factory=list)
    _contexts: list[BrowserContext] = field(default_factory=list)

    def open(
        self, url: str, *, locale: str = "id-ID", size: dict[str, int] = PHONE, axe: bool = False, **more: Any
    ) -> Page:
        """A page in a browser of its own (no cookies, nothing stored); a phone, unless ``size`` says otherwise."""
        return self.another(self.fresh(locale=locale, size=size, axe=axe, **more), url)

    def fresh(self, *, locale: str, size: dict[str, int], axe: bool = False, **more: Any) -> BrowserContext:
        """A browser of its own, which pages that share what is stored are opened in."""
        touch = size["width"] < 600
        context = self.browser.new_context(
            locale=locale, viewport=size, has_touch=touch, is_mobile=touch, device_scale_factor=1, **more
        )
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(REPORT_REFUSALS)
        if axe:
            context.add_init_script(_axe())
        self._contexts.append(context)
        return context

    def another(self, context: BrowserContext, url: str) -> Page:
        """One more page of that browser."""
        page = context.new_page()
        home = urlsplit(url).netloc
        page.on("console", lambda said: self._note(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        page.on("request", lambda asked: self._same_origin(asked.url, home))
        page.goto(url)
        return page

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    def _note(self, said: str) -> None:
        if not EXPECTED.search(said):
            self.troubles.append(said)

    def _same_origin(self, url: str, home: str) -> None:
        address = urlsplit(url)
        if address.scheme in ("http", "https") and address.netloc != home:
            self.troubles.append(f"asked another host: {url}")


@cache
def _axe() -> str:
    return axe_script()


def violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA on the page as it is (opened with ``axe=True``): rule and elements."""
    options = json.dumps({"runOnly": AXE_RULES, "resultTypes": ["violations"]})
    found = page.evaluate(f"async () => (await axe.run(document, {options})).violations")
    return [
        f"{broken['impact']} {broken['id']}: {', '.join(' '.join(n['target']) for n in broken['nodes'][:5])}"
        for broken in found
    ]


def photograph(page: Page, name: str) -> Path:
    """A picture of the page as it is, kept for people to look at."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    path = SCREENSHOTS / f"{name}.png"
    page.screenshot(path=path)
    return path
