"""A stand-in for Secrets Manager that counts how often it is read."""

from __future__ import annotations

import json
from typing import Any


class SecretStore:
    """Holds one secret: ``SecretStore(kid="k1", k1="...")``."""

    def __init__(self, **keys: str) -> None:
        self.keys = keys
        self.reads: list[str] = []

    def get_secret_value(self, *, SecretId: str) -> dict[str, Any]:  # noqa: N803 - boto3's own name
        """As the real client."""
        self.reads.append(SecretId)
        return {"SecretString": json.dumps(self.keys)}
