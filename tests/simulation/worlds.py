"""One seed, one world: drawn, run through all its troubles, brought to rest, and looked over."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from fulfillment.adapters import aws
from fulfillment.adapters.dynamodb.catalog import DynamoDBConfigRepository
from fulfillment.adapters.dynamodb.rows import instant_of, pages
from fulfillment.adapters.dynamodb.tables import Tables
from fulfillment.domain.policy import FloorRule, Policy
from tests.simulation import customers, stories
from tests.simulation.calls import Call, Reply, Say, Story, Tick, Wait
from tests.simulation.oracle import Heard, Told, look_over, still_reserved, still_waiting
from tests.simulation.scheduler import NO_FAULTS, Faults, Killed, Scheduler
from tests.simulation.stage import Stage, on_stage
from tests.support.aws_world import TABLE_VARIABLES
from tests.support.builders import SENAYAN, a_location, a_product, north_of, stock
from tests.support.functions import CONTEXT, handler
from tests.support.world import FrozenClock, World

NAMES = ("senayan", "kota", "menteng")
FAULTY_STEPS = (60, 600)  # so long things go wrong; then the faults stop, in the middle of everything
SETTLED_WITHIN = 400  # functions started after the faults stopped
LONG_ENOUGH = timedelta(days=9)  # for all that waits for somebody to be over, twice
MOST_DEADLINES = 150
RUSHES = 0.15  # of the worlds: several want the last units at the same moment
RUSHERS = 8
WAVERERS = 0.5  # of the customers: they choose when the time to choose is over
PATIENCE = 3  # a caller's repeats of a request that was not answered, while things go wrong


class NotSettled(AssertionError):
    """The faults stopped, and it still does not come to rest."""


@dataclass
class Caller:
    """A story on its way. ``ready_at`` in seconds of the scheduler's clock."""

    name: str
    story: Story
    wants: Any = None
    ready_at: Any = None
    tries: int = 0


@dataclass(frozen=True)
class Outcome:
    """What came of a world."""

    seed: int
    hash: str
    calls: int
    settled_within: int
    faults: dict[str, int]
    faulty: tuple[str, ...]
    trace: tuple[str, ...]
    orders: int


