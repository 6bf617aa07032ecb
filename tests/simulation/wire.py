"""The seam between the router and AWS: here calls wait for their turn, and here they go wrong.

Faults are made where the SDK would show them: a lost reply is the same request sent twice, since that is what boto3
does; a conflict comes as the cancellation that DynamoDB gives under contention and no local engine ever does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

from tests.simulation.scheduler import Killed, Scheduler

WRITES = frozenset({"put_item", "update_item", "delete_item", "transact_write_items"})
Plan = Callable[
    [str, str], str | None
]  # (service, operation) -> the fault to make, None for whatever the seed says


def error(code: str, operation: str, **more: Any) -> ClientError:
    """What boto3 raises."""
    return ClientError({"Error": {"Code": code, "Message": "made by the simulation"}, **more}, operation)  # type: ignore[typeddict-item]


class Wire:
    """A client of one service whose calls are scheduled; ``real`` carries them out."""

    def __init__(
        self,
        service: str,
        real: Any,
        scheduler: Scheduler,
        *,
        watch: Callable[[str, Mapping[str, Any]], None] = lambda _operation, _request: None,
        plan: Plan | None = None,
    ) -> None:
        self._service = service
        self._real = real
        self._scheduler = scheduler
        self._watch = watch
        self._plan = plan
        self._nonce = f"{scheduler.seed}"

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(**request: Any) -> Any:
            return self._call(operation, request)

        return call

    def _call(self, operation: str, request: dict[str, Any]) -> Any:
        if "ClientRequestToken" in request:  # an engine remembers tokens of earlier worlds
            token = f"{self._nonce}{request['ClientRequestToken']}"
            request["ClientRequestToken"] = sha256(token.encode()).hexdigest()[:36]
        who = self._scheduler.inside
        if who is None:
            answer = getattr(self._real, operation)(**request)
            self._watch(operation, request)
            return answer
        self._scheduler.turn()
        fault = self._fault(operation)
        if fault:
            self._scheduler.count(fault)
        try:
            answer = self._with(fault, operation, request)
        except ClientError as refused:
            self._note(who, operation, fault, _word(refused))
            raise
        except (Killed, ReadTimeoutError):
            self._note(who, operation, fault, "")
            raise
        self._note(who, operation, fault, answer)
        return answer

    def _fault(self, operation: str) -> str | None:
        if self._plan is not None:
            return self._plan(self._service, operation)
        faults, drawn = self._scheduler.faults, self._scheduler.chance.random()
        kinds = [
            ("killed_before", faults.killed_before),
            ("killed_after", faults.killed_after),
            ("reply_lost", faults.reply_lost),
            ("unknown", faults.unknown),
            ("failed", faults.failed),
            ("throttled", faults.throttled),
        ]
        if operation in WRITES and self._service == "dynamodb":
            kinds.append(("conflict", faults.conflict))
        if operation == "transact_write_items":
            kinds.append(("in_progress", faults.in_progress))
        for kind, share in kinds:
            drawn -= share
            if drawn < 0:
                return kind
        return None

    def _with(self, fault: str | None, operation: str, request: dict[str, Any]) -> Any:
        if fault is None:
            return self._send(operation, request)
        if fault == "killed_before":
            raise Killed
        if fault == "killed_after":
            self._try(operation, request)
            raise Killed
        if fault == "reply_lost":
            self._try(operation, request)
            return self._send(operation, request)
        if fault == "unknown":
            self._try(operation, request)
            raise ReadTimeoutError(endpoint_url="made by the simulation")
        raise self._refusal(fault, operation, request)

    def _refusal(self, fault: str, operation: str, request: dict[str, Any]) -> ClientError:
        if fault == "failed":
            return error("InternalServerError", operation)
        if fault == "in_progress":
            return error("TransactionInProgressException", operation)
        if fault == "throttled":
            return error("ProvisionedThroughputExceededException", operation)
        if operation != "transact_write_items":
            return error("TransactionConflictException", operation)
        actions = len(request["TransactItems"])
        reasons = [{"Code": "None"} for _ in range(actions)]
        reasons[self._scheduler.chance.randrange(actions)] = {"Code": "TransactionConflict"}
        return error("TransactionCanceledException", operation, CancellationReasons=reasons)

    def _send(self, operation: str, request: dict[str, Any]) -> Any:
        answer = getattr(self._real, operation)(**request)
        self._watch(operation, request)
        return answer

    def _try(self, operation: str, request: dict[str, Any]) -> None:
        """Nobody hears what came of it."""
        try:
            self._send(operation, request)
        except ClientError:
            return

    def _note(self, who: str, operation: str, fault: str | None, answer: Any) -> None:
        said = answer if isinstance(answer, str) else _rows(answer)
        self._scheduler.note(f"{who} {operation} {fault or ''} {said}")


def _word(refused: ClientError) -> str:
    reasons: Any = refused.response.get("CancellationReasons", ())
    codes = [reason.get("Code", "None") for reason in reasons]
    return " ".join([refused.response["Error"]["Code"], *codes])


def _rows(answer: Mapping[str, Any]) -> str:
    """The rows that came, in an order of their own; no engine's metadata."""
    rows = [answer["Item"]] if "Item" in answer else list(answer.get("Items", ()))
    for found in answer.get("Responses", {}).values() if isinstance(answer.get("Responses"), dict) else ():
        rows += found
    return " ".join(sorted(json.dumps(_plain(row), sort_keys=True, default=repr) for row in rows))


def _plain(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A set has no order."""
    return {name: sorted(value["SS"]) if "SS" in value else value for name, value in row.items()}
