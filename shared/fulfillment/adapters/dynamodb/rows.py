"""Reading rows: attribute values, batches of keys, pages of queries."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from fulfillment.adapters.aws import pause
from fulfillment.domain.errors import Busy

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

Row = Mapping[str, Any]  # an item as the service gives it: {"sku": {"S": "TEE"}}

BATCH_KEYS = 100  # the service's limit on BatchGetItem
BATCH_ROUNDS = 6  # of keys left unprocessed, before giving up
UNIT_BYTES = 1024  # every KB begun is written, and paid, once more: in a transaction two units each


def text(value: str) -> dict[str, str]:
    """A string attribute."""
    return {"S": value}


def number(value: int) -> dict[str, str]:
    """A whole number attribute."""
    return {"N": str(value)}


def packed(item: Row, name: str) -> Row:
    """The item, with its text ``name`` packed if it would not fit into one KB otherwise; what fits stays readable."""
    if _size(item) <= UNIT_BYTES:
        return item
    return {**item, name: {"B": zlib.compress(item[name]["S"].encode(), 9)}}


def _size(item: Row) -> int:
    """Bytes of an item of texts, numbers and sets of texts, as DynamoDB counts them; numbers are smaller in truth."""
    return sum(
        len(name.encode())
        + sum(len(str(one).encode()) for one in (what if isinstance(what, list) else [what]))
        for name, value in item.items()
        for what in value.values()
    )


def text_of(row: Row, name: str) -> str:
    """A string of the row, packed or not. ValueError when nothing can be unpacked any more."""
    value: Mapping[str, Any] = row[name]
    if "S" in value:
        return str(value["S"])
    try:
        return zlib.decompress(bytes(value["B"])).decode()
    except zlib.error as error:
        raise ValueError(f"{name} cannot be unpacked: {error}") from error


def number_of(row: Row, name: str, default: int = 0) -> int:
    """A whole number of the row."""
    return int(row[name]["N"]) if name in row else default


def instant_of(row: Row, name: str) -> datetime | None:
    """An instant as ``keys.instant`` wrote it."""
    if name not in row:
        return None
    return datetime.strptime(row[name]["S"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


def batch_get(
    client: DynamoDBClient, table: str, keys: Iterable[Row], *, consistent: bool = False, only: str = ""
) -> Iterator[Row]:
    """The rows that exist of these keys, in no order; ``only`` these attributes of them. Busy when the table keeps
    leaving keys unprocessed.
    """
    wanted = list(keys)
    for start in range(0, len(wanted), BATCH_KEYS):
        asked: dict[str, Any] = {"Keys": wanted[start : start + BATCH_KEYS], "ConsistentRead": consistent}
        request: Any = {table: asked | ({"ProjectionExpression": only} if only else {})}
        for attempt in range(BATCH_ROUNDS):
            answer = client.batch_get_item(RequestItems=request)
            yield from answer["Responses"].get(table, ())
            request = answer.get("UnprocessedKeys")
            if not request:
                break
            pause(attempt)
        else:
            raise Busy("busy", f"{table} has too much to do; send the same request again.")


def pages(call: Callable[..., Any], **request: Any) -> Iterator[Row]:
    """The rows of all pages of a Query or Scan."""
    while True:
        answer = call(**request)
        yield from answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def chunks(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    """The items in runs of at most ``size``."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
