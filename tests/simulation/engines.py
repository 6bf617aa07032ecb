"""The three engines that worlds run on, each as an empty database and a client of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from botocore.exceptions import ClientError

from tests.support.aws_world import TABLE_VARIABLES


class Engine(Protocol):
    """Where rows are kept."""

    client: Any

    def empty(self) -> None: ...


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
                    {"Error": {"Code": "IdempotentParameterMismatchException", "Message": ""}},
                    "TransactWriteItems",
                )
            return {}
        answer: Mapping[str, Any] = self.real.transact_write_items(**request)
        self.told[token] = body
        return answer


def take_everything_out(client: Any) -> None:
    """Delete every row of every table."""
    for table in TABLE_VARIABLES.values():
        keys = [key["AttributeName"] for key in client.describe_table(TableName=table)["Table"]["KeySchema"]]
        for page in client.get_paginator("scan").paginate(TableName=table):
            for row in page["Items"]:
                client.delete_item(TableName=table, Key={name: row[name] for name in keys})
