"""A supervisor says who works at a location and who does no more, and gives new secrets to whoever lost theirs.

One-time password and PIN are in the answer and nowhere else: a request that is sent again makes new ones, and the last
answer holds.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from fulfillment.application.people_ports import (
    Listed,
    NewSecrets,
    PinKeys,
    StaffDirectory,
    StaffRepository,
)
from fulfillment.application.views import View
from fulfillment.domain import people
from fulfillment.domain.errors import Conflict, InvalidRequest, NotFound
from fulfillment.domain.people import Employee

# The user pool's limit on an attribute: some hundred locations.
MAX_LOCATIONS_TEXT = 2048
SET_BY_SUPERVISORS = frozenset({"picker", "supervisor", "device"})


@dataclass(frozen=True)
class EmployStaff:
    """``mine``: the locations of the supervisor, of whom everybody's must be a part."""

    directory: StaffDirectory
    staff: StaffRepository
    keys: PinKeys
    secrets: NewSecrets

    def list(self, location_id: str) -> View:
        """Everybody of a location, and the phones that are shared there."""
        return {"staff": [_view(who) for who in self.staff.of_location(location_id)]}

    def put(self, who: Employee, location_id: str, mine: Collection[str]) -> View:
        """Set somebody at a location, beside where they work already. NotFound for who is not the supervisor's; who
        was let go and works nowhere is anybody's to hire again, as a new number is.
        """
        if not people.EMPLOYEE.fullmatch(who.employee):
            told = "must be 1 to 32 letters, digits, dots, hyphens and underscores, in lower case"
            raise InvalidRequest.of("employee", "invalid_employee", told)
        known = self.directory.find(who.employee)
        if known is not None and not (known.left and _set_by_supervisors(known)):
            _require_mine(known, mine)
        locations = {location_id} | (known.locations if known else frozenset())
        if len(",".join(locations)) > MAX_LOCATIONS_TEXT:
            told = "This person works at too many locations: give them another number for some."
            raise InvalidRequest.of("employee", "too_many_locations", told)
        password = self.secrets.password()
        self.directory.put(who, locations, password, known=known)
        return self._with_pin(who, locations, password)

    def reset(self, employee: str, location_id: str, mine: Collection[str]) -> View:
        """A new one-time password and a new PIN, with no wrong try at it."""
        known = self.directory.find(employee) if people.EMPLOYEE.fullmatch(employee) else None
        if known is None or location_id not in known.locations:
            raise _unknown()
        _require_mine(known, mine)
        role = people.role_of(known.groups)
        if role is None:
            raise _unknown()
        who = Employee(employee, known.name, role)
        password = self.secrets.password()
        self.directory.renew(employee, password)
        return self._with_pin(who, known.locations, password)

    def let_go(self, employee: str, location_id: str, mine: Collection[str], *, by: str) -> View:
        """Somebody works here no more; answers who does. Saying it again changes nothing, and ends what broke off.

        Their row goes first, and with it their PIN: whatever fails after that, they are known to the directory, where
        this can be said again. Conflict for the supervisor themselves.
        """
        if employee == people.folded(by):
            raise Conflict("yourself", "Nobody lets themselves go: another supervisor can, or head office.")
        if not people.EMPLOYEE.fullmatch(employee):
            raise _unknown()
        known = self.directory.find(employee)
        if known is not None and not (known.left == location_id and _set_by_supervisors(known)):
            _require_mine(known, mine)
        was_here = self.staff.remove(location_id, employee)
        if known is not None:
            self.directory.let_go(employee, location_id, known.locations - {location_id})
        elif not was_here:  # whoever head office has deleted may still stand in the list
            raise _unknown()
        return self.list(location_id)

    def _with_pin(self, who: Employee, locations: Collection[str], password: str) -> View:
        pin = None if who.role == "device" else self.secrets.pin()
        kid, key = self.keys.newest()
        marks = [
            (at, people.mark_pin(key, kid, at, who.employee, pin) if pin else None)
            for at in sorted(locations)
        ]
        self.staff.put(who, marks)
        return {**_view(who), "one_time_password": password, "pin": pin}


def _require_mine(known: Listed, mine: Collection[str]) -> None:
    """Not somebody of another store, nor of operations, nor who is in the pool for something else. Somebody without a
    group is left from a request that broke off.
    """
    theirs = known.locations and known.locations <= set(mine)
    if not theirs or not _set_by_supervisors(known):
        raise _unknown()


def _set_by_supervisors(known: Listed) -> bool:
    return known.groups <= SET_BY_SUPERVISORS


def _unknown() -> NotFound:
    return NotFound("unknown_employee", "There is no such employee whom you may set.")


def _view(who: Employee) -> View:
    return {"employee": who.employee, "name": who.name, "role": who.role}
