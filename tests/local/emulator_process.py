"""What runs in the emulator's process: ministack, with two things added.

Not imported by anything: `python -m tests.local.emulator_process`.
"""

from __future__ import annotations

import ctypes
import os
import re
import signal
import sys
import tempfile
import threading
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

PR_SET_PDEATHSIG = 1  # linux/prctl.h
LAYER_ZIP = re.compile(r"layer_\d+\.zip")


def main() -> None:
    end_with_parent()
    share_layers()
    sys.argv = ["ministack"]
    from ministack.app import main as ministack

    ministack()


def end_with_parent() -> None:
    """Asks Linux for SIGTERM when the parent is gone, however it went; elsewhere the parent's own clean-up must do.

    Workers need nothing of the kind: they read from a pipe of this process and end when it closes.
    """
    if not sys.platform.startswith("linux"):
        return
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it died between the two calls
        sys.exit(1)


def share_layers() -> None:
    """Unpacks a layer once and gives each worker a link to it.

    ministack unpacks it for every worker, inside its own process: 2,800 files, 1.7 s under one lock, so that forty
    workers took 110 s to start. On AWS /opt is one read-only image, too.
    """
    from ministack.core import lambda_runtime

    runtime: Any = lambda_runtime
    runtime.zipfile = SimpleNamespace(**{**vars(zipfile), "ZipFile": _SharedZip})


class _SharedZip(zipfile.ZipFile):
    """A zip that is a layer extracts to links to the one copy of its content; any other is a plain zip."""

    _lock = threading.Lock()

    @property
    def _is_layer(self) -> bool:
        return self.mode == "r" and LAYER_ZIP.fullmatch(Path(self.filename or "").name) is not None

    def namelist(self) -> list[str]:
        # Asked for only to look for names that lead outside; extractall below refuses those once.
        return [] if self._is_layer else super().namelist()

    def extractall(self, path: Any = None, members: Any = None, pwd: bytes | None = None) -> None:
        if not self._is_layer:
            super().extractall(path, members, pwd)
            return
        content = hash(tuple((entry.filename, entry.CRC) for entry in self.infolist()))
        shared = Path(tempfile.gettempdir()) / f"layer-{content & 0xFFFFFFFFFFFFFFFF:016x}"
        with self._lock:
            if not shared.exists():
                unpacking = shared.with_suffix(".unpacking")
                super().extractall(unpacking, super().namelist())
                unpacking.rename(shared)
        for entry in shared.iterdir():
            (Path(path) / entry.name).symlink_to(entry)


if __name__ == "__main__":
    main()