@dataclass
class Running:
    """A world while it runs."""

    stage: Stage
    callers: list[Caller] = field(default_factory=list)
    told: Told = field(default_factory=Told)
    settling: bool = False
    started: int = 0

    # --- one step

    def step(self) -> bool:
        """Something goes on; False when nothing is left to be done now."""
        scheduler = self.stage.scheduler
        idle = not scheduler.runs
        choices: list[Callable[[], None]] = []
        if not scheduler.full:
            choices += [self._go_on(caller) for caller in self._ready()]
            choices += [self._deliver(source) for source in self.stage.services.waiting]
            if not self.settling and scheduler.chance.random() < 0.02:
                choices.append(self.sweep)
        if choices and (idle or scheduler.chance.random() < 0.6):
            scheduler.chance.choice(choices)()
            self.started += 1
            return True
        if not idle:
            scheduler.step()
            return True
        waiting = [caller.ready_at for caller in self.callers if caller.ready_at]
        if waiting:
            scheduler.at = max(scheduler.at, min(waiting))
        return bool(waiting)

    def _ready(self) -> list[Caller]:
        at = self.stage.scheduler.at
        return [caller for caller in self.callers if caller.ready_at and caller.ready_at <= at]

    def _deliver(self, source: str) -> Callable[[], None]:
        return lambda: self.stage.services.deliver(source)

    def sweep(self) -> None:
        """The minute's run."""
        self.stage.scheduler.start("sweep", lambda: handler("sweep")({}, CONTEXT), lambda _answer: None)

    # --- callers

    def _go_on(self, caller: Caller) -> Callable[[], None]:
        return lambda: self._send(caller) if isinstance(caller.wants, Call) else self._next(caller, None)

    def _next(self, caller: Caller, reply: Reply | None) -> None:
        scheduler = self.stage.scheduler
        caller.tries = 0
        caller.ready_at = None
        try:
            wants = caller.story.send(reply)  # type: ignore[arg-type]
            while isinstance(wants, (Say, Tick)):
                self._say(wants) if isinstance(wants, Say) else self.sweep()
                wants = next(caller.story)
        except StopIteration:
            self.callers.remove(caller)
            return
        caller.wants = wants
        wait = wants.seconds if isinstance(wants, Wait) else 0
        caller.ready_at = scheduler.at + timedelta(seconds=wait)

    def _say(self, said: Say) -> None:
        self.told.said.append(said)
        self.stage.services.send_message(QueueUrl=said.queue, MessageBody=said.body)

    def _send(self, caller: Caller) -> None:
        scheduler, call = self.stage.scheduler, caller.wants
        caller.ready_at = None
        begun = scheduler.calls

        def heard(answer: Any, *, again: bool) -> None:
            reply = None if isinstance(answer, (Killed, Exception)) else answer
            self.told.heard(Heard(call, reply, begun, scheduler.calls))
            if again:
                self._heard(caller, reply)

        twice = call.key is not None and not self.settling and scheduler.chance.random() < 0.12
        scheduler.start(caller.name, call.send, lambda answer: heard(answer, again=True))
        if twice:
            scheduler.start(f"{caller.name} again", call.send, lambda answer: heard(answer, again=False))

    def _heard(self, caller: Caller, reply: Reply | None) -> None:
        scheduler = self.stage.scheduler
        if reply is not None and reply.status < 500:
            self._next(caller, reply)
            return
        caller.tries += 1
        if caller.tries > PATIENCE and not self.settling:
            self.callers.remove(caller)  # somebody who does not try again
            return
        caller.ready_at = scheduler.at + timedelta(seconds=scheduler.chance.choice((0, 1, 30)))

    # --- from the first fault to the last

    def run(self) -> None:
        """Until nothing is left to be done, or the trouble lasted long enough."""
        for _ in range(self.stage.scheduler.chance.randint(*FAULTY_STEPS)):
            if not self.step():
                return

    def settle(self) -> None:
        """Nothing goes wrong any more: everything comes to rest."""
        self.settling = True
        self.stage.scheduler.faults = NO_FAULTS
        begun = self.started
        while self.step() or self._dead_letters():
            if self.started - begun > SETTLED_WITHIN:
                raise NotSettled(f"{self.started - begun} functions after the faults stopped")

    def let_time_pass(self) -> None:
        """From deadline to deadline: the sweep runs as soon as there is something for it."""
        scheduler = self.stage.scheduler
        end = scheduler.at + LONG_ENOUGH
        for _ in range(MOST_DEADLINES):
            coming = self._next_deadline()
            if coming is None or coming > end:
                scheduler.at = max(scheduler.at, end)
                return
            scheduler.at = max(scheduler.at, coming)
            self.sweep()
            self.settle()
        raise NotSettled(f"more than {MOST_DEADLINES} deadlines in {LONG_ENOUGH}")

    def _next_deadline(self) -> datetime | None:
        rows = pages(self.stage.client.scan, TableName="Orders", ConsistentRead=True)
        return min((at for row in rows if (at := instant_of(row, "due_at"))), default=None)

    def _dead_letters(self) -> bool:
        there = bool(self.stage.services.dead)
        self.stage.services.redrive()
        return there


def play(seed: int, client: Any, faults: Faults | None = None, *, keep_trace: bool = False) -> Outcome:
    """Run the world of this seed on an engine that is empty."""
    scheduler = Scheduler(seed, faults or Faults(), keep_trace=keep_trace)
    with on_stage(scheduler, client) as stage:
        running = _drawn(stage)
        faulty: list[str] = []
        within = 0
        try:
            running.run()
            begun = running.started
            running.settle()
            within = running.started - begun
            # Before time passes: what ends then gives back also what should never have been sold.
            faulty += look_over(stage, running.told)
            scheduler.at += timedelta(hours=25)
            running.sweep()
            running.settle()
            running.let_time_pass()
        except NotSettled as unsettled:
            faulty.append(str(unsettled))
        faulty += [*look_over(stage, running.told), *still_reserved(stage), *still_waiting(stage)]
        orders = len(running.told.accepted)
    return Outcome(
        seed,
        scheduler.hash,
        scheduler.calls,
        within,
        dict(scheduler.happened),
        tuple(faulty),
        tuple(scheduler.trace),
        orders,
    )


