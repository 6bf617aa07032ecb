"""Killed, cut off or refused at any AWS call of any command: it ends as if nothing had happened."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from fulfillment.adapters import aws
from tests.memory_dynamodb.client import MemoryDynamoDB
from tests.simulation.crashes import Report, enumerate_crashes
from tests.simulation.engines import moto_with_tokens, take_everything_out
from tests.simulation.flows import FLOWS
from tests.support.world import World

Figure = Callable[[str, Any], None]  # pytest's record_property
# Every so many of the points, also where engines take their time: no step shares a factor with the eight ways to fail
SOME, MANY, IN_MEMORY = 307, 7, 7
LEAST_POINTS = 500


@pytest.mark.parametrize(
    "every", [pytest.param(IN_MEMORY, marks=pytest.mark.proof), pytest.param(1, marks=pytest.mark.soak)]
)
def test_the_points_in_memory(record_property: Figure, every: int) -> None:
    memory = MemoryDynamoDB()
    report = enumerate_crashes(memory, memory.empty, every)
    record_property("figure", _figure("in memory", report))
    assert report.wrong == ()
    assert report.points >= LEAST_POINTS


@pytest.mark.parametrize(
    ("every", "least"),
    [
        pytest.param(SOME, 12, marks=pytest.mark.engine),
        pytest.param(MANY, LEAST_POINTS, marks=pytest.mark.soak),
    ],
)
def test_the_points_on_dynamodb_local(
    engine_world: World, record_property: Figure, every: int, least: int
) -> None:
    client = aws.dynamodb()
    report = enumerate_crashes(client, lambda: take_everything_out(client), every)
    record_property("figure", _figure("on DynamoDB Local", report))
    assert report.wrong == ()
    assert report.points >= least


@pytest.mark.parametrize(
    ("every", "least"),
    [
        pytest.param(SOME, 12, marks=pytest.mark.proof),
        pytest.param(MANY, LEAST_POINTS, marks=pytest.mark.soak),
    ],
)
def test_the_points_on_moto_with_tokens(record_property: Figure, every: int, least: int) -> None:
    with moto_with_tokens() as (client, empty):
        report = enumerate_crashes(client, empty, every)
    record_property("figure", _figure("on moto with tokens", report))
    assert report.wrong == ()
    assert report.points >= least


def _figure(where: str, report: Report) -> str:
    return (
        f"crash points {where}: {report.points} of {len(FLOWS)} flows, {len(report.wrong)} wrong; "
        f"AWS calls by flow {json.dumps(report.calls)}"
    )
