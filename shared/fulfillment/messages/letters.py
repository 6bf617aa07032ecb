"""Dead letters as SQS gives them: why they were given up, since when, and what they are about.

A body may hold a name and an address, so nothing of it is shown but the ids named here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fulfillment.application.redrive_letters import Letter
from fulfillment.domain.order import unique_order_id

REASON = "reason"  # the attribute that `messages/queue.py` has parked messages carry
# Where each kind of message names its ids. Nothing else of a body is ever shown.
IDS: Mapping[str, tuple[tuple[str | int, ...], ...]] = {
    "type": (("type",), ("detail-type",)),
    "order_id": (("order_id",), ("detail", "order_id")),
    "sku": (("sku",), ("detail", "detail", "sku")),
    "location_id": (("location_id",), ("detail", "detail", "location_id")),
    "movement_id": (("movement_id",),),
    "file": (("Records", 0, "s3", "object", "key"),),
    "shard": (("DDBStreamBatchInfo", "shardId"),),
    "records": (("DDBStreamBatchInfo", "batchSize"),),
    "function": (("requestContext", "functionArn"),),
}
SHOWN = re.compile(r"[\x21-\x7e]{1,200}")  # an id with its channel, and nothing that a terminal would obey
SKU_SHOWN = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9 ._/+-]{0,63}"
)  # as the feed's contract has it: it may hold blanks
NOT_SHOWN = "(no id)"
MOST_SAID = 200  # characters of an error: what it was, and the first ids


def read(message: Mapping[str, Any], failed_times: int | None = None) -> Letter:
    """The letter in this message of a dead-letter queue, whatever its body is.

    ``failed_times``: after how many tries the queue it comes from gives a message up.
    """
    told, system = _json(message["Body"]), message.get("Attributes", {})
    attributes = message.get("MessageAttributes", {})
    return Letter(
        letter_id=message["MessageId"],
        receipt=message["ReceiptHandle"],
        body=message["Body"],
        attributes=attributes,
        sent_at=datetime.fromtimestamp(int(system["SentTimestamp"]) / 1000, UTC),
        received=int(system.get("ApproximateReceiveCount", 0)),
        reason=_printable(_reason(told, attributes, failed_times)),
        about=_about(told, attributes),
        span=_span(told),
    )


def target_arn(letter: Letter) -> str | None:
    """Where the bus or the scheduler could not deliver it; None for any other letter."""
    value: str | None = letter.attributes.get("TARGET_ARN", {}).get("StringValue")
    return value


def _json(body: str) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _reason(told: Any, attributes: Mapping[str, Any], failed_times: int | None) -> str:
    def attribute(name: str) -> str | None:
        value: str | None = attributes.get(name, {}).get("StringValue")
        return value

    if parked_for := attribute(REASON):
        return parked_for
    if code := attribute("ERROR_CODE"):  # set by the bus and by the scheduler
        return f"{code}: {attribute('ERROR_MESSAGE') or 'no more was said'}"
    condition = _at(told, "requestContext", "condition")  # set by Lambda, for runs and for the stream
    if isinstance(condition, str):
        tries = _at(told, "requestContext", "approximateInvokeCount")
        said = _at(told, "responsePayload", "errorMessage")  # by a scheduled run, which knows nobody's name
        more = f", {said[:MOST_SAID]}" if isinstance(said, str) else ""
        return f"{condition}: tried {tries} times{more}"
    return f"failed: {failed_times} times" if failed_times else "failed: nobody said why"


def _about(told: Any, attributes: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for name, places in IDS.items():
        values = [value for place in places if (value := _at(told, *place)) is not None]
        if values:
            found[name] = str(values[0]).strip() if isinstance(values[0], str | int) else NOT_SHOWN
    if "order_id" in found and isinstance(channel := _at(told, "channel"), str):
        found["order_id"] = unique_order_id(channel, found["order_id"])
    if "function" not in found and "SCHEDULE_ARN" in attributes:
        found["function"] = attributes.get("TARGET_ARN", {}).get("StringValue", "")
    if "function" in found:
        found["function"] = found["function"].partition(":function:")[2]
    return {name: text if _can_be_shown(name, text) else NOT_SHOWN for name, text in found.items()}


def _can_be_shown(name: str, text: str) -> bool:
    return bool(SHOWN.fullmatch(text) or (name == "sku" and SKU_SHOWN.fullmatch(text)))


def _span(told: Any) -> tuple[datetime, datetime] | None:
    moments = [
        _at(told, "DDBStreamBatchInfo", f"approximateArrivalOf{which}Record") for which in ("First", "Last")
    ]
    try:
        first, last = (datetime.fromisoformat(moment) for moment in moments)
    except (TypeError, ValueError):
        return None
    return (first, last) if first.tzinfo and last.tzinfo else None


def _at(told: Any, *path: str | int) -> Any:
    """What stands at this place; None when nothing does."""
    for step in path:
        try:
            told = told[step]
        except (KeyError, IndexError, TypeError):
            return None
    return told


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)
