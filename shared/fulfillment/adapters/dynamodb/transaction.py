"""One TransactWriteItems, and what its refusal means.

The reasons of a cancelled transaction come in the order of its actions. They are read in the order in which actions
were added, so a caller adds its own rows (key, order) first: those being there already means "done before" and
outweighs whatever else failed. Conflicts and throttling are tried again here, with jitter; they never mean "no".
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from fulfillment.adapters.aws import THROTTLES, pause
from fulfillment.adapters.dynamodb.rows import Row
from fulfillment.application.ports import NotWritten
from fulfillment.domain.errors import Busy

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

MAX_ACTIONS = 100  # the service's limit
MAX_ATTEMPTS = 6  # under conflict; with the pauses below about a second, then the caller or the queue waits

Refused = Callable[[Row | None], Exception]


class LedgerBroken(AssertionError):
    """A condition failed that can only fail if an invariant did: a bug, never an answer."""


@dataclass(frozen=True)
class _Action:
    body: dict[str, Any]
    refused: Refused | None  # None: the action may be dropped when its condition fails
    instead: tuple[_Action, ...] = ()  # what is done where it is dropped


class Transaction:
    """Actions collected and then written together.

    DynamoDB remembers a token for ten minutes and takes the same bytes for the same transaction, which is right for
    whatever is guarded by a version or a key. ``counts_each_time``: not for this one, which adds to a number.
    """

    def __init__(self, client: DynamoDBClient, *, counts_each_time: bool = False) -> None:
        self._client = client
        self._actions: list[_Action] = []
        self._salt = secrets.token_hex(16) if counts_each_time else ""

    def __len__(self) -> int:
        """How many actions it has by now."""
        return len(self._actions)

    def put(
        self, table: str, item: Row, *, condition: str | None = None, refused: Refused, **more: Any
    ) -> None:
        """Put an item; ``refused`` makes the signal from the row that stood in the way."""
        self._add("Put", {"TableName": table, "Item": item}, condition, refused, more)

    def put_new(self, table: str, item: Row) -> None:
        """Put an item that nothing else can have written: its key is made from the command or guarded by the order."""
        self._add("Put", {"TableName": table, "Item": item}, None, _broken, {})

    def update(
        self, table: str, key: Row, expression: str, *, condition: str, refused: Refused | None, **more: Any
    ) -> None:
        """Update an item on a condition. ``refused`` None: when the condition fails the action is left out."""
        body = {"TableName": table, "Key": key, "UpdateExpression": expression}
        self._add("Update", body, condition, refused, more)

    def if_left_out(self, fill: Callable[[Transaction], None]) -> None:
        """What is done in place of the action added last, where that is left out."""
        other = Transaction(self._client)
        fill(other)
        self._actions[-1] = replace(self._actions[-1], instead=tuple(other._actions))

    def check(self, table: str, key: Row, *, condition: str, refused: Refused, **more: Any) -> None:
        """Require a condition of an item that is not written."""
        self._add("ConditionCheck", {"TableName": table, "Key": key}, condition, refused, more)

    def _add(
        self,
        kind: str,
        body: dict[str, Any],
        condition: str | None,
        refused: Refused | None,
        more: dict[str, Any],
    ) -> None:
        if condition:
            body |= {"ConditionExpression": condition, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        names = {"names": "ExpressionAttributeNames", "values": "ExpressionAttributeValues"}
        body |= {names[key]: value for key, value in more.items() if value}
        self._actions.append(_Action({kind: body}, refused))

    def commit(self) -> None:
        """Write all or nothing. Raises the signal of the first action that was refused; Busy under endless conflict."""
        actions = list(self._actions)
        for attempt in range(MAX_ATTEMPTS):
            assert 0 < len(actions) <= MAX_ACTIONS, len(actions)
            bodies = [action.body for action in actions]
            try:
                self._client.transact_write_items(
                    TransactItems=bodies,  # type: ignore[arg-type]
                    ClientRequestToken=_token(bodies, self._salt),
                )
                return
            except ClientError as error:
                if _code(error) in THROTTLES:
                    pause(attempt)
                    continue
                if _code(error) != "TransactionCanceledException":
                    raise
                droppable = _explain(error, actions)
            if droppable:
                actions = [
                    kept
                    for n, action in enumerate(actions)
                    for kept in (action.instead if n in droppable else (action,))
                ]
            else:
                pause(attempt)
        raise Busy("busy", "Others keep changing the same rows; send the same request again.")


def _explain(error: ClientError, actions: list[_Action]) -> set[int]:
    """Raise what the refusal means, or say which actions to leave out; an empty set means to try again as it is."""
    reasons: list[Any] = list(error.response.get("CancellationReasons", []))
    failed = [n for n, reason in enumerate(reasons) if reason.get("Code") == "ConditionalCheckFailed"]
    signals = [refused(reasons[n].get("Item")) for n in failed if (refused := actions[n].refused) is not None]
    if signals:
        raise _joined(signals) from error
    if failed:
        return set(failed)
    if all(reason.get("Code") in THROTTLES | {"None", None} for reason in reasons):
        return set()
    raise error


def _joined(signals: list[Exception]) -> Exception:
    """The first signal, with what the others add to it."""
    first, *others = signals
    return first.joined(others) if isinstance(first, NotWritten) else first


def _broken(row: Row | None) -> Exception:
    return LedgerBroken(str(row))


def _code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "")


def _token(bodies: list[dict[str, Any]], salt: str) -> str:
    """Guards one call's retries: the same bytes give the same token (36 characters at most)."""
    packed = json.dumps(bodies, sort_keys=True, default=repr) + salt
    return sha256(packed.encode()).hexdigest()[:36]
