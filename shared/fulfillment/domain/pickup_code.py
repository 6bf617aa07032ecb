"""The word a customer shows to get the goods: derived, never stored.

8 Crockford base32 characters (40 bits) of HMAC-SHA-256(key, order | shipment | code version). With 5 tries at one
task, guessing succeeds once in 2 * 10**11. What is stored is a keyed hash of the code, for the check.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U
LENGTH = 8
MAX_TRIES = 5
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None})


@dataclass(frozen=True)
class CodeMark:
    """What is kept of a code: which key and version it came from, and a keyed hash to check it by."""

    kid: str
    code_version: int
    keyed_hash: str


def derive(key: bytes, order_id: str, shipment: int, code_version: int) -> str:
    """The code; the same inputs always give the same one."""
    digest = hmac.digest(key, f"code|{order_id}|{shipment}|{code_version}".encode(), "sha256")
    bits = int.from_bytes(digest[:5])
    return "".join(ALPHABET[(bits >> shift) & 31] for shift in range(35, -1, -5))


def mark(key: bytes, kid: str, order_id: str, shipment: int, code_version: int) -> CodeMark:
    """What to keep of the code of this shipment."""
    code = derive(key, order_id, shipment, code_version)
    return CodeMark(kid, code_version, _keyed_hash(key, order_id, shipment, code))


def matches(key: bytes, order_id: str, shipment: int, kept: CodeMark, said: str) -> bool:
    """Whether what was said is the code. Reads lower case, hyphens, and O, I, L as people write them."""
    said_hash = _keyed_hash(key, order_id, shipment, normalised(said))
    return hmac.compare_digest(said_hash, kept.keyed_hash)


def normalised(said: str) -> str:
    """What a person typed, as the alphabet means it."""
    return said.upper().translate(_READ_AS)


def shown(code: str) -> str:
    """The code as people read it aloud: two groups of four."""
    return f"{code[:4]}-{code[4:]}"


def _keyed_hash(key: bytes, order_id: str, shipment: int, code: str) -> str:
    return hmac.new(key, f"check|{order_id}|{shipment}|{code}".encode(), sha256).hexdigest()
