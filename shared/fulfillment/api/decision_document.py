"""Trying a decision, and decisions as operations are shown them."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from fulfillment.api.answers import AnswerModel, LineOut, Moment
from fulfillment.api.policy_document import POLICY_NAME, PolicyDoc
from fulfillment.api.requests import BasketIn, CustomerIn
from fulfillment.application.try_decision import Trial
from fulfillment.domain.basket import Method
from fulfillment.domain.decision import Status
from fulfillment.domain.routing.candidate import Reason
from fulfillment.messages.stock import Instant, LocationId

UNNAMED = "inline"  # the name of a policy document that has none

PolicyName = Annotated[str, Field(pattern=POLICY_NAME, examples=["default"])]


def _policy(value: object) -> PolicyDoc | str:
    """A name, or a document, whose faults keep their paths."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return PolicyDoc.model_validate_json(json.dumps(value))
    raise PydanticCustomError("not_a_policy", "must be a policy document, or the name of a policy")


class TrialIn(BasketIn):
    """A basket to decide on without any effect. ``methods`` may come along from the basket and is not used."""

    customer: CustomerIn
    method: Method
    methods: list[Method] | None = None
    location_id: LocationId | None = None
    accept_partial: bool = False
    needed_by: Instant | None = None
    policy: (
        Annotated[PolicyDoc | str, PlainValidator(_policy, json_schema_input_type=PolicyDoc | PolicyName)]
        | None
    ) = None
    explain: Annotated[list[LocationId], Field(max_length=5)] = []

    @field_validator("location_id")
    @classmethod
    def _delivery_is_routed(cls, location_id: str | None, info: ValidationInfo) -> str | None:
        if location_id is not None and info.data.get("method") == "delivery":
            raise PydanticCustomError("location_not_taken", "a delivery is routed: it takes no location_id")
        return location_id

    def to_domain(self) -> Trial:
        """What to try."""
        told = self.policy
        return Trial(
            basket=self.basket(self.customer),
            method=self.method,
            location_id=self.location_id,
            policy=told.to_domain(told.name or UNNAMED) if isinstance(told, PolicyDoc) else told,
            accept_partial=self.accept_partial,
            needed_by=self.needed_by,
            explain=tuple(dict.fromkeys(self.explain)),
        )


class PromiseOut(AnswerModel):
    """``ready_by`` or ``deliver_by``; ``due_at`` is when the location must have done its part, in which ``window``."""

    ready_by: Moment | None = None
    deliver_by: Moment | None = None
    due_at: Moment
    window: str
    timezone: str
    carrier: str | None = None


class CostOut(AnswerModel):
    """The retailer's own estimate, in decimal strings of the policy's currency."""

    total: str
    parts: dict[str, str]


class PlannedOut(AnswerModel):
    """What one location does."""

    location_id: str
    lines: list[LineOut]
    distance_km: float | None
    promise: PromiseOut
    cost: CostOut


class ShortOut(AnswerModel):
    """Units that nobody supplies now, and how many are left where it was looked for."""

    line_id: str
    sku: str
    quantity: int
    left: int
    backordered_at: str | None = None


class VerdictOut(AnswerModel):
    """Why a location may supply, or may not. ``*`` speaks for all that lie farther than was looked."""

    location_id: str
    verdict: Literal["eligible", "excluded"]
    reason: Reason
    detail: dict[str, int | str]
    distance_km: float | None


class ObjectiveOut(AnswerModel):
    """What plans are compared by. ``unit`` where it is no plain number; money is a decimal string."""

    name: str
    value: int | float | str
    unit: str | None = None


class AlternativeOut(AnswerModel):
    """The plan that came second."""

    location_ids: list[str]
    objectives: list[ObjectiveOut]


class NamedPolicy(AnswerModel):
    """A policy and its version; 0 is what is shipped, or was only tried."""

    name: str
    version: int


class DecisionOut(AnswerModel):
    """A decision with its reasons. ``bound``: no plan can be better; only where the plan is not proven best."""

    status: Status
    shipments: list[PlannedOut]
    unfilled: list[ShortOut]
    candidates: list[VerdictOut]
    runner_up: AlternativeOut | None
    objectives: list[ObjectiveOut]
    proven: bool
    bound: list[ObjectiveOut] | None = None
    policy: NamedPolicy
    decided_at: Moment


class StoreOut(AnswerModel):
    """A store that could hand over everything."""

    location_id: str
    distance_km: float | None


class ChangesOut(AnswerModel):
    """The smallest single changes after which a location would supply: ``units``, ``km`` or ``floor``."""

    location_id: str
    changes: list[dict[str, Any]]


class TrialOut(DecisionOut):
    """What would be decided now. ``could``: other stores, where the chosen one cannot."""

    point_source: str
    precision_km: float | None
    zone: str | None
    could: list[StoreOut] | None = None
    changes: list[ChangesOut] | None = None


class KeptDecision(DecisionOut):
    """A decision as it was taken, and the command that asked for it."""

    command_id: str


class DecisionsOut(AnswerModel):
    """An order's decisions, the first one first. ``unreadable``: commands whose decisions are of another format."""

    order_id: str
    decisions: list[KeptDecision]
    unreadable: list[str] | None = None
