"""``fulfillment replay``: the decisions of an order taken again, byte for byte."""

from __future__ import annotations

import json
import zlib
from typing import Any

import pytest

from fulfillment.adapters import aws
from fulfillment.adapters.dynamodb import keys
from fulfillment.adapters.dynamodb.rows import text
from fulfillment.application.decision_record import canonical
from fulfillment.cli.main import main
from tests.support.builders import (
    SENAYAN,
    a_location,
    a_product,
    delivery_body,
    north_of,
    order_body,
    order_lines,
    stock,
)
from tests.support.world import World


@pytest.fixture
def chain(world: World) -> World:
    """A paid parcel that one store refused and another sends."""
    world.given(a_product("tee"))
    world.given(a_location("senayan"), stock("senayan", tee=2))
    world.given(a_location("kota", point=north_of(SENAYAN, 9)), stock("kota", tee=5))
    order = world.order(delivery_body("D-1")).body
    world.clock.forward(minutes=1)
    task = order["shipments"][0]
    world.on_task(task["location_id"], task["task_id"], "refuse", {"reason": "no_time"})
    world.settle()
    return world


def decisions(order_id: str) -> list[dict[str, Any]]:
    rows = aws.dynamodb().query(
        TableName="Orders",
        KeyConditionExpression="order_id = :order AND begins_with(sk, :decision)",
        ExpressionAttributeValues={":order": text(order_id), ":decision": text(keys.DECISION_PREFIX)},
    )["Items"]
    return [dict(row) for row in rows]


def rewrite(row: dict[str, Any], record: bytes) -> None:
    """Put another record in its place, as no part of the router ever does."""
    aws.dynamodb().put_item(TableName="Orders", Item={**row, "record": {"B": record}})


def test_every_decision_of_an_order_is_the_same_again(
    chain: World, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["replay", "D-1"])

    lines = capsys.readouterr().out.splitlines()
    assert code == 0
    assert [line.partition("  ")[0] for line in lines] == ["same", "same"]
    assert lines[0].endswith("planned by default 0: senayan")
    assert lines[1].endswith("planned by default 0: kota")
    assert "2026-11-23T05:00:00+00:00" in lines[0]


def test_a_decision_that_is_not_the_same_is_told_with_its_first_difference(
    chain: World, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given a record that somebody changed
    row, _ = decisions("D-1")
    plain = json.loads(canonical(row["record"]["B"]))
    plain["decision"]["shipments"][0]["distance_m"] = 7
    rewrite(row, zlib.compress(json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()))

    # Then it is the one that is different
    assert main(["replay", "D-1"]) == 1
    out = capsys.readouterr().out
    assert (out.count("same  "), out.count("different  ")) == (1, 1)
    assert "decision.shipments.0.distance_m was 7, is " in out


def test_a_record_that_nobody_can_read_is_different(chain: World, capsys: pytest.CaptureFixture[str]) -> None:
    row, _ = decisions("D-1")
    rewrite(row, zlib.compress(b'{"format":99}'))

    assert main(["replay", "D-1"]) == 1
    assert "cannot be read: a record of format 99; this router reads 1" in capsys.readouterr().out


def test_an_order_without_decisions_is_the_same_and_an_unknown_one_is_not_there(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.given(a_product("tee"), a_location("senayan"))
    world.deliver("intake", order_body("Q-1", lines=order_lines(tee=99)))

    assert main(["replay", "Q-1"]) == 0
    assert capsys.readouterr().out == "No decision was kept with the order 'Q-1'.\n"
    assert main(["replay", "nobody"]) == 2
    assert capsys.readouterr().err == "There is no order 'nobody'.\n"


def test_without_a_table_it_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ORDERS_TABLE", raising=False)

    assert main(["replay", "D-1"]) == 2
    assert "ORDERS_TABLE is not set" in capsys.readouterr().err


def test_a_table_that_does_not_answer_is_not_an_unknown_order(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ORDERS_TABLE", "Nowhere")

    assert main(["replay", "D-1"]) == 1
    assert "DynamoDB did not answer" in capsys.readouterr().err
