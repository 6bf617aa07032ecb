"""``fulfillment reconcile``: hold what stock rows and capacity windows count against all open work.

Exit codes: 0 nothing is wrong, 1 something is (or was, and is repaired), 2 it could not be found out, 3 nothing was
found wrong, but not all could be judged.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from tqdm import tqdm

from fulfillment import settings
from fulfillment.adapters.clock import SystemClock
from fulfillment.adapters.comparison import open_comparison
from fulfillment.adapters.dynamodb.audit import SEGMENTS, DynamoDBBooks, let_writes_land
from fulfillment.adapters.dynamodb.orders import DynamoDBOrderRepository
from fulfillment.application.expire_reservations import ExpireReservations
from fulfillment.application.reconcile import MOST_ROUNDS, Outcome, Reconcile, Repaired
from fulfillment.cli.reconcile_text import sentence
from fulfillment.domain.errors import Busy
from fulfillment.domain.reconciliation import Difference
from fulfillment.messages.audit import difference, told
from fulfillment.settings import MissingSetting

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

AGREES, DIFFERS, UNKNOWN, UNSETTLED = 0, 1, 2, 3  # exit codes
TABLES = ("tables.orders", "tables.stock", "tables.capacity")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to do with what is found, and how to say it."""
    parser.description = (
        "Hold what stock rows and capacity windows count against all open work, while the shop goes on. Tables are "
        "named by ORDERS_TABLE, STOCK_TABLE, CAPACITY_TABLE and, to repair, STOCK_MOVEMENTS_TABLE. "
        "Exit codes: 0 nothing is wrong; 1 something is, or was and is repaired; 2 it could not be found out; "
        "3 nothing was found wrong, but some rows kept changing while they were read: run it again."
    )
    parser.add_argument(
        "--repair",
        action="store_true",
        help="put right what can be, by changes that are recorded as movements and events; never by overwriting",
    )
    parser.add_argument("--json", action="store_true", help="a JSON object a line; the last is the outcome")
    parser.add_argument("--endpoint-url", help="where DynamoDB is, if not at AWS (or AWS_ENDPOINT_URL)")


def run(arguments: argparse.Namespace) -> int:
    """Read everything, tell every difference as it is found, and the outcome at the end."""
    repair, as_json = arguments.repair, arguments.json

    def tell(found: Difference, repaired: Repaired) -> None:
        line = json.dumps(difference(found, repaired)) if as_json else sentence(found, repaired)
        tqdm.write(line, file=sys.stdout)

    try:
        needed = (*TABLES, "tables.stock_movements") if repair else TABLES
        known = settings.read().need(*needed)
        try:
            audit = _audit(known, arguments.endpoint_url)
        except ValueError as error:  # an address that is none
            print(f"--endpoint-url: {error}", file=sys.stderr)
            return UNKNOWN
        # disable=None: no bar where there is no terminal to draw it on
        with tqdm(unit=" rows", desc="reading", file=sys.stderr, disable=None) as bar:

            def progress(what: str, more: int) -> None:
                bar.set_description(f"reading {what}", refresh=False)
                bar.update(more)

            outcome = audit(tell, repair=repair, progress=progress)
    except MissingSetting as error:
        print(error, file=sys.stderr)
        return UNKNOWN
    except (BotoCoreError, ClientError, Busy) as error:
        print(f"DynamoDB did not answer: {str(error)[:500]}", file=sys.stderr)
        print("What was repaired stays; running it again is safe.", file=sys.stderr)
        return UNKNOWN
    except (OSError, sqlite3.Error) as error:
        print(f"The file in which rows are compared could not be kept: {error}", file=sys.stderr)
        print("It needs some 100 MB for a million tasks, in the folder that TMPDIR names.", file=sys.stderr)
        return UNKNOWN
    print(json.dumps({"outcome": told(outcome)}) if as_json else _summary(outcome))
    if outcome.differences:
        return DIFFERS
    return UNSETTLED if outcome.unsettled or outcome.suspects_left else AGREES


def _audit(known: settings.Settings, endpoint_url: str | None) -> Reconcile:
    client = _client(endpoint_url)
    orders, clock = DynamoDBOrderRepository(client, known.tables), SystemClock()
    return Reconcile(
        DynamoDBBooks(client, known.tables),
        open_comparison,
        orders,
        clock,
        let_writes_land,
        ExpireReservations(orders, clock),
    )


def _summary(outcome: Outcome) -> str:
    read = f"{outcome.shelves:,} stock rows, {outcome.windows:,} windows and {outcome.tasks:,} tasks"
    lines = [f"Compared {read}: {outcome.differences:,} differences, {outcome.repaired:,} repaired."]
    if outcome.unsettled:
        some = ", ".join(" at ".join(key) for key in outcome.moving)
        lines.append(
            f"{outcome.unsettled:,} rows changed in each of {outcome.rounds} rounds (at most {MOST_ROUNDS}); "
            f"nothing is said of them: {some}."
        )
    if outcome.suspects_left:
        lines.append(f"{outcome.suspects_left:,} more orders look wrong; repair these first, then run again.")
    return "\n".join(lines)


def _client(endpoint_url: str | None) -> DynamoDBClient:
    config = Config(
        connect_timeout=2,
        read_timeout=20,
        max_pool_connections=2 * SEGMENTS,
        retries={"mode": "standard"},
        parameter_validation=False,  # as in the functions; the service checks again
    )
    return boto3.client("dynamodb", endpoint_url=endpoint_url, config=config)
