"""The AWS emulator as a child process: started on 127.0.0.1 with IAM enforced, gone without a trace afterwards.

ministack starts one worker process per concurrent invocation, with the code unpacked in a temporary folder, and
leaves both behind when it is told to end. So it runs in a process group of its own, with a TMPDIR of its own.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.local.paths import LOCAL_DIR

HOST = "127.0.0.1"
REGION = "ap-southeast-3"  # Jakarta, where the sample chain would run
# The emulator's root credentials; everything else signs as somebody smaller.
ROOT_CREDENTIALS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}

START_SECONDS = 60  # 2-4 s on a quiet machine; a crowded CI is not
STOP_SECONDS = 5  # then it is ended the hard way
KEPT_LOGS = 3
WARM_WORKER_SECONDS = 1800  # a worker warmed before a race must still be there when it starts


class PortTaken(Exception):
    """Another process listens on the port that was asked for."""

    def __init__(self, port: int) -> None:
        super().__init__(
            f"Port {port} on {HOST} is taken, perhaps by another `make run`. "
            f"End that one, or choose another port: make run PORT={port + 1}"
        )


class EmulatorFailed(Exception):
    """The emulator ended, or never answered; the message holds the end of its log."""


class Emulator:
    """A running emulator. Use it as a context manager."""

    def __init__(self, port: int | None = None, *, home: Path | None = None) -> None:
        """`port` None takes a free one. `home` holds the log and, while it runs, its temporary files."""
        self.port = port if port is not None else free_port()
        self.home = home if home is not None else LOCAL_DIR / f"emulator-{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def endpoint_url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def log_path(self) -> Path:
        return self.home / "emulator.log"

    @property
    def authorizations_path(self) -> Path:
        """One line of JSON for each decision on a permission; see emulator_process."""
        return self.home / "authorizations.jsonl"

    @property
    def _tmp_dir(self) -> Path:
        return self.home / "tmp"

    @property
    def process_group(self) -> int | None:
        """Id of the group that the emulator and all its workers are in; None when it does not run."""
        return self._process.pid if self._process is not None else None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Starts it and returns when it answers. Raises PortTaken or EmulatorFailed."""
        if is_taken(self.port):
            raise PortTaken(self.port)
        shutil.rmtree(self._tmp_dir, ignore_errors=True)
        self._tmp_dir.mkdir(parents=True)
        self.authorizations_path.unlink(missing_ok=True)
        self._forget_old_homes()
        with self.log_path.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.local.emulator_process"],
                cwd=Path(__file__).parents[2],
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self._wait_until_it_answers()
        except BaseException:
            self.stop()
            raise

    def _forget_old_homes(self) -> None:
        """Keeps the logs of the last few runs; a home with temporary files may be in use."""
        homes = [path for path in self.home.parent.glob("emulator-*") if not (path / "tmp").exists()]
        for home in sorted(homes, key=lambda path: path.stat().st_mtime)[:-KEPT_LOGS]:
            shutil.rmtree(home, ignore_errors=True)

    def _environment(self) -> dict[str, str]:
        # Workers inherit this, so nothing of the caller's AWS settings may be in it.
        kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
        return kept | {
            "AUTH": "true",
            "BIND_HOST": HOST,
            "EMULATOR_HOME": str(self.home.resolve()),
            "GATEWAY_PORT": str(self.port),
            "MINISTACK_HOST": HOST,
            "MINISTACK_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "LAMBDA_WARM_TTL_SECONDS": str(WARM_WORKER_SECONDS),
            "LOG_LEVEL": "INFO",
            "PYTHONUNBUFFERED": "1",
            "TMPDIR": str(self._tmp_dir.resolve()),
        }

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                raise EmulatorFailed(f"The emulator ended at once.\n{self.log_tail()}")
            if answers(self.endpoint_url):
                return
            time.sleep(0.1)
        raise EmulatorFailed(f"The emulator did not answer within {START_SECONDS} s.\n{self.log_tail()}")

    def log_tail(self, lines: int = 20) -> str:
        if not self.log_path.exists():
            return ""
        return "\n".join(self.log_path.read_text(errors="replace").splitlines()[-lines:])

    def stop(self) -> None:
        """Ends it with all its workers and removes their folders. May be called twice."""
        process, self._process = self._process, None
        if process is not None:
            _signal_group(process.pid, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
            # A worker may outlive its parent; the group's id stays valid while any member lives.
            _signal_group(process.pid, signal.SIGKILL)
            process.wait(STOP_SECONDS)
        shutil.rmtree(self._tmp_dir, ignore_errors=True)


def answers(endpoint_url: str) -> bool:
    """Whether an emulator is up there."""
    try:
        urllib.request.urlopen(f"{endpoint_url}/_ministack/health", timeout=2).close()
    except OSError:
        return False
    return True


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def is_taken(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do: a connection of an earlier run in TIME_WAIT does not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
        return False


def _signal_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


@contextlib.contextmanager
def ending_on_sigterm() -> Iterator[None]:
    """SIGTERM becomes SystemExit inside, so that `with Emulator()` cleans up as it does on Ctrl-C."""

    def leave(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    earlier = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, earlier)
