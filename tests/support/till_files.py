"""Files of tills on moto: dropped as S3 tells it, and what is answered beside them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote_plus

import boto3

from tests.support.aws_world import BUCKET
from tests.support.functions import CONTEXT, handler, sqs_event
from tests.support.world import World


def drop(name: str, content: str | bytes) -> str:
    """Put a file under ``incoming/``; answers what S3 tells of it."""
    key, body = f"incoming/{name}", content.encode() if isinstance(content, str) else content
    version_id = boto3.client("s3").put_object(Bucket=BUCKET, Key=key, Body=body)["VersionId"]
    return notification(key, version_id, len(body))


def notification(key: str, version_id: str, size: int) -> str:
    """What S3 tells of an object, as far as it is read, and a little more."""
    told = {"key": quote_plus(key, safe="/"), "size": size, "versionId": version_id, "sequencer": "0"}
    where = {"s3SchemaVersion": "1.0", "bucket": {"name": BUCKET}, "object": told}
    return json.dumps({"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": where}]})


def take(*notifications: str) -> list[str]:
    """Let the function take the files; answers the ids of the notifications that it wants again."""
    answer = handler("stock_files")(sqs_event(notifications), CONTEXT)
    return [failed["itemIdentifier"] for failed in answer["batchItemFailures"]]


def sent(world: World) -> list[dict[str, Any]]:
    """What was put on the stock feed's queue."""
    return [json.loads(body) for body in world.receive("StockFeedQueue")]


def feed(world: World) -> None:
    """Let the stock feed apply what waits in its queue."""
    bodies = world.receive("StockFeedQueue")
    assert world.deliver("stock_feed", *bodies) == []


def errors(name: str) -> list[tuple[str, str, str, str]] | None:
    """The error file of ``incoming/<name>.csv``: row, as it came, column, reason. None when there is none."""
    found = _found(f"errors/{name}.csv")
    if found is None:
        return None
    heading, *rows = csv.reader(io.StringIO(found.decode()))
    assert heading == ["row", "as_it_came", "column", "reason"]
    return [(row, line, column, reason) for row, line, column, reason in rows]


def wrong(name: str) -> Sequence[tuple[str, str]]:
    """Row and column of each error."""
    return [(row, column) for row, _line, column, _reason in errors(name) or ()]


def report(name: str) -> Any:
    """The report on ``incoming/<name>.csv``; None when there is none."""
    found = _found(f"done/{name}.json")
    return None if found is None else json.loads(found)


def _found(key: str) -> bytes | None:
    s3 = boto3.client("s3")
    listed = s3.list_objects_v2(Bucket=BUCKET, Prefix=key).get("Contents", ())
    if key not in [entry["Key"] for entry in listed]:
        return None
    body: bytes = s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
    return body