def _drawn(stage: Stage) -> Running:
    scheduler = stage.scheduler
    chance = scheduler.chance
    names = NAMES[: chance.choice((1, 2, 2, 3))]
    world = World(FrozenClock(), {})
    world.given(a_product("tee"), a_product("cap", barcodes=("2000000000022",)))
    running = Running(stage)
    for n, name in enumerate(names):
        limit = chance.choice((None, None, 1, 2))
        capacity = {} if limit is None else {"pickup": limit, "delivery": limit}
        world.given(a_location(name, point=north_of(SENAYAN, n), capacity=capacity))
        running.told.limited[name] = limit is not None
        for row in stock(name, tee=chance.choice((0, 1, 2, 3, 4)), cap=chance.choice((0, 1, 2, 2))):
            world.given(row)
            running.told.opened[row.sku, row.location_id] = row.on_hand
            stage.remember(_row(stage.client, row.sku, row.location_id))
    policy = _policy(chance.choice((0, 0, 0, 1)), chance.choice((1, 2, 8)), chance.choice((30, 30, 2)))
    running.told.floor = policy.floors[0].units if policy.floors else 0
    DynamoDBConfigRepository(aws.dynamodb(), Tables(config=TABLE_VARIABLES["CONFIG_TABLE"])).put_policy(
        policy
    )
    running.callers = [_begun(name, story, scheduler) for name, story in _cast(stage, names, running.told)]
    return running


def _row(client: Any, sku: str, location_id: str) -> Any:
    key = {"sku": {"S": sku}, "location_id": {"S": location_id}}
    return client.get_item(TableName="Stock", Key=key, ConsistentRead=True)["Item"]


def _policy(floor: int, windows: int, unpaid: int) -> Policy:
    plain = Policy(capacity_windows=windows, max_unpaid_units=unpaid)
    return replace(plain, floors=(FloorRule(floor),)) if floor else plain


def _begun(name: str, story: Story, scheduler: Scheduler) -> Caller:
    return Caller(name, story, ready_at=scheduler.at)


def _cast(stage: Stage, names: tuple[str, ...], told: Told) -> Iterator[tuple[str, Story]]:
    chance = stage.scheduler.chance
    cast = stories.Cast(chance, lambda: stage.scheduler.at, names, told.fed, hurry=chance.random() < 0.3)
    shoppers = chance.randint(3, 6)
    for n in range(shoppers):
        yield f"shopper {n}", stories.shopper(cast, n)
    for name in names:
        if chance.random() < 0.8:
            yield f"staff {name}", stories.staff(cast, name, chance.randint(2, 6))
        if chance.random() < 0.4:
            yield f"till {name}", stories.till(cast, name, chance.randint(1, 4))
    if chance.random() < 0.25:
        yield "desk", stories.desk(cast, shoppers)
    if chance.random() < 0.15:
        yield "guesser", stories.guesser(cast, names[0], 9)
    # Drawn apart, so that the other worlds stay as they were.
    rush = random.Random(f"rush {stage.scheduler.seed}").random() < RUSHES
    units = told.opened["tee", names[0]]
    for n in range(RUSHERS if rush and units else 0):
        yield f"rusher {n}", stories.rusher(cast, n, names[0], units)
    yield from _when_time_passes(cast, names, told)
    if stage.scheduler.seed % 2:  # the others stay as they were drawn before there was a page
        yield "grumbler", customers.grumbler(cast)
        wavers = random.Random(f"waverer {stage.scheduler.seed}").random() < WAVERERS
        yield "customer", (customers.waverer if wavers else customers.customer)(cast, shoppers)


def _when_time_passes(cast: stories.Cast, names: tuple[str, ...], told: Told) -> Iterator[tuple[str, Story]]:
    chance = cast.chance
    if chance.random() < 0.3:
        yield "clerk", stories.slow_clerk(cast, chance.choice(names))
    if chance.random() < 0.5:
        yield "latecomer", stories.latecomer(cast)
    if chance.random() < 0.2:
        told.limited[names[0]] = True  # what is there may be refused
        yield "boss", stories.boss(cast, names[0])


def faults_of(worlds: Iterable[Outcome]) -> Counter[str]:
    """How many of each were put in."""
    total: Counter[str] = Counter()
    for world in worlds:
        total.update(world.faults)
    return total


def summed_up(worlds: Sequence[Outcome], seconds: float) -> str:
    """What came of many worlds, in a line."""
    return (
        f"worlds {worlds[0].seed} to {worlds[-1].seed}: {sum(bool(w.faulty) for w in worlds)} wrong, "
        f"{sum(w.calls for w in worlds)} AWS calls, {sum(w.orders for w in worlds)} orders accepted over HTTP, "
        f"faults {dict(faults_of(worlds))}, settled within {max(w.settled_within for w in worlds)} functions, "
        f"{len(worlds) / seconds:.1f} worlds/s"
    )
