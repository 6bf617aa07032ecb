"""The same worlds on other engines than memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from tests.support import aws_world, quick_moto
from tests.support.aws_world import CREDENTIALS, TABLE_VARIABLES


@dataclass
class WithTokens:
    """A client of moto that remembers request tokens, as DynamoDB does and moto does not."""

    real: Any
    told: dict[str, str] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def transact_write_items(self, **request: Any) -> Mapping[str, Any]:
        """Once a token; the same token with another body is refused."""
        token = request["ClientRequestToken"]
        body = json.dumps(request["TransactItems"], sort_keys=True, default=repr)
        if token in self.told:
            if self.told[token] != body:
                raise ClientError(
                    {"Error": {"Code": "IdempotentParameterMismatchException"}}, "TransactWriteItems"
                )
            return {}
        answer: Mapping[str, Any] = self.real.transact_write_items(**request)
        self.told[token] = body
        return answer


@contextmanager
def moto_with_tokens() -> Iterator[tuple[WithTokens, Callable[[], None]]]:
    """A client of moto with the template's tables, and what empties them."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name, value in CREDENTIALS.items():
            patch.setenv(name, value)
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        quick_moto.make_quick(patch)
        client = boto3.client("dynamodb")
        if not client.list_tables()["TableNames"]:  # else an outer world has made them
            aws_world.make_tables(client)
        yield WithTokens(client), aws_world.empty_tables


def take_everything_out(client: Any) -> None:
    """Delete every row of every table."""
    for table in TABLE_VARIABLES.values():
        keys = [key["AttributeName"] for key in client.describe_table(TableName=table)["Table"]["KeySchema"]]
        for page in client.get_paginator("scan").paginate(TableName=table):
            for row in page["Items"]:
                client.delete_item(TableName=table, Key={name: row[name] for name in keys})
