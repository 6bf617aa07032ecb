"""Whose unpaid units count together: a customer is known by the phone number, or else by the e-mail address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True)
class Unpaid:
    """Units of an order that count as unpaid while it is reserved. ``customer`` is a hash: keys never name a person."""

    customer: str
    units: int


def customer_hash(phone: str | None, email: str | None) -> str | None:
    """The same word however the number or address is written; None for somebody who gave neither.

    A hash of a number can be guessed by trying all numbers: it keeps people out of keys and logs, not out of the hands
    of somebody who may read the tables, where the number itself stands.
    """
    if phone:
        digits = re.sub(r"\D", "", phone)
        told = "phone:" + re.sub(r"^(0|620)", "62", digits)
    elif email:
        told = "email:" + email.strip().casefold()
    else:
        return None
    return sha256(told.encode()).hexdigest()[:32]
