"""`make run`, as a person meets it: one command, two stories, calls to paste, and nothing left behind."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from tests.e2e.running import PATIENCE_SECONDS, Running, make_run
from tests.local.emulator import free_port, is_taken
from tests.local.paths import LOCAL_DIR, ROOT

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

STACK_FIELDS = {
    "api_url",
    "board_url",
    "region",
    "endpoint_url",
    "checkout",
    "operations",
    "tills",
    "staff",
    "supervisors",
    "phones",
    "user_pool_id",
    "client_id",
    "tables",
    "queues",
    "buckets",
    "event_bus_name",
}


def test_it_tells_both_stories_describes_the_stack_and_prints_calls_that_work(running: Running) -> None:
    # Both stories were told, and the stack is described as agreed
    assert running.said.count("fulfilled") == 2
    described = json.loads(running.described)
    assert set(described) == STACK_FIELDS
    assert set(described["checkout"]) == {"access_key_id", "secret_access_key"}
    assert set(described["staff"]["senayan"]) == {"username", "password", "id_token", "pin"}

    # And every call that was printed works when it is pasted
    calls = re.findall(r"^curl .*$", running.said, re.MULTILINE)
    assert len(calls) >= 9
    answers = [_shell(f"{call} --silent --show-error --fail-with-body") for call in calls]
    assert [answer.returncode for answer in answers] == [0] * len(calls), answers

    # And whoever wants the same port is told so at once
    second = _shell(f"make run ONCE=1 PORT={running.port}")
    assert second.returncode != 0
    assert f"Port {running.port} on 127.0.0.1 is taken" in second.stderr

    # And a function can be invoked by hand
    invoked = _shell("make invoke F=options E=events/options.json")
    assert '"statusCode": 200' in invoked.stdout, invoked


@pytest.mark.last
def test_interrupted_it_ends_and_leaves_nothing_behind(running: Running) -> None:
    # Given what has done much
    process, port = running.process, running.port
    assert Path("/proc").is_dir() is bool(_processes_of(port))

    # When it is interrupted
    os.killpg(process.pid, signal.SIGINT)
    # Then it ends, in whichever way this make passes the interruption on
    assert process.wait(60) in (0, 2, 130, -signal.SIGINT)

    # And neither a process nor a folder of it is left
    assert not is_taken(port)
    assert _processes_of(port) == []
    assert not (LOCAL_DIR / f"emulator-{port}" / "tmp").exists()


@pytest.mark.soak
def test_once_ends_by_itself(tmp_path: Path) -> None:
    log = tmp_path / "run.log"
    with make_run(log, PORT=str(free_port()), ONCE="1") as process:
        assert process.wait(PATIENCE_SECONDS) == 0, log.read_text()
    assert log.read_text().count("fulfilled") == 2


def _shell(command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, shell=True, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )


def _processes_of(port: int) -> list[Path]:
    """The emulator of this port and its workers, by the variable they all inherit (where /proc tells)."""
    mark = f"GATEWAY_PORT={port}\0".encode()
    found = []
    for environment in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if mark in environment.read_bytes():
                found.append(environment.parent)
    return found
