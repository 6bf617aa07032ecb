"""Whether two clients answer alike, as far as DynamoDB promises anything: sets, batches and scans have no order."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from tests.memory_dynamodb.any_requests import AnyRequests, Request

MAX_PAGES = 50
SETS = ("SS", "NS", "BS")


@dataclass
class Agreement:
    """Sends every request to both clients."""

    one: Any
    other: Any
    seen: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    def of(self, seed: int, requests: int) -> None:
        """Ask both the sequence of a seed."""
        sequence = AnyRequests(seed)
        for n in range(requests):
            self._ask(f"seed {seed}, request {n}", sequence.next())
        for request in sequence.locations():
            self._ask(f"seed {seed}, at its end", request)

    def rows(self, tables: list[str]) -> None:
        """Compare all rows of these tables."""
        for table in tables:
            self._ask(table, ("scan", {"TableName": table}))

    def _ask(self, where: str, request: Request) -> None:
        one, other = answers(self.one, request), answers(self.other, request)
        self.seen.update(kinds(one))
        if one != other:
            self.differences.append(f"{where}: {request}\n  one   {one}\n  other {other}")


def answers(client: Any, request: Request) -> Any:
    """All pages of an answer, or the error, in the one form in which they can be compared."""
    method, parameters = request
    pages: list[Any] = []
    try:
        for _ in range(MAX_PAGES):
            pages.append(getattr(client, method)(**parameters))
            last = pages[-1].get("LastEvaluatedKey")
            if not last:
                break
            parameters = {**parameters, "ExclusiveStartKey": last}
    except ClientError as error:
        return _refusal(error)
    if method == "scan":
        items = [_plain(item) for page in pages for item in page["Items"]]
        return {"Items": sorted(items, key=str), "scanned": sum(page["ScannedCount"] for page in pages)}
    return [_answer(method, page) for page in pages]


def _answer(method: str, page: Any) -> Any:
    kept = {key: value for key, value in page.items() if key not in ("ResponseMetadata", "ConsumedCapacity")}
    if method == "batch_get_item":
        kept["Responses"] = {
            table: sorted(rows, key=str) for table, rows in _plain(kept["Responses"]).items()
        }
    return _plain(kept)


def _refusal(error: ClientError) -> Any:
    told: Any = error.response
    reasons = [(reason["Code"], _plain(reason.get("Item"))) for reason in told.get("CancellationReasons", [])]
    return told["Error"]["Code"], reasons, _plain(told.get("Item"))


def _plain(value: Any) -> Any:
    """Dictionaries by key, sets in order."""
    if isinstance(value, dict):
        return {
            key: sorted(each) if key in SETS and isinstance(each, list) else _plain(each)
            for key, each in sorted(value.items())
        }
    return [_plain(each) for each in value] if isinstance(value, list) else value


def kinds(answer: Any) -> list[str]:
    """What kind of answer it is, for a test to see that all kinds were met."""
    if isinstance(answer, tuple):
        return [answer[0], *(f"{answer[0]}: {code}" for code, _ in answer[1] if code != "None")]
    if isinstance(answer, list) and "Items" in answer[0]:
        return ["several pages" if len(answer) > 1 else "one page"]
    return ["done"]
