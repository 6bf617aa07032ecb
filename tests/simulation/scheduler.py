"""Who runs next, what time it is, and what goes wrong: all of it drawn from one seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from greenlet import getcurrent, greenlet

from tests.support.builders import MONDAY_NOON

AT_ONCE = 4  # functions that run side by side: races need two, and three find what two do not


class Killed(BaseException):
    """The function ended here, in the middle of what it did: a time-out, a crash, a machine that went away."""


@dataclass(frozen=True)
class Faults:
    """How often an AWS call goes wrong, each as a share of all calls. ``skew_seconds``: of a function's clock."""

    killed_before: float = 0.006  # nothing was sent
    killed_after: float = 0.008  # it took effect, and nobody heard of it
    reply_lost: float = 0.012  # it took effect, and boto3 sends the same bytes again
    unknown: float = 0.006  # it took effect, and the caller hears of a time-out
    failed: float = 0.005  # the service has a fault of its own
    throttled: float = 0.006
    conflict: float = 0.05  # of writes: another transaction is at work on the row
    in_progress: float = 0.01  # of transactions: the same one is at work
    jump: float = 0.012  # the clock jumps
    skew_seconds: tuple[float, ...] = (0, 0, 0, 0, -0.002, 0.002, -45, 45, -290, 290)


NO_FAULTS = Faults(*[0.0] * 9, skew_seconds=(0,))


@dataclass(eq=False)
class Run:
    """One function at work."""

    name: str
    body: greenlet
    skew: timedelta


@dataclass
class Scheduler:
    """Runs functions side by side, one AWS call at a time."""

    seed: int
    faults: Faults = field(default_factory=Faults)
    at: datetime = MONDAY_NOON
    calls: int = 0
    keep_trace: bool = False

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.runs: list[Run] = []
        self.trace: list[str] = []
        self.happened: dict[str, int] = {}
        self._digest = sha256()
        self._current: Run | None = None
        self._hub = getcurrent()
        self._ended: list[tuple[Callable[[Any], None], Any]] = []

    # --- time and chance, as the functions see them

    def now(self) -> datetime:
        """The time by the clock of whoever asks."""
        return self.at + self._current.skew if self._current else self.at

    def monotonic(self) -> float:
        """Seconds, for what is remembered for a while."""
        return self.at.timestamp()

    def sleep(self, seconds: float) -> None:
        """Nobody waits in vain: others go on."""
        self.at += timedelta(seconds=seconds)
        self._others()

    def uniform(self, low: float, high: float) -> float:
        """For pauses."""
        return self.chance.uniform(low, high)

    @property
    def inside(self) -> str | None:
        """The function that is at work; None outside of all."""
        return self._current.name if self._current else None

    # --- functions

    @property
    def full(self) -> bool:
        """Whether as many functions run as may."""
        return len(self.runs) >= AT_ONCE

    def start(self, name: str, act: Callable[[], Any], done: Callable[[Any], None]) -> None:
        """Let a function run; ``done`` hears what it answered, or how it ended."""

        def body() -> None:
            try:
                answer: Any = act()
            except (Killed, Exception) as ended:  # noqa: BLE001 - the platform sees every end
                answer = ended
            self.runs.remove(run)
            self._ended.append((done, answer))

        skew = timedelta(seconds=self.chance.choice(self.faults.skew_seconds))
        run = Run(name, greenlet(body, self._hub), skew)
        self.runs.append(run)

    def step(self) -> None:
        """One function goes on to its next AWS call."""
        run = self.chance.choice(self.runs)
        self._current = run
        run.body.switch()
        self._current = None
        ended, self._ended = self._ended, []
        for done, answer in ended:
            done(answer)

    def turn(self) -> None:
        """Called at an AWS call: others may go first, and time passes."""
        self.calls += 1
        self._others()
        self.at += timedelta(milliseconds=self.chance.randint(1, 40))
        if self.chance.random() < self.faults.jump:
            self.at += timedelta(seconds=self.chance.choice((1, 20, 61, 299, 300, 601, 900)))

    def _others(self) -> None:
        me = self._current
        if me is None:
            return
        self._hub.switch()
        self._current = me

    # --- what happened

    def note(self, what: str) -> None:
        """Goes into the world's hash; and into its story, when somebody wants to read it."""
        self._digest.update(what.encode())
        if self.keep_trace:
            self.trace.append(f"{self.at:%H:%M:%S.%f} {what}")

    def count(self, fault: str) -> None:
        """A fault that was put in."""
        self.happened[fault] = self.happened.get(fault, 0) + 1

    @property
    def hash(self) -> str:
        """The same for the same world on every engine."""
        return self._digest.hexdigest()[:16]
