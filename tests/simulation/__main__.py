"""``python -m tests.simulation SEED``: what happened in a world, AWS call by AWS call, and what is wrong with it.
``python -m tests.simulation FIRST LAST``: all these worlds, and only what is wrong.
"""

from __future__ import annotations

import argparse
import io
import time
from contextlib import redirect_stdout

from tests.memory_dynamodb.client import MemoryDynamoDB
from tests.simulation.worlds import play, summed_up


def main() -> int:
    """1 when something is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("seed", type=int)
    parser.add_argument("last", type=int, nargs="?")
    parser.add_argument("--width", type=int, default=200, help="characters of each line")
    arguments = parser.parse_args()
    if arguments.last is not None:
        return _many(arguments.seed, arguments.last)
    world = play(arguments.seed, MemoryDynamoDB(), keep_trace=True)
    for line in world.trace:
        print(line[: arguments.width])
    print(f"seed {world.seed}, trace {world.hash}, {world.calls} calls, faults {world.faults}")
    for wrong in world.faulty:
        print(f"WRONG: {wrong}")
    return bool(world.faulty)


def _many(first: int, last: int) -> int:
    begun, worlds = time.perf_counter(), []
    for seed in range(first, last + 1):
        with redirect_stdout(io.StringIO()):  # the handlers' metrics
            worlds.append(play(seed, MemoryDynamoDB()))
        for wrong in worlds[-1].faulty:
            print(f"WRONG in {seed}: {wrong}", flush=True)
    print(summed_up(worlds, time.perf_counter() - begun))
    return any(world.faulty for world in worlds)


if __name__ == "__main__":
    raise SystemExit(main())
