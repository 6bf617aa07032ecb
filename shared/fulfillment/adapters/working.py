"""Locations as they work at this moment, with what they set for themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from fulfillment.adapters.clock import SystemClock
from fulfillment.domain.location import Location

FOR_GOOD = datetime(9999, 1, 1, tzinfo=UTC)  # the end of a pause that has none


class AsTheyWork:
    """The same sequence for the same locations, which whoever indexes it may go by, until a pause of one ends."""

    def __init__(self) -> None:
        self._clock = SystemClock()
        self._read: Sequence[Location] = ()
        self._working: Sequence[Location] = ()
        self._until = FOR_GOOD

    def of(self, read: Sequence[Location]) -> Sequence[Location]:
        """These locations now."""
        now = self._clock.now()
        if read is not self._read or now >= self._until:
            pauses = [location.own.pause for location in read if location.own.pause]
            self._read, self._working = read, [location.at(now) for location in read]
            self._until = min((p.until for p in pauses if p.until and p.lasts(now)), default=FOR_GOOD)
        return self._working
