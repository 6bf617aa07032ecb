"""A seeded storm of mixed commands on a few hot rows: customers, payments, staff, tills and sweeps, all at once.

Every command is drawn from a seed of its own, but which order it meets is decided by who comes first: the same seed is
the same mix, not the same history. Whatever the history, the ledger must add up.

The clock runs ``SPEED`` times as fast, so that reservations end, promises fall due and hours fill within seconds.
"""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from botocore.exceptions import ReadTimeoutError

from fulfillment import bootstrap
from fulfillment.application.feed_stock import StockChange, StockCount
from fulfillment.application.ports import Answer
from fulfillment.application.work_tasks import TaskStep
from fulfillment.domain import pickup_code
from fulfillment.domain.hours import OpeningHours
from fulfillment.domain.location import Location
from fulfillment.domain.order import Order, Shipment, task_id
from fulfillment.domain.product import Product
from fulfillment.domain.stock import StockRow
from tests.support.builders import MONDAY_NOON, SENAYAN, a_line, a_location, a_product, north_of, stock
from tests.support.races import Job, a_command, cancel, confirm, place, refuse

SPEED = 60  # a minute of theirs is a second of ours
SKUS = ("tee", "cap", "scarf", "tote", "pin")
STORES = ("senayan", "kota")  # five SKUs at two stores: ten hot rows
OPENED = 60  # units of each in the beginning; tills and counts bring more
REMEMBERED = 60  # orders that commands are drawn from: the youngest


@dataclass
class FastClock:
    """Begins at ``begun`` (seconds of this machine) as Monday noon."""

    begun: float = field(default_factory=time.time)

    def now(self) -> datetime:
        """What time it is in the storm."""
        return MONDAY_NOON + timedelta(seconds=(time.time() - self.begun) * SPEED)


def shops() -> list[Location | Product | StockRow]:
    """What is there when the storm begins."""
    stores = [
        a_location(
            name, point=north_of(SENAYAN, kilometres), hours=OpeningHours.always(), capacity={"pickup": 40}
        )
        for kilometres, name in enumerate(STORES)
    ]
    shelves = [row for name in STORES for row in stock(name, **dict.fromkeys(SKUS, OPENED))]
    return [*stores, *(a_product(sku) for sku in SKUS), *shelves]


def opened() -> dict[tuple[str, str], int]:
    """On hand in the beginning, for the ledger's checker."""
    return {(sku, name): OPENED for sku in SKUS for name in STORES}


