"""What an order costs: DynamoDB's read and write units of every command of its life, and which rows they are for.

Recorded from real handler calls on the in-memory engine and counted by DynamoDB's formula
(``tests.support.units``), beside the least that the data's contract allows (``tests.support.lives.least_writes``). What
a function reads once a minute (locations, policies) is left out. Run alone: ``python -m tests.benchmarks.units``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from tests.support import aws_world, moto_world
from tests.support.lives import SHAPES, Shape, Step, least_writes, steps_of


def units() -> Iterator[tuple[Shape, list[Step]]]:
    """Every command of an order of each shape, in a fresh world."""
    with pytest.MonkeyPatch.context() as patch, moto_world.everything() as queues:
        clock = moto_world.frozen_clock(patch)
        for shape in SHAPES:
            aws_world.empty()
            with moto_world.tables_in_memory(queues, clock) as world:
                yield shape, steps_of(world, shape)


def show(measured: Iterable[tuple[Shape, list[Step]]]) -> None:
    """A table for each shape."""
    print("\nDynamoDB units of an order's life; a write unit costs five times a read unit")
    for shape, steps in measured:
        print(f"  {shape.name:<24}{'writes':>8}{'least':>8}{'reads':>8}  the writes are for")
        for step in steps:
            parts = step.meter.by_row("write").most_common()
            _row(shape, [step], step.name, ", ".join(f"{row} {units:g}" for row, units in parts))
        served = [step for step in steps if step.served]
        _row(shape, served, "served, together", "")


def _row(shape: Shape, steps: Iterable[Step], name: str, told: str) -> None:
    writes = sum(step.meter.total("write") for step in steps)
    least = sum(sum(least_writes(shape, step.name).values()) for step in steps)
    reads = sum(step.meter.total("read") for step in steps)
    print(f"    {name:<22}{writes:>8g}{least:>8g}{reads:>8g}  {told}".rstrip())


if __name__ == "__main__":
    show(units())
