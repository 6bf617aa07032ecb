"""How the questions are asked: one table, one partition a question, and answers that can be compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

TABLE: dict[str, Any] = {
    "TableName": "Documented",
    "AttributeDefinitions": [
        {"AttributeName": "pk", "AttributeType": "S"},
        {"AttributeName": "sk", "AttributeType": "S"},
        {"AttributeName": "bunch", "AttributeType": "S"},
        {"AttributeName": "rank", "AttributeType": "N"},
    ],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by_rank",
            "KeySchema": [
                {"AttributeName": "bunch", "KeyType": "HASH"},
                {"AttributeName": "rank", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
    "BillingMode": "PAY_PER_REQUEST",
}
OLD = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
DONE, INVALID = "done", "ValidationException"
CONDITION_FAILED, CANCELLED = "ConditionalCheckFailedException", "TransactionCanceledException"
MISMATCH = "IdempotentParameterMismatchException"


class Ask:
    """Asks an engine about rows of one partition."""

    def __init__(self, client: Any, partition: str) -> None:
        self.client = client
        self.partition = partition

    def key(self, sk: str = "a") -> dict[str, Any]:
        return {"pk": {"S": self.partition}, "sk": {"S": sk}}

    def send(self, method: str, **parameters: Any) -> str:
        """Whether it is done, or the error's code."""
        try:
            getattr(self.client, method)(TableName=TABLE["TableName"], **parameters)
        except ClientError as error:
            return _code(error)
        return DONE

    def put(self, sk: str = "a", **attributes: Any) -> str:
        return self.send("put_item", Item={**self.key(sk), **attributes})

    def update(self, expression: str, sk: str = "a", **more: Any) -> str:
        """``more``: names, values and condition."""
        return self.send("update_item", Key=self.key(sk), UpdateExpression=expression, **_told(more))

    def holds(self, condition: str, **more: Any) -> str:
        """An update that touches the row ``a`` on a condition."""
        values = {**more.pop("values", {}), ":touch": {"N": "1"}}
        return self.update("SET touched = :touch", condition=condition, values=values, **more)

    def get(self, sk: str = "a", **parameters: Any) -> dict[str, Any]:
        """The row's attributes without its key; nothing when it is not there."""
        found = self.client.get_item(TableName=TABLE["TableName"], Key=self.key(sk), **parameters)
        return {name: value for name, value in found.get("Item", {}).items() if name not in ("pk", "sk")}

    def transact(self, *actions: Any, token: str | None = None) -> str:
        """Each action a kind and a body; the table is added. Done, or the error's code."""
        return self.reasons(*actions, token=token)[0]

    def reasons(self, *actions: Any, token: str | None = None) -> tuple[str, list[tuple[str, Any]]]:
        """Beside the code, the reasons' codes and items."""
        bodies = [{kind: {"TableName": TABLE["TableName"], **body}} for kind, body in actions]
        more = {"ClientRequestToken": token} if token is not None else {}
        try:
            self.client.transact_write_items(TransactItems=bodies, **more)
        except ClientError as error:
            told: Any = error.response
            return _code(error), [(r["Code"], r.get("Item")) for r in told.get("CancellationReasons", [])]
        return DONE, []

    def batch(self, method: str, asked: Any) -> str:
        try:
            getattr(self.client, method)(RequestItems={TABLE["TableName"]: asked})
        except ClientError as error:
            return _code(error)
        return DONE

    def query(self, condition: str = "pk = :pk", **parameters: Any) -> Any:
        """A page of the partition, or the error's code."""
        values = {":pk": {"S": self.partition}, **parameters.pop("values", {})}
        try:
            return self.client.query(
                TableName=TABLE["TableName"],
                KeyConditionExpression=condition,
                ExpressionAttributeValues=values,
                **parameters,
            )
        except ClientError as error:
            return _code(error)

    def sort_keys(self, condition: str = "pk = :pk", **parameters: Any) -> Any:
        page = self.query(condition, **parameters)
        return page if isinstance(page, str) else [item["sk"]["S"] for item in page["Items"]]


def _told(more: dict[str, Any]) -> dict[str, Any]:
    parameters = {
        "names": "ExpressionAttributeNames",
        "values": "ExpressionAttributeValues",
        "condition": "ConditionExpression",
    }
    return {parameters.get(key, key): value for key, value in more.items()}


def _code(error: ClientError) -> str:
    code: str = error.response["Error"]["Code"]
    return code


@dataclass(frozen=True)
class Check:
    """One statement of the documentation."""

    name: str
    expected: Any
    ask: Callable[[Ask], Any]

    def differs(self, client: Any) -> str | None:
        """What was seen, if it is something else; an engine that falls over says with what."""
        try:
            seen = self.ask(Ask(client, self.name))
        except Exception as crash:  # noqa: BLE001 - an engine may crash in any way
            seen = type(crash).__name__
        return (
            None
            if seen == self.expected
            else f"{self.name}: {str(seen)[:200]}, not {str(self.expected)[:200]}"
        )


CHECKS: list[Check] = []


def documented(expected: Any) -> Callable[[Callable[[Ask], Any]], Callable[[Ask], Any]]:
    """Adds a question to the checks, with the documented answer."""

    def add(ask: Callable[[Ask], Any]) -> Callable[[Ask], Any]:
        CHECKS.append(Check(ask.__name__, expected, ask))
        return ask

    return add
