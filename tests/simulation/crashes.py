"""One command at a time, with each of its AWS calls going wrong in every way there is.

For each flow the command runs once undisturbed: that is how it must end. Then for each of its calls and each fault: the
same beginning, the same command with that fault, and what a real system does next (the caller asks again, the queue
delivers again, the stream goes on). The end must be the same, and everything must add up (``oracle.py``).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from fulfillment import settings
from tests.memory_dynamodb.client import MemoryDynamoDB
from tests.simulation import flows
from tests.simulation.calls import Call, Reply
from tests.simulation.oracle import Heard, Told, look_over
from tests.simulation.scheduler import NO_FAULTS, Killed, Scheduler
from tests.simulation.services import READERS, Message
from tests.simulation.stage import Stage, on_stage
from tests.simulation.wire import WRITES
from tests.support.functions import CONTEXT, handler
from tests.support.ledger import Ledger, read_ledger
from tests.support.world import FrozenClock, World

FAULTS = ("killed_before", "killed_after", "reply_lost", "unknown", "failed", "throttled")
OF_WRITES = ("conflict",)
OF_TRANSACTIONS = ("in_progress",)
MOST_ASKED = 4  # times the caller asks again
ROUNDS = 60  # of deliveries until nothing moves


@dataclass(frozen=True)
class Point:
    """A fault at one call of one flow."""

    flow: str
    call: int
    operation: str
    fault: str

    def __str__(self) -> str:
        return f"{self.flow}: {self.fault} at call {self.call} ({self.operation})"


@dataclass
class One:
    """The plan of a run: this fault at this call of the command, nothing else. Notes what is called."""

    at: int = -1
    fault: str = ""
    armed: bool = False
    calls: list[str] = field(default_factory=list)

    def __call__(self, service: str, operation: str) -> str | None:
        if not self.armed:
            return None
        self.calls.append(f"{service}.{operation}")
        return self.fault if len(self.calls) - 1 == self.at else None


@dataclass
class Play:
    """A flow on a stage, one function at a time."""

    stage: Stage
    plan: One
    told: Told = field(default_factory=Told)

    def given(self, *things: Any) -> None:
        """What is there at the beginning."""
        World(FrozenClock(), {}).given(*things)
        for row in World(FrozenClock(), {}).rows("Stock"):
            self.told.opened[row["sku"]["S"], row["location_id"]["S"]] = int(row["on_hand"]["N"])
            self.stage.remember(row)

    def forward(self, **by: float) -> None:
        """Later."""
        self.stage.scheduler.at += timedelta(**by)

    def run(self, name: str, act: Callable[[], Any]) -> Any:
        """A function, to its end."""
        answers: list[Any] = []
        self.stage.scheduler.start(name, act, answers.append)
        while self.stage.scheduler.runs:
            self.stage.scheduler.step()
        return answers[0]

    def call(self, call: Call) -> Reply:
        """A request, asked again until it is answered, as a good caller does."""
        for _ in range(MOST_ASKED):
            begun = self.stage.scheduler.calls
            answer = self.run("caller", call.send)
            reply = answer if isinstance(answer, Reply) else None
            self.told.heard(Heard(call, reply, begun, self.stage.scheduler.calls))
            if reply and reply.status < 500:
                return reply
        raise AssertionError(f"never answered: {call}, {answer}")

    def say(self, queue: str, message: Any) -> None:
        """Put a message in a queue."""
        self.stage.services.queues[queue].append(Message(json.dumps(message)))

    def sweep(self) -> None:
        """The scheduler tries again what failed."""
        for _ in range(MOST_ASKED):
            if not isinstance(self.run("sweep", lambda: handler("sweep")({}, CONTEXT)), (Killed, Exception)):
                return
        raise AssertionError("the sweep never ends")

    def deliver(self, *sources: str) -> None:
        """Everything that waits there is delivered, until nothing is left."""
        for _ in range(ROUNDS):
            waiting = [source for source in self.stage.services.waiting if source in sources]
            if not waiting:
                return
            self.stage.services.deliver(waiting[0])
            while self.stage.scheduler.runs:
                self.stage.scheduler.step()
        raise AssertionError(f"{waiting} never comes to rest")

    def settle(self) -> None:
        """All queues and the stream."""
        self.deliver("stream", *READERS)
        assert not self.stage.services.dead, self.stage.services.dead


@dataclass(frozen=True)
class Report:
    """What became of all points."""

    points: int
    calls: dict[str, int]
    wrong: tuple[str, ...]


def enumerate_crashes(client: Any, empty: Callable[[], None], every: int = 1) -> Report:
    """Every point of every flow (or every ``every``-th), each on an engine that is empty.

    What there is to kill is counted in memory, so that an engine plays the flows of these points alone; each makes the
    same calls there.
    """
    wrong: list[str] = []
    planned = {name: _calls(flow) for name, flow in flows.FLOWS.items()}
    number = points = 0
    for name, flow in flows.FLOWS.items():
        numbered = list(enumerate(_points(name, planned[name]), number + 1))
        number += len(numbered)
        chosen = [point for n, point in numbered if n % every == 0]
        if not chosen:
            continue
        points += len(chosen)
        empty()
        undisturbed, seen = _played(client, flow, One())
        if seen.calls != planned[name]:
            wrong.append(f"{name}: calls {seen.calls}, in memory {planned[name]}")
        for point in chosen:
            empty()
            try:
                ended, _ = _played(client, flow, One(point.call, point.fault))
            except AssertionError as failed:
                wrong.append(f"{point}: {failed}")
                continue
            if ended != undisturbed:
                wrong.append(f"{point}: ended as {ended}, not {undisturbed}")
    return Report(points, {name: len(calls) for name, calls in planned.items()}, tuple(wrong))


def _calls(flow: flows.Flow) -> list[str]:
    """The AWS calls of this flow when nothing happens."""
    _, seen = _played(MemoryDynamoDB(), flow, One())
    return seen.calls


def _points(name: str, calls: list[str]) -> Iterator[Point]:
    for n, call in enumerate(calls):
        operation = call.partition(".")[2]
        for fault in FAULTS:
            yield Point(name, n, call, fault)
        for fault in OF_WRITES if call.startswith("dynamodb") and operation in WRITES else ():
            yield Point(name, n, call, fault)
        for fault in OF_TRANSACTIONS if operation == "transact_write_items" else ():
            yield Point(name, n, call, fault)


_nonces = iter(range(10**9))


def _played(client: Any, flow: flows.Flow, plan: One) -> tuple[Any, One]:
    scheduler = Scheduler(next(_nonces), NO_FAULTS)  # its number keeps request tokens of the runs apart
    with on_stage(scheduler, client, plan) as stage:
        play = Play(stage, plan)
        scheduler.chance.seed(1)  # the same deliveries in every run
        flow.before(play)
        plan.armed = True
        flow.command(play)
        plan.armed = False
        play.settle()
        flow.after(play)
        play.settle()
        ledger = read_ledger(client, settings.read().tables)
        if wrong := look_over(stage, play.told):
            raise AssertionError("; ".join(wrong[:3]))
        return _ending(ledger, stage), plan


def _ending(ledger: Ledger, stage: Stage) -> Any:
    """What must be the same however it came about; no moments, since asking again takes time."""
    parts = ("on_hand", "reserved", "blocked", "missing", "available")
    return {
        "stock": {key: {part: row[part]["N"] for part in parts} for key, row in sorted(ledger.stock.items())},
        "orders": {
            order_id: (order.status, [(s.location_id, s.status, s.units()) for s in order.shipments])
            for order_id, order in sorted(ledger.orders.items())
        },
        "events": {order_id: dict(told) for order_id, told in sorted(ledger.events.items())},
        "windows": {key: used for key, used in sorted(ledger.windows.items()) if used},
        "told": sorted(Counter(told["type"] for told in stage.services.on_bus) | Counter()),
        "parked": sorted(reason for _, reason in set(stage.services.parked)),
    }
