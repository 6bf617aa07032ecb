"""A shop's system that listens, as Standard Webhooks tells receivers to: signature, age, repetition."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

TOLERANCE = timedelta(minutes=5)


class Refused(Exception):
    """The receiver does not believe it."""


@dataclass
class Receiver:
    """It knows one secret, and remembers the ids that it has dealt with."""

    secret: str
    done: list[str] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)

    def take(self, headers: Mapping[str, str], body: str, now: datetime) -> bool:
        """Whether this was new; Refused when it is not to be believed."""
        said = datetime.fromtimestamp(int(headers["webhook-timestamp"]), now.tzinfo)
        if abs(now - said) > TOLERANCE:
            raise Refused("too old")
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body}".encode()
        wanted = base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
        versions = [one.split(",", 1) for one in headers["webhook-signature"].split(" ")]
        if not any(v == "v1" and hmac.compare_digest(told, wanted) for v, told in versions):
            raise Refused("signature")
        if headers["webhook-id"] in self.done:
            return False
        self.done.append(headers["webhook-id"])
        self.bodies.append(body)
        return True
