"""Keys from Secrets Manager: a JSON object whose ``kid`` names the newest of its keys.

A secret that is edited wrongly is told to the log by its name and the key's, never by what is in it. Nothing of it is
kept, so it is read again for each call until it is mended; a function that read it before goes on with what it has.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from fulfillment.domain.errors import InvalidRequest, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

MAC_BYTES = 16  # 128 bits: not to be guessed
REREAD = timedelta(minutes=1)  # between readings that a stranger can bring about


class SecretKeys:
    """See ``ports.PickupCodes``. Read once, and once more when a key id is asked for that is not known yet."""

    def __init__(self, client: SecretsManagerClient, secret_id: str) -> None:
        self._client = client
        self._secret_id = secret_id
        self._newest = ""
        self._keys: dict[str, str] = {}
        self._read_again_at: datetime | None = None

    def newest(self) -> tuple[str, bytes]:
        """The id and bytes of the newest key."""
        if not self._keys:
            self._read()
        return self._newest, self._keys[self._newest].encode()

    def key(self, kid: str) -> bytes:
        """The key of this id, which something of ours was made with; Unavailable when it was taken out."""
        found = self.find(kid)
        if found is None:
            raise self._fault(f"has no key {kid!r}")
        return found

    def find(self, kid: str) -> bytes | None:
        """The key of an id that anybody may have made up; None when there is none."""
        if kid not in self._keys:
            self._read()
        return self._keys[kid].encode() if kid in self._keys else None

    def known(self) -> Collection[bytes]:
        """All keys, as they were when they were read."""
        if not self._keys:
            self._read()
        return [key.encode() for key in self._keys.values()]

    def read_again(self, now: datetime) -> bool:
        """Read them once more; not when that was done less than a minute ago: answers whether it was done now."""
        if self._read_again_at is not None and now - self._read_again_at < REREAD:
            return False
        self._read_again_at = now
        self._read()
        return True

    def _read(self) -> None:
        said = self._client.get_secret_value(SecretId=self._secret_id).get("SecretString", "")
        try:
            keys = json.loads(said)
        except ValueError:
            keys = None
        if not isinstance(keys, dict):
            raise self._fault("is no JSON object")
        if empty := [name for name, key in keys.items() if not (isinstance(key, str) and key)]:
            raise self._fault(f"has no text for {empty[0]!r}")
        # Taken out: the name of a key is public, so it must never serve as one.
        newest = keys.pop("kid", None)
        if newest not in keys:
            raise self._fault(f"has no key {newest!r}" if newest else "has no 'kid'")
        self._newest, self._keys = newest, keys

    def _fault(self, told: str) -> Unavailable:
        return Unavailable(f"the secret {self._secret_id} {told}")


class HmacOptionSigner:
    """See ``ports.OptionSigner``: base64url(JSON) . key id . base64url(HMAC-SHA-256, cut to 128 bits)."""

    def __init__(self, keys: SecretKeys) -> None:
        self._keys = keys

    def sign(self, payload: Mapping[str, Any]) -> str:
        """The option id."""
        kid, key = self._keys.newest()
        body = _encode(json.dumps(payload, sort_keys=True, separators=(",", ":")).encode())
        return f"{body}.{kid}.{_encode(self._mac(key, kid, body))}"

    def read(self, option_id: str) -> Mapping[str, Any]:
        """What was signed; InvalidRequest when this is not an option id of ours."""
        try:
            body, kid, mac = option_id.split(".")
            key = self._keys.find(kid)
            genuine = key is not None and hmac.compare_digest(_decode(mac), self._mac(key, kid, body))
            payload: Mapping[str, Any] = json.loads(_decode(body)) if genuine else {}
        except (ValueError, binascii.Error):
            payload = {}
        if not payload:
            raise InvalidRequest.of("option_id", "invalid_option", "This is not an option we made.")
        return payload

    def _mac(self, key: bytes, kid: str, body: str) -> bytes:
        return hmac.digest(key, f"option|{kid}|{body}".encode(), "sha256")[:MAC_BYTES]


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
