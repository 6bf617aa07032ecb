"""What a supervisor says about the store itself, and hears."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fulfillment.api.answers import AnswerModel, Moment
from fulfillment.api.requests import Contract
from fulfillment.domain.basket import Method
from fulfillment.domain.location import LocationStatus
from fulfillment.domain.own_settings import PauseReason
from fulfillment.messages.stock import Instant


class PauseIn(Contract):
    """No new orders, until then; without ``until``, until somebody resumes."""

    reason: PauseReason = "other"
    until: Instant | None = None


class ResumeIn(Contract):
    """Nothing to say."""


class CapacityIn(Contract):
    """Orders an hour that the store takes at most, of what operations allow; null: all that they allow."""

    method: Method
    per_hour: Annotated[int, Field(ge=0, le=100_000, examples=[5])] | None


class PauseOut(AnswerModel):
    """A pause in force."""

    reason: PauseReason
    since: Moment
    until: Moment | None


class OwnSettingsOut(AnswerModel):
    """How the store works from now on."""

    location_id: str
    status: LocationStatus
    pause: PauseOut | None
    capacity: dict[Method, int]
