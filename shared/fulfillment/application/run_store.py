"""A supervisor pauses the store, lets it go on, or lowers how many orders an hour it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from fulfillment.application import views
from fulfillment.application.own_ports import OwnSettingsRepository, OwnWrite
from fulfillment.application.ports import Answer, AnsweredBefore, Clock, Command, Stale
from fulfillment.application.views import View
from fulfillment.application.writing import MAX_ROUNDS, answered, same_request
from fulfillment.domain.basket import Method
from fulfillment.domain.errors import Busy, InvalidRequest, NotFound
from fulfillment.domain.events import Event, EventType
from fulfillment.domain.location import Location
from fulfillment.domain.own_settings import OwnSettings, Pause, PauseReason

LONGEST_PAUSE = timedelta(days=14)  # a store that is away for longer is for operations to close

Told = tuple[EventType, dict[str, Any]]


@dataclass(frozen=True)
class RunStore:
    """Orders heed it at once; options within a minute. Work that the store has already stays with it."""

    settings: OwnSettingsRepository
    clock: Clock

    def pause(
        self, location_id: str, by: str, reason: PauseReason, until: datetime | None, command: Command
    ) -> Answer:
        """No new orders, until then or until it is resumed; a pause in force is replaced."""

        def change(own: OwnSettings, now: datetime) -> tuple[OwnSettings, Told]:
            if until is not None and not now < until <= now + LONGEST_PAUSE:
                told = f"A pause ends after this moment, and within {LONGEST_PAUSE.days} days."
                raise InvalidRequest.of("until", "until_out_of_range", told)
            detail = {"reason": reason, "until": until.isoformat() if until else None, "by": by}
            return replace(own, pause=Pause(reason, now, until)), ("LocationPaused", detail)

        return self._change(location_id, change, command)

    def resume(self, location_id: str, by: str, command: Command) -> Answer:
        """New orders again. Nothing happens to a store that did not pause itself, or whose pause is over."""

        def change(own: OwnSettings, now: datetime) -> tuple[OwnSettings, Told] | None:
            if own.pause is None or not own.pause.lasts(now):
                return None
            return replace(own, pause=None), ("LocationResumed", {"by": by})

        return self._change(location_id, change, command)

    def take_at_most(
        self, location_id: str, by: str, method: Method, per_hour: int | None, command: Command
    ) -> Answer:
        """Fewer orders an hour than operations allow; None: as many as they do."""

        def change(own: OwnSettings, _now: datetime) -> tuple[OwnSettings, Told] | None:
            others = {m: limit for m, limit in own.capacity.items() if m != method}
            capacity = others if per_hour is None else {**others, method: per_hour}
            if capacity == own.capacity:
                return None
            detail = {"method": method, "per_hour": per_hour, "by": by}
            return replace(own, capacity=capacity), ("CapacitySet", detail)

        return self._change(location_id, change, command)

    def _change(
        self,
        location_id: str,
        change: Callable[[OwnSettings, datetime], tuple[OwnSettings, Told] | None],
        command: Command,
    ) -> Answer:
        key = command.idempotency_key
        assert key is not None, command  # over HTTP everybody sends one
        for _ in range(MAX_ROUNDS):
            if earlier := self.settings.recall(key):
                return same_request(earlier, command)
            found = self.settings.get(location_id)
            if found is None:
                raise NotFound("unknown_location", "There is no such location.")
            location, version = found
            now = self.clock.now()
            changed = change(location.own, now)
            if changed is None:
                return answered(command, 200, _view(location, now))
            own, (event_type, detail) = changed
            after = replace(location, own=own)
            given = answered(command, 200, _view(after, now))
            aggregate = f"LOCATION#{location_id}"
            event = Event(
                f"{aggregate}.{version + 1:06d}.{command.command_id}",
                event_type,
                now,
                aggregate,
                {"location_id": location_id, **detail},
            )
            try:
                self.settings.write(OwnWrite(after, version, event, given, key))
                return given
            except AnsweredBefore as before:
                return same_request(before.answer, command)
            except Stale:
                continue
        raise Busy("busy", f"The location {location_id!r} is being changed by others; send it again.")


def _view(location: Location, now: datetime) -> View:
    """How the store works from now on."""
    working, pause = location.at(now), location.own.pause
    in_force = pause if pause and pause.lasts(now) else None
    return {
        "location_id": location.location_id,
        "status": working.status,
        "pause": {
            "reason": in_force.reason,
            "since": views.moment(in_force.since, location.timezone),
            "until": views.moment(in_force.until, location.timezone) if in_force.until else None,
        }
        if in_force
        else None,
        "capacity": dict(working.capacity),
    }
