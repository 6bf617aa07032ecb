"""What the services that write to people have in common: which errors mean that a message can never work."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from botocore.exceptions import ClientError

from fulfillment.application.notify_ports import Undeliverable

MARK = "|"  # in no id and in no channel's name


def reference(message_id: str, channel: str) -> str:
    """What a service is asked to say with its receipts: which message, by which channel."""
    return f"{message_id}{MARK}{channel}"


@contextmanager
def refusing(codes: Collection[str]) -> Iterator[None]:
    """These errors of a service say no to this message, for good: Undeliverable. Others pass, and it is tried again."""
    try:
        yield
    except ClientError as error:
        if (code := error.response["Error"]["Code"]) in codes:
            raise Undeliverable(code) from error
        raise