@dataclass
class Storm:
    """Draws and does commands. ``name`` tells this storm's orders from those of ``others`` in the same tables."""

    name: str
    seed: int
    clock: FastClock
    others: Sequence[str] = ()
    _orders: deque[str] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    _told: deque[Job] = field(default_factory=lambda: deque(maxlen=50))

    def jobs(self, count: int) -> Sequence[Job]:
        """So many commands, to be done in any order by any number of workers."""
        return [partial(self._one, number) for number in range(count)]

    def _one(self, number: int) -> Any:
        chance = random.Random(f"{self.seed}.{number}")
        kinds: list[Callable[[random.Random, int], Any]] = [command for command, _ in self.COMMANDS]
        weights = [weight for _, weight in self.COMMANDS]
        (command,) = chance.choices(kinds, weights)
        try:
            return command(self, chance, number)  # type: ignore[call-arg, arg-type]
        except ReadTimeoutError:  # a busy machine; the caller cannot know whether it was done
            return "no_reply"

    # --- customers

    def _place(self, chance: random.Random, number: int) -> Any:
        order_id = f"{self.name}-{number}"
        skus = chance.sample(SKUS, chance.choice([1, 1, 2, 3]))
        lines = [a_line(sku, chance.choice([1, 1, 2]), str(n)) for n, sku in enumerate(skus, 1)]
        self._orders.append(order_id)
        return place(
            order_id,
            *lines,
            location_id=chance.choice([None, *STORES]),
            payment=chance.choice(["pending", "pending", "captured", "on_handover"]),
        )

    def _place_again(self, chance: random.Random, _number: int) -> Any:
        """The same request once more, from a checkout that did not hear the answer."""
        order_id = self._any(chance)
        return self._one(int(order_id.rpartition("-")[2])) if order_id.startswith(self.name) else None

    def _confirm(self, chance: random.Random, _number: int) -> Any:
        return confirm(self._any(chance))

    def _cancel(self, chance: random.Random, _number: int) -> Any:
        return cancel(self._any(chance))

    # --- schedules and queues

    def _expire(self, chance: random.Random, _number: int) -> Any:
        return bootstrap.expire_reservations().one(self._any(chance))

    def _sweep(self, _chance: random.Random, _number: int) -> Any:
        bootstrap.expire_reservations().sweep()

    def _reroute(self, chance: random.Random, _number: int) -> Any:
        order_id = self._any(chance)
        command = replace(a_command(f"reroute.{order_id}.{chance.random()}"), idempotency_key=None)
        return bootstrap.reroute_order()(order_id, command)

    # --- staff

    def _staff(self, chance: random.Random, number: int) -> Any:
        """The next step of a task, or a refusal, as two colleagues might press it at once."""
        order = bootstrap.get_order().orders.load(self._any(chance))
        tasks = [s for s in order.shipments if s.status in NEXT] if order else []
        if order is None or not tasks:
            return "nothing_to_do"
        task = chance.choice(tasks)
        if chance.random() < 0.15:
            reason = chance.choice(["no_time", "damaged", "not_found", "closing"])
            return refuse(task_id(order.order_id, task.number), task.location_id, reason)
        return NEXT[task.status](order, task, f"{self.name}.{number}")

    # --- tills

    def _sell(self, chance: random.Random, number: int) -> Any:
        sku, location_id = chance.choice(SKUS), chance.choice(STORES)
        kind = chance.choice(["sale", "return", "receipt"])
        change = {"sale": -1, "return": 1, "receipt": chance.randint(1, 12)}[kind]
        told = StockChange(f"{self.name}.{number}", sku, location_id, kind, change, self._lately(chance))  # type: ignore[arg-type]
        return self._tell(partial(bootstrap.feed_stock().movement, told))

    def _count(self, chance: random.Random, _number: int) -> Any:
        at = self._lately(chance)
        told = StockCount(chance.choice(SKUS), chance.choice(STORES), chance.randint(5, 90), at)
        return self._tell(partial(bootstrap.feed_stock().count, told))

    def _tell_again(self, chance: random.Random, _number: int) -> Any:
        """What a till said before, later and out of order."""
        return chance.choice(list(self._told))() if self._told else None

    def _tell(self, told: Job) -> Any:
        self._told.append(told)
        return told()

    def _lately(self, chance: random.Random) -> datetime:
        """Some moment of the last five minutes: what tills say comes late and out of order."""
        return self.clock.now() - timedelta(
            seconds=chance.randint(1, 300), microseconds=chance.randint(0, 999)
        )

    def _any(self, chance: random.Random) -> str:
        own = chance.choice(list(self._orders) or [f"{self.name}-0"])
        if self.others and chance.random() < 0.3:
            return f"{chance.choice(self.others)}-{own.rpartition('-')[2]}"  # about as old, if it is there
        return own

    COMMANDS = (
        (_place, 30),
        (_place_again, 4),
        (_confirm, 10),
        (_cancel, 6),
        (_expire, 3),
        (_sweep, 1),
        (_reroute, 4),
        (_staff, 24),
        (_sell, 10),
        (_count, 4),
        (_tell_again, 4),
    )


def _step(order: Order, task: Shipment) -> TaskStep:
    return TaskStep(task.location_id, task_id(order.order_id, task.number), "budi")


def _accept(order: Order, task: Shipment, name: str) -> Answer:
    return bootstrap.work_tasks().accept(_step(order, task), a_command(f"accept.{name}"))


def _ready_or_ship(order: Order, task: Shipment, name: str) -> Answer:
    if order.method == "pickup":
        return bootstrap.work_tasks().ready(_step(order, task), None, None, a_command(f"ready.{name}"))
    return bootstrap.work_tasks().ship(
        _step(order, task), "JNE", f"CGK-{task.number}", a_command(f"ship.{name}")
    )


def _collect(order: Order, task: Shipment, name: str) -> Answer:
    steps = bootstrap.work_tasks()
    assert task.code is not None
    code = pickup_code.derive(
        steps.codes.key(task.code.kid), order.order_id, task.number, task.code.code_version
    )
    received = order.payment.amount_due if order.payment.state == "on_handover" else None
    return steps.collect(_step(order, task), code, received, a_command(f"collect.{name}"))


NEXT: dict[str, Callable[[Order, Shipment, str], Answer]] = {
    "open": _accept,
    "accepted": _ready_or_ship,
    "ready": _collect,
}
