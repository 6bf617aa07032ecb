"""The race of `tests/engine/test_races.py` on moto, in a process of its own: what the ledger's checker must see.

moto checks and writes without a lock, and a transaction that fails puts back a copy of the whole table: under threads
its ledger goes wrong, or it crashes. Prints what the checker found, as JSON.
"""

from __future__ import annotations

import json
import os
from functools import partial
from typing import Any

from moto import mock_aws

os.environ |= {"POWERTOOLS_SERVICE_NAME": "test", "POWERTOOLS_METRICS_NAMESPACE": "Fulfillment"}

from fulfillment import bootstrap
from fulfillment.adapters import aws
from tests.support import aws_world
from tests.support.builders import a_location, a_product, stock
from tests.support.ledger import LedgerWrong, check_ledger
from tests.support.races import place, race
from tests.support.world import FrozenClock, World

UNITS, BUYERS, ROUNDS = 30, 48, 15  # few units, since moto copies its tables with every transaction


def run() -> dict[str, object]:
    """What the first round that went wrong looked like; nothing when none did."""
    os.environ |= aws_world.CREDENTIALS | aws_world.TABLE_VARIABLES | {"OPTION_KEY_SECRET_ID": "not read"}
    for number in range(ROUNDS):
        with mock_aws():
            bootstrap.reset()
            aws_world.make_tables(aws.dynamodb())
            World(FrozenClock(), {}).given(
                a_product("tee"), a_location("senayan"), stock("senayan", tee=UNITS)
            )
            bootstrap.place_order()
            sold = race([partial(_place, n) for n in range(BUYERS)])
            try:
                check_ledger(aws.dynamodb(), {("tee", "senayan"): UNITS})
            except LedgerWrong as wrong:
                answers = {str(answer): times for answer, times in sold.count().items()}
                return {"round": number, "answers": answers, "wrong": str(wrong).splitlines()[:8]}
    return {}


def _place(number: int) -> Any:
    """An order; moto's crashes in its own code are answers here, as they would be a 500."""
    try:
        return place(f"A-{number}")
    except Exception as crash:  # noqa: BLE001 - without locks moto may fall over anything
        return type(crash).__name__


if __name__ == "__main__":
    print(json.dumps(run()))
