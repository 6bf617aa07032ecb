"""How long a store may take, and how long it keeps what nobody came for: the numbers of the service ladder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class ServiceRules:
    """Timers run in the opening hours of the location.

    ``accept_minutes``: until a new task is accepted; then the store hears of it again, and after as long once more it
    is offered elsewhere. ``ready_minutes``: until it is ready or shipped. ``keep_days``: days of the calendar, those on
    which the location opens, until whose last closing time a pickup is kept. ``remind_hours``: so long before that the
    customer is reminded. ``at_risk_percent`` of a timer gone: at risk. ``choose_hours``, which no location has of its
    own and which are hours of the clock: until a customer who is asked has chosen; reminded likewise.
    """

    accept_minutes: int = 10
    ready_minutes: int = 120
    keep_days: int = 3
    remind_hours: int = 24
    at_risk_percent: int = 75
    choose_hours: int = 48

    def but(self, own: Mapping[str, int]) -> ServiceRules:
        """The same with what a location has of its own."""
        return replace(self, **own) if own else self
