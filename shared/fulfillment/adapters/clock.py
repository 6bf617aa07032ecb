"""The real time."""

from __future__ import annotations

from datetime import UTC, datetime


class SystemClock:
    """UTC now."""

    def now(self) -> datetime:
        """The present instant."""
        return datetime.now(UTC)
