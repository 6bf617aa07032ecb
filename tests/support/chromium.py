"""Chromium, and axe-core to judge what it shows: found, or fetched once, never committed."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.template import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PATH = os.environ.get("CHROMIUM", "/usr/bin/chromium")
# Nothing leaves this machine: no name resolves, and none of the browser's own services is asked.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--no-first-run",
    "--no-pings",
    "--metrics-recording-only",
    "--disable-domain-reliability",
    "--disable-client-side-phishing-detection",
    "--disable-features=OptimizationHints,MediaRouter,AutofillServerCommunication,"
    "CertificateTransparencyComponentUpdater",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)
AXE = "axe-core"
AXE_VERSION = "4.14.1"
CACHE = ROOT / ".cache"
FETCH_SECONDS = 120


def missing() -> list[str]:
    """What this machine lacks to look at a page."""
    lacking = [] if os.access(PATH, os.X_OK) else ["Chromium"]
    return lacking + [program for program in ("npm",) if shutil.which(program) is None]


@contextmanager
def running() -> Iterator[Browser]:
    """A browser without a window, closed at the end whatever happens."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PATH, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def axe_script() -> str:
    """The source of axe-core; several test processes may ask at the same time."""
    home = CACHE / f"{AXE}-{AXE_VERSION}"
    CACHE.mkdir(exist_ok=True)
    with (CACHE / f"{AXE}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not home.exists():
            with tempfile.TemporaryDirectory(dir=CACHE) as folder:
                _unpack(Path(folder))
                (Path(folder) / "package").rename(home)
    return (home / "axe.min.js").read_text(encoding="utf-8")


def _unpack(folder: Path) -> None:
    command = ["npm", "pack", f"{AXE}@{AXE_VERSION}", "--silent"]
    subprocess.run(command, cwd=folder, check=True, timeout=FETCH_SECONDS, stdout=subprocess.DEVNULL)
    (archive,) = folder.glob("*.tgz")
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    archive.unlink()
