"""`make run`, as a person starts it, once for all end-to-end tests: they play on what it has deployed."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.local.paths import ROOT, STACK_FILE

PATIENCE_SECONDS = 420


@dataclass(frozen=True)
class Running:
    """It is up: where, what it has said, the description that it has written, and its outbox after the stories."""

    process: subprocess.Popen[bytes]
    port: int
    said: str
    described: str
    outbox: str


@contextmanager
def make_run(log: Path, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    """The command, in a process group of its own, and interrupted at the end unless it has ended."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["make", "run"],
            cwd=ROOT,
            env=os.environ | variables,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGINT)
                try:
                    process.wait(60)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)  # its emulator ends by itself when it is alone
                    raise


@contextmanager
def up(log: Path, port: int) -> Iterator[Running]:
    """It says that it is up."""
    with make_run(log, PORT=str(port)) as process:
        said = _wait_for(log, "Up until Ctrl-C", process)
        (outbox,) = re.findall(r"^Outbox +(http\S+):", said, re.MULTILINE)
        told = urllib.request.urlopen(outbox, timeout=30).read().decode()
        described = STACK_FILE.read_text()
        assert f":{port}/" in described, "another `make run` has written its own description meanwhile"
        yield Running(process, port, said, described, told)


def _wait_for(log: Path, words: str, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        said = log.read_text()
        if words in said:
            return said
        assert process.poll() is None, said
        time.sleep(0.5)
    raise AssertionError(f"{words!r} never came; said so far:\n{log.read_text()}")
