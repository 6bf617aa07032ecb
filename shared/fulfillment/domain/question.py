"""A question to the customer whose pickup cannot be prepared: until when it may be answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from fulfillment.domain.service_rules import ServiceRules


@dataclass(frozen=True)
class Question:
    """Kept with the order, so that what the customer was told stays true when the policy changes. ``remind_at``: when
    they are reminded; None when that was done, or is never to be.
    """

    until: datetime
    remind_at: datetime | None = None


def question(rules: ServiceRules, now: datetime) -> Question:
    """In hours of the clock, for it is the customer's time. Nobody is reminded of what they were just asked."""
    until = now + timedelta(hours=rules.choose_hours)
    remind_at = until - timedelta(hours=rules.remind_hours)
    return Question(until, remind_at if remind_at > now else None)
