"""The same worlds give the same traces on every engine: what is found in memory is true of DynamoDB Local."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from fulfillment.adapters import aws
from tests.memory_dynamodb.client import MemoryDynamoDB
from tests.simulation.engines import moto_with_tokens, take_everything_out
from tests.simulation.worlds import play
from tests.support.template import ROOT
from tests.support.world import World

Figure = Callable[[str, Any], None]  # pytest's record_property


@pytest.mark.parametrize(
    "seeds", [pytest.param(4, marks=pytest.mark.engine), pytest.param(100, marks=pytest.mark.soak)]
)
def test_worlds_are_the_same_in_memory_on_moto_and_on_dynamodb_local(
    engine_world: World, record_property: Figure, seeds: int
) -> None:
    local = aws.dynamodb()
    in_memory = [play(seed, MemoryDynamoDB()).hash for seed in range(seeds)]
    on_local = []
    for seed in range(seeds):
        take_everything_out(local)
        on_local.append(play(seed, local).hash)
    on_moto = []
    with moto_with_tokens() as (client, empty):
        for seed in range(seeds):
            empty()
            on_moto.append(play(seed, client).hash)
    same = sum(len({*hashes}) == 1 for hashes in zip(in_memory, on_local, on_moto, strict=True))
    record_property(
        "figure", f"{same} of {seeds} worlds have one trace in memory, on moto and on DynamoDB Local"
    )
    assert same == seeds


@pytest.mark.proof
def test_worlds_do_not_depend_on_the_hash_seed() -> None:
    assert _hashes("1") == _hashes("2")


def _hashes(hash_seed: str) -> str:
    code = (
        "from tests.memory_dynamodb.client import MemoryDynamoDB; from tests.simulation.worlds import play; "
        "print([play(seed, MemoryDynamoDB()).hash for seed in range(15)])"
    )
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": f"{ROOT}:{ROOT / 'shared'}"}
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]
