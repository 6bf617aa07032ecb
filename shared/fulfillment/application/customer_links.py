"""The word in the address of a customer's page: nothing is stored, and nobody can guess another's.

base64url(order id) . base64url(first 16 bytes of HMAC-SHA-256(key, page | order id)), with the newest key of the pickup
codes' secret. What an older key of it made stays good until that key is taken out.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable
from dataclasses import dataclass

from fulfillment.application.ports import Clock, PickupCodes
from fulfillment.domain.errors import NotFound

MAC_BYTES = 16  # 128 bits: not to be guessed
MOST_CHARACTERS = (
    200  # channel and order id have at most 97 characters; these, coded, and 23 for the rest come to 153
)


def customer_link(codes: PickupCodes, order_id: str) -> str:
    """The word for this order's page, as it stands behind ``/c/``."""
    _kid, key = codes.newest()
    return _token(key, order_id)


@dataclass(frozen=True)
class CustomerLinks:
    """Whose page a word opens. Nothing is looked up for a word that is wrong."""

    codes: PickupCodes
    clock: Clock

    def order_id(self, token: str) -> str:
        """The order of this page; NotFound when we never made such a word.

        A key that was added since the secret was read is found by reading it again, which guessers cannot make happen
        more than once a minute.
        """
        claimed = _claimed(token)
        if _is_ours(token, claimed, self.codes.known()):
            return claimed
        if self.codes.read_again(self.clock.now()) and _is_ours(token, claimed, self.codes.known()):
            return claimed
        raise NotFound("unknown_link", "This link is not one of ours. Is all of it there?")


def _claimed(token: str) -> str:
    """The order id that the word speaks of; empty when it speaks of none. No order has an empty id."""
    try:
        coded = token.partition(".")[0] if len(token) <= MOST_CHARACTERS else ""
        return base64.urlsafe_b64decode(coded + "=" * (-len(coded) % 4)).decode()
    except ValueError:
        return ""


def _is_ours(token: str, order_id: str, keys: Iterable[bytes]) -> bool:
    """Compared as a whole and in constant time, with every key: a word has one spelling, and time tells nothing."""
    if not order_id or not token.isascii():
        return False
    return any(hmac.compare_digest(_token(key, order_id), token) for key in keys)


def _token(key: bytes, order_id: str) -> str:
    mac = hmac.digest(key, f"page|{order_id}".encode(), "sha256")[:MAC_BYTES]
    return f"{_encode(order_id.encode())}.{_encode(mac)}"


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
