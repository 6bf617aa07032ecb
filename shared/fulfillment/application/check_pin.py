"""Who holds a shared phone: the PIN is checked at each step, and each try is counted before it is compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fulfillment.application.people_ports import PinKeys, PinLocked, StaffRepository
from fulfillment.domain import people
from fulfillment.domain.errors import Forbidden
from fulfillment.domain.people import Employee


@dataclass(frozen=True)
class CheckPin:
    """The person whose PIN this is, at this location."""

    staff: StaffRepository
    keys: PinKeys

    def __call__(self, location_id: str, employee: str, pin: str) -> Employee:
        """Forbidden ``pin_wrong``, also for somebody who does not work here; ``pin_locked`` after five."""
        number = people.folded(employee)
        if not (people.EMPLOYEE.fullmatch(number) and people.PIN.fullmatch(pin)):
            raise _wrong()  # can be nobody's: there is nothing to count
        try:
            tried = self.staff.take_try(location_id, number)
        except PinLocked:
            told = "Too many wrong PINs: it is locked, and a supervisor must give a new one."
            raise Forbidden("pin_locked", told) from None
        if tried is None:
            raise _wrong()
        try:
            key = self.keys.key(tried.mark.kid)
        except Exception:
            self.staff.give_back(location_id, tried)  # it was compared with nothing
            raise
        if not people.pin_matches(key, tried.mark, location_id, number, pin):
            raise _wrong()
        self.staff.forgive(location_id, tried)
        return tried.who


@dataclass(frozen=True)
class StaffDoor:
    """What is asked of a token that API Gateway has verified: the app it was made for, and the PIN of whoever holds
    a shared phone.
    """

    client_id: str
    check_pin: Callable[[str, str, str], Employee]


def _wrong() -> Forbidden:
    return Forbidden("pin_wrong", "This is not the PIN of this employee at this location.")
