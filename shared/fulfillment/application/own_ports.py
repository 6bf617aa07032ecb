"""The port for what a store sets for itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from fulfillment.application.ports import Answer
from fulfillment.domain.events import Event
from fulfillment.domain.location import Location


@dataclass(frozen=True)
class OwnWrite:
    """The location with its new settings, the version it was read at, what is told, and what is answered."""

    location: Location
    version: int
    event: Event
    answer: Answer
    idempotency_key: str


class OwnSettingsRepository(Protocol):
    """Locations, as their supervisors see them. ``write`` is one transaction; it raises Stale or AnsweredBefore."""

    def recall(self, idempotency_key: str) -> Answer | None: ...
    def get(self, location_id: str) -> tuple[Location, int] | None: ...
    def write(self, write: OwnWrite) -> None: ...
