"""``python -m tests.simulation SEED``: what happened in a world, AWS call by AWS call, and what is wrong with it."""

from __future__ import annotations

import argparse

from tests.memory_dynamodb.client import MemoryDynamoDB
from tests.simulation.worlds import play


def main() -> int:
    """1 when something is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("seed", type=int)
    parser.add_argument("--width", type=int, default=200, help="characters of each line")
    arguments = parser.parse_args()
    world = play(arguments.seed, MemoryDynamoDB(), keep_trace=True)
    for line in world.trace:
        print(line[: arguments.width])
    print(f"seed {world.seed}, trace {world.hash}, {world.calls} calls, faults {world.faults}")
    for wrong in world.faulty:
        print(f"WRONG: {wrong}")
    return bool(world.faulty)


if __name__ == "__main__":
    raise SystemExit(main())
