"""Many callers at once, on threads, through the real use cases."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from fulfillment import bootstrap
from fulfillment.application.place_order import OrderRequest
from fulfillment.application.ports import Answer, Command
from fulfillment.application.work_tasks import TaskStep
from fulfillment.domain.basket import Line, Method
from fulfillment.domain.errors import Refusal
from fulfillment.domain.order import CustomerContact, Payment, PaymentState
from fulfillment.domain.stock import RefusalReason
from tests.support.builders import a_basket, a_line

Job = Callable[[], Any]


@dataclass(frozen=True)
class Race:
    """What each job answered, in the order of the jobs: a value, or the refusal it met; and seconds."""

    answers: Sequence[Any]
    seconds: Sequence[float]

    def count(self) -> Counter[Any]:
        """How often each: a refusal's code, an answer's status, or the value itself."""
        return Counter(_word(answer) for answer in self.answers)

    def percentile(self, share: float) -> float:
        """Milliseconds within which this share of the jobs was done."""
        return sorted(self.seconds)[int(share * (len(self.seconds) - 1))] * 1000

    def figure(self, name: str, seed: int) -> str:
        """A line for the summary."""
        return (
            f"{name}, seed {seed}: {len(self.answers)} attempts, {dict(self.count())}, "
            f"p50 {self.percentile(0.5):.0f} ms, p99 {self.percentile(0.99):.0f} ms"
        )


def race(jobs: Sequence[Job], threads: int = 8) -> Race:
    """Do the jobs, in this order, on so many threads that start together. What is no refusal is raised at the end."""
    answers: list[Any] = [None] * len(jobs)
    seconds = [0.0] * len(jobs)
    failures: list[BaseException] = []
    numbers = iter(range(len(jobs)))
    taking = threading.Lock()
    start = threading.Barrier(threads)

    def work() -> None:
        start.wait()
        while not failures:
            with taking:
                number = next(numbers, None)
            if number is None:
                return
            begun = time.perf_counter()
            try:
                answers[number] = jobs[number]()
            except Refusal as refusal:
                answers[number] = refusal
            except BaseException as failure:  # noqa: BLE001 - raised again below, in the test's own thread
                failures.append(failure)
            seconds[number] = time.perf_counter() - begun

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if failures:
        raise failures[0]
    return Race(answers, seconds)


def shuffled(jobs: Sequence[Job], seed: int) -> list[Job]:
    """The jobs in another order, the same for the same seed."""
    mixed = list(jobs)
    random.Random(seed).shuffle(mixed)
    return mixed


def a_request(
    order_id: str,
    *lines: Line,
    location_id: str | None = "senayan",
    payment: PaymentState = "captured",
    phone: str | None = None,
    replaces: str | None = None,
) -> OrderRequest:
    """A pickup at a store, or a delivery where ``location_id`` is None. Each order is of a customer of its own."""
    method: Method = "pickup" if location_id else "delivery"
    contact = CustomerContact("Dewi", phone or f"+6281{crc32(order_id.encode()):010}")
    basket = a_basket(*(lines or (a_line(),)))
    return OrderRequest(
        order_id, basket, method, Payment(payment, "card"), contact, location_id, replaces=replaces
    )


def a_command(name: str) -> Command:
    """A command that its name tells apart from all others."""
    return Command(command_id=name, fingerprint=f"fingerprint of {name}", idempotency_key=f"test#{name}")


def place(order_id: str, *lines: Line, **more: Any) -> Answer:
    """Place an order."""
    return bootstrap.place_order()(a_request(order_id, *lines, **more), a_command(f"place.{order_id}"))


def confirm(order_id: str) -> Answer:
    """Its money is there."""
    return bootstrap.confirm_order()(order_id, a_command(f"confirm.{order_id}"))


def extend(order_id: str) -> Answer:
    """Its customer is still at it."""
    return bootstrap.extend_reservation()(order_id, a_command(f"extend.{order_id}"))


def hold(order_id: str) -> Answer:
    """A person stops it."""
    return bootstrap.hold_order().hold(order_id, "check", None, a_command(f"hold.{order_id}"))


def cancel(order_id: str) -> Answer:
    """Let it go."""
    return bootstrap.cancel_order()(order_id, frozenset(), a_command(f"cancel.{order_id}"))


def refuse(task_id: str, location_id: str, reason: RefusalReason = "no_time") -> Answer:
    """The store cannot."""
    step = TaskStep(location_id, task_id, "budi")
    return bootstrap.work_tasks().refuse(step, reason, None, a_command(f"refuse.{task_id}"))


def warm() -> None:
    """Build the use cases before several threads want them at once."""
    for use_case in (
        bootstrap.place_order,
        bootstrap.confirm_order,
        bootstrap.extend_reservation,
        bootstrap.hold_order,
        bootstrap.cancel_order,
        bootstrap.expire_reservations,
        bootstrap.work_tasks,
        bootstrap.feed_stock,
        bootstrap.reroute_order,
    ):
        use_case()


def _word(answer: Any) -> Any:
    if isinstance(answer, Refusal):
        return answer.code
    return answer.status if isinstance(answer, Answer) else answer
