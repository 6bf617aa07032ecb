"""What the use cases about staff need of the outside."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from fulfillment.domain.people import Employee, PinMark


@dataclass(frozen=True)
class PinTry:
    """A try that was counted: whose PIN, what is kept of it, how many tries were made so far, and how many may be."""

    who: Employee
    mark: PinMark
    tries: int
    until: int


class PinLocked(Exception):
    """All tries at this PIN were used up."""


class StaffRepository(Protocol):
    """Who works where, with what is kept of their PINs."""

    def take_try(self, location_id: str, employee: str) -> PinTry | None:
        """Count a try, before anything is compared; None when nobody there has a PIN. Raises PinLocked."""

    def forgive(self, location_id: str, tried: PinTry) -> None:
        """The try was right: it and those before it count no more, while the PIN is still the same."""

    def give_back(self, location_id: str, tried: PinTry) -> None:
        """The try was compared with nothing: it alone counts no more, while the PIN is still the same."""

    def of_location(self, location_id: str) -> Sequence[Employee]:
        """Everybody there, by employee number."""

    def put(self, who: Employee, marks: Collection[tuple[str, PinMark | None]]) -> None:
        """Set somebody at these locations, with no try made."""

    def remove(self, location_id: str, employee: str) -> bool:
        """Nobody of that number works there any more, and their PIN opens nothing. False when nobody did."""


class PinKeys(Protocol):
    """The keys of PINs: the newest to make marks with, and any by its id."""

    def newest(self) -> tuple[str, bytes]: ...
    def key(self, kid: str) -> bytes: ...


@dataclass(frozen=True)
class Token:
    """An id token and what it says."""

    id_token: str
    expires_in_seconds: int
    employee: str
    name: str
    groups: tuple[str, ...]
    locations: frozenset[str]


@dataclass(frozen=True)
class NewPasswordNeeded:
    """The one-time password was right; the directory waits for another in its place."""

    session: str
    user_id: str


class SignInDirectory(Protocol):
    """Where staff sign in."""

    def sign_in(self, username: str, password: str) -> Token | NewPasswordNeeded | None:
        """None when they do not open anything, whatever the reason."""

    def replace_password(self, needed: NewPasswordNeeded, new_password: str) -> Token | None:
        """InvalidRequest names ``new_password`` when the directory takes no such password."""


@dataclass(frozen=True)
class Listed:
    """Somebody whom the directory knows. ``left``: where they worked last, when they work nowhere any more."""

    employee: str
    name: str
    groups: frozenset[str]
    locations: frozenset[str]
    left: str | None = None


class StaffDirectory(Protocol):
    """Who may sign in, as what and where."""

    def find(self, employee: str) -> Listed | None: ...

    def put(
        self, who: Employee, locations: Collection[str], one_time_password: str, *, known: Listed | None
    ) -> None:
        """Who was let go may sign in again."""

    def renew(self, employee: str, one_time_password: str) -> None: ...

    def let_go(self, employee: str, location_id: str, others: Collection[str]) -> None:
        """They work at the others alone; where there is none, they may not sign in and nothing renews their token."""


class NewSecrets(Protocol):
    """Drawn anew each time."""

    def password(self) -> str: ...
    def pin(self) -> str: ...
