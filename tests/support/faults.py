"""Trouble between us and DynamoDB that no local engine makes by itself, put in at boto3's own seams."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ReadTimeoutError

TRANSACTION = "DynamoDB_20120810.TransactWriteItems"
UPDATE = "DynamoDB_20120810.UpdateItem"


@dataclass
class LostReplies:
    """Requests reach the engine, and their first ``most`` replies do not come back."""

    most: int
    of: str = TRANSACTION
    lost: int = 0

    def send(self, real: Any, request: Any) -> Any:
        """Send, and lose the reply while there is one to lose."""
        reply = real(request)
        target = request.headers.get("X-Amz-Target", b"")
        told = target.decode() if isinstance(target, bytes) else target
        if told == self.of and self.lost < self.most and reply.status_code == 200:
            self.lost += 1
            raise ReadTimeoutError(endpoint_url=request.url)
        return reply


@contextmanager
def losing_replies(client: Any, most: int = 1, of: str = TRANSACTION) -> Iterator[LostReplies]:
    """The first replies to applied transactions (or to what ``of`` names) are lost; boto3 itself then sends the same
    bytes again.
    """
    replies = LostReplies(most, of)
    session = client._endpoint.http_session
    real = session.send
    session.send = lambda request: replies.send(real, request)
    try:
        yield replies
    finally:
        del session.send


@dataclass
class Conflicts:
    """What was made to fail, and how often each body was tried."""

    share: float
    seed: int
    injected: int = 0
    attempts: list[int] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def answer(self, params: Any, **_: Any) -> Any:
        """A hook before the call: now and then an answer in the engine's place, which it never sees."""
        actions = params["body"].decode().count('"TableName"')
        with self._lock:
            self.attempts.append(actions)
            if self._chance.random() >= self.share:
                return None
            self.injected += 1
        reasons = [{"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"}]
        reasons += [{"Code": "None"}] * (actions - 1)
        parsed = {
            "Error": {"Code": "TransactionCanceledException", "Message": "Transaction cancelled"},
            "CancellationReasons": reasons,
            "ResponseMetadata": {"HTTPStatusCode": 400, "RetryAttempts": 0},
        }
        return SimpleNamespace(status_code=400, headers={}, content=b""), parsed

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)


@contextmanager
def conflicts(client: Any, share: float, seed: int) -> Iterator[Conflicts]:
    """This share of all transactions is cancelled with TransactionConflict, as real DynamoDB does under contention."""
    made = Conflicts(share, seed)
    event = "before-call.dynamodb.TransactWriteItems"
    client.meta.events.register(event, made.answer)
    try:
        yield made
    finally:
        client.meta.events.unregister(event, made.answer)
