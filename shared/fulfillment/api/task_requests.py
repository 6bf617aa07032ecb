"""Bodies of the steps that a store's staff take on a task. Strict, as all of ``requests.py``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from fulfillment.api.requests import Contract, LineId, MoneyIn, Short, each_line_once
from fulfillment.domain.basket import MAX_LINE_QUANTITY, MAX_LINES
from fulfillment.domain.handover import DocumentKind, Handover
from fulfillment.domain.stock import RefusalReason
from fulfillment.messages.stock import Instant

PersonName = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^0-9]+$", examples=["Sari"])]
WithoutNumbers = Annotated[
    str,
    Field(
        min_length=1,
        max_length=200,
        pattern=r"^[^0-9]*([0-9]([ ./-]*[0-9]){0,4}[ ./-]*([^0-9 ./-][^0-9]*|$))*$",
        description="At most five digits in a row, also with blanks, dots, hyphens or slashes between: no number of a "
        "document, no phone number.",
        examples=["HP pelanggan mati"],
    ),
]


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
    collector: PersonName | None = None

    def handover(self) -> Handover | None:
        """Who came, if it was somebody else."""
        return Handover(self.collector) if self.collector else None


class HandOverIn(Contract):
    """Without the code, by a supervisor: who came, what kind of document was seen, and why there is no code. Numbers of
    documents are refused, wherever they are written.
    """

    collector_name: PersonName
    document: DocumentKind
    reason: WithoutNumbers
    amount_received: MoneyIn | None = None

    def handover(self) -> Handover:
        """Who came."""
        return Handover(self.collector_name, self.document, self.reason)


class UnlockIn(Contract):
    """Nothing to say."""


class ShipIn(Contract):
    """Who took the parcel, and under which number."""

    carrier: Short
    tracking_number: Short


class RefuseIn(Contract):
    """Why the store cannot. ``everything``: nothing of these SKUs is to be had here, also not for others."""

    reason: RefusalReason
    note: Short | None = None
    everything: bool = False

    @field_validator("everything")
    @classmethod
    def _is_about_goods(cls, everything: bool, info: ValidationInfo) -> bool:
        if everything and info.data.get("reason") not in ("not_found", "damaged"):
            raise PydanticCustomError(
                "not_about_goods", "only what was not found or is damaged can be all there is"
            )
        return everything


class PutBackLineIn(Contract):
    """So many units of a line."""

    line_id: LineId
    quantity: Annotated[int, Field(ge=1, le=MAX_LINE_QUANTITY, examples=[1])]


class PutBackIn(Contract):
    """What is on the shelf again; ``written_off``: what never will be, and leaves the books."""

    lines: Annotated[list[PutBackLineIn], Field(min_length=1, max_length=MAX_LINES)]
    written_off: bool = False
    done_at: Instant | None = None

    @field_validator("lines")
    @classmethod
    def _line_ids_differ(cls, lines: list[PutBackLineIn]) -> list[PutBackLineIn]:
        return each_line_once(lines)

    def units(self) -> dict[str, int]:
        """Units by line."""
        return {line.line_id: line.quantity for line in self.lines}
