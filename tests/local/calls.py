"""Calls to the API as its callers make them: signed (SigV4) by checkout and operations, with a token by staff."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as AwsCredentials

from tests.local.stack import Credentials, Stack, StaffMember

# Fifty at once start forty workers, each with a cold start; measured up to 58 s.
TIMEOUT_SECONDS = 120


@dataclass(frozen=True)
class Answer:
    """What came back. `body` is decoded JSON (None if empty, text if it is not JSON)."""

    status: int
    headers: Mapping[str, str]
    body: Any

    def expect(self, status: int) -> Any:
        """The body, when the status is this one; else an AssertionError that shows what came instead."""
        assert self.status == status, f"expected {status}, got {self.status}: {self.body}"
        return self.body


class Caller:
    """One who calls the API. Threads may share it."""

    def __init__(
        self, stack: Stack, *, sign_as: Credentials | None = None, id_token: str | None = None
    ) -> None:
        """Neither credentials nor token: an anonymous caller."""
        self._api_url = stack.api_url
        self._region = stack.region
        self._credentials = (
            AwsCredentials(sign_as.access_key_id, sign_as.secret_access_key) if sign_as is not None else None
        )
        self._id_token = id_token

    def get(self, path: str) -> Answer:
        return self.send("GET", path)

    def post(
        self, path: str, body: object, *, key: str | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """`key` is sent as Idempotency-Key. A str or bytes body is sent as it is."""
        extra = {"Idempotency-Key": key} if key is not None else {}
        return self.send("POST", path, body, {**extra, **(headers or {})})

    def put(self, path: str, body: object, *, headers: Mapping[str, str] | None = None) -> Answer:
        return self.send("PUT", path, body, headers or {})

    def delete(self, path: str) -> Answer:
        return self.send("DELETE", path)

    def send(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        data = _encode(body)
        url = self._api_url + path
        request = AWSRequest(
            method=method,
            url=url,
            data=data,
            headers={"Content-Type": "application/json", **(headers or {})},
        )
        if self._id_token is not None:
            request.headers["Authorization"] = f"Bearer {self._id_token}"
        elif self._credentials is not None:
            SigV4Auth(self._credentials, "execute-api", self._region).add_auth(request)
        return _send(urllib.request.Request(url, data, dict(request.headers.items()), method=method))


def checkout(stack: Stack) -> Caller:
    return Caller(stack, sign_as=stack.checkout)


def operations(stack: Stack) -> Caller:
    return Caller(stack, sign_as=stack.operations)


def staff(stack: Stack, location_id: str) -> Caller:
    return Caller(stack, id_token=stack.staff[location_id].id_token)


def supervisor(stack: Stack, location_id: str) -> Caller:
    return Caller(stack, id_token=stack.supervisors[location_id].id_token)


def phone(stack: Stack, location_id: str) -> Caller:
    """The shared one: each step needs `holding` of somebody who works there."""
    return Caller(stack, id_token=stack.phones[location_id].id_token)


def holding(person: StaffMember) -> dict[str, str]:
    """The headers of a step that this person takes on a shared phone."""
    return {"X-Employee": person.username, "X-Pin": person.pin or ""}


def anyone(stack: Stack) -> Caller:
    return Caller(stack)


def _encode(body: object) -> bytes | None:
    if body is None or isinstance(body, bytes):
        return body
    return (body if isinstance(body, str) else json.dumps(body)).encode()


def _send(request: urllib.request.Request) -> Answer:
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:
            return Answer(response.status, dict(response.headers), _decode(response.read()))
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, dict(error.headers), _decode(error.read()))


def _decode(raw: bytes) -> Any:
    if not raw:
        return None
    try:
        return json.loads(raw)
    except ValueError:
        return raw.decode(errors="replace")
