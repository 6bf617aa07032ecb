"""Endpoints of webhooks, beside the policies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from fulfillment.adapters.dynamodb import keys
from fulfillment.adapters.dynamodb.documents import from_document, to_document
from fulfillment.adapters.dynamodb.rows import Row, number, number_of, pages, text, text_of
from fulfillment.application.ports import Stale
from fulfillment.domain.webhooks import Endpoint

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

version_unchanged = "#version = :version"  # true while nobody changed the endpoint since it was read
not_there = "attribute_not_exists(pk)"  # true while nobody added the endpoint


@dataclass(frozen=True)
class DynamoDBEndpoints:
    """See ``webhook_ports.Endpoints``."""

    client: DynamoDBClient
    table: str

    def all(self) -> Sequence[Endpoint]:
        """Every endpoint, as it is now."""
        return [_endpoint(row) for row in self._query("pk = :pk", {":pk": text(keys.WEBHOOKS)})]

    def get(self, name: str) -> tuple[Endpoint, int] | None:
        """One endpoint as it is now, with its version."""
        values = {":pk": text(keys.WEBHOOKS), ":sk": text(name)}
        found = self._query("pk = :pk AND sk = :sk", values)
        return (_endpoint(found[0]), number_of(found[0], "version")) if found else None

    def put(self, endpoint: Endpoint, expected_version: int) -> None:
        """Set it; Stale when somebody else did."""
        more: dict[str, Any] = {"ConditionExpression": not_there}
        if expected_version:
            more = {
                "ConditionExpression": version_unchanged,
                "ExpressionAttributeNames": {"#version": "version"},
                "ExpressionAttributeValues": {":version": number(expected_version)},
            }
        item = {
            "pk": text(keys.WEBHOOKS),
            "sk": text(endpoint.name),
            "version": number(expected_version + 1),
            "document": text(to_document(endpoint)),
        }
        try:
            self.client.put_item(TableName=self.table, Item=item, **more)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            raise Stale(endpoint.name) from None

    def _query(self, condition: str, values: dict[str, Any]) -> list[Row]:
        return list(
            pages(
                self.client.query,
                TableName=self.table,
                ConsistentRead=True,
                KeyConditionExpression=condition,
                ExpressionAttributeValues=values,
            )
        )


def _endpoint(row: Row) -> Endpoint:
    return from_document(Endpoint, text_of(row, "document"))
