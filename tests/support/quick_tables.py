"""The tables of the handlers' tests: moto's place in boto3, with the in-memory DynamoDB behind it.

Requests come as bytes and go through every hook of boto3's, as to any engine; moto itself takes some ten times as long
for each, lets requests through that DynamoDB calls invalid, and forgets tokens of transactions.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.core.botocore_stubber import BotocoreStubber

from tests.simulation.memory import MemoryDynamoDB

TARGET = re.compile(r"DynamoDB_\d+\.(\w+)")
ABOUT_TABLES = {"CreateTable", "DeleteTable", "DescribeTable", "ListTables", "UpdateTable"}


@contextmanager
def tables_behind_boto3(engine: MemoryDynamoDB) -> Iterator[None]:
    """Rows are read and written there, with whichever client; at the end no request may have been invalid."""
    moto = BotocoreStubber.process_request

    def process(stubber: BotocoreStubber, request: Any) -> Any:
        operation = _operation(request)
        if operation is None or operation in ABOUT_TABLES:
            return moto(stubber, request)
        status, answer = _answer(engine, operation, json.loads(request.body, object_hook=_with_bytes))
        body = json.dumps(answer, default=lambda blob: base64.b64encode(blob).decode())
        return status, {"Content-Type": "application/x-amz-json-1.0"}, body

    engine.empty()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(BotocoreStubber, "process_request", process)
        yield
    assert engine.refused == []


def _operation(request: Any) -> str | None:
    """What is asked of DynamoDB at AWS; None for every other service, and for DynamoDB Local."""
    target = request.headers.get("X-Amz-Target", "")
    found = TARGET.fullmatch(target.decode() if isinstance(target, bytes) else target)
    return found[1] if found and ".amazonaws.com" in request.url else None


def _answer(engine: MemoryDynamoDB, operation: str, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    method = re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower()
    try:
        return 200, getattr(engine, method)(**request)
    except ClientError as error:
        told = {key: part for key, part in error.response.items() if key in ("CancellationReasons", "Item")}
        code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
        return 400, {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": message, **told}


def _with_bytes(value: dict[str, Any]) -> dict[str, Any]:
    """Binary attributes stand in JSON as text."""
    if value.keys() == {"B"} and isinstance(value["B"], str):
        return {"B": base64.b64decode(value["B"])}
    return value
