"""Posting to addresses that others name: to the open internet only, and to the very address that was looked at.

The name is resolved once, every address it has is checked, and the connection goes to the first of them, with the
certificate checked against the name: resolving it again could give another answer. Nothing is followed anywhere.
"""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPSConnection
from threading import Timer
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fulfillment.adapters.dynamodb.rows import chunks
from fulfillment.adapters.messaging import BATCH, event_document
from fulfillment.application.webhook_ports import NotPublic
from fulfillment.domain.events import Event
from fulfillment.domain.webhooks import is_public, url_fault

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

HTTPS = 443
STEP_SECONDS = 5  # to connect, and between any two bytes
ALL_SECONDS = 10  # from connecting to the status, however slowly it drips


def addresses(host: str, port: int) -> Sequence[str]:
    """Every address the name has now."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return [str(entry[4][0]) for entry in found]


@dataclass(frozen=True)
class PublicHttps:
    """See ``webhook_ports.Post``."""

    resolve: Callable[[str, int], Sequence[str]] = addresses
    is_allowed: Callable[[str], bool] = is_public
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    port: int = HTTPS
    all_seconds: float = ALL_SECONDS

    def __call__(self, url: str, headers: Mapping[str, str], body: str) -> int:
        """The status of the answer, which is not read any further."""
        if fault := url_fault(url):
            raise NotPublic(f"a URL that {fault}")
        parts = urlsplit(url)
        assert parts.hostname is not None, url
        found = self.resolve(parts.hostname, self.port)
        refused = [address for address in found if not self.is_allowed(address)]
        if refused or not found:
            raise NotPublic(f"{refused[0]}, which is not public" if refused else "nowhere")
        connection = _Pinned(parts.hostname, self.port, found[0], self.context)
        end = Timer(self.all_seconds, connection.cut)
        end.start()
        try:
            path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
            connection.request("POST", path, body.encode(), dict(headers))
            return connection.getresponse().status
        finally:
            end.cancel()
            connection.close()


class _Pinned(HTTPSConnection):
    """A connection to one address, under the host's name."""

    def __init__(self, host: str, port: int, address: str, context: ssl.SSLContext) -> None:
        super().__init__(host, port, timeout=STEP_SECONDS, context=context)
        self._address = address
        self._tls = context

    def connect(self) -> None:
        """Connect to the address that was looked at; the certificate must be the name's."""
        self.sock = socket.create_connection((self._address, self.port), STEP_SECONDS)
        self.sock = self._tls.wrap_socket(self.sock, server_hostname=self.host)

    def cut(self) -> None:
        """The time is over, whatever it waits for."""
        with suppress(OSError, AttributeError):  # not connected yet, or not any more
            self.sock.shutdown(socket.SHUT_RDWR)


@dataclass(frozen=True)
class SqsWebhookQueue:
    """See ``webhook_ports.WebhookQueue``; and how long a message waits that was not taken."""

    client: SQSClient
    queue_url: str

    def send(self, endpoints: Sequence[str], event: Event) -> None:
        """One message an endpoint. RuntimeError when the queue did not take one; then all are sent once more."""
        for batch in chunks(endpoints, BATCH):
            entries = [
                {
                    "Id": str(n),
                    "MessageBody": json.dumps(
                        {"endpoint": name, "detail-type": event.type, "detail": event_document(event)}
                    ),
                }
                for n, name in enumerate(batch)
            ]
            answer = self.client.send_message_batch(QueueUrl=self.queue_url, Entries=entries)  # type: ignore[arg-type]
            if failed := answer.get("Failed"):
                raise RuntimeError(f"the queue did not take a message: {failed[0]}")

    def put_off(self, receipt: str, seconds: int) -> None:
        """Do not deliver this message again before so many seconds."""
        self.client.change_message_visibility(
            QueueUrl=self.queue_url, ReceiptHandle=receipt, VisibilityTimeout=seconds
        )
