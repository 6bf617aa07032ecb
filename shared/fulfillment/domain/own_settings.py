"""What a store sets for itself: a pause, and how many orders an hour it takes at most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from fulfillment.domain.basket import Method

PauseReason = Literal["busy", "short_staffed", "stocktake", "incident", "other"]


@dataclass(frozen=True)
class Pause:
    """The store takes no new orders. ``until`` None: until somebody says so; else it ends by itself, unwritten."""

    reason: PauseReason
    since: datetime
    until: datetime | None = None

    def lasts(self, now: datetime) -> bool:
        """Whether the store is paused at this moment."""
        return self.until is None or now < self.until


@dataclass(frozen=True)
class OwnSettings:
    """``capacity``: orders an hour by method, never more than what operations allow. Whatever operations put, and
    whatever is loaded, leaves these as they are.
    """

    pause: Pause | None = None
    capacity: Mapping[Method, int] = field(default_factory=dict)

    def capped(self, allowed: Mapping[Method, int]) -> Mapping[Method, int]:
        """Orders an hour: the lower of what is allowed and what the store takes."""
        lower = {m: min(limit, allowed.get(m, limit)) for m, limit in self.capacity.items()}
        return {**allowed, **lower}
