"""What runs in the emulator's process: ministack, with three things added.

Not imported by anything: `python -m tests.local.emulator_process`, with EMULATOR_HOME set.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sys
import tempfile
import threading
import time
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

LAYER_ZIP = re.compile(r"layer_\d+\.zip")


def main() -> None:
    end_with_parent()
    share_layers()
    write_down_authorizations(Path(os.environ["EMULATOR_HOME"]) / "authorizations.jsonl")
    sys.argv = ["ministack"]
    from ministack.app import main as ministack

    ministack()


def end_with_parent() -> None:
    """When the process that started this one is gone, however it went, this one and its workers go too."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        shutil.rmtree(tempfile.gettempdir(), ignore_errors=True)
        os.killpg(0, signal.SIGKILL)  # asked politely it waits for threads that never end

    threading.Thread(target=watch, daemon=True, name="end-with-parent").start()


def share_layers() -> None:
    """Unpacks a layer once and gives each worker a link to it.

    ministack unpacks it for every worker, inside its own process: 2,800 files, 1.7 s under one lock, so that forty
    workers took 110 s to start. On AWS /opt is one read-only image, too.
    """
    from ministack.core import lambda_runtime

    runtime: Any = lambda_runtime
    names = {**vars(zipfile), "ZipFile": _SharedZip}
    # ministack 1.5.33 asks for this name when a zip is bad, and hides what was wrong behind an AttributeError.
    names.setdefault("LargeFileError", zipfile.LargeZipFile)
    runtime.zipfile = SimpleNamespace(**names)


class _SharedZip(zipfile.ZipFile):
    """A zip that is a layer extracts to links to the one copy of its content; any other is a plain zip."""

    _sharing = threading.Lock()  # not `_lock`: a ZipFile has one of its own

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
        with self._sharing:
            if not shared.exists():
                unpacking = shared.with_suffix(".unpacking")
                super().extractall(unpacking, super().namelist())
                unpacking.rename(shared)
        for entry in shared.iterdir():
            (Path(path) / entry.name).symlink_to(entry)


def write_down_authorizations(path: Path) -> None:
    """Each decision on a permission as a line of JSON: who, what, on what, and whether it was allowed.

    A function's log shows a refusal only if its author thought of it; and a statement of a role that no line needs is
    one too many.
    """
    from ministack.core import iam_evaluator

    evaluator: Any = iam_evaluator
    decide = evaluator.enforce
    lock = threading.Lock()

    def enforce(access_key_id: str, iam_action: str, *arguments: Any, **named: Any) -> Any:
        # On AWS the permission to send, delete or change one message is that for a batch of them.
        iam_action = iam_action.removesuffix("Batch") if iam_action.startswith("sqs:") else iam_action
        refusal = decide(access_key_id, iam_action, *arguments, **named)
        caller = evaluator.resolve_caller_identity(access_key_id) or {}
        resource = named.get("resource_arn") or (arguments[2] if len(arguments) > 2 else "*")
        line = {
            "caller": caller.get("userArn", ""),
            "action": iam_action,
            "resource": resource,
            "allowed": not refusal,
        }
        with lock, path.open("a") as log:
            log.write(json.dumps(line) + "\n")
        return refusal

    evaluator.enforce = enforce


if __name__ == "__main__":
    main()
