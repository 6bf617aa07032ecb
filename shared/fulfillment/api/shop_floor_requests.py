"""Bodies of what staff do in their store beside the tasks: count, and order for who stands there."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from fulfillment.api.requests import ContactIn, Contract, LineIn, ShipToIn, each_line_once
from fulfillment.application.sell_in_store import Wanted
from fulfillment.domain.basket import MAX_LINES, Method
from fulfillment.messages.stock import Code, Instant, LocationId


class CountIn(Contract):
    """So many units were seen on the shelf, then; by the clock of whoever counted."""

    sku: Code
    on_hand: Annotated[int, Field(ge=0, le=1_000_000, examples=[3])]
    observed_at: Instant


class StoreOrderIn(Contract):
    """What the customer wants who stands here; ``location_id``: another store to collect it at."""

    lines: Annotated[list[LineIn], Field(min_length=1, max_length=MAX_LINES)]
    method: Method
    location_id: LocationId | None = None
    contact: ContactIn
    ship_to: Annotated[ShipToIn | None, Field(validate_default=True)] = None

    @field_validator("lines")
    @classmethod
    def _line_ids_differ(cls, lines: list[LineIn]) -> list[LineIn]:
        return each_line_once(lines)

    @field_validator("location_id")
    @classmethod
    def _delivery_is_routed(cls, location_id: str | None, info: ValidationInfo) -> str | None:
        if location_id is not None and info.data.get("method") == "delivery":
            raise PydanticCustomError("location_not_taken", "a delivery is routed: it takes no location_id")
        return location_id

    @field_validator("ship_to")
    @classmethod
    def _parcel_has_address(cls, ship_to: ShipToIn | None, info: ValidationInfo) -> ShipToIn | None:
        if ship_to is None and info.data.get("method") == "delivery":
            raise PydanticCustomError("ship_to_required", "a delivery needs ship_to")
        return ship_to

    def to_domain(self) -> Wanted:
        """What is wanted."""
        ship_to = self.ship_to.model_dump(exclude_none=True) if self.ship_to else None
        lines = tuple(line.to_domain() for line in self.lines)
        return Wanted(lines, self.method, self.contact.to_domain(ship_to), self.location_id)
