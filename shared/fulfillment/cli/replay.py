"""``fulfillment replay ORDER_ID``: take an order's kept decisions again, and compare them byte for byte."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from fulfillment import settings
from fulfillment.adapters.dynamodb.orders import DynamoDBOrderRepository
from fulfillment.application.decision_record import Record, replay
from fulfillment.application.decision_views import instant
from fulfillment.application.plain_values import Unreadable
from fulfillment.domain.errors import Busy
from fulfillment.settings import MissingSetting

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SAME, DIFFERENT, UNKNOWN = 0, 1, 2  # exit codes


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The order, and where it is kept."""
    parser.description = (
        "Take an order's kept decisions again and compare them byte for byte. The table is named by ORDERS_TABLE. "
        "Exit codes: 0 the same; 1 different, or DynamoDB did not answer; 2 unknown order, or no table."
    )
    parser.add_argument(
        "order_id", metavar="ORDER_ID", help="as the API has it; of other channels than web with it"
    )
    parser.add_argument("--endpoint-url", help="where DynamoDB is, if not at AWS (or AWS_ENDPOINT_URL)")


def run(arguments: argparse.Namespace) -> int:
    """A line for each decision, in the order in which they were taken."""
    try:
        tables = settings.read().need("tables.orders").tables
        orders = DynamoDBOrderRepository(_client(arguments.endpoint_url), tables)
        kept = orders.decisions(arguments.order_id)
        known = bool(kept) or orders.load(arguments.order_id) is not None
    except MissingSetting as error:
        print(error, file=sys.stderr)
        return UNKNOWN
    except (BotoCoreError, ClientError, Busy) as error:
        print(f"DynamoDB did not answer: {str(error)[:500]}", file=sys.stderr)
        return DIFFERENT
    if not known:
        print(f"There is no order {arguments.order_id!r}.", file=sys.stderr)
        return UNKNOWN
    if not kept:
        print(f"No decision was kept with the order {arguments.order_id!r}.")
    told = [_replayed(command_id, packed) for command_id, packed in kept]
    for _decided_at, _command_id, line, _same in sorted(told):
        print(line)
    return SAME if all(same for *_, same in told) else DIFFERENT


def _replayed(command_id: str, packed: bytes) -> tuple[str, str, str, bool]:
    """(decided at, command, line, whether it is the same)."""
    try:
        found = replay(packed)
    except Unreadable as error:
        return "", command_id, f"different  {command_id}  cannot be read: {error}", False
    decided_at = instant(found.record.decision.decided_at)
    told = f"{decided_at}  {command_id}  {_outcome(found.record)}"
    if found.difference:
        return decided_at, command_id, f"different  {told}\n           {found.difference}", False
    return decided_at, command_id, f"same  {told}", True


def _outcome(record: Record) -> str:
    decision = record.decision
    chosen = ", ".join(shipment.location_id for shipment in decision.shipments)
    policy = f"by {decision.policy_name} {decision.policy_version}"
    return f"{decision.status} {policy}{f': {chosen}' if chosen else ''}"


def _client(endpoint_url: str | None) -> DynamoDBClient:
    config = Config(connect_timeout=2, read_timeout=20, retries={"mode": "standard"})
    return boto3.client("dynamodb", endpoint_url=endpoint_url, config=config)
