"""Those who work in a store: their roles, and the PIN by which a shared phone knows who holds it.

A PIN has four digits. What is kept of it is a keyed hash: whoever reads the table without the key can try nothing. Five
wrong tries and it is locked, so guessing succeeds once in 2,000, and then not again.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

Role = Literal["picker", "supervisor", "operations", "device"]
PersonRole = Literal["picker", "supervisor", "operations"]

EMPLOYEE = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")  # sign-in knows no capitals
PIN = re.compile(r"[0-9]{4}")
MAX_PIN_TRIES = 5
# Before the location that somebody left last, where else their locations stand. No location's id has a colon.
_LEFT = "left:"
# A shared phone first: whatever else its groups say, it acts as nobody by itself.
_STRONGEST_FIRST: tuple[Role, ...] = ("device", "operations", "supervisor", "picker")


@dataclass(frozen=True)
class Employee:
    """Who works at a location, under the number they sign in with; or a phone that is shared there."""

    employee: str
    name: str
    role: Role


@dataclass(frozen=True)
class PinMark:
    """What is kept of a PIN: the key it was hashed with, and the hash."""

    kid: str
    keyed_hash: str


def role_of(groups: Collection[str]) -> Role | None:
    """What somebody in these groups of the user pool may do; None for groups that are none of ours."""
    return next((role for role in _STRONGEST_FIRST if role in groups), None)


def may_supervise(role: Role) -> bool:
    """Whether this role may do what a picker may not."""
    return role in ("supervisor", "operations")


def locations_in(named: str) -> frozenset[str]:
    """The locations in what the user pool keeps of somebody (``custom:locations``), with commas between them."""
    return frozenset(part for part in _parts(named) if not part.startswith(_LEFT))


def left_in(named: str) -> str | None:
    """The location that somebody left last, if they work nowhere since; None for everybody else."""
    if locations_in(named):
        return None
    return next((part.removeprefix(_LEFT) for part in _parts(named) if part.startswith(_LEFT)), None)


def named_locations(locations: Collection[str], left: str) -> str:
    """What to keep of somebody who left a location, and works at these: the one they left when there is no other."""
    return ",".join(sorted(locations)) or f"{_LEFT}{left}"


def folded(employee: str) -> str:
    """An employee number as it is kept."""
    return employee.strip().lower()


def _parts(named: str) -> list[str]:
    return [part.strip() for part in named.split(",") if part.strip()]


def mark_pin(key: bytes, kid: str, location_id: str, employee: str, pin: str) -> PinMark:
    """What to keep of a PIN. The same PIN of another person, or at another location, is another mark."""
    return PinMark(kid, hmac.new(key, f"pin|{location_id}|{employee}|{pin}".encode(), "sha256").hexdigest())


def pin_matches(key: bytes, kept: PinMark, location_id: str, employee: str, said: str) -> bool:
    """Whether this is the PIN; takes the same time whichever digit is wrong."""
    return hmac.compare_digest(
        mark_pin(key, kept.kid, location_id, employee, said).keyed_hash, kept.keyed_hash
    )
