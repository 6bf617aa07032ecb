"""Bodies of the steps that a store's staff take on a task. Strict, as all of ``requests.py``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from fulfillment.api.requests import Contract, LineId, MoneyIn, Short, each_line_once
from fulfillment.domain.basket import MAX_LINE_QUANTITY, MAX_LINES
from fulfillment.domain.stock import RefusalReason
from fulfillment.messages.stock import Instant


class AcceptIn(Contract):
    """``take_over``: also when somebody else is at it."""

    take_over: bool = False


class PickedLineIn(Contract):
    """How many units of a line were found; 0 when none."""

    line_id: LineId
    picked: Annotated[int, Field(ge=0, le=MAX_LINE_QUANTITY, examples=[2])]


class PickIn(Contract):
    """What was found, for every line of the task. ``done_at``: when, by the device that was without a connection."""

    lines: Annotated[list[PickedLineIn], Field(min_length=1, max_length=MAX_LINES)]
    done_at: Instant | None = None

    @field_validator("lines")
    @classmethod
    def _line_ids_differ(cls, lines: list[PickedLineIn]) -> list[PickedLineIn]:
        return each_line_once(lines)

    def found(self) -> dict[str, int]:
        """Units by line."""
        return {line.line_id: line.picked for line in self.lines}


class ReadyIn(Contract):
    """Where it stands until the customer comes."""

    staging: Annotated[str, Field(min_length=1, max_length=40, examples=["Rak B3"])] | None = None
    done_at: Instant | None = None


class UndoReadyIn(Contract):
    """Nothing to say."""


class CollectIn(Contract):
    """The code that the customer shows; the amount, when the order is paid at the hand-over."""

    code: Annotated[str, Field(min_length=1, max_length=20, examples=["7K3M-9QXA"])]
    amount_received: MoneyIn | None = None


class ShipIn(Contract):
    """Who took the parcel, and under which number."""

    carrier: Short
    tracking_number: Short


class RefuseIn(Contract):
    """Why the store cannot."""

    reason: RefusalReason
    note: Short | None = None
